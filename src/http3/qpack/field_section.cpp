#include "http3/qpack/field_section.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace usquic::http3::qpack {

std::size_t FieldSection::bytes_of(SectionRoom room) {
  return room.fields * (sizeof(us_quic_header_t) + sizeof(http::FieldClass)) + room.text;
}

http::FieldClass* FieldSection::classes(us_quic_header_t* fields, SectionRoom room) {
  return reinterpret_cast<http::FieldClass*>(fields + room.fields);
}

char* FieldSection::text(us_quic_header_t* fields, SectionRoom room) {
  return reinterpret_cast<char*>(classes(fields, room) + room.fields);
}

SectionPointer FieldSection::create(SectionRoom room, BlockPool& pool) {
  void* memory = pool.allocate(sizeof(FieldSection) + bytes_of(room));
  if (memory == nullptr) throw std::bad_alloc();
  return SectionPointer(*::new (memory) FieldSection(room, pool));
}

FieldSection::FieldSection(SectionRoom room, BlockPool& pool)
    : pool_(pool), fields_(reinterpret_cast<us_quic_header_t*>(this + 1)), room_(room) {}

FieldSection::~FieldSection() {
  if (!is_inline()) BlockPool::release(fields_);
}

bool FieldSection::is_inline() const {
  return fields_ == reinterpret_cast<const us_quic_header_t*>(this + 1);
}

bool FieldSection::grow(SectionRoom room) {
  auto* larger = static_cast<us_quic_header_t*>(pool_.allocate(bytes_of(room)));
  if (larger == nullptr) return false;
  const char* from = text(fields_, room_);
  char* to = text(larger, room);
  std::memcpy(to, from, text_length_);
  std::memcpy(classes(larger, room), classes(fields_, room_), count_ * sizeof(http::FieldClass));
  // The field that is being read moves as well.
  const std::size_t moved = std::min(count_ + 1, room_.fields);
  std::memcpy(larger, fields_, moved * sizeof(us_quic_header_t));
  const auto follow = [this, from, to](const char*& pointer) {
    if (pointer >= from && pointer <= from + text_length_) pointer = to + (pointer - from);
  };
  for (us_quic_header_t& field : std::span(larger, moved)) {
    follow(field.name);
    follow(field.value);
  }
  if (!is_inline()) BlockPool::release(fields_);
  fields_ = larger;
  room_ = room;
  return true;
}

us_quic_header_t* FieldSection::open_field() {
  if (count_ == room_.fields && !grow({room_.fields * 2, room_.text})) return nullptr;
  return new (&fields_[count_]) us_quic_header_t{};
}

char* FieldSection::reserve(std::size_t length) {
  const std::size_t needed = text_length_ + length;
  text_needed_ = std::max(text_needed_, static_cast<std::uint32_t>(needed));
  if (needed > room_.text &&
      !grow({room_.fields, std::max(room_.text * 2, static_cast<std::uint32_t>(needed))})) {
    return nullptr;
  }
  return text(fields_, room_) + text_length_;
}

}  // namespace usquic::http3::qpack
