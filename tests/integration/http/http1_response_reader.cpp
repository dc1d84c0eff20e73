#include "integration/http/http1_response_reader.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

#include "integration/http/raw_client.h"

namespace usquic::test {
namespace {

std::optional<std::uint64_t> number_in(std::string_view text, int base) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

void Http1ResponseReader::begin(bool has_no_body) {
  state_ = State::status_line;
  has_no_body_ = has_no_body;
}

bool Http1ResponseReader::advance() {
  switch (state_) {
    case State::over:
      return false;
    case State::counted:
    case State::chunk:
    case State::until_end:
      return read_bytes();
    default:
      return !has_failed_ && read_line();
  }
}

bool Http1ResponseReader::read_bytes() {
  if (input_.empty()) return false;
  std::string bytes = std::exchange(input_, {});
  if (state_ != State::until_end) {
    if (bytes.size() > left_) {
      input_ = bytes.substr(left_);
      bytes.resize(left_);
    }
    left_ -= bytes.size();
  }
  const bool is_whole = state_ != State::until_end && left_ == 0;
  if (is_whole && state_ == State::chunk) state_ = State::chunk_end;
  events_.on_body(bytes);
  if (is_whole && state_ == State::counted) finish();
  return true;
}

std::optional<std::string> Http1ResponseReader::take_line() {
  const std::size_t end = input_.find("\r\n");
  if (end == std::string::npos) return std::nullopt;
  std::string line = input_.substr(0, end);
  input_.erase(0, end + 2);
  return line;
}

bool Http1ResponseReader::read_line() {
  const std::optional<std::string> line = take_line();
  if (!line) return false;
  switch (state_) {
    case State::status_line:
      take_status_line(*line);
      break;
    case State::chunk_size:
      take_chunk_size(*line);
      break;
    case State::chunk_end:
      if (!line->empty()) fail();
      state_ = State::chunk_size;
      break;
    default:
      if (line->empty()) {
        end_section();
      } else {
        take_field(*line);
      }
  }
  return !has_failed_;
}

void Http1ResponseReader::take_status_line(const std::string& line) {
  constexpr std::string_view version = "HTTP/1.1 ";
  constexpr std::size_t digits = 3;
  const std::string_view rest = std::string_view(line).substr(std::min(line.size(), version.size()));
  const bool is_well_formed = line.starts_with(version) && number_in(rest.substr(0, digits), 10) &&
                              rest.size() > digits && rest[digits] == ' ';
  if (!is_well_formed) return fail();
  section_ = {{":status", std::string(rest.substr(0, digits))}};
  state_ = State::fields;
}

void Http1ResponseReader::take_field(const std::string& line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string::npos || colon == 0) return fail();
  std::string name = line.substr(0, colon);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::string value = line.substr(colon + 1);
  value.erase(0, value.find_first_not_of(" \t"));
  value.erase(value.find_last_not_of(" \t") + 1);
  section_.emplace_back(std::move(name), std::move(value));
}

// RFC 9112 section 6.3.
void Http1ResponseReader::end_section() {
  Fields section = std::exchange(section_, {});
  if (state_ == State::trailers) {
    if (!section.empty()) events_.on_trailers(std::move(section));
    return finish();
  }
  const std::string status = value_of(section, ":status");
  const std::string length = value_of(section, "content-length");
  const bool is_chunked = value_of(section, "transfer-encoding") == "chunked";
  is_last_ = is_last_ || value_of(section, "connection") == "close";
  if (is_chunked && !length.empty()) return fail();
  const bool is_informational = status.front() == '1';
  const bool has_body = !has_no_body_ && status != "204" && status != "304";
  left_ = length.empty() ? 0 : number_in(length, 10).value_or(0);
  const bool is_over = !has_body || (!length.empty() && left_ == 0);
  if (is_informational) {
    state_ = State::status_line;
  } else if (is_over) {
    state_ = State::over;
  } else if (is_chunked) {
    state_ = State::chunk_size;
  } else {
    state_ = length.empty() ? State::until_end : State::counted;
  }
  events_.on_section(std::move(section));
  if (!is_informational && is_over) finish();
}

void Http1ResponseReader::take_chunk_size(const std::string& line) {
  const std::optional<std::uint64_t> size = number_in(line, 16);
  if (!size) return fail();
  left_ = *size;
  state_ = left_ > 0 ? State::chunk : State::trailers;
}

void Http1ResponseReader::finish() {
  state_ = State::over;
  events_.on_response_end();
}

void Http1ResponseReader::end_input() {
  if (state_ == State::until_end && input_.empty()) finish();
}

}  // namespace usquic::test
