#include "files/content_loader.h"

#include <algorithm>
#include <utility>

namespace usquic::files {

void ContentLoader::want(const std::string& path, const Resource& resource, std::int64_t checked_ms) {
  if (jobs_.size() >= max_waiting) return;
  if (std::any_of(jobs_.begin(), jobs_.end(), [&](const Job& job) { return job.path == path; })) return;
  jobs_.push_back({path, resource, checked_ms});
}

bool ContentLoader::work(const DocumentRoot& root, ResourceCache& cache) {
  if (jobs_.empty()) return false;
  // Over, also when memory is used up.
  struct End {
    ContentLoader& loader;
    Step step = Step::Done;
    ~End() {
      if (step == Step::GoesOn) return;
      loader.reading_.reset();
      loader.jobs_.pop_front();
    }
  };
  {
    End end{*this};
    end.step = advance(root, cache);
  }
  return !jobs_.empty();
}

void ContentLoader::clear() {
  reading_.reset();
  jobs_.clear();
}

ContentLoader::Step ContentLoader::advance(const DocumentRoot& root, ResourceCache& cache) {
  Job& job = jobs_.front();
  auto& all = job.resource.representations;
  const auto next = std::find_if(
      all.begin(), all.end(), [](const Representation& candidate) { return candidate.content == nullptr; });
  if (next != all.end()) {
    // Another thread may have read it meanwhile.
    if (!reading_ && next->is_settled) next->content = cache.contents().find(next->identity);
  }
  if (next != all.end() && !next->content) {
    if (!reading_ && !open(root, cache, *next)) return Step::Done;
    if (!read_piece(*next)) return Step::Done;
    if (reading_->bytes.size() < next->identity.size) return Step::GoesOn;
    if (identity_of(reading_->fd.get()) != next->identity) return Step::Done;
    next->content = cache.keep(*next, std::move(reading_->bytes), std::move(reading_->charge));
    reading_.reset();
  }
  if (!job.resource.is_kept_whole()) return Step::GoesOn;
  cache.put(job.path, std::make_shared<const Resource>(std::move(job.resource)), job.checked_ms);
  return Step::Done;
}

bool ContentLoader::open(const DocumentRoot& root, ResourceCache& cache,
                         const Representation& representation) {
  auto charge = cache.reserve(representation.identity.size);
  if (!charge) return false;
  OpenedNode node = root.open_node(representation.file);
  if (node.error != 0 || node.identity != representation.identity) return false;
  reading_.emplace(Reading{std::move(node.fd), std::move(*charge), {}, {}});
  reading_->bytes.reserve(representation.identity.size);
  return true;
}

bool ContentLoader::read_piece(const Representation& representation) {
  std::string& bytes = reading_->bytes;
  const std::size_t offset = bytes.size();
  const std::size_t length = std::min<std::size_t>(piece_bytes, representation.identity.size - offset);
  bytes.resize(offset + length);
  return reading_->pieces.read(reading_->fd.get(), reinterpret_cast<std::byte*>(bytes.data() + offset),
                               length, offset) == PieceReader::Outcome::Read;
}

}  // namespace usquic::files
