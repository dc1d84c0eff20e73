// The chunked transfer coding as it is read (RFC 9112 section 7.1), up to its trailer section.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "http1/failure.h"

namespace usquic::http1 {

class ChunkedBody {
 public:
  // max_extension_bytes: of the extensions of all chunks, which are dropped.
  explicit ChunkedBody(std::size_t max_extension_bytes) : max_extension_bytes_(max_extension_bytes) {}

  // Takes bytes off `input`, up to the end of the next piece of data, which `data` is then (a view of `input`), or
  // up to the end of the line that says that there are no more chunks: complete. Partial with no data: more bytes
  // have to come.
  Progress read(Bytes& input, Bytes& data);
  const Failure& failure() const { return failure_; }

 private:
  enum class Part : std::uint8_t {
    size,            // its digits
    extension,       // after the first semicolon
    size_line_feed,  // the LF behind size and extension
    data,
    data_return,     // the CR behind data
    data_line_feed,  // the LF behind that
    failed,
  };

  Progress take_byte(std::uint8_t byte);
  Progress take_size_byte(std::uint8_t byte);
  Progress take_extension_byte(std::uint8_t byte);
  Progress end_size();
  Progress expect(std::uint8_t byte, std::uint8_t expected, Part next);
  Progress fail(Failure failure);

  const std::size_t max_extension_bytes_;
  Part part_ = Part::size;
  std::uint64_t left_ = 0;  // the size of the chunk, then what has not come of it
  std::size_t digits_ = 0;
  std::size_t extension_bytes_ = 0;
  Failure failure_;
};

}  // namespace usquic::http1
