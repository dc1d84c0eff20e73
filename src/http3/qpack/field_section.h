// The fields of a section that was received, in memory of their own: they stay as long as the section does.
// Fields whose memory moves are seen by nobody: views are handed out of a complete section only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "base/block_pool.h"
#include "http/field_class.h"
#include "http3/qpack/prefixed_integer.h"
#include "http3/qpack/string_reader.h"
#include "usquic/quic.h"

namespace usquic::http3::qpack {

// How much memory a section is made with.
struct SectionRoom {
  std::uint32_t fields;
  std::uint32_t text;  // bytes
};

// Where decoding a section stands (RFC 9204 section 4.5).
struct SectionProgress {
  enum class Part : std::uint8_t {
    insert_count,  // its first byte, then the others, as for all numbers here
    insert_count_rest,
    base,
    base_rest,
    line,
    line_rest,  // of its index, or of the length of its name
    name,
    value_length,
    value_length_rest,
    value,
  };

  IntegerReader integer;
  StringReader string;
  std::uint64_t insert_count = 0;  // the Required Insert Count
  std::uint64_t base = 0;
  std::uint64_t size = 0;          // of the fields so far, as RFC 9114 section 4.2.2 counts
  std::uint32_t string_begin = 0;  // where the text of `string` begins
  Part part = Part::insert_count;
  std::uint8_t first = 0;  // byte of the line, or of another number
  http::FieldName name{};  // of the line's field
};

class FieldSection;

// Owns a section, alone or with others.
class SectionPointer {
 public:
  SectionPointer() = default;
  explicit SectionPointer(FieldSection& section);
  SectionPointer(const SectionPointer& other);
  SectionPointer(SectionPointer&& other) noexcept : section_(std::exchange(other.section_, nullptr)) {}
  SectionPointer& operator=(SectionPointer other) noexcept {
    std::swap(section_, other.section_);
    return *this;
  }
  ~SectionPointer();

  FieldSection* get() const { return section_; }
  FieldSection& operator*() const { return *section_; }
  FieldSection* operator->() const { return section_; }
  explicit operator bool() const { return section_ != nullptr; }
  void reset() { *this = SectionPointer(); }

 private:
  FieldSection* section_ = nullptr;
};

class FieldSection {
 public:
  // Throws std::bad_alloc.
  static SectionPointer create(SectionRoom room, BlockPool& pool);
  ~FieldSection();
  FieldSection(const FieldSection&) = delete;
  FieldSection& operator=(const FieldSection&) = delete;
  static void operator delete(void* memory) { BlockPool::release(memory); }

  // Of a complete section.
  std::span<const us_quic_header_t> fields() const { return {fields_, count_}; }
  std::span<const http::FieldClass> classes() const { return {classes(fields_, room_), count_}; }

  // Its memory is one block of a pool.
  bool is_small() const {
    return is_inline() && sizeof *this + bytes_of(room_) <= BlockPool::max_pooled_bytes;
  }

  SectionPointer next;  // an older section of the same stream, kept until the stream ends

 private:
  friend class SectionPointer;
  friend class Decoder;
  friend class SectionReader;

  FieldSection(SectionRoom room, BlockPool& pool);

  static std::size_t bytes_of(SectionRoom room);
  static http::FieldClass* classes(us_quic_header_t* fields, SectionRoom room);
  static char* text(us_quic_header_t* fields, SectionRoom room);

  // The next field, empty; nullptr: memory is used up. It counts after close_field().
  us_quic_header_t* open_field();
  us_quic_header_t& field() { return fields_[count_]; }
  void close_field(http::FieldClass field_class) { classes(fields_, room_)[count_++] = field_class; }
  // Room for `length` bytes at the end of the text; nullptr: memory is used up. Fields and text can move.
  char* reserve(std::size_t length);
  // Text ends here now.
  void commit(const char* end) { text_length_ = static_cast<std::uint32_t>(end - text(fields_, room_)); }
  char* text_at(std::uint32_t offset) const { return text(fields_, room_) + offset; }
  bool grow(SectionRoom room);
  bool is_inline() const;

  BlockPool& pool_;
  us_quic_header_t* fields_;  // then their classes, then the text
  SectionRoom room_;
  std::uint32_t count_ = 0;
  std::uint32_t text_length_ = 0;
  std::uint32_t text_needed_ = 0;  // the most that was reserved
  std::uint32_t owners_ = 0;
  SectionProgress progress_;
};

inline SectionPointer::SectionPointer(FieldSection& section) : section_(&section) {
  ++section.owners_;
}

inline SectionPointer::SectionPointer(const SectionPointer& other) : section_(other.section_) {
  if (section_ != nullptr) ++section_->owners_;
}

inline SectionPointer::~SectionPointer() {
  if (section_ != nullptr && --section_->owners_ == 0) delete section_;
}

}  // namespace usquic::http3::qpack
