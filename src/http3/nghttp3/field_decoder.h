// QPACK decoding of one connection (RFC 9204), over nghttp3's decoder.
#pragma once

#include <nghttp3/nghttp3.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "http3/nghttp3/nghttp3_memory.h"
#include "transport/send_buffer.h"
#include "usquic/quic.h"

namespace usquic::http3 {

// The fields of one section. Names and values stay where the decoder put them (reference-counted buffers).
class FieldSection : public Pooled {
 public:
  explicit FieldSection(std::shared_ptr<const Nghttp3Memory> memory)
      : memory_(std::move(memory)),
        fields_(PoolAllocator<us_quic_header_t>(memory_->pool())),
        buffers_(PoolAllocator<Buffers>(memory_->pool())) {}
  ~FieldSection();
  FieldSection(const FieldSection&) = delete;
  FieldSection& operator=(const FieldSection&) = delete;

  std::span<const us_quic_header_t> fields() const { return fields_; }

 private:
  friend class FieldDecoder;
  struct Buffers {
    nghttp3_rcbuf* name;
    nghttp3_rcbuf* value;
  };
  void drop_context();

  std::shared_ptr<const Nghttp3Memory> memory_;  // of the buffers, which may outlive the codec
  std::vector<us_quic_header_t, PoolAllocator<us_quic_header_t>> fields_;
  std::vector<Buffers, PoolAllocator<Buffers>> buffers_;  // of each field
  std::size_t size_ = 0;                                  // as RFC 9114 section 4.2.2 counts
  nghttp3_qpack_stream_context* context_ = nullptr;       // while it is being decoded
};

class FieldDecoder {
 public:
  // max_list_size: bytes that a section may have, counted as RFC 9114 section 4.2.2 does; it bounds the
  // number of fields as well.
  FieldDecoder(std::size_t max_list_size, std::shared_ptr<const Nghttp3Memory> memory)
      : max_list_size_(max_list_size), memory_(std::move(memory)) {}
  ~FieldDecoder();
  FieldDecoder(const FieldDecoder&) = delete;
  FieldDecoder& operator=(const FieldDecoder&) = delete;

  static constexpr std::size_t table_capacity = 4096;
  static constexpr std::size_t max_blocked_streams = 100;

  int init();  // 0 or a negative nghttp3 error, as all that return int here

  enum class Status { more, done, blocked, too_large };
  // Reads the next bytes of a section of stream `id`. `used`: how many were read, all unless blocked
  // or too large.
  int decode(FieldSection& section, std::int64_t id, Bytes data, bool is_end, std::size_t& used,
             Status& status);
  // Whether the instructions that a blocked section waits for have come.
  bool is_ready(const FieldSection& section) const;
  // Nothing more of this stream will be read (RFC 9204 section 2.2.2.2).
  int cancel(std::int64_t id);

  int read_encoder_stream(Bytes data);
  // Moves what is to be sent on the decoder stream into `out`.
  int drain(transport::SendBuffer& out);
  std::size_t pending_length() const;  // bytes that drain() would move

  std::size_t max_list_size() const { return max_list_size_; }
  std::unique_ptr<FieldSection> make_section() const;

 private:
  bool add(FieldSection& section, const nghttp3_qpack_nv& nv) const;

  const std::size_t max_list_size_;
  const std::shared_ptr<const Nghttp3Memory> memory_;
  nghttp3_qpack_decoder* decoder_ = nullptr;
};

}  // namespace usquic::http3
