#include "app/response_sender.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <vector>

#include "base/check.h"

namespace usquic::app {
namespace {

// There is nothing else to answer with.
void send_failure(ExchangeStream& stream) {
  const std::array<us_quic_header_t, 2> fields = {header_of(":status", "500"),
                                                  header_of("content-length", "0")};
  static_cast<void>(stream.send_headers(fields, true));
}

}  // namespace

void ResponseSender::begin(ExchangeStream& stream, const RequestTraits& traits) {
  stream_ = &stream;
  traits_ = traits;
  state_ = State::ready;
  forget_head();
  body_.clear();
}

void ResponseSender::end() {
  stream_ = nullptr;
  body_.drop_waiting();
}

void ResponseSender::enter(State next) {
  CHECK(next > state_ || (next == State::reset_sent && state_ == State::reset_sent));
  state_ = next;
}

std::uint64_t ResponseSender::unsent() const {
  return (stream_ != nullptr ? stream_->buffered() : 0) + body_.waiting();
}

bool ResponseSender::opens_tunnel(bool is_read) const {
  return traits_.is_connect && (head_.has_status() || is_read) && head_.status() < 300;
}

void ResponseSender::forget_head() {
  head_.clear();
  trailers_.clear();
}

void ResponseSender::set_status(std::string_view status) {
  if (head_.set_status(status)) return;
  context_.logger.log(LogLevel::error, "writeStatus: \"%.*s\" is no final status; 500 is sent",
                      static_cast<int>(std::min<std::size_t>(status.size(), 100)), status.data());
}

void ResponseSender::add_header(std::string_view name, std::string_view value) {
  if (head_.add(name, value)) return;
  context_.logger.log(LogLevel::error, "writeHeader: the field \"%.*s\" is malformed; 500 is sent",
                      static_cast<int>(std::min<std::size_t>(name.size(), 100)), name.data());
}

void ResponseSender::inform(std::string_view status, const FieldView* fields, std::size_t count) {
  const int code = parse_status(status);
  FieldList list;
  bool is_valid = code >= 100 && code <= 199 && code != 101;
  for (std::size_t i = 0; i < count; ++i) is_valid = list.add(fields[i].first, fields[i].second) && is_valid;
  if (!is_valid) {
    context_.logger.log(LogLevel::error, "writeInformational: a malformed section is not sent");
    return;
  }
  context_.fields.clear();
  context_.fields.push_back(header_of(":status", status.substr(0, 3)));
  list.append_to(context_.fields);
  // One that cannot be sent is left out. The final response follows either way.
  static_cast<void>(stream_->send_headers(context_.fields, false));
}

void ResponseSender::flush_head() {
  if (!is_head_sent()) send_head(std::nullopt, false);
}

ResponseSender::Attempt ResponseSender::write(std::string_view chunk) {
  if (!keeps_length(chunk.size(), "Response::write")) return {.is_cut_off = true};
  flush_head();
  return {.is_taken = queue(chunk)};
}

ResponseSender::Attempt ResponseSender::write_static(std::string_view chunk, const Loan& loan) {
  if (!keeps_length(chunk.size(), "Response::writeStatic")) return {.is_cut_off = true};
  flush_head();
  if (discards_body() || chunk.empty()) {
    body_.count(chunk.size());
    return {.is_taken = true};
  }
  if (!body_.is_drained()) return {};
  const std::ptrdiff_t taken = stream_->write_static(chunk, loan.release, loan.user);
  reset_without_memory(taken);
  if (taken <= 0) return {};
  body_.count(chunk.size());
  return {.is_taken = true, .is_held = true};
}

ResponseSender::Attempt ResponseSender::try_end(std::string_view data, std::uint64_t total,
                                                const Loan* loan) {
  if (total == 0) total = head_.announced().value_or(written() + data.size());
  if (!is_head_sent()) head_.announce(total);
  total = head_.announced().value_or(total);
  if (!keeps_length(data.size(), "Response::tryEnd")) return {.is_cut_off = true};
  if (!is_head_sent()) send_head(total, discards_body() || (total == 0 && trailers_.empty()));
  if (discards_body()) return {.is_taken = true, .is_complete = true};
  std::ptrdiff_t taken = 0;
  if (body_.is_drained() && !data.empty()) {
    taken = loan != nullptr ? stream_->write_static(data, loan->release, loan->user) : stream_->write(data);
  }
  reset_without_memory(taken);
  if (taken < 0) return {};
  body_.count(static_cast<std::size_t>(taken));
  return {.is_taken = static_cast<std::size_t>(taken) == data.size(),
          .is_complete = written() == total,
          .is_held = loan != nullptr && taken > 0};
}

ResponseSender::Attempt ResponseSender::end_with(std::string_view data) {
  if (!keeps_length(data.size(), "Response::end")) return {.is_cut_off = true};
  if (head_.announced() && !discards_body() && written() + data.size() < *head_.announced()) {
    context_.logger.log(LogLevel::error,
                        "Response::end: fewer bytes than content-length says; the stream is reset");
    return {.is_cut_off = true};
  }
  if (!is_head_sent()) {
    if (discards_body()) {
      const bool is_unknown = traits_.is_head && data.empty();
      send_head(is_unknown ? std::nullopt : std::optional<std::uint64_t>(data.size()), true);
    } else if (trailers_.empty()) {
      send_complete(data);
    } else {
      send_head(data.size(), false);
    }
  }
  queue(data);
  return {.is_taken = true, .is_complete = true};
}

ResponseSender::Attempt ResponseSender::end_without_body(std::optional<std::uint64_t> length) {
  if (is_head_sent() || !trailers_.empty()) return end_with({});
  if (length) head_.announce(*length);
  if (!discards_body()) return end_with({});  // only here may a length be told that no body has
  send_head(std::nullopt, true);
  return {.is_taken = true, .is_complete = true};
}

ResponseSender::Attempt ResponseSender::end_prepared(us_quic_prepared_response_t* prepared) {
  const Result<void> sent = stream_->send_prepared(prepared);
  enter(sent ? State::data_sent : State::send);
  reset_without_memory(sent.error());
  return {.is_taken = true, .is_complete = true};
}

WebTransport* ResponseSender::accept_session(std::shared_ptr<WebTransportBehavior> behavior) {
  head_.forget_status();  // a session opens with 200
  WebTransport* session = nullptr;
  send_fields(std::nullopt, [&](std::span<const us_quic_header_t> fields, bool& ends_stream) {
    Result<WebTransport*> accepted = stream_->accept_session(fields.subspan(1), std::move(behavior));
    if (accepted) session = *accepted;
    ends_stream = true;
    return Result<void>::of_code(accepted.error());
  });
  return session;
}

bool ResponseSender::pump() {
  if (!body_.is_drained()) reset_without_memory(body_.pump(*stream_).error());
  return body_.is_drained();
}

bool ResponseSender::finish() {
  if (!body_.is_drained()) return false;
  if (state_ >= State::data_sent) return true;
  Result<void> sent;
  if (!trailers_.empty()) {
    context_.fields.clear();
    trailers_.append_to(context_.fields);
    sent = stream_->send_headers(context_.fields, true);
    if (sent.error() == US_QUIC_E_HEADERS)
      context_.logger.log(LogLevel::error, "trailer fields that HTTP does not allow are not sent");
  }
  if (trailers_.empty() || sent.error() == US_QUIC_E_HEADERS) stream_->shutdown();
  enter(State::data_sent);
  reset_without_memory(sent.error());
  return true;
}

void ResponseSender::reset(StreamError error) {
  stream_->close_with(error);
  enter(State::reset_sent);
}

// RFC 9110 sections 9.3.2, 15.3.5 and 15.4.5. A response that ended, as a failure does, takes no more either.
bool ResponseSender::discards_body() const {
  return traits_.is_head || head_.forbids_body() || is_sent();
}

// RFC 9114 section 4.1.2: content-length must be the sum of the bytes in DATA frames. A message that would not keep
// it is cut off, so that nobody takes it for complete.
bool ResponseSender::keeps_length(std::uint64_t more, const char* call) const {
  if (!head_.announced() || discards_body() || more <= *head_.announced() - written()) return true;
  context_.logger.log(LogLevel::error, "%s: more bytes than content-length says; the stream is reset", call);
  return false;
}

void ResponseSender::send_head(std::optional<std::uint64_t> length, bool is_last) {
  send_fields(length, [&](std::span<const us_quic_header_t> fields, bool& ends_stream) {
    ends_stream = is_last;
    return stream_->send_headers(fields, is_last);
  });
}

void ResponseSender::send_complete(std::string_view body) {
  send_fields(body.size(), [&](std::span<const us_quic_header_t> fields, bool& ends_stream) {
    const Result<void> sent = stream_->send_response(fields, body);
    ends_stream = sent.error() != US_QUIC_E_TOO_LARGE;
    return ends_stream ? sent : stream_->send_headers(fields, false);
  });
}

// send: takes the fields, says whether they end the stream, and returns a Result<void>.
template <class Send>
void ResponseSender::send_fields(std::optional<std::uint64_t> length, Send send) {
  if (head_.is_malformed()) {
    send_failure(*stream_);
    return enter(State::data_sent);
  }
  std::string_view date;
  if (context_.sends_date && !head_.has_date()) {
    std::timespec now{};
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    date = context_.date.at(now.tv_sec);
  }
  context_.fields.clear();
  head_.append_to(context_.fields, date, length, traits_.is_connect);
  bool ends_stream = false;
  const Result<void> sent = send(context_.fields, ends_stream);
  if (sent.error() == US_QUIC_E_HEADERS) {
    context_.logger.log(LogLevel::error, "a response with fields that HTTP does not allow; 500 is sent");
    send_failure(*stream_);
    return enter(State::data_sent);
  }
  enter(ends_stream ? State::data_sent : State::send);
  reset_without_memory(sent.error());
}

bool ResponseSender::queue(std::string_view data) {
  if (discards_body() || data.empty()) {
    body_.count(data.size());
    return true;
  }
  const std::ptrdiff_t taken = body_.write(*stream_, data);
  reset_without_memory(taken);
  return taken >= 0 && body_.is_drained();
}

void ResponseSender::reset_without_memory(std::ptrdiff_t result) {
  if (result == US_QUIC_E_NOMEM) reset(StreamError::internal);
}

}  // namespace usquic::app
