#include "app/exchange.h"

#include <utility>

#include "base/check.h"
#include "http/run_handler.h"

namespace usquic::app {

void Exchange::begin(ExchangeStream& stream, const RequestTraits& traits) {
  enter(Life::open);
  stream_ = &stream;
  request_.begin(stream, traits);
  response_.begin(stream, traits);
  user_data = nullptr;
  address_.clear();
}

void Exchange::enter(Life next) {
  CHECK(may_follow(life_, next));
  life_ = next;
}

bool Exchange::may_follow(Life life, Life next) {
  switch (next) {
    case Life::unused:
      return life == Life::ended || life == Life::aborted;
    case Life::open:
      return life == Life::unused;
    case Life::ended:
      return life == Life::open;
    case Life::aborted:
      return life == Life::open || life == Life::ended;
  }
  return false;
}

const RemoteAddress& Exchange::remote_address() {
  sockaddr_in6 address{};
  if (!address_.is_known() && stream_ != nullptr && stream_->remote_address(address) > 0)
    address_.set(address);
  return address_;
}

void Exchange::take_data(std::string_view chunk) {
  request_.count(chunk.size());
  if (!is_open()) return;
  if (request_.is_over_limit()) return refuse_body();
  if (request_.on_data) http::run_handler_of(*this, request_.on_data, chunk, false);
  if (CapsuleReceiver* capsules = request_.capsules()) fail(capsules->take_data(chunk));
}

void Exchange::take_end() {
  request_.end();
  if (!is_open()) return;
  if (request_.on_data) http::run_handler_of(*this, request_.on_data, std::string_view(), true);
  if (CapsuleReceiver* capsules = request_.capsules()) fail(capsules->take_end());
}

void Exchange::take_trailers() {
  for (const us_quic_header_t& field : stream_->headers()) {
    if (!is_open() || !request_.on_trailer) return;
    http::run_handler_of(*this, request_.on_trailer, std::string_view(field.name, field.name_length),
                         std::string_view(field.value, field.value_length));
  }
}

// Datagrams may come before the handler has said what it takes; like others they may be lost.
void Exchange::take_datagram(std::string_view data) {
  if (!is_open()) return;
  if (CapsuleReceiver* capsules = request_.capsules()) return fail(capsules->take_datagram(data));
  const bool is_undecided = request_.is_extended_connect() && !request_.has_reader();
  if (!is_undecided) fail(StreamError::bad_datagram);
}

void Exchange::peer_reset() {
  request_.end();
  if (!is_open()) return;
  response_.reset(StreamError::request_cancelled);
  abort();
}

// RFC 9114 section 4.1.1: the client wants no answer, so its upload is of no use either.
void Exchange::peer_stopped() {
  if (!response_.is_sent() || !request_.is_ended()) response_.reset(StreamError::request_cancelled);
  abort();
}

void Exchange::stream_writable() {
  const bool is_sending = is_open() || (life_ == Life::ended && !response_.is_sent());
  if (!is_sending || !response_.pump()) return;
  if (!is_open()) return finish_sending();
  if (on_writable) http::run_handler_of(*this, on_writable, response_.written());
}

void Exchange::stream_closed() {
  abort();
  request_.end();
  response_.end();
  drop_handlers();
  request_.forget_capsules();
  stream_ = nullptr;
  if (life_ != Life::unused) enter(Life::unused);
}

void Exchange::handler_returned() {
  if (!is_open()) return;
  const bool may_open_tunnel = request_.offered_session == nullptr;  // sessions open by acceptance alone
  if (may_open_tunnel && response_.opens_tunnel(request_.has_reader())) response_.flush_head();
  request_.hold_unread();
  if (!on_aborted) {
    context_.logger.log(LogLevel::warning,
                        "a handler returned without an answer and without onAborted: it cannot know when the "
                        "response goes");
  }
}

void Exchange::answer(std::string_view status, std::string_view name, std::string_view value) {
  response_.forget_head();
  response_.set_status(status);
  if (!name.empty()) response_.add_header(name, value);
  settle(response_.end_with({}));
}

ResponseSender::Attempt Exchange::settle(const ResponseSender::Attempt& attempt) {
  if (attempt.is_cut_off) {
    abandon(StreamError::internal);
  } else if (attempt.is_complete) {
    conclude();
  }
  return attempt;
}

void Exchange::read_with(Function<void(std::string_view chunk, bool fin)> handler) {
  if (request_.awaits_continue() && !response_.is_head_sent()) response_.inform("100", nullptr, 0);
  request_.read_with(std::move(handler));
}

void Exchange::conclude() {
  enter(Life::ended);
  drop_handlers();
  finish_sending();
}

void Exchange::finish_sending() {
  if (response_.finish()) request_.drop_rest(context_.linger);
}

void Exchange::abort() {
  if (!is_open()) return;
  enter(Life::aborted);
  Function<void()> handler = std::move(on_aborted);
  drop_handlers();
  if (handler) handler();
}

void Exchange::abandon(StreamError error) {
  if (life_ != Life::open && life_ != Life::ended) return;
  enter(Life::aborted);
  response_.reset(error);
  drop_handlers();
}

// The client broke a rule, unless it is none.
void Exchange::fail(StreamError error) {
  if (error == StreamError::none || !is_open()) return;
  Function<void()> handler = std::move(on_aborted);
  abandon(error);
  if (handler) handler();
}

// RFC 9110 section 15.5.14. The handler that was reading learns by onAborted that the answer was given.
void Exchange::refuse_body() {
  if (response_.is_head_sent()) return fail(StreamError::request_cancelled);
  Function<void()> handler = std::move(on_aborted);
  answer("413");
  if (handler) handler();
}

void Exchange::drop_handlers() {
  on_writable.reset();
  on_aborted.reset();
  request_.drop_handlers();
}

}  // namespace usquic::app
