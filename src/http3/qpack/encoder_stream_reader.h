// Reads the peer's encoder stream (RFC 9204 section 4.3): what comes is entered into the decoder's table.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "http3/qpack/dynamic_table.h"
#include "http3/qpack/prefixed_integer.h"
#include "http3/qpack/qpack_error.h"
#include "http3/qpack/string_reader.h"

namespace usquic::http3::qpack {

class EncoderStreamReader {
 public:
  EncoderStreamReader(std::size_t max_capacity, DynamicTable& table, BlockPool& pool)
      : max_capacity_(max_capacity), table_(table), pool_(pool) {}
  ~EncoderStreamReader() { BlockPool::release(entry_); }
  EncoderStreamReader(const EncoderStreamReader&) = delete;
  EncoderStreamReader& operator=(const EncoderStreamReader&) = delete;

  // The next bytes of the stream, which may end anywhere.
  QpackResult<void> read(Bytes data);

 private:
  enum class Part : std::uint8_t {
    instruction,  // its first byte, then the rest of its number
    instruction_rest,
    name,
    value_length,
    value_length_rest,
    value,
  };

  QpackResult<void> act();
  QpackResult<void> duplicate(std::uint64_t relative);
  QpackResult<void> begin_with_name(std::uint64_t index);
  QpackResult<void> begin_string(bool is_huffman, Part part);
  QpackResult<void> read_string(Bytes& data);
  QpackResult<void> end_string();
  QpackResult<void> insert();
  const TableEntry* find(std::uint64_t relative) const;
  bool fits(std::uint64_t length) const;
  bool reserve_text(std::size_t length);

  const std::size_t max_capacity_;
  DynamicTable& table_;
  BlockPool& pool_;
  TableEntry* entry_ = nullptr;  // that is being read
  std::uint32_t room_ = 0;       // for its text
  Part part_ = Part::instruction;
  std::uint8_t first_ = 0;  // byte of the instruction, or of the value's length
  IntegerReader integer_;
  StringReader string_;
};

}  // namespace usquic::http3::qpack
