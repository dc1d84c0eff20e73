#include "http3/qpack/section_reader.h"

#include <cstring>
#include <string_view>

#include "base/ascii.h"
#include "http3/qpack/static_table.h"

namespace usquic::http3::qpack {
namespace {

using Progress = IntegerReader::Progress;

// Overhead per field in the size of a section (RFC 9114 section 4.2.2).
constexpr std::size_t field_overhead = 32;

// Forms of a field line, by its first byte (RFC 9204 sections 4.5.2 to 4.5.6).
enum class Line : std::uint8_t {
  indexed,
  indexed_post_base,
  literal_with_name,
  literal_with_name_post_base,
  literal,
};

struct LineForm {
  Line line;
  std::uint8_t bits;  // of the number in the first byte
};

constexpr LineForm line_form(std::uint8_t first) {
  if ((first & 0x80) != 0) return {Line::indexed, 6};
  if ((first & 0x40) != 0) return {Line::literal_with_name, 4};
  if ((first & 0x20) != 0) return {Line::literal, 3};
  if ((first & 0x10) != 0) return {Line::indexed_post_base, 4};
  return {Line::literal_with_name_post_base, 3};
}

constexpr bool is_never_indexed(std::uint8_t first) {
  switch (line_form(first).line) {
    case Line::literal_with_name:
      return (first & 0x20) != 0;
    case Line::literal:
      return (first & 0x10) != 0;
    case Line::literal_with_name_post_base:
      return (first & 0x08) != 0;
    default:
      return false;
  }
}

}  // namespace

SectionReader::Outcome SectionReader::read_prefix(Bytes& data) {
  SectionProgress& p = progress_;
  Progress progress = Progress::more;
  while (is_in_prefix()) {
    if (data.empty()) return Outcome::more;
    if (p.part == Part::insert_count || p.part == Part::base) {
      const bool is_base = p.part == Part::base;
      p.first = data.front();
      data = data.subspan(1);
      progress = p.integer.begin(p.first, is_base ? 7 : 8);
      p.part = is_base ? Part::base_rest : Part::insert_count_rest;
    } else {
      progress = p.integer.read(data);
    }
    if (progress == Progress::too_large) return Outcome::invalid;
    if (progress == Progress::more) continue;
    const Outcome outcome = p.part == Part::insert_count_rest ? take_insert_count() : take_base();
    if (outcome != Outcome::more) return outcome;
  }
  return Outcome::lines;
}

// RFC 9204 section 4.5.1.1.
SectionReader::Outcome SectionReader::take_insert_count() {
  progress_.part = Part::base;
  const std::uint64_t encoded = progress_.integer.value();
  if (encoded == 0) return Outcome::more;
  const std::uint64_t max_entries = max_table_capacity_ / entry_overhead;
  const std::uint64_t full_range = 2 * max_entries;
  if (encoded > full_range) return Outcome::invalid;
  const std::uint64_t max_value = table_.insert_count() + max_entries;
  const std::uint64_t max_wrapped = max_value / full_range * full_range;
  std::uint64_t insert_count = max_wrapped + encoded - 1;
  if (insert_count > max_value) {
    if (insert_count <= full_range) return Outcome::invalid;
    insert_count -= full_range;
  }
  if (insert_count == 0) return Outcome::invalid;
  progress_.insert_count = insert_count;
  return Outcome::more;
}

// RFC 9204 section 4.5.1.2.
SectionReader::Outcome SectionReader::take_base() {
  const bool is_negative = (progress_.first & 0x80) != 0;
  const std::uint64_t delta = progress_.integer.value();
  if (is_negative && delta >= progress_.insert_count) return Outcome::invalid;
  progress_.base = is_negative ? progress_.insert_count - delta - 1 : progress_.insert_count + delta;
  progress_.part = Part::line;
  return Outcome::more;
}

SectionReader::Outcome SectionReader::read_lines(Bytes& data) {
  SectionProgress& p = progress_;
  Outcome outcome = Outcome::more;
  bool is_complete = false;
  while (!data.empty()) {
    Progress progress = Progress::done;
    switch (p.part) {
      case Part::line:
        p.first = data.front();
        data = data.subspan(1);
        progress = p.integer.begin(p.first, line_form(p.first).bits);
        p.part = Part::line_rest;
        if (progress == Progress::done) outcome = take_index(data);
        break;
      case Part::value_length:
        p.first = data.front();
        data = data.subspan(1);
        progress = p.integer.begin(p.first, 7);
        p.part = Part::value_length_rest;
        if (progress == Progress::done) outcome = begin_value(data);
        break;
      case Part::line_rest:
        progress = p.integer.read(data);
        if (progress == Progress::done) outcome = take_index(data);
        break;
      case Part::value_length_rest:
        progress = p.integer.read(data);
        if (progress == Progress::done) outcome = begin_value(data);
        break;
      case Part::name:
        outcome = read_string(p.string, data, is_complete);
        if (outcome == Outcome::more && is_complete) outcome = take_name();
        break;
      case Part::value:
        outcome = read_string(p.string, data, is_complete);
        if (outcome == Outcome::more && is_complete) outcome = take_value();
        break;
      default:
        return Outcome::invalid;
    }
    if (progress == Progress::too_large) return Outcome::invalid;
    if (outcome != Outcome::more) return outcome;
  }
  return Outcome::more;
}

SectionReader::Outcome SectionReader::take_index(Bytes& data) {
  const std::uint64_t index = progress_.integer.value();
  const std::uint8_t first = progress_.first;
  us_quic_header_t* field = section_.open_field();
  if (field == nullptr) return Outcome::no_memory;
  if (!count(field_overhead)) return Outcome::too_large;
  if (is_never_indexed(first)) field->flags = US_QUIC_HEADER_NEVER_INDEX;
  std::uint64_t entry = 0;
  switch (line_form(first).line) {
    case Line::indexed:
      if ((first & 0x40) != 0) return add_static(index);
      return find_relative(index, entry) ? add_entry(entry) : Outcome::invalid;
    case Line::indexed_post_base:
      return find_post_base(index, entry) ? add_entry(entry) : Outcome::invalid;
    case Line::literal_with_name:
      if ((first & 0x10) != 0) return begin_with_static_name(index);
      return find_relative(index, entry) ? begin_with_entry_name(entry) : Outcome::invalid;
    case Line::literal_with_name_post_base:
      return find_post_base(index, entry) ? begin_with_entry_name(entry) : Outcome::invalid;
    case Line::literal:
      return begin_name(data);
  }
  return Outcome::invalid;
}

// RFC 9204 section 3.2.5; no entry that the section did not say that it needs (section 2.2.1).
bool SectionReader::find_relative(std::uint64_t index, std::uint64_t& absolute) const {
  if (index >= progress_.base) return false;
  absolute = progress_.base - 1 - index;
  return absolute < progress_.insert_count && table_.has(absolute);
}

// RFC 9204 section 3.2.6.
bool SectionReader::find_post_base(std::uint64_t index, std::uint64_t& absolute) const {
  absolute = progress_.base + index;
  return absolute < progress_.insert_count && table_.has(absolute);
}

bool SectionReader::count(std::size_t length) {
  progress_.size += length;
  return progress_.size <= max_section_size_;
}

SectionReader::Outcome SectionReader::add_static(std::uint64_t index) {
  if (index >= static_table_size) return Outcome::invalid;
  const us_quic_header_t& known = static_field(index);
  if (!count(known.name_length + known.value_length)) return Outcome::too_large;
  section_.field() = known;
  section_.close_field(static_field_class(index));
  progress_.part = Part::line;
  return Outcome::more;
}

SectionReader::Outcome SectionReader::add_entry(std::uint64_t index) {
  const TableEntry& entry = table_.entry(index);
  const std::size_t length = entry.name_length + entry.value_length;
  if (!count(length)) return Outcome::too_large;
  char* text = section_.reserve(length);
  if (text == nullptr) return Outcome::no_memory;
  std::memcpy(text, entry.text(), length);
  section_.commit(text + length);
  const std::string_view value = trim({text + entry.name_length, entry.value_length});
  section_.field() = {text, entry.name_length, value.data(), value.size(), 0};
  section_.close_field(entry.field_class);
  progress_.part = Part::line;
  return Outcome::more;
}

SectionReader::Outcome SectionReader::begin_with_static_name(std::uint64_t index) {
  if (index >= static_table_size) return Outcome::invalid;
  const us_quic_header_t& known = static_field(index);
  if (!count(known.name_length)) return Outcome::too_large;
  us_quic_header_t& field = section_.field();
  field.name = known.name;
  field.name_length = known.name_length;
  progress_.name = static_field_class(index).name;
  progress_.part = Part::value_length;
  return Outcome::more;
}

SectionReader::Outcome SectionReader::begin_with_entry_name(std::uint64_t index) {
  const TableEntry& entry = table_.entry(index);
  if (!count(entry.name_length)) return Outcome::too_large;
  char* text = section_.reserve(entry.name_length);
  if (text == nullptr) return Outcome::no_memory;
  std::memcpy(text, entry.text(), entry.name_length);
  section_.commit(text + entry.name_length);
  us_quic_header_t& field = section_.field();
  field.name = text;
  field.name_length = entry.name_length;
  progress_.name = entry.field_class.name;
  progress_.part = Part::value_length;
  return Outcome::more;
}

SectionReader::Outcome SectionReader::begin_name(Bytes& data) {
  progress_.part = Part::name;
  bool is_complete = false;
  const Outcome outcome = begin_string((progress_.first & 0x08) != 0, data, is_complete);
  return outcome == Outcome::more && is_complete ? take_name() : outcome;
}

SectionReader::Outcome SectionReader::begin_value(Bytes& data) {
  progress_.part = Part::value;
  bool is_complete = false;
  const Outcome outcome = begin_string((progress_.first & 0x80) != 0, data, is_complete);
  return outcome == Outcome::more && is_complete ? take_value() : outcome;
}

// Of the length that was read.
SectionReader::Outcome SectionReader::begin_string(bool is_huffman, Bytes& data, bool& is_complete) {
  StringReader string(progress_.integer.value(), is_huffman);
  progress_.string_begin = section_.text_length_;
  // Too long as far as is known, and so never read.
  if (string.min_length() > max_section_size_ - progress_.size) return Outcome::too_large;
  const Outcome outcome = read_string(string, data, is_complete);
  if (!is_complete) progress_.string = string;
  return outcome;
}

SectionReader::Outcome SectionReader::read_string(StringReader& string, Bytes& data, bool& is_complete) {
  const Bytes part = string.part_of(data);
  char* text = section_.reserve(string.max_decoded(part.size()));
  if (text == nullptr) return Outcome::no_memory;
  const char* end = string.read(part, text);
  if (end == nullptr) return Outcome::invalid;
  section_.commit(end);
  data = data.subspan(part.size());
  is_complete = string.is_complete();
  const std::size_t length = section_.text_length_ - progress_.string_begin;
  return length <= max_section_size_ - progress_.size ? Outcome::more : Outcome::too_large;
}

SectionReader::Outcome SectionReader::take_name() {
  us_quic_header_t& field = section_.field();
  field.name = section_.text_at(progress_.string_begin);
  field.name_length = section_.text_length_ - progress_.string_begin;
  if (!count(field.name_length)) return Outcome::too_large;
  progress_.name = http::classify_name({field.name, field.name_length});
  progress_.part = Part::value_length;
  return Outcome::more;
}

// White space around a value is not part of it (RFC 9110 section 5.5).
SectionReader::Outcome SectionReader::take_value() {
  const std::size_t length = section_.text_length_ - progress_.string_begin;
  if (!count(length)) return Outcome::too_large;
  const std::string_view value = trim({section_.text_at(progress_.string_begin), length});
  us_quic_header_t& field = section_.field();
  field.value = value.data();
  field.value_length = value.size();
  section_.close_field({progress_.name, http::classify_value(progress_.name, value)});
  progress_.part = Part::line;
  return Outcome::more;
}

}  // namespace usquic::http3::qpack
