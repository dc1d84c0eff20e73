// Reads a response body piece by piece: bytes in memory as they are, bytes of files through pooled buffers.
#pragma once

#include <cstddef>
#include <memory>
#include <variant>
#include <vector>

#include "files/buffer_pool.h"
#include "files/content_witness.h"
#include "files/http_message.h"
#include "files/piece_reader.h"

namespace usquic::files {

// A piece of the body and what keeps its bytes alive. Give it back by release() when they are not
// needed any more.
class BodyChunk {
 public:
  BodyChunk(std::shared_ptr<const std::string> memory, std::size_t offset, std::size_t length);
  BodyChunk(BufferPool& pool, std::shared_ptr<BufferShare> share, std::unique_ptr<std::byte[]> buffer,
            std::size_t length);
  BodyChunk(BodyChunk&&) noexcept = default;
  BodyChunk& operator=(BodyChunk&&) = delete;
  ~BodyChunk();

  const void* data() const { return data_; }
  std::size_t length() const { return length_; }

 private:
  std::shared_ptr<const std::string> memory_;
  BufferPool* pool_ = nullptr;
  std::shared_ptr<BufferShare> share_;
  std::unique_ptr<std::byte[]> buffer_;
  const void* data_ = nullptr;
  std::size_t length_ = 0;
};

class BodyReader {
 public:
  struct End {};
  struct NoBuffer {};  // try again when one was released
  struct NotRead {};   // the disk is asked for them: try again in a moment
  struct Failed {};    // the file became shorter, was written anew, or cannot be read
  using Result = std::variant<BodyChunk, End, NoBuffer, NotRead, Failed>;

  BodyReader(std::vector<BodyPart> parts, BufferPool& pool, std::shared_ptr<BufferShare> share);

  // The next bytes, at most BufferPool::buffer_bytes.
  Result next();

 private:
  Result read_file(const BodyPart& part, std::size_t wanted);
  bool is_still_the_same(const OpenFile& file);

  std::vector<BodyPart> parts_;
  std::size_t part_ = 0;
  std::uint64_t done_ = 0;  // bytes of the current part
  BufferPool& pool_;
  std::shared_ptr<BufferShare> share_;
  const OpenFile* looked_at_ = nullptr;  // the file that the following two are about
  FileIdentity seen_;                    // as it was looked at last
  ContentWitness witness_;
  PieceReader pieces_;
};

}  // namespace usquic::files
