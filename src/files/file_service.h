// Static files: from a request to its answer (RFC 9110), without any transport.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "files/content_loader.h"
#include "files/document_root.h"
#include "files/http_message.h"
#include "files/listing_store.h"
#include "files/resource_cache.h"
#include "files/resource_lookup.h"

namespace usquic::files {

struct RequestPath;

struct FileServiceOptions {
  bool lists_directories = false;
  bool serves_dotfiles = false;            // names that begin with a dot, as .git; /.well-known always is
  bool is_single_page_app = false;         // what is not there is answered with the index of the root
  std::string index = "index.html";        // what a folder is answered with
  std::string content_type;                // of all files; "": by their names
  std::optional<std::uint32_t> max_age_s;  // for which files may be used again without a question
  // The root's path is not the host's: redirects are relative to the path that was asked for.
  bool is_mounted = false;
  // Files in memory, with those that the cache dropped and slow clients still hold.
  std::size_t cache_bytes = 64 << 20;
  // The services of several threads have the bytes of files, and their bound, in common; null: one of its own, of
  // cache_bytes. The same of lists, with a bound for those that each keeps.
  std::shared_ptr<SharedContents> contents;
  ListingStore::Limits listings;
  std::shared_ptr<ListingStore::HeldBytes> listing_bytes;
  std::vector<Field> added_fields;  // of every response; in place of our own of the same name
};

class FileService {
 public:
  FileService(DocumentRoot root, FileServiceOptions options);

  // now_ms: a clock that never goes back. A response that awaits a listing is to be had by await_listing.
  Response respond(const Request& request, std::int64_t now_ms);

  // Have the list of a folder made; ready gets the answer, inside work_on_listings.
  void await_listing(const std::string& folder, std::string_view method, std::function<void(Response)> ready);
  // A small step of that work. Returns whether there is more to do.
  bool work_on_listings(std::int64_t now_ms) { return listings_.work(root_, now_ms); }

  // Whether files are to be read into memory, and a small step of that work, which returns the same.
  bool has_files_to_load() const { return !loader_.is_idle(); }
  bool load_files() { return loader_.work(root_, cache_); }

  // To be called every second or so where other services have the same contents.
  void give_way() { cache_.give_way(); }

  const DocumentRoot& root() const { return root_; }
  const ResourceCache& cache() const { return cache_; }

 private:
  void follow_root(std::int64_t now_ms);
  Response route(const Request& request, std::int64_t now_ms);
  Response finish(Response response, std::string_view method) const;
  Response answer_directory(const Request& request, const RequestPath& path, std::int64_t now_ms);
  Response answer_missing(const Request& request, int error, std::int64_t now_ms);
  Response answer_found(const Request& request, const Lookup& found);
  Response answer_resource(const Request& request, const Resource& resource);
  Lookup look_up(const std::string& path, std::int64_t now_ms);

  DocumentRoot root_;
  std::int64_t root_checked_ms_ = 0;
  FileServiceOptions options_;
  ResourceCache cache_;
  ContentLoader loader_;
  ListingStore listings_;
  std::uint64_t boundaries_ = 0;
};

}  // namespace usquic::files
