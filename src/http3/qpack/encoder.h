// QPACK encoding of one connection (RFC 9204): fields and the peer's decoder stream come in, sections and the
// instructions of our encoder stream go out.
//
// A section refers only to entries of which the peer said that it has them, so no stream ever waits for the
// encoder stream. What is entered into the table, and when, is in indexing_policy.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/block_pool.h"
#include "base/bytes.h"
#include "http3/qpack/encoder_table.h"
#include "http3/qpack/instruction_buffer.h"
#include "http3/qpack/prefixed_integer.h"
#include "http3/qpack/qpack_error.h"
#include "http3/qpack/repeated_fields.h"
#include "http3/qpack/section_cache.h"
#include "http3/qpack/unacknowledged_sections.h"
#include "usquic/quic.h"

namespace usquic::http3::qpack {

// A section that may have been sent before on the connection.
struct RepeatedSection {
  bool is_known() const { return section != nullptr; }

  Bytes identity;  // bytes that only sections with the same fields have; empty: it is not remembered
  const SectionCache::Section* section = nullptr;
};

class Encoder {
 public:
  // max_table_capacity: what it uses at most, whatever the peer allows; 0 = no dynamic table. `pool` outlives it.
  Encoder(std::size_t max_table_capacity, BlockPool& pool);

  // Whether the peer lets it use a dynamic table.
  bool has_table() const { return capacity_ > 0; }

  // The peer's SETTINGS_QPACK_MAX_TABLE_CAPACITY came. Its SETTINGS_QPACK_BLOCKED_STREAMS does not matter here.
  void peer_settings(std::uint64_t max_table_capacity);

  // Bytes that encode() and encode_static() write at most.
  static std::size_t bound(std::span<const us_quic_header_t> fields);
  // Writes one section, prefix and lines; returns where it ends.
  std::uint8_t* encode(std::int64_t stream_id, std::span<const us_quic_header_t> fields, std::uint8_t* out);
  // Whether the last section would be written in the same bytes again, so that it is worth while to know the next
  // one by an identity.
  bool repeats_itself() const { return repeats_itself_; }
  // What is remembered of that section, until the next one is written.
  RepeatedSection recall(Bytes identity) const { return {identity, section_cache_.find(identity)}; }
  // The same as encode() for a section that is sent often.
  std::uint8_t* encode_repeated(std::int64_t stream_id, const RepeatedSection& repeated,
                                std::span<const us_quic_header_t> fields, std::uint8_t* out);
  // The same without dynamic entries: it can be sent on any stream of any connection.
  static std::uint8_t* encode_static(std::span<const us_quic_header_t> fields, std::uint8_t* out);

  // For a stream that has no ID yet a number below -1 may stand for it: until it is opened, or never will be.
  void stream_opened(std::int64_t number, std::int64_t stream_id) { sections_.rename(number, stream_id); }
  void stream_abandoned(std::int64_t number) { sections_.cancel(number); }

  // The next bytes of the peer's decoder stream, split anywhere.
  QpackResult<void> read_decoder_stream(Bytes data);

  // Bytes for our encoder stream. write_instructions() moves as much as fits to `room`, and returns how much.
  bool has_instructions() const { return instructions_.size() > 0; }
  std::size_t write_instructions(MutableBytes room) { return instructions_.take(room); }

 private:
  class SectionWriter;

  // What a section that was just written refers to.
  struct Written {
    std::uint8_t* end;
    std::uint64_t first_entry;  // UINT64_MAX: no entry
  };
  Written write(std::int64_t stream_id, std::span<const us_quic_header_t> fields, std::uint8_t* out);
  QpackResult<void> act();

  const std::size_t max_table_capacity_;
  std::size_t capacity_ = 0;          // of the table, once it is used
  std::uint64_t peer_capacity_ = 0;   // of which insert counts are made (RFC 9204 section 4.5.1.1)
  std::uint64_t known_received_ = 0;  // inserts that the peer has (RFC 9204 section 2.1.4)
  EncoderTable table_;
  RepeatedFields repeated_;
  UnacknowledgedSections sections_;
  SectionCache section_cache_;
  InstructionBuffer instructions_;
  bool repeats_itself_ = false;  // it would, as long as the entries are there
  std::uint32_t held_back_ = 0;  // fields that were to take another one's place
  IntegerReader integer_;        // of an instruction that comes in pieces
  std::uint8_t first_ = 0;
  bool in_instruction_ = false;
};

}  // namespace usquic::http3::qpack
