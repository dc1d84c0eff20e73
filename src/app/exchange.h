// One request and its response: what is behind a Response. The handler may answer while it is open; afterwards the
// object goes on sending what was accepted until its stream closes.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "app/exchange_context.h"
#include "app/exchange_stream.h"
#include "app/remote_address.h"
#include "app/request_receiver.h"
#include "app/request_traits.h"
#include "app/response_sender.h"
#include "base/list.h"
#include "usquic/http/response.h"

namespace usquic::app {

class Exchange : public Response, public ListHook<Exchange> {
 public:
  explicit Exchange(ExchangeContext& context) : context_(context), response_(context) {}

  void begin(ExchangeStream& stream, const RequestTraits& traits);
  // The handler may answer.
  bool is_open() const { return life_ == Life::open; }
  // The request was read and the response handed to the stream, so that neither needs this object any more. By user
  // data a handler keeps it until the stream closes: what is on its way may still matter to it.
  bool is_over() const {
    return life_ == Life::ended && response_.is_sent() && request_.is_ended() && user_data == nullptr;
  }
  // It was answered in full, and its stream may still have some of it.
  bool is_sending() const { return life_ == Life::ended; }
  // nullptr once it is closed.
  ExchangeStream* stream() const { return stream_; }
  const Logger& logger() const { return context_.logger; }
  RequestReceiver& request() { return request_; }
  ResponseSender& response() { return response_; }
  const ResponseSender& response() const { return response_; }
  // Valid as long as the exchange is in use.
  const RemoteAddress& remote_address();

  // ---- Events of the stream ----
  void take_data(std::string_view chunk);
  void take_end();
  void take_trailers();
  void peer_reset();
  void peer_stopped();
  void stream_writable();
  void stream_closed();

  void handler_returned();
  // The library's own response, without a body.
  void answer(std::string_view status, std::string_view name = {}, std::string_view value = {});
  // Draws the consequence of a call on response().
  ResponseSender::Attempt settle(const ResponseSender::Attempt& attempt);
  void give_up();
  void read_with(Function<void(std::string_view chunk, bool fin)> handler);

  Function<bool(std::uint64_t offset)> on_writable;
  Function<void()> on_aborted;
  void* user_data = nullptr;

 private:
  //     unused --- begin ---> open --- the response is complete ---> ended
  //       ^                    |                                     |   |
  //       |                    +--- it never will be ---> aborted <--+   |   (given up while it is sent)
  //       |                                                  |           |
  //       +---- the stream closed, or needs it no more ------+-----------+
  enum class Life : std::uint8_t {
    unused,   // in the slab: nobody should know it
    open,     // the handler may answer
    ended,    // answered in full; maybe still sending
    aborted,  // will never be answered
  };

  // Runs a handler that may replace itself, or end the exchange and so every handler.
  template <class R, class... Parameters, class... Arguments>
  R call(Function<R(Parameters...)>& handler, Arguments... arguments) {
    Function<R(Parameters...)> running = std::move(handler);
    struct PutBack {
      Exchange& exchange;
      Function<R(Parameters...)>&from, &to;
      ~PutBack() {
        if (exchange.is_open() && !to) to = std::move(from);
      }
    } put_back{*this, running, handler};
    return running(arguments...);
  }

  void enter(Life next);
  static bool may_follow(Life life, Life next);
  void conclude();
  void finish_sending();
  void abort();
  void abandon(StreamError error);
  void refuse_body();
  void drop_handlers();

  ExchangeContext& context_;
  ExchangeStream* stream_ = nullptr;
  Life life_ = Life::unused;
  RequestReceiver request_;
  ResponseSender response_;
  RemoteAddress address_;
};

}  // namespace usquic::app
