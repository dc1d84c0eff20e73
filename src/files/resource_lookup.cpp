#include "files/resource_lookup.h"

#include <chrono>
#include <cstddef>

#include "files/mime_types.h"
#include "files/read_fully.h"
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

// The whole file. Null when it is not what fstat said (it is being written to), and when there is no room.
std::shared_ptr<const std::string> read_whole(const OpenedNode& node, const Representation& version,
                                              ResourceCache& cache) {
  auto charge = cache.reserve(node.identity.size);
  if (!charge) return nullptr;
  std::string bytes(node.identity.size, '\0');
  if (!read_fully(node.fd.get(), reinterpret_cast<std::byte*>(bytes.data()), bytes.size(), 0)) return nullptr;
  if (identity_of(node.fd.get()) != node.identity) return nullptr;
  return cache.keep(version, std::move(bytes), std::move(*charge));
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
                                   const Resource* previous, ResourceCache& cache) {
  Representation representation;
  representation.coding = coding;
  representation.file = std::move(file);
  representation.identity = node.identity;
  if (const Representation* same = find_same(previous, representation)) return *same;
  representation.is_settled = is_settled(node.identity);
  representation.entity_tag = make_entity_tag(node.identity, coding_suffix(coding));
  representation.last_modified = http::format_http_date(node.identity.modified_seconds());
  if (representation.is_settled) representation.content = cache.contents().find(node.identity);
  if (!representation.content && node.identity.size <= max_file_read_at_once) {
    representation.content = read_whole(node, representation, cache);
  }
  return representation;
}

}  // namespace

Lookup load_resource(const DocumentRoot& root, const std::string& path, const Resource* previous,
                     ResourceCache& cache) {
  Lookup lookup;
  const OpenedNode node = root.open_node(path);
  lookup.error = node.error;
  lookup.is_directory = node.kind == NodeKind::Directory;
  if (node.error != 0 || lookup.is_directory) return lookup;
  auto resource = std::make_shared<Resource>();
  resource->content_type = content_type_of(path);
  resource->representations.push_back(
      make_representation(node, path, ContentCoding::Identity, previous, cache));
  for (const ContentCoding coding : precompressed_codings) {
    const std::string sibling = path + std::string(coding_suffix(coding));
    const OpenedNode compressed = root.open_node(sibling);
    if (compressed.error != 0 || compressed.kind != NodeKind::File) continue;
    resource->representations.push_back(make_representation(compressed, sibling, coding, previous, cache));
  }
  lookup.resource = std::move(resource);
  return lookup;
}

}  // namespace usquic::files
