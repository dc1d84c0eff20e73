#include "http1/response_writer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <initializer_list>
#include <string_view>

#include "base/check.h"
#include "http/field_rules.h"
#include "http1/reason_phrase.h"

namespace usquic::http1 {
namespace {

using Output = ResponseWriter::Output;
using Fields = std::span<const us_quic_header_t>;

constexpr std::string_view version = "HTTP/1.1 ";
constexpr std::string_view line_end = "\r\n";
constexpr std::string_view separator = ": ";
constexpr std::string_view last_chunk = "0\r\n";
constexpr std::string_view says_chunked = "transfer-encoding: chunked\r\n";
constexpr std::string_view says_close = "connection: close\r\n";
constexpr std::string_view says_keep_alive = "connection: keep-alive\r\n";
constexpr std::string_view length_name = "content-length";
constexpr std::size_t max_framing_bytes = 20;  // the size of a chunk and two line ends

// Space at the end of an output, made at once and then filled.
class Place {
 public:
  // Throws std::bad_alloc, and nothing has changed then.
  Place(Output& out, std::size_t size) : left_(size) {
    const std::size_t at = out.size();
    out.resize(at + size);
    to_ = out.data() + at;
  }
  ~Place() { CHECK(left_ == 0); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  void add(std::string_view text) {
    CHECK(text.size() <= left_);
    if (!text.empty()) std::memcpy(to_, text.data(), text.size());
    to_ += text.size();
    left_ -= text.size();
  }

 private:
  std::uint8_t* to_;
  std::size_t left_;
};

void make_room(Output& out, std::size_t size) {
  const std::size_t needed = out.size() + size;
  if (needed > out.capacity()) out.reserve(std::max(needed, 2 * out.capacity()));
}

// A number as text.
class Digits {
 public:
  Digits(std::uint64_t number, int base) {
    length_ = static_cast<std::size_t>(
        std::to_chars(text_.data(), text_.data() + text_.size(), number, base).ptr - text_.data());
  }
  std::string_view text() const { return {text_.data(), length_}; }

 private:
  std::array<char, 20> text_;
  std::size_t length_;
};

std::string_view name_of(const us_quic_header_t& field) {
  return {field.name, field.name_length};
}

std::string_view value_of(const us_quic_header_t& field) {
  return {field.value, field.value_length};
}

// The field lines of a section.
class FieldLines {
 public:
  enum class Length : std::uint8_t { stays, is_left_out };

  FieldLines(Fields fields, Length length) : fields_(fields), length_(length) {
    for (const us_quic_header_t& field : fields_) {
      if (!is_written(field)) continue;
      size_ += field.name_length + separator.size() + field.value_length + line_end.size();
    }
  }

  std::size_t size() const { return size_; }
  void add_to(Place& place) const {
    for (const us_quic_header_t& field : fields_) {
      if (!is_written(field)) continue;
      place.add(name_of(field));
      place.add(separator);
      place.add(value_of(field));
      place.add(line_end);
    }
  }

 private:
  bool is_written(const us_quic_header_t& field) const {
    const std::string_view name = name_of(field);
    return !name.starts_with(':') && (length_ == Length::stays || name != length_name);
  }

