#include "http1/field_list.h"

#include <algorithm>

#include "base/ascii.h"
#include "http/field_rules.h"
#include "http1/kept_memory.h"

namespace usquic::http1 {
namespace {

constexpr std::size_t line_end_bytes = 2;
constexpr std::size_t bytes_beside_field = 32;  // RFC 9114 section 4.2.2
constexpr Failure too_large{431, "the header section is too large"};

}  // namespace

Progress FieldList::read(Bytes& input) {
  for (;;) {
    const std::size_t most = max_bytes_ - std::min(max_bytes_, raw_bytes_) + line_end_bytes;
    switch (buffer_.take_line(input, most)) {
      case LineBuffer::Status::partial:
        return Progress::partial;
      case LineBuffer::Status::too_long:
        return fail(too_large);
      case LineBuffer::Status::bare_line_feed:
        return fail(bad_request("a line of the header section ends without CR"));
      case LineBuffer::Status::complete:
        break;
    }
    if (buffer_.line().empty()) return Progress::complete;
    if (const Failure failure = add_line()) return fail(failure);
  }
}

Failure FieldList::add_line() {
  const std::span<char> bytes = buffer_.line();
  const std::string_view line(bytes.data(), bytes.size());
  raw_bytes_ += line.size() + line_end_bytes;
  // RFC 9112 sections 2.2 and 5.2.
  if (is_blank(line.front())) return bad_request("a field line begins with white space");
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return bad_request("a field line has no colon");
  // RFC 9112 section 5.1: no white space before the colon. It is no character of a token, like others.
  if (!http::copy_field_name(line.substr(0, colon), bytes.data())) {
    return bad_request("a field's name is no token");
  }
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trim(line.substr(colon + 1));
  if (!http::is_field_value(value)) return bad_request("a field's value has a control character");
  if (!count_field(name.size(), value.size())) return too_large;
  lines_.push_back({buffer_.place_of(name), buffer_.place_of(value), http::classify_name(name)});
  return {};
}

bool FieldList::count_field(std::size_t name_length, std::size_t value_length) {
  counted_bytes_ += name_length + value_length + bytes_beside_field;
  return counted_bytes_ <= max_bytes_;
}

void FieldList::append_to(std::vector<us_quic_header_t>& fields) const {
  for (const FieldLine& line : lines_) {
    if (!line.is_left_out) fields.push_back(make_field(name(line), value(line)));
  }
}

void FieldList::clear() {
  clear_for_next(lines_);
  raw_bytes_ = counted_bytes_ = 0;
  failure_ = {};
}

Progress FieldList::fail(Failure failure) {
  failure_ = failure;
  return Progress::failed;
}

us_quic_header_t make_field(std::string_view name, std::string_view value) {
  return {name.data(), name.size(), value.data(), value.size(), 0};
}

}  // namespace usquic::http1
