#include "files/resource.h"

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "files/mime_types.h"
#include "http/date.h"

namespace usquic::files {
namespace {

// Two changes within a tick of the file system's clock bear the same time. The coarsest clocks tick
// each two seconds.
constexpr std::int64_t tick_ns = 2'000'000'000;

bool is_settled(const FileIdentity& identity) {
  using std::chrono::nanoseconds;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<nanoseconds>(now).count() - identity.changed_ns > tick_ns;
}

// The whole file, or null when it is not what fstat said (it is being written to).
std::shared_ptr<const std::string> read_whole(const OpenedNode& node) {
  auto content = std::make_shared<std::string>(node.identity.size, '\0');
  std::size_t filled = 0;
  while (filled < content->size()) {
    const ssize_t count =
        pread(node.fd.get(), content->data() + filled, content->size() - filled, static_cast<off_t>(filled));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return nullptr;
    filled += static_cast<std::size_t>(count);
  }
  return identity_of(node.fd.get()) == node.identity ? content : nullptr;
}

const Representation* find_same(const Resource* previous, const Representation& wanted) {
  if (previous == nullptr) return nullptr;
  for (const Representation& old : previous->representations) {
    if (old.is_settled && old.coding == wanted.coding && old.identity == wanted.identity &&
        old.file == wanted.file) {
      return &old;
    }
  }
  return nullptr;
}

Representation make_representation(const OpenedNode& node, std::string file, ContentCoding coding,
                                   const Resource* previous) {
  Representation representation;
  representation.coding = coding;
  representation.file = std::move(file);
  representation.identity = node.identity;
  if (const Representation* same = find_same(previous, representation)) return *same;
  representation.is_settled = is_settled(node.identity);
  representation.entity_tag = make_entity_tag(node.identity, coding_suffix(coding));
  representation.last_modified = http::format_http_date(node.identity.modified_seconds());
  if (node.identity.size <= max_kept_file) representation.content = read_whole(node);
  return representation;
}

}  // namespace

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

std::size_t Resource::cost() const {
  std::size_t bytes = sizeof(Resource) + content_type.size();
  for (const Representation& representation : representations) {
    bytes += sizeof(Representation) + representation.file.size() + representation.entity_tag.size();
    if (representation.content) bytes += representation.content->size();
  }
  return bytes;
}

Lookup load_resource(const DocumentRoot& root, const std::string& path, const Resource* previous) {
  Lookup lookup;
  const OpenedNode node = root.open_node(path);
  lookup.error = node.error;
  lookup.is_directory = node.kind == NodeKind::Directory;
  if (node.error != 0 || lookup.is_directory) return lookup;
  auto resource = std::make_shared<Resource>();
  resource->content_type = content_type_of(path);
  resource->representations.push_back(make_representation(node, path, ContentCoding::Identity, previous));
  for (const ContentCoding coding : precompressed_codings) {
    const std::string sibling = path + std::string(coding_suffix(coding));
    const OpenedNode compressed = root.open_node(sibling);
    if (compressed.error != 0 || compressed.kind != NodeKind::File) continue;
    resource->representations.push_back(make_representation(compressed, sibling, coding, previous));
  }
  lookup.resource = std::move(resource);
  return lookup;
}

}  // namespace usquic::files
