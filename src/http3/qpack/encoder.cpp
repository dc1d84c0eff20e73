#include "http3/qpack/encoder.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "http3/qpack/indexing_policy.h"
#include "http3/qpack/static_table.h"
#include "http3/qpack/string_literal.h"

namespace usquic::http3::qpack {
namespace {

// A peer that takes no instructions is sent no more than these.
constexpr std::size_t max_instruction_bytes = 4096;

// Where more fields repeat than the table holds, each would push out another one before that repeats. One of so many
// is let in.
constexpr std::uint32_t admitted_of = 4;

// What the prefix of a section takes, nearly always.
constexpr std::size_t usual_prefix_bytes = 2;

std::string_view name_of(const us_quic_header_t& field) {
  return {field.name, field.name_length};
}

std::string_view value_of(const us_quic_header_t& field) {
  return {field.value, field.value_length};
}

SectionRole role_of(std::span<const us_quic_header_t> fields) {
  const bool is_request =
      !fields.empty() && name_of(fields.front()).starts_with(':') && name_of(fields.front()) != ":status";
  return is_request ? SectionRole::request : SectionRole::other;
}

// RFC 9204 section 4.5.2.
std::uint8_t* put_static_field(int index, std::uint8_t* out) {
  return put_integer(static_cast<std::uint64_t>(index), 6, 0xc0, out);
}

// RFC 9204 sections 4.5.4 and 4.5.6: name and value, the name by reference where the static table has it.
std::uint8_t* put_literal(const us_quic_header_t& field, int static_name, Indexing indexing,
                          std::uint8_t* out) {
  const bool is_never_indexed = indexing == Indexing::never;
  if (static_name >= 0) {
    out = put_integer(static_cast<std::uint64_t>(static_name), 4, is_never_indexed ? 0x70 : 0x50, out);
  } else {
    out = put_string(name_of(field), 3, is_never_indexed ? 0x30 : 0x20, out);
  }
  return put_string(value_of(field), 7, 0, out);
}

}  // namespace

// Writes the lines of one section, and remembers which entries they refer to.
class Encoder::SectionWriter {
 public:
  SectionWriter(Encoder& encoder, SectionRole role, std::uint8_t* out)
      : encoder_(encoder),
        table_(encoder.table_),
        role_(role),
        // A section that could not be tracked refers to no entry.
        limit_(encoder.known_received_ > 0 && encoder.sections_.reserve() ? encoder.known_received_ : 0),
        out_(out) {}

  void add(const us_quic_header_t& field) {
    if ((field.flags & US_QUIC_HEADER_NEVER_INDEX) != 0) return add_literal(field, Indexing::never);
    const FieldHash hash = hash_field(name_of(field), value_of(field));
    const std::uint64_t entry = table_.find(hash, name_of(field), value_of(field), limit_);
    if (entry != EncoderTable::none && keep(entry, hash, field)) return refer(entry);
    const StaticTableMatch match = find_in_static_table(name_of(field), value_of(field));
    if (match.field >= 0) {
      out_ = put_static_field(match.field, out_);
      return;
    }
    const Indexing indexing = indexing_of(role_, field, match);
    if (indexing == Indexing::enter && encoder_.repeated_.is_repeated(hash.field)) enter(hash, field, match);
    if (indexing == Indexing::enter) is_settled_ = false;
    if (match.name < 0 && indexing != Indexing::never) {
      const std::uint64_t named = table_.find_name(hash, name_of(field), limit_);
      if (named != EncoderTable::none && !table_.is_old(named)) return add_with_entry_name(field, named);
    }
    out_ = put_literal(field, match.name, indexing, out_);
  }

  std::uint8_t* out() const { return out_; }
  std::uint64_t first_entry() const { return first_entry_; }
  std::uint64_t insert_count() const { return insert_count_; }  // the Required Insert Count
  std::uint64_t base() const { return limit_; }
  bool is_settled() const { return is_settled_; }

 private:
  void add_literal(const us_quic_header_t& field, Indexing indexing) {
    const StaticTableMatch match = find_in_static_table(name_of(field), value_of(field));
    out_ = put_literal(field, match.name, indexing, out_);
  }

  // RFC 9204 section 4.5.2.
  void refer(std::uint64_t entry) {
    note(entry);
    out_ = put_integer(limit_ - 1 - entry, 6, 0x80, out_);
  }

  // RFC 9204 section 4.5.4.
  void add_with_entry_name(const us_quic_header_t& field, std::uint64_t entry) {
    note(entry);
    out_ = put_integer(limit_ - 1 - entry, 4, 0x40, out_);
    out_ = put_string(value_of(field), 7, 0, out_);
  }

  void note(std::uint64_t entry) {
    first_entry_ = std::min(first_entry_, entry);
    insert_count_ = std::max(insert_count_, entry + 1);
  }

