// Lines that come in pieces, kept one behind the other in one piece of memory (RFC 9112 section 2.2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace usquic::http1 {

// Where text lies in a LineBuffer: views of it do not outlive the next line.
struct TextPlace {
  std::uint32_t at = 0;
  std::uint32_t length = 0;
};

class LineBuffer {
 public:
  enum class [[nodiscard]] Status : std::uint8_t{
      partial, complete,
      bare_line_feed,  // no CR before it, which would let two recipients disagree about where the line ends
      too_long,        // the line has `most` bytes and no end
  };

  // Takes bytes off `input`, up to the end of a line and up to `most` bytes of it. Throws std::bad_alloc.
  Status take_line(Bytes& input, std::size_t most);
  // The line that is complete, without its end; what has come of one that is too long.
  std::span<char> line();
  // Forgets the latest line.
  void drop_line();
  // Nothing of a line has come.
  bool is_at_line_start() const { return is_complete_ || text_.size() == line_at_; }

  // Keeps a text that came in no line.
  TextPlace keep(std::string_view text);
  TextPlace place_of(std::string_view part) const;
  std::string_view text(TextPlace place) const { return {text_.data() + place.at, place.length}; }

  // Forgets everything. Much memory is given back.
  void clear();
  std::size_t held_bytes() const { return text_.capacity(); }

 private:
  std::string text_;
  std::size_t line_at_ = 0;
  bool is_complete_ = false;
};

}  // namespace usquic::http1
