#include "client/client_request.h"

#include <utility>

#include "client/client_core.h"
#include "client/client_fields.h"
#include "client/client_pool.h"
#include "client/client_text.h"
#include "usquic/http3_codes.h"

namespace usquic::client {
namespace {

constexpr std::size_t buffer_until = 65536;  // of a streamed body before there is a stream

}  // namespace

ClientRequest::ClientRequest(ClientCore& core, std::string url, FetchOptions options)
    : core_(core), plan_(std::move(url), std::move(options)), body_({}, false, std::nullopt) {}

ClientRequest::~ClientRequest() = default;

void ClientRequest::start(const Timeouts& timeouts) {
  if (auto failure = plan_.prepare()) return finish(std::move(failure));
  body_ = plan_.take_body();
  clock_.emplace(core_.loop(), *this, timeouts);
  join(false);
}

void ClientRequest::join(bool is_first) {
  origin_ = &core_.pool().origin(plan_.url().host, plan_.url().port);
  clock_->wait_for_connection();
  core_.pool().enqueue(*origin_, *this, is_first);
}

void ClientRequest::send_on(us_quic_stream_t* stream) {
  retries_.begin_attempt();
  const Result<void> sent = stream_.begin(stream, plan_.fields(body_.known_length()), body_.is_empty());
  if (!sent) return finish(Failure{{sent.error()}, us_quic_strerror(sent.error())});
  if (body_.is_empty()) body_.drop();
  const FetchOptions& options = plan_.options();
  if (options.urgency != 3 || options.incremental) {
    stream_.set_priority(options.urgency, options.incremental);
  }
}

void ClientRequest::on_stream_open() {
  stream_.opened();
  retries_.attempt_sent();
  clock_->sent();
  run_handler(handlers.sent, stream_.handle());
  send_body();
}

// The body follows only once the stream is open: until then the request can move to another connection.
void ClientRequest::send_body() {
  if (!stream_.is_open()) return;
  if (body_.send(stream_.handle())) clock_->activity();
  finish_if_complete();
  if (!is_finished() && body_.is_drained() && body_.take_awaited_drain()) core_.report_later(*this);
}

bool ClientRequest::write_body(std::string_view chunk) {
  if (is_finished() || body_.is_finished()) return true;
  if (body_.is_sent()) return true;  // the server wants no more of it
  if (!body_.append(chunk)) {
    finish(Failure{{US_QUIC_E_HEADERS}, "the request's body is longer than its content-length"});
    return true;
  }
  if (stream_.is_open() && body_.send(stream_.handle())) clock_->activity();
  const bool is_taken = stream_.is_open() ? body_.is_drained() : body_.unsent() < buffer_until;
  if (!is_taken) body_.await_drain();
  return is_taken;
}

void ClientRequest::end_body(std::string_view chunk) {
  if (is_finished() || body_.is_finished()) return;
  if (!chunk.empty()) write_body(chunk);
  if (is_finished()) return;
  const bool has_promised_length = body_.finish();
  if (body_.is_sent()) return finish_if_complete();
  if (!has_promised_length) {
    return finish(Failure{{US_QUIC_E_HEADERS}, "the request's body is shorter than its content-length"});
  }
  send_body();
}

void ClientRequest::pause_reading(bool is_paused) {
  if (is_finished() || is_paused == stream_.is_paused()) return;
  clock_->hold_idle(is_paused);
  stream_.set_paused(is_paused);
}

void ClientRequest::on_stream_headers(int kind, bool is_end) {
  clock_->activity();
  const ResponseHead head = received_head(stream_.handle());
  if (kind == US_QUIC_HEADERS_INFORMATIONAL) return run_handler(handlers.informational, head);
  if (kind == US_QUIC_HEADERS_TRAILERS) return run_handler(handlers.trailers, head.headers);
  take_final_head(head, is_end);
}

void ClientRequest::take_final_head(const ResponseHead& head, bool is_end) {
  const std::string_view wrong = response_.take_head(head, plan_.options().method);
  if (!wrong.empty()) return finish(Failure{{US_QUIC_E_HEADERS}, std::string(wrong)});
  clock_->head_received();
  if (!follow(head, is_end)) run_handler(handlers.response, head);
}

// Returns: whether the response is a redirect that was dealt with.
bool ClientRequest::follow(const ResponseHead& head, bool is_end) {
  const RequestPlan::Redirection redirection = plan_.follow(head);
  if (std::holds_alternative<RequestPlan::NotFollowed>(redirection)) return false;
  if (const auto* failure = std::get_if<Failure>(&redirection)) {
    finish(*failure);
    return true;
  }
  stream_.leave(!is_end || !body_.is_sent());
  std::get<RequestPlan::Followed>(redirection).keeps_body ? body_.rewind() : body_.become_empty();
  response_ = {};
  retries_.renew();
  join(false);
  return true;
}

void ClientRequest::on_stream_data(std::string_view data) {
  clock_->activity();
  const std::string_view wrong = response_.take_data(data.size());
  if (!wrong.empty()) return finish(Failure{{US_QUIC_E_HEADERS}, std::string(wrong)});
  run_handler(handlers.data, data);
}

void ClientRequest::on_stream_end() {
  const std::string_view wrong = response_.take_end();
  if (!wrong.empty()) return finish(Failure{{US_QUIC_E_HEADERS}, std::string(wrong)});
  finish_if_complete();
}

void ClientRequest::finish_if_complete() {
  if (response_.is_complete() && body_.is_sent()) finish(std::nullopt);
}

void ClientRequest::on_stream_reset(std::uint64_t code) {
  if (response_.is_complete()) return;
  std::string text = reset_text(code);
  // RFC 9114 section 4.1.1: nothing was done with it.
  if (code != US_QUIC_H3_REQUEST_REJECTED) return finish(Failure{{US_QUIC_E_RESET}, std::move(text)});
  core_.pool().drain(*pooled_of(us_quic_stream_connection(stream_.handle())));
  stream_.leave(true);
  on_attempt_failed(RetryBudget::Cause::refused, {{US_QUIC_E_RESET}, std::move(text)});
}

// RFC 9114 section 4.1: a server that has answered may want no more of the request; the answer counts. With
// another code than H3_NO_ERROR its reset, or its answer, says what is wrong.
void ClientRequest::on_stream_stop() {
  const bool is_news = plan_.options().stream_body && !body_.is_sent();
  body_.drop();
  finish_if_complete();
  if (is_news && !is_finished()) run_handler(handlers.stop);
  if (!is_finished() && body_.take_awaited_drain()) core_.report_later(*this);
}

void ClientRequest::on_stream_writable() {
  clock_->activity();
  send_body();
}

void ClientRequest::on_stream_close(const us_quic_stream_close_info_t& info) {
  PooledConnection* connection = pooled_of(us_quic_stream_connection(stream_.handle()));
  stream_.leave(false);
  if (response_.is_complete()) return finish(std::nullopt);
  if (info.reason == US_QUIC_E_GOAWAY) {
    core_.pool().drain(*connection);
    return on_attempt_failed(RetryBudget::Cause::refused, {{info.reason}, stream_close_text(info)});
  }
  // With the connection, whose close tells why; a stream closed by hand (native()) has a code.
  if (info.reason == US_QUIC_E_CLOSED && info.code == 0) return connection->orphans.push_back(this);
  const int error = info.reason == US_QUIC_OK ? US_QUIC_E_CLOSED : info.reason;
  finish(Failure{{error}, stream_close_text({error, info.code})});
}

void ClientRequest::on_attempt_failed(RetryBudget::Cause cause, Failure failure) {
  const bool can_repeat = !response_.has_head() && body_.can_replay();
  if (!can_repeat || !retries_.take(cause, plan_.is_repeatable())) return finish(std::move(failure));
  body_.rewind();
  join(true);
}

void ClientRequest::on_limit(Limit limit, int after_ms) {
  const std::string after = " after " + std::to_string(after_ms) + " ms";
  switch (limit) {
    case Limit::connect:
      if (origin_->has_open()) return;  // it waits for a stream
      return finish(
          Failure{{US_QUIC_E_HANDSHAKE_TIMEOUT}, "connect to " + origin_->name() + ": timed out" + after});
    case Limit::first_byte:
      return finish(Failure{{US_QUIC_E_TIMEOUT}, "no response" + after});
    case Limit::idle:
      return finish(Failure{{US_QUIC_E_TIMEOUT}, "nothing sent or received" + after});
    case Limit::total:
      return finish(Failure{{US_QUIC_E_TIMEOUT}, "not done" + after});
  }
}

void ClientRequest::finish(std::optional<Failure> failure) {
  const bool is_cancelled = failure.has_value();
  if (!outcome_.decide(std::move(failure))) return;
  if (clock_) clock_->stop();
  const bool may_wait = stream_.handle() == nullptr;  // in the queue, or for its connection's close
  stream_.leave(is_cancelled);
  Origin* origin = std::exchange(origin_, nullptr);
  if (may_wait && origin != nullptr) core_.pool().remove(*origin, *this);
  core_.report_later(*this);
}

void ClientRequest::give_up() {
  // What the handlers hold may destroy the client: not before all is done here.
  const std::shared_ptr<ClientCore> kept = core_.shared_from_this();
  const FetchHandlers dropped = std::exchange(handlers, {});
  finish(Failure{{US_QUIC_E_CLOSED}, {}});
  core_.discard(*this);
}

void ClientRequest::report() {
  if (!is_finished()) return run_handler(handlers.writable);
  outcome_.report(handlers);
}

}  // namespace usquic::client
