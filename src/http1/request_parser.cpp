#include "http1/request_parser.h"

#include <algorithm>

#include "base/check.h"

namespace usquic::http1 {

RequestParser::RequestParser(std::string_view scheme, const ParserLimits& limits, RequestEvents& events)
    : limits_(limits), events_(events), head_(scheme, limits_), trailers_(limits.max_section_bytes) {}

std::size_t RequestParser::feed(Bytes bytes) {
  Bytes left = bytes;
  while (!is_paused_ && step(left)) {
  }
  return bytes.size() - left.size();
}

// Returns whether there may be something else to do.
bool RequestParser::step(Bytes& input) {
  switch (state_) {
    case State::head:
      return read_head(input);
    case State::body:
      return read_body(input);
    case State::chunks:
      return read_chunks(input);
    case State::trailers:
      return read_trailers(input);
    case State::ending:
      state_ = State::over;
      events_.on_request_end();
      return false;
    case State::over:
    case State::failed:
      return false;
  }
  return false;
}

bool RequestParser::read_head(Bytes& input) {
  const Progress progress = head_.read(input);
  if (progress == Progress::failed) return fail(head_.failure());
  if (progress == Progress::partial) return false;
  const RequestHead& head = head_.head();
  if (head_.is_chunked()) {
    state_ = State::chunks;
    chunks_.emplace(limits_.max_chunk_extension_bytes);
  } else {
    body_left_ = head.content_length.value_or(0);
    state_ = body_left_ > 0 ? State::body : State::ending;
  }
  events_.on_request(head);
  return true;
}

bool RequestParser::read_body(Bytes& input) {
  if (input.empty()) return false;
  const Bytes data = input.first(static_cast<std::size_t>(std::min<std::uint64_t>(body_left_, input.size())));
  input = input.subspan(data.size());
  body_left_ -= data.size();
  if (body_left_ == 0) state_ = State::ending;
  events_.on_body(data);
  return true;
}

bool RequestParser::read_chunks(Bytes& input) {
  Bytes data;
  switch (chunks_->read(input, data)) {
    case Progress::failed:
      return fail(chunks_->failure());
    case Progress::complete:
      state_ = State::trailers;
      return true;
    case Progress::partial:
      break;
  }
  if (data.empty()) return false;
  events_.on_body(data);
  return true;
}

bool RequestParser::read_trailers(Bytes& input) {
  const Progress progress = trailers_.read(input);
  if (progress == Progress::failed) return fail(trailers_.failure());
  if (progress == Progress::partial) return false;
  state_ = State::ending;
  if (!trailers_.fields().empty()) events_.on_trailers(trailers_.fields());
  return true;
}

void RequestParser::begin_next() {
  CHECK(state_ == State::over);
  head_.begin_next();
  trailers_.begin_next();
  state_ = State::head;
}

std::optional<int> RequestParser::failed_status() const {
  return state_ == State::failed ? std::optional(failure_.status) : std::nullopt;
}

bool RequestParser::fail(Failure failure) {
  state_ = State::failed;
  failure_ = failure;
  return false;
}

}  // namespace usquic::http1
