// Reads an encoded field section (RFC 9204 section 4.5) into a FieldSection, in as many pieces as it comes in.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "http3/qpack/dynamic_table.h"
#include "http3/qpack/field_section.h"

namespace usquic::http3::qpack {

class SectionReader {
 public:
  SectionReader(FieldSection& section, const DynamicTable& table, std::size_t max_table_capacity,
                std::size_t max_section_size)
      : section_(section),
        progress_(section.progress_),
        table_(table),
        max_table_capacity_(max_table_capacity),
        max_section_size_(max_section_size) {}

  enum class Outcome : std::uint8_t {
    more,       // all bytes were taken, or go on
    lines,      // the prefix is complete
    invalid,    // QPACK_DECOMPRESSION_FAILED
    too_large,  // over the limit
    no_memory,
  };

  bool is_in_prefix() const { return progress_.part <= SectionProgress::Part::base_rest; }
  // The section may end here.
  bool is_between_lines() const { return progress_.part == SectionProgress::Part::line; }

  // Both take what they used off `data`.
  Outcome read_prefix(Bytes& data);
  Outcome read_lines(Bytes& data);

 private:
  using Part = SectionProgress::Part;

  Outcome take_insert_count();
  Outcome take_base();
  Outcome begin_line(std::uint8_t first);
  Outcome take_index(Bytes& data);
  Outcome add_static(std::uint64_t index);
  Outcome add_entry(std::uint64_t index);
  Outcome begin_with_static_name(std::uint64_t index);
  Outcome begin_with_entry_name(std::uint64_t index);
  Outcome begin_name(Bytes& data);
  Outcome begin_value(Bytes& data);
  Outcome begin_string(bool is_huffman, Bytes& data, bool& is_complete);
  Outcome read_string(StringReader& string, Bytes& data, bool& is_complete);
  Outcome take_name();
  Outcome take_value();
  bool find_relative(std::uint64_t index, std::uint64_t& absolute) const;
  bool find_post_base(std::uint64_t index, std::uint64_t& absolute) const;
  // Counts these bytes; false: the section is over its limit.
  bool count(std::size_t length);

  FieldSection& section_;
  SectionProgress& progress_;
  const DynamicTable& table_;
  const std::size_t max_table_capacity_;
  const std::size_t max_section_size_;
};

}  // namespace usquic::http3::qpack
