#include "http1/line_buffer.h"

#include <algorithm>
#include <cstring>

#include "http1/kept_memory.h"

namespace usquic::http1 {

LineBuffer::Status LineBuffer::take_line(Bytes& input, std::size_t most) {
  if (is_complete_) {
    line_at_ = text_.size();
    is_complete_ = false;
  }
  const std::size_t came = text_.size() - line_at_;
  const Bytes near = input.first(std::min(input.size(), most - std::min(most, came)));
  const void* end = near.empty() ? nullptr : std::memchr(near.data(), '\n', near.size());
  const std::size_t taken =
      end == nullptr ? near.size()
                     : static_cast<std::size_t>(static_cast<const std::uint8_t*>(end) - near.data()) + 1;
  text_.append(as_text(near.first(taken)));
  input = input.subspan(taken);
  if (end == nullptr) return came + taken >= most ? Status::too_long : Status::partial;
  is_complete_ = true;
  text_.pop_back();
  if (text_.size() == line_at_ || text_.back() != '\r') return Status::bare_line_feed;
  text_.pop_back();
  return Status::complete;
}

std::span<char> LineBuffer::line() {
  return std::span(text_).subspan(line_at_);
}

void LineBuffer::drop_line() {
  text_.resize(line_at_);
  is_complete_ = false;
}

TextPlace LineBuffer::keep(std::string_view text) {
  const TextPlace place{static_cast<std::uint32_t>(text_.size()), static_cast<std::uint32_t>(text.size())};
  text_.append(text);
  return place;
}

TextPlace LineBuffer::place_of(std::string_view part) const {
  if (part.empty()) return {};
  return {static_cast<std::uint32_t>(part.data() - text_.data()), static_cast<std::uint32_t>(part.size())};
}

void LineBuffer::clear() {
  clear_for_next(text_);
  line_at_ = 0;
  is_complete_ = false;
}

}  // namespace usquic::http1
