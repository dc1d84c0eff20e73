#include "files/body_reader.h"

#include <fcntl.h>

#include <algorithm>

namespace usquic::files {
BodyChunk::BodyChunk(std::shared_ptr<const std::string> memory, std::size_t offset, std::size_t length)
    : memory_(std::move(memory)), data_(memory_->data() + offset), length_(length) {}

BodyChunk::BodyChunk(BufferPool& pool, std::shared_ptr<BufferShare> share,
                     std::unique_ptr<std::byte[]> buffer, std::size_t length)
    : pool_(&pool),
      share_(std::move(share)),
      buffer_(std::move(buffer)),
      data_(buffer_.get()),
      length_(length) {}

BodyChunk::~BodyChunk() {
  if (buffer_) pool_->release(std::move(buffer_), *share_);
}

BodyReader::BodyReader(std::vector<BodyPart> parts, BufferPool& pool, std::shared_ptr<BufferShare> share)
    : parts_(std::move(parts)), pool_(pool), share_(std::move(share)) {}

BodyReader::Result BodyReader::next() {
  while (part_ < parts_.size() && done_ == parts_[part_].length) {
    ++part_;
    done_ = 0;
  }
  if (part_ == parts_.size()) return End{};
  const BodyPart& part = parts_[part_];
  const std::size_t wanted =
      static_cast<std::size_t>(std::min<std::uint64_t>(part.length - done_, BufferPool::buffer_bytes));
  if (!part.memory) return read_file(part, wanted);
  BodyChunk chunk(part.memory, static_cast<std::size_t>(part.offset + done_), wanted);
  done_ += wanted;
  return chunk;
}

BodyReader::Result BodyReader::read_file(const BodyPart& part, std::size_t wanted) {
  auto buffer = pool_.acquire(*share_);
  if (!buffer) return NoBuffer{};
  const std::uint64_t offset = part.offset + done_;
  const int fd = part.file->fd.get();
  const PieceReader::Outcome outcome = pieces_.read(fd, buffer.get(), wanted, offset);
  if (looked_at_ != part.file.get()) {
    looked_at_ = part.file.get();
    seen_ = part.file->identity;
    witness_ = {};
  }
  if (outcome == PieceReader::Outcome::Read) witness_.note(offset, buffer.get(), wanted);
  BodyChunk chunk(pool_, share_, std::move(buffer), wanted);
  if (outcome == PieceReader::Outcome::NotYet) return NotRead{};
  // After the read: a change before or during it is seen.
  if (outcome == PieceReader::Outcome::Failed || !is_still_the_same(*part.file)) return Failed{};
  done_ += wanted;
  if (done_ < part.length) {
    // The next piece comes from the disk while this one is sent.
    posix_fadvise(fd, static_cast<off_t>(offset + wanted), BufferPool::buffer_bytes, POSIX_FADV_WILLNEED);
  }
  return chunk;
}

// The descriptor keeps the bytes of a file that is renamed over or unlinked. What was appended is not asked
// for. A file that is only touched and one that is written anew differ in their bytes alone, so some of those
// that were sent are compared.
bool BodyReader::is_still_the_same(const OpenFile& file) {
  const int fd = file.fd.get();
  const std::optional<FileIdentity> now = identity_of(fd);
  if (!now || now->size < file.identity.size) return false;
  if (now->size == seen_.size && now->modified_ns == seen_.modified_ns) return true;
  seen_ = *now;
  return witness_.holds(fd);
}

}  // namespace usquic::files
