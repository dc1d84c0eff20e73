#include "files/resource.h"

#include <algorithm>

namespace usquic::files {

const Representation& Resource::choose(std::optional<std::string_view> accept_encoding) const {
  if (representations.size() == 1) return representations.front();
  std::array<ContentCoding, precompressed_codings.size()> available;
  std::size_t count = 0;
  for (std::size_t i = 1; i < representations.size(); ++i) available[count++] = representations[i].coding;
  const ContentCoding coding = choose_coding(accept_encoding, std::span(available.data(), count));
  for (const Representation& representation : representations) {
    if (representation.coding == coding) return representation;
  }
  return representations.front();
}

bool Resource::is_kept_whole() const {
  return std::all_of(representations.begin(), representations.end(),
                     [](const Representation& representation) { return representation.content != nullptr; });
}

bool Resource::could_be_kept_whole() const {
  return std::all_of(
      representations.begin(), representations.end(),
      [](const Representation& representation) { return representation.identity.size <= max_kept_file; });
}

bool Resource::is_held() const {
  return std::any_of(
      representations.begin(), representations.end(),
      [](const Representation& representation) { return representation.content.use_count() > 1; });
}

std::size_t Resource::kept_bytes() const {
  std::size_t bytes = 0;
  for (const Representation& representation : representations) {
    if (representation.content) bytes += representation.content->size();
  }
  return bytes;
}

std::size_t Resource::overhead() const {
  constexpr std::size_t shared_entry = 256;  // of SharedContents, with who holds it
  std::size_t bytes = sizeof(Resource) + content_type.size();
  for (const Representation& representation : representations) {
    bytes +=
        shared_entry + sizeof(Representation) + representation.file.size() + representation.entity_tag.size();
  }
  return bytes;
}

}  // namespace usquic::files
