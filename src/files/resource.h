// What a path names: one file in the codings it is there in, with all that answers need to know about them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "files/conditional.h"
#include "files/content_coding.h"
#include "files/document_root.h"

namespace usquic::files {

struct Representation {
  ContentCoding coding = ContentCoding::Identity;
  std::string file;  // path below the root
  FileIdentity identity;
  std::string entity_tag;
  std::string last_modified;                   // as an HTTP date
  std::shared_ptr<const std::string> content;  // null for a file that is too large to be kept
  bool is_settled = false;  // changed so long before it was read that another change shows in its times
};

struct Resource {
  std::string content_type;
  std::vector<Representation> representations;  // the file itself first

  const Representation& choose(std::optional<std::string_view> accept_encoding) const;
  // Whether the bytes of all representations are in memory.
  bool is_kept_whole() const;
  // What keeping it in memory costs, in bytes.
  std::size_t cost() const;
};

// What was found at a path. error: an errno, or 0 and then either a folder or a resource.
struct Lookup {
  int error = 0;
  bool is_directory = false;
  std::shared_ptr<const Resource> resource;
  std::int64_t fresh_until_ms = 0;  // when the file has to be looked at again; 0: at each request
};

// Files up to this many bytes are kept in memory.
inline constexpr std::uint64_t max_kept_file = 64 * 1024;

// Find a file and its precompressed siblings. previous: what was found earlier, whose bytes are taken over
// where the file is the same; may be null.
Lookup load_resource(const DocumentRoot& root, const std::string& path, const Resource* previous);

}  // namespace usquic::files
