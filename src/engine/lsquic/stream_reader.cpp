#include "engine/lsquic/stream_reader.h"

#include <lsquic.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <string_view>

#include "engine/lsquic/connection_core.h"
#include "engine/lsquic/stream_set.h"

namespace usquic::engine::lsquic {
namespace {

std::size_t take_bytes(void* reader, const unsigned char* data, std::size_t length, int /*fin*/) {
  return static_cast<StreamReader*>(reader)->take(Bytes(data, length));
}

std::size_t take_nothing(void* /*context*/, const unsigned char* /*data*/, std::size_t /*length*/,
                         int /*fin*/) {
  return 0;
}

us_quic_header_t field(std::string_view name, std::string_view value) {
  us_quic_header_t f{};
  f.name = name.data();
  f.name_length = name.size();
  f.value = value.data();
  f.value_length = value.size();
  return f;
}

}  // namespace

bool StreamReader::may_deliver() const {
  return s_.handle_ == LsquicStream::Handle::held && s_.core().may_notify() && !s_.receive_.is_stopped() &&
         !s_.in_.is_refused;
}

// A callback may have ended any of it.
bool StreamReader::is_over() const {
  return s_.library_ == nullptr || !s_.receive_.is_receiving() || !may_deliver();
}

void StreamReader::read() {
  while (!is_over()) {
    const Step step = s_.in_.waiting_sets > 0 ? read_section() : read_body();
    if (step == Step::done) return;
  }
  if (s_.library_ != nullptr) lsquic_stream_wantread(s_.library_, 0);
}

StreamReader::Step StreamReader::read_section() {
  std::unique_ptr<HeaderSet> set(static_cast<HeaderSet*>(lsquic_stream_get_hset(s_.library_)));
  if (set == nullptr) {
    s_.in_.waiting_sets = 0;
    return Step::more;
  }
  --s_.in_.waiting_sets;
  transport::HeaderTimeouts::end(s_);
  const bool is_client = s_.core().is_client;
  http::SectionKind kind = http::SectionKind::trailers;
  if (!s_.in_.has_message) kind = is_client ? http::SectionKind::response : http::SectionKind::request;
  http::SectionFacts facts;
  switch (set->check(kind, facts)) {
    case HeaderSet::Verdict::good:
      break;
    case HeaderSet::Verdict::malformed:
      refuse(US_QUIC_E_HEADERS);
      return Step::done;
    case HeaderSet::Verdict::oversized:
      answer_oversized();
      return Step::done;
  }
  s_.in_.latest = std::move(set);
  if (kind == http::SectionKind::trailers) {
    deliver_section(US_QUIC_HEADERS_TRAILERS);
  } else if (kind == http::SectionKind::response && facts.status / 100 == 1) {
    deliver_section(US_QUIC_HEADERS_INFORMATIONAL);
  } else {
    s_.in_.has_message = true;
    if (!facts.is_connect) s_.in_.body.expect(facts.content_length);
    deliver_section(US_QUIC_HEADERS_MESSAGE);
  }
  return Step::more;
}

// Looks for the end behind what was read: lsquic says so to who tries to read on.
bool StreamReader::is_at_end() {
  return lsquic_stream_readf(s_.library_, take_nothing, nullptr) == 0 && s_.in_.waiting_sets == 0;
}

// lsquic ends the connection for it, but not before it has said that this was the end. A response without a body may be
// one to HEAD.
bool StreamReader::is_too_short() const {
  const bool may_be_without = s_.core().is_client && !s_.in_.body.has_come();
  return s_.in_.body.is_short() && !may_be_without;
}

void StreamReader::deliver_section(int kind) {
  const bool end_stream = kind != US_QUIC_HEADERS_INFORMATIONAL && is_at_end();
  if (end_stream && is_too_short()) return refuse(US_QUIC_E_HEADERS);
  s_.core().events().on_headers(s_, kind, end_stream);
  if (end_stream && !is_over()) deliver_end();
}

StreamReader::Step StreamReader::read_body() {
  if (s_.unconsumed_room() == 0) {
    s_.streams_.pause(s_);
    return Step::done;
  }
  const ssize_t read = lsquic_stream_readf(s_.library_, take_bytes, this);
  if (read > 0) return Step::more;
  const int error = errno;
  // A callback saw to it, or trailers come before the end.
  if (is_over() || s_.in_.waiting_sets > 0) return Step::more;
  if (s_.in_.body.is_exceeded() || (read == 0 && is_too_short())) {
    refuse(US_QUIC_E_HEADERS);
  } else if (read == 0) {
    deliver_end();
  } else if (error == ECONNRESET) {
    reset();
  } else if (error != EWOULDBLOCK) {
    lsquic_stream_wantread(s_.library_, 0);  // lsquic ends the connection for it
  }
  return Step::done;
}

std::size_t StreamReader::take(Bytes data) {
  if (is_over()) return data.size();
  const std::size_t length = std::min(data.size(), s_.unconsumed_room());
  if (length == 0) return 0;
  s_.in_.body.add(length);
  if (s_.in_.body.is_exceeded()) return 0;  // read_body() sees to it
  s_.credit_.delivered(length);
  s_.core().unconsumed += length;
  s_.core().events().on_body(s_, data.first(length));
  return length;
}

void StreamReader::deliver_end() {
  s_.receive_.fin_received(s_.send_.is_fin_sent());
  s_.receive_.data_read();
  s_.core().events().on_end(s_);
  stop_reading();
}

void StreamReader::reset() {
  if (!s_.receive_.is_receiving()) return;
  ConnectionCore& core = s_.core();
  transport::HeaderTimeouts::end(s_);
  // So lsquic tells of requests that GOAWAY leaves out.
  const bool is_left_out = core.peer_is_going_away && s_.kind_.is_local && !s_.in_.has_message;
  const bool is_told = may_deliver();
  s_.receive_.reset(0);
  if (is_left_out) {
    s_.marks_.close_reason = US_QUIC_E_GOAWAY;
  } else if (is_told) {
    core.events().on_reset(s_, 0);
  }
  stop_reading();
  if (s_.kind_.is_local || !core.is_active()) return;
  if (!core.waste.allow_stream(core.now(), core.config().max_stream_resets_per_second)) {
    core.fail(from_error(transport::WasteLimits::excess(core.is_http3()), US_QUIC_E_TRANSPORT,
                         "too many streams were given up"));
  }
}

void StreamReader::stop_reading() {
  if (s_.library_ == nullptr) return;
  lsquic_stream_shutdown(s_.library_, s_.kind_.can_send() ? half::reading : half::both);
}

// The rules of HTTP are broken, which concerns this stream alone (RFC 9114 section 4.1.2).
void StreamReader::refuse(int reason) {
  s_.in_.is_refused = true;
  s_.marks_.close_reason = reason;
  s_.out_.heads.clear();
  s_.out_.body.clear();
  s_.send_.request_reset(US_QUIC_H3_MESSAGE_ERROR);
  if (s_.send_.is_reset_due()) s_.send_.reset_sent();
  lsquic_stream_close(s_.library_);
}

// RFC 6585 section 5.
void StreamReader::answer_oversized() {
  if (s_.core().is_client || s_.out_.has_begun || s_.out_.sent != LsquicStream::Sent::nothing) {
    return refuse(US_QUIC_E_TOO_LARGE);
  }
  s_.in_.is_refused = true;
  s_.marks_.close_reason = US_QUIC_E_TOO_LARGE;
  const std::array fields = {field(":status", "431"), field("content-length", "0")};
  s_.out_.heads.clear();
  s_.out_.heads.emplace_back(fields);
  s_.out_.sent = LsquicStream::Sent::message;
  s_.out_.fin = true;
  stop_reading();
  lsquic_stream_wantwrite(s_.library_, 1);
}

void StreamReader::give_up() {
  refuse(US_QUIC_E_CLOSED);
}

}  // namespace usquic::engine::lsquic
