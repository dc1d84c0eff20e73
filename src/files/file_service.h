// Static files: from a request to its answer (RFC 9110), without any transport.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "files/document_root.h"
#include "files/http_message.h"
#include "files/listing_store.h"
#include "files/resource_cache.h"

namespace usquic::files {

struct RequestPath;

struct FileServiceOptions {
  bool lists_directories = false;
  bool is_single_page_app = false;  // what is not there is answered with /index.html
  std::size_t cache_bytes = 32 << 20;
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
  ListingStore listings_;
  std::uint64_t boundaries_ = 0;
};

}  // namespace usquic::files