  const Fields fields_;
  const Length length_;
  std::size_t size_ = 0;
};

// `added`: whole lines that follow the fields.
void write_section(int status, const FieldLines& lines, std::initializer_list<std::string_view> added,
                   Output& out) {
  const Digits code(static_cast<std::uint64_t>(status), 10);
  const std::string_view phrase = reason_phrase(status);
  std::size_t size =
      version.size() + code.text().size() + 1 + phrase.size() + lines.size() + 2 * line_end.size();
  for (const std::string_view text : added) size += text.size();
  Place place(out, size);
  place.add(version);
  place.add(code.text());
  place.add(" ");
  place.add(phrase);
  place.add(line_end);
  lines.add_to(place);
  for (const std::string_view text : added) place.add(text);
  place.add(line_end);
}

}  // namespace

ResponseWriter::ResponseWriter(const RequestHead& request)
    : is_head_(request.is_head),
      is_connect_(request.is_connect),
      is_version_1_0_(request.is_version_1_0),
      keeps_alive_(request.keeps_alive) {}

Result<void> ResponseWriter::interim(Fields fields, Output& out) {
  if (state_ != State::head) return Error{US_QUIC_E_STATE};
  http::SectionFacts facts;
  if (const int error = http::check_section(http::SectionKind::informational, fields, &facts); error != 0) {
    return Error{error};
  }
  if (is_version_1_0_) return {};  // RFC 9110 section 15.2
  write_section(facts.status, FieldLines(fields, FieldLines::Length::is_left_out), {}, out);
  return {};
}

Result<void> ResponseWriter::head(Fields fields, std::optional<std::uint64_t> body_bytes, Output& out) {
  if (state_ != State::head) return Error{US_QUIC_E_STATE};
  http::SectionFacts facts;
  if (const int error = http::check_section(http::SectionKind::response, fields, &facts); error != 0) {
    return Error{error};
  }
  const bool says_length = facts.content_length != -1;
  const BodyFraming framing = choose_framing(facts.status, says_length || body_bytes);
  const bool is_tunnel = is_connect_ && facts.status < 300;
  const bool keeps_alive = keeps_alive_ && framing != BodyFraming::until_close;

  const bool adds_length = framing == BodyFraming::length && !says_length;
  const Digits length(body_bytes.value_or(0), 10);
  std::string_view connection = keeps_alive ? std::string_view() : says_close;
  if (keeps_alive && is_version_1_0_) connection = says_keep_alive;
  // RFC 9110 section 8.6 for what has no length.
  const auto kept_length =
      is_tunnel || facts.status == 204 ? FieldLines::Length::is_left_out : FieldLines::Length::stays;
  write_section(facts.status, FieldLines(fields, kept_length),
                {adds_length ? length_name : "", adds_length ? separator : "",
                 adds_length ? length.text() : "", adds_length ? line_end : "",
                 framing == BodyFraming::chunked ? says_chunked : "", is_tunnel ? "" : connection},
                out);
  keeps_alive_ = keeps_alive;
  framing_ = framing;
  length_left_ = says_length ? static_cast<std::uint64_t>(facts.content_length) : body_bytes.value_or(0);
  state_ = State::body;
  return {};
}

// RFC 9112 section 6.3.
BodyFraming ResponseWriter::choose_framing(int status, bool is_length_known) const {
  if (is_head_ || status == 204 || status == 304) return BodyFraming::none;
  if (is_connect_ && status < 300) return BodyFraming::until_close;
  if (is_length_known) return BodyFraming::length;
  return is_version_1_0_ ? BodyFraming::until_close : BodyFraming::chunked;
}

Result<void> ResponseWriter::body(Bytes data, Output& out) {
  if (auto result = check_data(data.size()); !result) return result;
  if (data.empty() || !has_body()) return {};
  // The room is made first: what follows throws nothing.
  make_room(out, data.size() + max_framing_bytes);
  if (auto result = before_data(data.size(), out); !result) return result;
  out.insert(out.end(), data.begin(), data.end());
  after_data(data.size(), out);
  return {};
}

Result<void> ResponseWriter::before_data(std::size_t size, Output& out) {
  if (auto result = check_data(size); !result) return result;
  CHECK(has_body());
  if (size > 0 && framing_ == BodyFraming::chunked) {
    const Digits digits(size, 16);
    Place place(out, digits.text().size() + line_end.size());
    place.add(digits.text());
    place.add(line_end);
  }
  count_data(size);
  return {};
}

void ResponseWriter::after_data(std::size_t size, Output& out) {
  if (size > 0 && framing_ == BodyFraming::chunked) Place(out, line_end.size()).add(line_end);
}

Result<void> ResponseWriter::check_data(std::size_t size) const {
  if (state_ != State::body) return Error{US_QUIC_E_STATE};
  if (framing_ == BodyFraming::length && size > length_left_) return Error{US_QUIC_E_TOO_LARGE};
  return {};
}

void ResponseWriter::count_data(std::size_t size) {
  if (framing_ == BodyFraming::length) length_left_ -= size;
}

Result<void> ResponseWriter::end(Output& out) {
  return end_with_trailers({}, out);
}

Result<void> ResponseWriter::end_with_trailers(Fields fields, Output& out) {
  if (state_ != State::body) return Error{US_QUIC_E_STATE};
  if (const int error = http::check_section(http::SectionKind::trailers, fields); error != 0)
    return Error{error};
  if (framing_ == BodyFraming::chunked) {
    const FieldLines lines(fields, FieldLines::Length::stays);
    Place place(out, last_chunk.size() + lines.size() + line_end.size());
    place.add(last_chunk);
    lines.add_to(place);
    place.add(line_end);
  }
  if (framing_ == BodyFraming::length && length_left_ > 0) keeps_alive_ = false;
  state_ = State::over;
  return {};
}

}  // namespace usquic::http1