  // An entry that is used stays in the table: before its turn to be evicted comes, it is duplicated (RFC 9204
  // section 2.1.1.1). false: it must not be referred to, so that it can be evicted.
  bool keep(std::uint64_t entry, FieldHash hash, const us_quic_header_t& field) {
    if (!table_.is_old(entry)) return true;
    is_settled_ = false;
    const std::uint64_t newest = table_.find(hash, name_of(field), value_of(field), UINT64_MAX);
    return newest != entry || (duplicate(hash, entry) && table_.entries().has(entry));
  }

  // RFC 9204 section 4.3.4.
  bool duplicate(FieldHash hash, std::uint64_t entry) {
    const TableEntry& known = table_.entries().entry(entry);
    const std::uint64_t relative = table_.entries().insert_count() - 1 - entry;
    std::uint8_t* out = begin_entering(known.size());
    if (out == nullptr || !table_.insert(hash, known.name(), known.value())) return false;
    encoder_.instructions_.commit(put_integer(relative, 5, 0, out));
    return true;
  }

  // RFC 9204 sections 4.3.2 and 4.3.3.
  void enter(FieldHash hash, const us_quic_header_t& field, const StaticTableMatch& match) {
    const std::string_view name = name_of(field);
    const std::string_view value = value_of(field);
    // It is there, and the peer has not said yet that it has it.
    if (table_.find(hash, name, value, UINT64_MAX) != EncoderTable::none) return;
    const std::size_t size = entry_overhead + name.size() + value.size();
    // A larger one would take the place of most others.
    if (size > encoder_.capacity_ / 4 * 3) return;
    if (takes_a_place(size) && ++encoder_.held_back_ % admitted_of != 0) return;
    std::uint8_t* out = begin_entering(size);
    if (out == nullptr) return;
    // An entry of the same name, which may be evicted by this one.
    const std::uint64_t named =
        match.name >= 0 ? EncoderTable::none : table_.find_name(hash, name, UINT64_MAX);
    const std::uint64_t relative = table_.entries().insert_count() - 1 - named;
    if (!table_.insert(hash, name, value)) return;
    if (match.name >= 0) {
      out = put_integer(static_cast<std::uint64_t>(match.name), 6, 0xc0, out);
    } else if (named != EncoderTable::none) {
      out = put_integer(relative, 6, 0x80, out);
    } else {
      out = put_string(name, 5, 0x40, out);
    }
    encoder_.instructions_.commit(put_string(value, 7, 0, out));
  }

  // Whether others must be evicted for an entry of this size.
  bool takes_a_place(std::size_t size) const {
    const DynamicTable& entries = table_.entries();
    return entries.capacity() > 0 && !table_.has_room(size, entries.first());
  }

  // Room for the instruction that makes an entry of `size`; nullptr: it cannot be made now.
  std::uint8_t* begin_entering(std::size_t size) {
    InstructionBuffer& instructions = encoder_.instructions_;
    if (instructions.size() > max_instruction_bytes) return nullptr;
    std::uint8_t* out = instructions.reserve(3 * max_integer_bytes + size);
    if (out == nullptr) return nullptr;
    if (table_.entries().capacity() == 0) {
      // RFC 9204 section 4.3.1.
      table_.set_capacity(encoder_.capacity_);
      out = put_integer(encoder_.capacity_, 5, 0x20, out);
      instructions.commit(out);
    }
    if (!takes_a_place(size)) return out;
    // RFC 9204 section 2.1.1: entries stay that the peer is not known to have, or that sections refer to.
    const std::uint64_t kept =
        std::min({encoder_.known_received_, first_entry_, encoder_.sections_.first_entry()});
    return table_.has_room(size, kept) ? out : nullptr;
  }

