#include "http1/chunked_body.h"

#include <algorithm>

#include "base/ascii.h"
#include "http/field_class.h"

namespace usquic::http1 {
namespace {

constexpr std::size_t max_digits = 15;  // a size of fewer than 60 bits, whatever the digits are

}  // namespace

Progress ChunkedBody::read(Bytes& input, Bytes& data) {
  data = {};
  while (!input.empty()) {
    if (part_ == Part::data) {
      data = input.first(static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size())));
      input = input.subspan(data.size());
      left_ -= data.size();
      if (left_ == 0) part_ = Part::data_return;
      return Progress::partial;
    }
    const std::uint8_t byte = input.front();
    input = input.subspan(1);
    if (const Progress progress = take_byte(byte); progress != Progress::partial) return progress;
  }
  return Progress::partial;
}

Progress ChunkedBody::take_byte(std::uint8_t byte) {
  switch (part_) {
    case Part::size:
      return take_size_byte(byte);
    case Part::extension:
      return take_extension_byte(byte);
    case Part::size_line_feed:
      if (byte != '\n') return fail(bad_request("the line of a chunk's size ends without LF"));
      return end_size();
    case Part::data_return:
      return expect(byte, '\r', Part::data_line_feed);
    case Part::data_line_feed:
      return expect(byte, '\n', Part::size);
    case Part::data:
    case Part::failed:
      break;
  }
  return Progress::failed;
}

Progress ChunkedBody::take_size_byte(std::uint8_t byte) {
  const int digit = hex_digit(static_cast<char>(byte));
  if (digit >= 0) {
    if (++digits_ > max_digits) return fail(bad_request("a chunk's size is too large"));
    left_ = left_ << 4 | static_cast<std::uint64_t>(digit);
    return Progress::partial;
  }
  if (digits_ == 0 || (byte != '\r' && byte != ';')) return fail(bad_request("a chunk's size is malformed"));
  part_ = byte == '\r' ? Part::size_line_feed : Part::extension;
  return Progress::partial;
}

// RFC 9112 section 7.1.1. A LF alone is refused here, too: others may take it for the end of the line.
Progress ChunkedBody::take_extension_byte(std::uint8_t byte) {
  if (byte == '\r') {
    part_ = Part::size_line_feed;
    return Progress::partial;
  }
  if ((http::character_classes[byte] & http::character_of_value) == 0) {
    return fail(bad_request("a chunk's extension has a control character"));
  }
  if (++extension_bytes_ > max_extension_bytes_) return fail(bad_request("chunk extensions are too long"));
  return Progress::partial;
}

Progress ChunkedBody::end_size() {
  digits_ = 0;
  if (left_ == 0) return Progress::complete;
  part_ = Part::data;
  return Progress::partial;
}

Progress ChunkedBody::expect(std::uint8_t byte, std::uint8_t expected, Part next) {
  if (byte != expected) return fail(bad_request("a chunk is longer than its size"));
  part_ = next;
  return Progress::partial;
}

Progress ChunkedBody::fail(Failure failure) {
  failure_ = failure;
  part_ = Part::failed;
  return Progress::failed;
}

}  // namespace usquic::http1
