#include "client/client_request.h"

#include <algorithm>
#include <array>
#include <utility>

#include "client/client_core.h"
#include "client/client_fields.h"
#include "client/client_pool.h"
#include "client/client_redirect.h"
#include "client/client_text.h"
#include "usquic/http3_codes.h"

namespace usquic::client {
namespace {

constexpr int max_retries = 2;
constexpr std::size_t buffer_until = 65536;  // of a streamed body before there is a stream

// RFC 9110 section 9.2.2.
bool is_idempotent(std::string_view method) {
  constexpr std::array<std::string_view, 6> methods = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"};
  return std::find(methods.begin(), methods.end(), method) != methods.end();
}

// The handler is not where it was while it runs: it may be replaced, or its request given up, inside.
template <class... Parameters, class... Arguments>
void invoke(Function<void(Parameters...)>& slot, Arguments&&... arguments) {
  if (!slot) return;
  Function<void(Parameters...)> running = std::exchange(slot, nullptr);
  running(std::forward<Arguments>(arguments)...);
  if (!slot) slot = std::move(running);
}

}  // namespace

ClientRequest::ClientRequest(ClientCore& core, std::string url, FetchOptions options,
                             const Timeouts& timeouts)
    : core_(core),
      url_text_(std::move(url)),
      options_(std::move(options)),
      body_({}, false, std::nullopt),
      timeouts_(timeouts) {}

ClientRequest::~ClientRequest() = default;

void ClientRequest::start() {
  if (auto failure = check_request(options_)) return fail(failure->error, std::move(failure->text));
  auto url = parseUrl(url_text_, options_.path_as_is ? DotSegments::Keep : DotSegments::Remove);
  if (auto* failure = std::get_if<UrlError>(&url)) return fail(US_QUIC_E_INVALID, failure->reason);
  url_ = std::get<Url>(std::move(url));
  body_ =
      RequestBody(std::exchange(options_.body, {}), options_.stream_body, content_length(options_.headers));
  clock_.emplace(core_.loop(), *this, timeouts_);
  join(false);
}

void ClientRequest::join(bool is_first) {
  origin_ = &core_.pool().origin(url_.host, url_.port);
  clock_->wait_for_connection();
  core_.pool().enqueue(*origin_, *this, is_first);
}

void ClientRequest::send_on(us_quic_stream_t* stream) {
  stream_ = stream;
  is_stream_open_ = false;
  const std::vector<Field> fields = request_fields(url_, options_, body_.known_length());
  std::vector<us_quic_header_t> section;
  section.reserve(fields.size());
  for (const Field& field : fields) {
    section.push_back({field.name.data(), field.name.size(), field.value.data(), field.value.size(), 0});
  }
  const int error = us_quic_stream_send_headers(stream, section.data(), section.size(), body_.is_empty());
  if (error != US_QUIC_OK) return fail(error, us_quic_strerror(error));
  if (body_.is_empty()) body_.drop();
  if (options_.urgency != 3 || options_.incremental) {
    us_quic_stream_set_priority(stream, options_.urgency, options_.incremental ? 1 : 0);
  }
  if (is_paused_) us_quic_stream_pause(stream);
}

void ClientRequest::on_stream_open() {
  is_stream_open_ = true;
  clock_->sent();
  invoke(handlers.sent, stream_);
  send_body();
}

// The body follows only once the stream is open: until then the request can move to another connection.
void ClientRequest::send_body() {
  if (stream_ == nullptr || !is_stream_open_) return;
  if (body_.send(stream_)) clock_->activity();
  finish_if_complete();
  if (is_finished_ || !wants_writable_ || !body_.is_drained() || is_end_asked_) return;
  wants_writable_ = false;
  core_.report_later(*this);
}

bool ClientRequest::write_body(std::string_view chunk) {
  if (is_finished_ || !options_.stream_body || is_end_asked_) return true;
  if (body_.is_sent()) return true;  // the server wants no more of it
  if (!body_.append(chunk)) {
    fail(US_QUIC_E_HEADERS, "the request's body is longer than its content-length");
    return true;
  }
  const bool can_send = stream_ != nullptr && is_stream_open_;
  if (can_send && body_.send(stream_)) clock_->activity();
  const bool is_taken = can_send ? body_.is_drained() : body_.unsent() < buffer_until;
  wants_writable_ = wants_writable_ || !is_taken;
  return is_taken;
}

void ClientRequest::end_body(std::string_view chunk) {
  if (is_finished_ || !options_.stream_body || is_end_asked_) return;
  if (!chunk.empty()) write_body(chunk);
  is_end_asked_ = true;
  if (is_finished_) return;
  if (body_.is_sent()) return finish_if_complete();
  if (!body_.finish()) {
    return fail(US_QUIC_E_HEADERS, "the request's body is shorter than its content-length");
  }
  send_body();
}

void ClientRequest::pause_reading(bool is_paused) {
  if (is_finished_ || is_paused == is_paused_) return;
  is_paused_ = is_paused;
  if (clock_) clock_->hold_idle(is_paused);
  if (stream_ == nullptr) return;
  is_paused ? us_quic_stream_pause(stream_) : us_quic_stream_resume(stream_);
}

void ClientRequest::on_stream_headers(int kind, bool is_end) {
  clock_->activity();
  const ResponseHead head = received_head(stream_);
  if (kind == US_QUIC_HEADERS_INFORMATIONAL) return invoke(handlers.informational, head);
  if (kind == US_QUIC_HEADERS_TRAILERS) return invoke(handlers.trailers, head.headers);
  take_final_head(head, is_end);
}

void ClientRequest::take_final_head(const ResponseHead& head, bool is_end) {
  const std::string_view wrong = response_.take_head(head, options_.method);
  if (!wrong.empty()) return fail(US_QUIC_E_HEADERS, std::string(wrong));
  clock_->head_received();
  if (!follow(head, is_end)) invoke(handlers.response, head);
}

// Returns: whether the response is a redirect that was dealt with.
bool ClientRequest::follow(const ResponseHead& head, bool is_end) {
  if (options_.max_redirects <= 0 || !is_redirect(head.status)) return false;
  const std::string_view location = head.header("location");
  const bool needs_body = keeps_body(head.status, options_.method);
  // What cannot be followed is a response like any other.
  if (location.empty() || (needs_body && options_.stream_body)) return false;
  if (redirects_ >= options_.max_redirects) {
    fail(US_QUIC_E_TOO_LARGE, "more than " + std::to_string(options_.max_redirects) + " redirects");
    return true;
  }
  auto target = resolveUrl(url_, location);
  if (auto* failure = std::get_if<UrlError>(&target)) {
    fail(US_QUIC_E_HEADERS, "redirect: " + failure->reason);
    return true;
  }
  ++redirects_;
  leave_stream(!is_end || !body_.is_sent());
  follow_redirect(options_, head.status, url_, std::get<Url>(target));
  if (needs_body) {
    body_.rewind();
  } else {
    body_ = RequestBody({}, false, std::nullopt);
  }
  url_ = std::get<Url>(std::move(target));
  url_text_ = url_.text();
  response_ = {};
  retries_ = 0;
  join(false);
  return true;
}

void ClientRequest::on_stream_data(std::string_view data) {
  clock_->activity();
  const std::string_view wrong = response_.take_data(data.size());
  if (!wrong.empty()) return fail(US_QUIC_E_HEADERS, std::string(wrong));
  invoke(handlers.data, data);
}

void ClientRequest::on_stream_end() {
  const std::string_view wrong = response_.take_end();
  if (!wrong.empty()) return fail(US_QUIC_E_HEADERS, std::string(wrong));
  finish_if_complete();
}

void ClientRequest::finish_if_complete() {
  if (response_.is_complete() && body_.is_sent()) finish(US_QUIC_OK, {});
}

void ClientRequest::on_stream_reset(std::uint64_t code) {
  if (response_.is_complete()) return;
  std::string text = "the server reset the stream (" + http3_code_text(code) + ")";
  // RFC 9114 section 4.1.1: nothing was done with it.
  if (code != US_QUIC_H3_REQUEST_REJECTED) return fail(US_QUIC_E_RESET, std::move(text));
  core_.pool().drain(*pooled_of(us_quic_stream_connection(stream_)));
  leave_stream(true);
  retry(false, US_QUIC_E_RESET, text);
}

// RFC 9114 section 4.1: a server that has answered may want no more of the request; the answer counts. With
// another code than H3_NO_ERROR its reset, or its answer, says what is wrong.
void ClientRequest::on_stream_stop() {
  const bool is_news = options_.stream_body && !body_.is_sent();
  body_.drop();
  finish_if_complete();
  if (is_news && !is_finished_) invoke(handlers.stop);
  if (is_finished_ || !std::exchange(wants_writable_, false) || is_end_asked_) return;
  core_.report_later(*this);
}

void ClientRequest::on_stream_writable() {
  clock_->activity();
  send_body();
}

void ClientRequest::on_stream_close(const us_quic_stream_close_info_t& info) {
  PooledConnection* connection = pooled_of(us_quic_stream_connection(stream_));
  leave_stream(false);
  if (response_.is_complete()) return finish(US_QUIC_OK, {});
  if (info.reason == US_QUIC_E_GOAWAY) {
    core_.pool().drain(*connection);
    return retry(false, info.reason, stream_close_text(info));
  }
  // With the connection, whose close tells why; a stream closed by hand (native()) has a code.
  if (info.reason == US_QUIC_E_CLOSED && info.code == 0) return connection->orphans.push_back(this);
  const int error = info.reason == US_QUIC_OK ? US_QUIC_E_CLOSED : info.reason;
  fail(error, stream_close_text({error, info.code}));
}

// What the server did wrong, and what it took too long for, it will do again. One timeout may have been the
// network's.
void ClientRequest::on_connection_lost(int error, bool is_violation, const std::string& text) {
  if (is_violation) return fail(error, text);
  const bool is_timeout = error == US_QUIC_E_IDLE_TIMEOUT && is_stream_open_;
  if (is_timeout && std::exchange(has_timed_out_, true)) return fail(error, text);
  retry(is_stream_open_, error, text);
}

void ClientRequest::retry(bool was_processed, int error, const std::string& text) {
  const bool is_safe = !was_processed || (is_idempotent(options_.method) && !options_.stream_body);
  if (!is_safe || response_.has_head() || !body_.can_replay() || retries_ >= max_retries) {
    return fail(error, text);
  }
  ++retries_;
  body_.rewind();
  join(true);
}

void ClientRequest::on_limit(Limit limit, int after_ms) {
  const std::string after = " after " + std::to_string(after_ms) + " ms";
  switch (limit) {
    case Limit::connect:
      if (origin_->has_open()) return;  // it waits for a stream
      return fail(US_QUIC_E_HANDSHAKE_TIMEOUT, "connect to " + origin_->name() + ": timed out" + after);
    case Limit::first_byte:
      return fail(US_QUIC_E_TIMEOUT, "no response" + after);
    case Limit::idle:
      return fail(US_QUIC_E_TIMEOUT, "nothing sent or received" + after);
    case Limit::total:
      return fail(US_QUIC_E_TIMEOUT, "not done" + after);
  }
}

bool ClientRequest::has_moved() {
  const std::size_t unsent = stream_ != nullptr ? us_quic_stream_buffered(stream_) : 0;
  return std::exchange(seen_unsent_, unsent) > unsent;
}

void ClientRequest::fail(int error, std::string text) {
  finish(error, std::move(text));
}

void ClientRequest::finish(int error, std::string text) {
  if (is_finished_) return;
  is_finished_ = true;
  error_ = error;
  error_text_ = std::move(text);
  if (clock_) clock_->stop();
  const bool may_wait = stream_ == nullptr;  // in the queue, or for its connection's close
  leave_stream(error != US_QUIC_OK);
  Origin* origin = std::exchange(origin_, nullptr);
  if (may_wait && origin != nullptr) core_.pool().remove(*origin, *this);
  core_.finished(*this);
}

void ClientRequest::leave_stream(bool is_cancelled) {
  if (stream_ == nullptr) return;
  us_quic_stream_t* stream = std::exchange(stream_, nullptr);
  stream_ext(stream).request = nullptr;
  if (is_cancelled) us_quic_stream_close_with(stream, US_QUIC_H3_REQUEST_CANCELLED);
  // What comes after the response is not the application's; it is not to wait for it either.
  if (!is_cancelled && is_paused_) us_quic_stream_resume(stream);
}

void ClientRequest::give_up() {
  // What the handlers hold may destroy the client: not before all is done here.
  const std::shared_ptr<ClientCore> kept = core_.shared_from_this();
  const Handlers dropped = std::exchange(handlers, {});
  if (!is_finished_) finish(US_QUIC_E_CLOSED, {});
  core_.discard(*this);
}

void ClientRequest::report_outcome() {
  if (!is_finished_) return invoke(handlers.writable);
  if (error_ == US_QUIC_OK) return invoke(handlers.end);
  invoke(handlers.error, error_, std::string_view(error_text_));
}

}  // namespace usquic::client
