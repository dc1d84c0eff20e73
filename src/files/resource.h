// What a path names: one file in the codings it is there in, with all that answers need to know about them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "files/conditional.h"
#include "files/content_coding.h"

namespace usquic::files {

struct Representation {
  ContentCoding coding = ContentCoding::Identity;
  std::string file;  // path below the root
  FileIdentity identity;
  std::string entity_tag;
  std::string last_modified;                   // as an HTTP date
  std::shared_ptr<const std::string> content;  // null: the file itself is read
  bool is_settled = false;  // changed so long before it was read that another change shows in its times
};

// Files up to this many bytes are kept in memory.
inline constexpr std::uint64_t max_kept_file = 2 * 1024 * 1024;

struct Resource {
  std::string content_type;
  std::vector<Representation> representations;  // the file itself first

  const Representation& choose(std::optional<std::string_view> accept_encoding) const;
  // Whether the bytes of all representations are in memory, or are few enough to be.
  bool is_kept_whole() const;
  bool could_be_kept_whole() const;
  // Whether anybody beside this holds bytes of it.
  bool is_held() const;
  // Bytes of its files that are in memory.
  std::size_t kept_bytes() const;
  // What it takes in memory beside these bytes.
  std::size_t overhead() const;
};

}  // namespace usquic::files