  Encoder& encoder_;
  EncoderTable& table_;
  const SectionRole role_;
  const std::uint64_t limit_;  // entries below it may be referred to
  std::uint64_t first_entry_ = UINT64_MAX;
  std::uint64_t insert_count_ = 0;
  bool is_settled_ = true;
  std::uint8_t* out_;
};

Encoder::Encoder(std::size_t max_table_capacity, BlockPool& pool)
    : max_table_capacity_(max_table_capacity),
      table_(pool),
      repeated_(pool),
      sections_(pool),
      section_cache_(pool),
      instructions_(pool) {}

void Encoder::peer_settings(std::uint64_t max_table_capacity) {
  // A table that is in use keeps its size.
  if (capacity_ > 0) return;
  peer_capacity_ = max_table_capacity;
  capacity_ = static_cast<std::size_t>(std::min<std::uint64_t>(max_table_capacity_, max_table_capacity));
  if (capacity_ < entry_overhead) capacity_ = 0;
}

std::size_t Encoder::bound(std::span<const us_quic_header_t> fields) {
  std::size_t bound = 2 * max_integer_bytes;
  for (const us_quic_header_t& field : fields) {
    bound += 2 * max_integer_bytes + field.name_length + field.value_length;
  }
  return bound;
}

std::uint8_t* Encoder::encode_static(std::span<const us_quic_header_t> fields, std::uint8_t* out) {
  const SectionRole role = role_of(fields);
  // Required Insert Count and Delta Base (RFC 9204 section 4.5.1): no dynamic entries.
  *out++ = 0;
  *out++ = 0;
  for (const us_quic_header_t& field : fields) {
    const StaticTableMatch match = find_in_static_table(name_of(field), value_of(field));
    const Indexing indexing = indexing_of(role, field, match);
    const bool is_known = match.field >= 0 && indexing != Indexing::never;
    out = is_known ? put_static_field(match.field, out) : put_literal(field, match.name, indexing, out);
  }
  return out;
}

std::uint8_t* Encoder::encode(std::int64_t stream_id, std::span<const us_quic_header_t> fields,
                              std::uint8_t* out) {
  return capacity_ == 0 ? encode_static(fields, out) : write(stream_id, fields, out).end;
}

std::uint8_t* Encoder::encode_repeated(std::int64_t stream_id, const RepeatedSection& repeated,
                                       std::span<const us_quic_header_t> fields, std::uint8_t* out) {
  if (capacity_ == 0) return encode_static(fields, out);
  const SectionCache::Section* known = repeated.section;
  if (known != nullptr && table_.entries().has(known->first_entry) && !table_.is_old(known->first_entry) &&
      sections_.reserve()) {
    sections_.add(stream_id, known->first_entry);
    return std::copy_n(known->bytes.begin(), known->length, out);
  }
  const Written written = write(stream_id, fields, out);
  if (repeats_itself_) section_cache_.put(repeated.identity, {out, written.end}, written.first_entry);
  return written.end;
}

Encoder::Written Encoder::write(std::int64_t stream_id, std::span<const us_quic_header_t> fields,
                                std::uint8_t* out) {
  std::uint8_t* const lines = out + usual_prefix_bytes;
  SectionWriter section(*this, role_of(fields), lines);
  for (const us_quic_header_t& field : fields) section.add(field);
  if (section.insert_count() == 0) {
    out[0] = out[1] = 0;
    repeats_itself_ = false;
    return {section.out(), UINT64_MAX};
  }
  repeats_itself_ = section.is_settled();
  sections_.add(stream_id, section.first_entry());
  // RFC 9204 section 4.5.1.
  std::array<std::uint8_t, 2 * max_integer_bytes> prefix;
  const std::uint64_t full_range = 2 * (peer_capacity_ / entry_overhead);
  std::uint8_t* end = put_integer(section.insert_count() % full_range + 1, 8, 0, prefix.data());
  end = put_integer(section.base() - section.insert_count(), 7, 0, end);
  const auto prefix_length = static_cast<std::size_t>(end - prefix.data());
  const auto lines_length = static_cast<std::size_t>(section.out() - lines);
  if (prefix_length != usual_prefix_bytes) std::memmove(out + prefix_length, lines, lines_length);
  std::memcpy(out, prefix.data(), prefix_length);
  return {out + prefix_length + lines_length, section.first_entry()};
}

QpackResult<void> Encoder::read_decoder_stream(Bytes data) {
  using Progress = IntegerReader::Progress;
  while (!data.empty()) {
    Progress progress = Progress::more;
    if (in_instruction_) {
      progress = integer_.read(data);
    } else {
      first_ = data.front();
      data = data.subspan(1);
      progress = integer_.begin(first_, (first_ & 0x80) != 0 ? 7 : 6);
    }
    if (progress == Progress::too_large) return QpackError::decoder_stream;
    in_instruction_ = progress == Progress::more;
    if (in_instruction_) continue;
    const QpackResult<void> result = act();
    if (!result) return result;
  }
  return {};
}

// RFC 9204 section 4.4.
QpackResult<void> Encoder::act() {
  const std::uint64_t number = integer_.value();
  if ((first_ & 0x80) != 0) {
    // Its entries were known to be there already.
    if (!sections_.acknowledge(static_cast<std::int64_t>(number))) return QpackError::decoder_stream;
  } else if ((first_ & 0x40) != 0) {
    sections_.cancel(static_cast<std::int64_t>(number));
  } else {
    const std::uint64_t unknown = table_.entries().insert_count() - known_received_;
    if (number == 0 || number > unknown) return QpackError::decoder_stream;
    known_received_ += number;
  }
  return {};
}

}  // namespace usquic::http3::qpack
