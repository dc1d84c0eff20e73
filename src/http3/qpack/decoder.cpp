#include "http3/qpack/decoder.h"

#include <algorithm>

#include "http3/qpack/prefixed_integer.h"
#include "http3/qpack/section_reader.h"

namespace usquic::http3::qpack {
namespace {

// What a short request has.
constexpr SectionRoom first_room = {8, 160};

// A peer that takes no instructions causes no more than these.
constexpr std::size_t max_waiting_bytes = 64 * 1024;

// Half of the way from what was enough before to what is enough now, or all of it if that is more.
std::uint32_t adapt(std::uint32_t before, std::uint32_t now) {
  return std::max(now, (before + now) / 2);
}

}  // namespace

Decoder::Decoder(const Limits& limits, BlockPool& pool)
    : limits_(limits),
      pool_(pool),
      table_(pool),
      encoder_stream_(limits.max_table_capacity, table_, pool),
      instructions_(pool),
      usual_room_(first_room) {}

SectionPointer Decoder::make_section() {
  return FieldSection::create(usual_room_, pool_);
}

QpackResult<Decoder::Status> Decoder::decode(FieldSection& section, std::int64_t stream_id, Bytes data,
                                             bool is_end, std::size_t& used) {
  using Outcome = SectionReader::Outcome;
  SectionReader reader(section, table_, limits_.max_table_capacity, limits_.max_section_size);
  Bytes rest = data;
  Outcome outcome = Outcome::lines;
  if (reader.is_in_prefix()) outcome = reader.read_prefix(rest);
  if (outcome == Outcome::lines) {
    // A section that needs entries has a line that refers to one (RFC 9204 section 4.5.1.1).
    const bool is_empty = is_end && rest.empty() && section.count_ == 0 && reader.is_between_lines();
    if (section.progress_.insert_count > 0 && is_empty) return QpackError::decompression_failed;
    if (!is_ready(section)) {
      used = data.size() - rest.size();
      return Status::blocked;
    }
    outcome = reader.read_lines(rest);
  }
  used = data.size() - rest.size();
  switch (outcome) {
    case Outcome::no_memory:
      return QpackError::no_memory;
    case Outcome::too_large:
      return Status::too_large;
    case Outcome::more:
      if (!is_end) return Status::more;
      if (!reader.is_between_lines()) return QpackError::decompression_failed;
      return finish(section, stream_id);
    default:
      return QpackError::decompression_failed;
  }
}

QpackResult<Decoder::Status> Decoder::finish(FieldSection& section, std::int64_t stream_id) {
  const SectionRoom room = {adapt(usual_room_.fields, section.count_ + 1),
                            adapt(usual_room_.text, section.text_needed_)};
  if (sizeof(FieldSection) + FieldSection::bytes_of(room) <= BlockPool::max_pooled_bytes) usual_room_ = room;
  if (const QpackResult<void> result = decoded_again(section, stream_id); !result) return result.error();
  return Status::done;
}

QpackResult<void> Decoder::decoded_again(const FieldSection& section, std::int64_t stream_id) {
  const std::uint64_t insert_count = section.progress_.insert_count;
  if (insert_count == 0) return {};
  // RFC 9204 section 4.4.1.
  const QpackResult<void> result = queue(stream_id, 7, 0x80);
  if (result) reported_ = std::max(reported_, insert_count);
  return result;
}

QpackResult<void> Decoder::cancel(std::int64_t stream_id) {
  // RFC 9204 section 2.2.2.2: not needed where there never is a table.
  return limits_.max_table_capacity == 0 ? QpackResult<void>() : queue(stream_id, 6, 0x40);
}

QpackResult<void> Decoder::queue(std::int64_t stream_id, unsigned bits, unsigned flags) {
  if (instructions_.size() > max_waiting_bytes) return QpackError::excessive_load;
  std::uint8_t* out = instructions_.reserve(max_integer_bytes);
  if (out == nullptr) return QpackError::no_memory;
  instructions_.commit(put_integer(static_cast<std::uint64_t>(stream_id), bits, flags, out));
  return {};
}

bool Decoder::has_instructions() const {
  return instructions_.size() > 0 || reported_ < table_.insert_count();
}

std::size_t Decoder::write_instructions(MutableBytes room) {
  // Insert Count Increment (RFC 9204 section 4.4.3): one for all inserts since. Without memory for it, it goes
  // the next time.
  if (reported_ < table_.insert_count() && instructions_.size() < room.size()) {
    if (std::uint8_t* out = instructions_.reserve(max_integer_bytes); out != nullptr) {
      instructions_.commit(put_integer(table_.insert_count() - reported_, 6, 0, out));
      reported_ = table_.insert_count();
    }
  }
  return instructions_.take(room);
}

}  // namespace usquic::http3::qpack
