#include "http3/qpack/encoder_stream_reader.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "base/ascii.h"
#include "http3/qpack/static_table.h"

namespace usquic::http3::qpack {
namespace {

// Instructions, by their first byte (RFC 9204 section 4.3).
enum class Instruction : std::uint8_t { set_capacity, duplicate, insert_with_name, insert };

struct InstructionForm {
  Instruction instruction;
  std::uint8_t bits;  // of the number in the first byte
};

constexpr InstructionForm instruction_form(std::uint8_t first) {
  if ((first & 0x80) != 0) return {Instruction::insert_with_name, 6};
  if ((first & 0x40) != 0) return {Instruction::insert, 5};
  if ((first & 0x20) != 0) return {Instruction::set_capacity, 5};
  return {Instruction::duplicate, 5};
}

}  // namespace

QpackResult<void> EncoderStreamReader::read(Bytes data) {
  using Progress = IntegerReader::Progress;
  while (!data.empty()) {
    Progress progress = Progress::more;
    switch (part_) {
      case Part::instruction:
      case Part::value_length:
        first_ = data.front();
        data = data.subspan(1);
        progress = integer_.begin(first_, part_ == Part::instruction ? instruction_form(first_).bits : 7);
        part_ = part_ == Part::instruction ? Part::instruction_rest : Part::value_length_rest;
        break;
      case Part::instruction_rest:
      case Part::value_length_rest:
        progress = integer_.read(data);
        break;
      case Part::name:
      case Part::value: {
        const QpackResult<void> result = read_string(data);
        if (!result) return result;
        continue;
      }
    }
    if (progress == Progress::too_large) return QpackError::encoder_stream;
    if (progress == Progress::more) continue;
    const QpackResult<void> result =
        part_ == Part::instruction_rest ? act() : begin_string((first_ & 0x80) != 0, Part::value);
    if (!result) return result;
  }
  return {};
}

QpackResult<void> EncoderStreamReader::act() {
  const std::uint64_t number = integer_.value();
  part_ = Part::instruction;
  switch (instruction_form(first_).instruction) {
    case Instruction::set_capacity:
      // RFC 9204 section 4.3.1.
      if (number > max_capacity_) return QpackError::encoder_stream;
      table_.set_capacity(number);
      return {};
    case Instruction::duplicate:
      return duplicate(number);
    case Instruction::insert_with_name:
      return begin_with_name(number);
    case Instruction::insert:
      if (!reserve_text(0)) return QpackError::no_memory;
      entry_->name_length = entry_->value_length = 0;
      return begin_string((first_ & 0x20) != 0, Part::name);
  }
  return {};
}

const TableEntry* EncoderStreamReader::find(std::uint64_t relative) const {
  if (relative >= table_.count()) return nullptr;
  return &table_.entry(table_.insert_count() - 1 - relative);
}

QpackResult<void> EncoderStreamReader::duplicate(std::uint64_t relative) {
  const TableEntry* known = find(relative);
  if (known == nullptr) return QpackError::encoder_stream;
  const std::size_t length = known->name_length + known->value_length;
  if (!reserve_text(length)) return QpackError::no_memory;
  std::memcpy(entry_->text(), known->text(), length);
  entry_->name_length = known->name_length;
  entry_->value_length = known->value_length;
  entry_->field_class = known->field_class;
  return insert();
}

QpackResult<void> EncoderStreamReader::begin_with_name(std::uint64_t index) {
  std::string_view name;
  http::FieldName name_class{};
  if ((first_ & 0x40) != 0) {
    if (index >= static_table_size) return QpackError::encoder_stream;
    const us_quic_header_t& known = static_field(index);
    name = {known.name, known.name_length};
    name_class = static_field_class(index).name;
  } else {
    const TableEntry* known = find(index);
    if (known == nullptr) return QpackError::encoder_stream;
    name = known->name();
    name_class = known->field_class.name;
  }
  if (!reserve_text(name.size())) return QpackError::no_memory;
  std::memcpy(entry_->text(), name.data(), name.size());
  entry_->name_length = static_cast<std::uint32_t>(name.size());
  entry_->value_length = 0;
  entry_->field_class.name = name_class;
  part_ = Part::value_length;
  return {};
}

// Of the length that was read.
QpackResult<void> EncoderStreamReader::begin_string(bool is_huffman, Part part) {
  string_ = StringReader(integer_.value(), is_huffman);
  part_ = part;
  // What cannot fit is refused before it is read.
  if (!fits(string_.min_length())) return QpackError::encoder_stream;
  return string_.is_complete() ? end_string() : QpackResult<void>();
}

// Whether the entry has room for `length` more bytes.
bool EncoderStreamReader::fits(std::uint64_t length) const {
  const std::size_t size = entry_->size();
  return size <= table_.capacity() && length <= table_.capacity() - size;
}

QpackResult<void> EncoderStreamReader::read_string(Bytes& data) {
  const Bytes bytes = string_.part_of(data);
  const std::size_t before = entry_->name_length + entry_->value_length;
  if (!reserve_text(before + string_.max_decoded(bytes.size()))) return QpackError::no_memory;
  char* text = entry_->text() + before;
  const char* end = string_.read(bytes, text);
  if (end == nullptr) return QpackError::encoder_stream;
  data = data.subspan(bytes.size());
  std::uint32_t& length = part_ == Part::name ? entry_->name_length : entry_->value_length;
  length += static_cast<std::uint32_t>(end - text);
  if (!fits(0)) return QpackError::encoder_stream;
  return string_.is_complete() ? end_string() : QpackResult<void>();
}

QpackResult<void> EncoderStreamReader::end_string() {
  if (part_ == Part::name) {
    entry_->field_class.name = http::classify_name(entry_->name());
    part_ = Part::value_length;
    return {};
  }
  part_ = Part::instruction;
  // White space around a value is not part of it (RFC 9110 section 5.5), though it counts in the table.
  http::FieldClass& field_class = entry_->field_class;
  field_class.value = http::classify_value(field_class.name, trim(entry_->value()));
  return insert();
}

QpackResult<void> EncoderStreamReader::insert() {
  if (!fits(0)) return QpackError::encoder_stream;
  if (!table_.insert(entry_)) return QpackError::no_memory;
  entry_ = nullptr;
  room_ = 0;
  return {};
}

// Room for a text of so many bytes in the entry that is being read; nothing that is there is lost.
bool EncoderStreamReader::reserve_text(std::size_t length) {
  if (entry_ != nullptr && length <= room_) return true;
  const std::size_t room = entry_ == nullptr ? length : std::max(length, std::size_t{room_} * 2);
  void* memory = pool_.resize(entry_, sizeof(TableEntry) + room);
  if (memory == nullptr) return false;
  entry_ = entry_ == nullptr ? new (memory) TableEntry{} : static_cast<TableEntry*>(memory);
  room_ = static_cast<std::uint32_t>(room);
  return true;
}

}  // namespace usquic::http3::qpack
