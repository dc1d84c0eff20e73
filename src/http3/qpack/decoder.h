// QPACK decoding of one connection (RFC 9204): sections and the peer's encoder stream come in, fields and the
// instructions of our decoder stream go out.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/block_pool.h"
#include "base/bytes.h"
#include "http3/qpack/dynamic_table.h"
#include "http3/qpack/encoder_stream_reader.h"
#include "http3/qpack/field_section.h"
#include "http3/qpack/instruction_buffer.h"
#include "http3/qpack/qpack_error.h"

namespace usquic::http3::qpack {

class Decoder {
 public:
  struct Limits {
    std::size_t max_section_size;  // as RFC 9114 section 4.2.2 counts; it bounds the number of fields as well
    std::size_t max_table_capacity;  // SETTINGS_QPACK_MAX_TABLE_CAPACITY
  };

  // `pool` outlives it, and its sections.
  Decoder(const Limits& limits, BlockPool& pool);

  // Throws std::bad_alloc.
  SectionPointer make_section();

  enum class Status : std::uint8_t { more, done, blocked, too_large };
  // Decodes the next bytes of a section of stream `stream_id`; it may be split anywhere. is_end: it ends with
  // `data`. `used`: how many bytes were taken, all unless blocked or too large. blocked: the section needs
  // inserts that have not come; only its prefix was taken, call again with the rest when it is_ready().
  QpackResult<Status> decode(FieldSection& section, std::int64_t stream_id, Bytes data, bool is_end,
                             std::size_t& used);
  // A section that was decoded came again, on this stream, and nothing has come on the encoder stream in between: the
  // same fields, which the peer must hear of again.
  QpackResult<void> decoded_again(const FieldSection& section, std::int64_t stream_id);
  // Whether the inserts that a blocked section needs have come.
  bool is_ready(const FieldSection& section) const {
    return section.progress_.insert_count <= table_.insert_count();
  }

  // Nothing more of this stream will be decoded (RFC 9204 section 2.2.2.2).
  QpackResult<void> cancel(std::int64_t stream_id);

  // The next bytes of the peer's encoder stream, split anywhere.
  QpackResult<void> read_encoder_stream(Bytes data) { return encoder_stream_.read(data); }

  // Bytes for our decoder stream. write_instructions() moves as much as fits to `room`, and returns how much.
  bool has_instructions() const;
  std::size_t write_instructions(MutableBytes room);

  std::uint64_t insert_count() const { return table_.insert_count(); }

 private:
  QpackResult<Status> finish(FieldSection& section, std::int64_t stream_id);
  QpackResult<void> queue(std::int64_t stream_id, unsigned bits, unsigned flags);

  const Limits limits_;
  BlockPool& pool_;
  DynamicTable table_;
  EncoderStreamReader encoder_stream_;
  InstructionBuffer instructions_;
  std::uint64_t reported_ = 0;  // inserts that the peer learns of by what was queued
  SectionRoom usual_room_;      // what sections needed lately
};

}  // namespace usquic::http3::qpack
