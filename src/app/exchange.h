// One request and its response: what is behind a Response. The handler may answer while it is open; afterwards the
// object goes on sending what was accepted until its stream closes.
#pragma once

#include <cstdint>
#include <string_view>

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
  // nullptr once it is closed.
  ExchangeStream* stream() const { return stream_; }
  const ExchangeContext& context() const { return context_; }
  RequestReceiver& request() { return request_; }
  const RequestReceiver& request() const { return request_; }
  ResponseSender& response() { return response_; }
  const ResponseSender& response() const { return response_; }
  // Valid as long as the exchange is in use.
  const RemoteAddress& remote_address();

  // ---- Events of the stream ----
  void take_data(std::string_view chunk);
  void take_end();
  void take_trailers();
  // An HTTP datagram in a frame of its own.
  void take_datagram(std::string_view data);
  void peer_reset();
  void peer_stopped();
  void stream_writable();
  void stream_closed();

  void handler_returned();
  // The library's own response, without a body.
  void answer(std::string_view status, std::string_view name = {}, std::string_view value = {});
  // Draws the consequence of a call on response().
  ResponseSender::Attempt settle(const ResponseSender::Attempt& attempt);
  // The application gives up, or broke its own word: it is not notified. Nothing happens to one that is aborted or unused.
  void abandon(StreamError error);
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

  void enter(Life next);
  static bool may_follow(Life life, Life next);
  void conclude();
  void finish_sending();
  void abort();
  void fail(StreamError error);
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
