// The request's side of an exchange: when its body is read, by whom, and how much of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "app/capsule_receiver.h"
#include "app/exchange_stream.h"
#include "app/lingering.h"
#include "app/request_drain.h"
#include "app/request_traits.h"
#include "usquic/http/function.h"
#include "usquic/http/web_transport.h"

namespace usquic::app {

class RequestReceiver {
 public:
  void begin(ExchangeStream& stream, const RequestTraits& traits);

  // More than `bytes` of body are not taken.
  void limit(std::uint64_t bytes) { max_body_bytes_ = bytes; }
  bool is_over_limit() const { return received_ > max_body_bytes_; }
  // Somebody reads the body, or did.
  bool has_reader() const { return state_ == State::reading; }
  bool is_ended() const { return state_ == State::ended; }
  // The client waits for 100 (Continue) before it sends (RFC 9110 section 10.1.1).
  bool awaits_continue() const;

  // The body goes to `handler` from here on.
  void read_with(Function<void(std::string_view chunk, bool fin)> handler);
  // Its capsules go to the handlers of what this returns. Not together with read_with(). Throws std::bad_alloc.
  CapsuleReceiver& read_capsules(std::size_t max_value_bytes);
  // nullptr: they are not read.
  CapsuleReceiver* capsules() const { return capsules_.get(); }
  bool is_extended_connect() const { return traits_.is_extended_connect; }
  void pause();
  void resume();
  // A body that nobody reads is left with the peer: flow control holds it back.
  void hold_unread();
  // The request was answered: what still comes is dropped, within the limits.
  void drop_rest(const LingerLimits& limits);

  // Data came.
  void count(std::size_t bytes);
  // The request ended, was reset, or its stream is gone.
  void end();
  void drop_handlers();
  // Gives memory back. Not inside a handler.
  void forget_capsules() { capsules_.reset(); }

  Function<void(std::string_view chunk, bool fin)> on_data;
  Function<void(std::string_view name, std::string_view value)> on_trailer;
  // Handlers of the WebTransport session that the route at work has for the request; nullptr: it asks for none.
  std::shared_ptr<WebTransportBehavior> offered_session;

 private:
  // Who gets the body. The receiving part of the stream (RFC 9000 section 3.2) ends in `ended`: by
  // FIN or RESET_STREAM.
  //
  //     waiting --- onData ---> reading
  //       |   |                 |    |
  //       |   +- the answer is -+    |
  //       |      complete: dropping  |
  //       |         |                |
  //       +---------+---- the end ---+---> ended
  enum class State : std::uint8_t { waiting, reading, dropping, ended };

  void enter(State next);
  void begin_reading();

  ExchangeStream* stream_ = nullptr;
  RequestTraits traits_;
  State state_ = State::waiting;
  bool is_paused_ = false;  // by the application
  std::uint64_t max_body_bytes_ = UINT64_MAX;
  std::uint64_t received_ = 0;
  RequestDrain drain_;
  std::unique_ptr<CapsuleReceiver> capsules_;
};

}  // namespace usquic::app
