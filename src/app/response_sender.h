// The response's side of an exchange: how what the application writes becomes a header section, a body and
// trailers on the stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "app/exchange_context.h"
#include "app/exchange_stream.h"
#include "app/field_list.h"
#include "app/outgoing_body.h"
#include "app/outgoing_head.h"
#include "app/request_traits.h"
#include "usquic/http/response.h"
#include "usquic/http/web_transport.h"

namespace usquic::app {

// Data that is sent from where it is: the stream calls `release` when it needs it no more.
struct Loan {
  void (*release)(void* user) = nullptr;
  void* user = nullptr;
};

class ResponseSender {
 public:
  // What a call came to. The caller owes finish() to a response that is complete, and reset() to one that is cut off.
  struct Attempt {
    bool is_taken = false;     // all of the data
    bool is_complete = false;  // nothing may follow
    bool is_cut_off = false;   // the message would break its content-length
    bool is_held = false;      // data without a copy: the stream releases it
  };

  explicit ResponseSender(ExchangeContext& context) : context_(context) {}

  void begin(ExchangeStream& stream, const RequestTraits& traits);
  // The stream is gone.
  void end();

  bool is_head_sent() const { return state_ != State::ready; }
  bool is_answering_head() const { return traits_.is_head; }
  // The end of the stream was sent.
  bool is_sent() const { return state_ == State::data_sent; }
  // A 2xx to CONNECT opens the tunnel (RFC 9110 section 9.3.6). is_read: a handler that did nothing yet decides later.
  bool opens_tunnel(bool is_read) const;
  std::uint64_t written() const { return body_.written(); }
  // Body bytes that are not on their way.
  std::uint64_t unsent() const;

  // ---- Before the header section is sent ----
  void forget_head();
  void set_status(std::string_view status);
  void add_header(std::string_view name, std::string_view value);
  void speak_capsules() { head_.speak_capsules(); }
  // An informational response.
  void inform(std::string_view status, const FieldView* fields, std::size_t count);

  // ---- Until it is complete ----
  bool add_trailer(std::string_view name, std::string_view value) { return trailers_.add(name, value); }
  void flush_head();
  Attempt write(std::string_view chunk);
  // All of the chunk or nothing, without a copy.
  Attempt write_static(std::string_view chunk, const Loan& loan);
  // loan: all of the data or nothing, without a copy.
  Attempt try_end(std::string_view data, std::uint64_t total, const Loan* loan = nullptr);
  Attempt end_with(std::string_view data);
  Attempt end_without_body(std::optional<std::uint64_t> length);
  Attempt end_prepared(us_quic_prepared_response_t* prepared);
  // Opens the WebTransport session that the request asks for; nothing of the stream is this object's then. nullptr: it could
  // not be opened, and where that is the fields' fault 500 was sent.
  WebTransport* accept_session(std::shared_ptr<WebTransportBehavior> behavior);

  // ---- After that ----
  // Gives the stream what waits of the body. Returns: whether nothing waits.
  bool pump();
  // Sends the trailers and the end. Returns false while some of the body waits; then pump() goes first.
  bool finish();
  void reset(StreamError error);

 private:
  // The sending part of the stream (RFC 9000 section 3.1), as far as this side decides:
  //
  //     ready --- header section ---> send --- trailers or end ---> data_sent
  //       |  \                          |                              ^   |
  //       |   +--- a response without body, or sent at once -----------+   |
  //       |                             |                                  |
  //       +-----------------------------+------ the stream is reset -------+---> reset_sent
  enum class State : std::uint8_t { ready, send, data_sent, reset_sent };

  void enter(State next);
  bool discards_body() const;
  // Whether `more` bytes keep what content-length promised.
  bool keeps_length(std::uint64_t more, const char* call) const;
  // Sends the head, and for send_complete the body if the stream takes it at once.
  void send_head(std::optional<std::uint64_t> length, bool is_last);
  void send_complete(std::string_view body);
  template <class Send>
  void send_fields(std::optional<std::uint64_t> length, Send send);
  bool queue(std::string_view data);
  // What was not taken for want of memory is not taken later either: the stream is reset.
  void reset_without_memory(std::ptrdiff_t result);

  ExchangeContext& context_;
  ExchangeStream* stream_ = nullptr;
  RequestTraits traits_;
  State state_ = State::ready;
  OutgoingHead head_;
  FieldList trailers_;
  OutgoingBody body_;
};

}  // namespace usquic::app
