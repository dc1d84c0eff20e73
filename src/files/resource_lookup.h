// Finds what a path names in the folder that is served.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "files/document_root.h"
#include "files/resource_cache.h"

namespace usquic::files {

// What was found at a path. error: an errno, or 0 and then either a folder or a resource.
struct Lookup {
  int error = 0;
  bool is_directory = false;
  std::shared_ptr<const Resource> resource;
  std::int64_t fresh_until_ms = 0;  // when the file has to be looked at again; 0: at each request
};

// Files up to this many bytes are read at once; larger ones by ContentLoader.
inline constexpr std::uint64_t max_file_read_at_once = 64 * 1024;

// Find a file and its precompressed siblings. previous: what was found earlier, whose bytes are taken over
// where the file is the same; may be null. What is read goes on the cache's account, if it has room.
Lookup load_resource(const DocumentRoot& root, const std::string& path, const Resource* previous,
                     ResourceCache& cache);

}  // namespace usquic::files
