// One request and its answer: what is behind an Response. The handler may answer while it is `open`;
// afterwards the object goes on sending what was accepted until its stream closes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/exchange_stream.h"
#include "app/field_list.h"
#include "app/lingering.h"
#include "base/list.h"
#include "base/log.h"
#include "http/date.h"
#include "usquic/http/response.h"

namespace usquic::app {

// What all exchanges of one server use.
struct ExchangeContext {
  Logger logger;
  http::Date date;
  bool sends_date = true;
  LingerLimits linger;
  std::vector<us_quic_header_t> fields;  // scratch: the section that is being sent
};

struct RequestTraits {
  bool is_head = false;
  bool is_connect = false;
  bool expects_continue = false;
  bool has_body = false;
};

class Exchange : public Response, public ListHook<Exchange> {
 public:
  explicit Exchange(ExchangeContext& context) : context_(context) {}

  void begin(ExchangeStream& stream, const RequestTraits& traits);
  bool is_open() const { return phase_ == Phase::open; }
  bool is_head_sent() const { return head_sent_; }
  // nullptr once it is closed.
  ExchangeStream* stream() const { return stream_; }
  const Logger& logger() const { return context_.logger; }

  // What the stream tells.
  void take_data(std::string_view chunk);
  void take_end();
  void take_trailers();
  void peer_reset();
  void peer_stopped();
  void stream_writable();
  void stream_closed();

  // Before and after a handler ran.
  void limit_body(std::uint64_t bytes) { body_limit_ = bytes; }
  void forget_head();
  void handler_returned();

  // The library's own answer.
  void answer(int status, std::string_view name = {}, std::string_view value = {});

  // What Response's calls do, once it is sure that they are allowed.
  bool set_status(std::string_view status);
  void add_header(std::string_view name, std::string_view value);
  bool add_trailer(std::string_view name, std::string_view value) { return trailers_.add(name, value); }
  void inform(std::string_view status, const FieldView* fields, std::size_t count);
  void flush_head();
  bool write_some(std::string_view chunk);
  std::pair<bool, bool> try_end(std::string_view data, std::uint64_t total);
  std::pair<bool, bool> try_end_static(std::string_view data, std::uint64_t total,
                                       void (*release)(void* user), void* user);
  void end_with(std::string_view data);
  void end_without_body(std::optional<std::uint64_t> length);
  void end_prepared(us_quic_prepared_response_t* prepared);
  void give_up();
  void read_with(Function<void(std::string_view chunk, bool fin)> handler);
  void pause_reading();
  void resume_reading();

  bool has_responded() const { return phase_ != Phase::open; }
  bool is_answering_head() const { return traits_.is_head; }
  std::uint64_t written() const { return written_; }
  std::uint64_t unsent() const;
  std::string_view remote_address();
  std::string_view remote_address_text();
  std::uint16_t remote_port();

  Function<bool(std::uint64_t offset)> on_writable;
  Function<void(std::string_view name, std::string_view value)> on_trailer;
  Function<void()> on_aborted;
  void* user_data = nullptr;

 private:
  enum class Phase : std::uint8_t {
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

  bool accepts_tunnel() const;
  bool discards_body() const;
  std::optional<std::uint64_t> length_field(std::optional<std::uint64_t> length) const;
  // Sends the head; false when there is nothing more to do: it was malformed, or the stream is gone.
  bool send_head(std::optional<std::uint64_t> length, bool end_stream);
  bool send_whole(std::optional<std::uint64_t> length, std::string_view body);
  template <class Send>
  bool send_fields(std::optional<std::uint64_t> length, Send send);
  void send_failure();
  void fail_without_memory(std::ptrdiff_t result);
  template <class Write>
  std::pair<bool, bool> try_end_by(std::string_view data, std::uint64_t total, Write write);
  bool queue(std::string_view data);
  bool exceeds_length(std::uint64_t more, const char* call);
  void cut_off();
  void pump();
  void conclude();
  void finish_sending();
  void linger();
  void arm_linger();
  void look_at_lingering();
  void end_lingering();
  void stop_lingering();
  void abort();
  void refuse_body();
  void drop_handlers();
  bool find_remote_address();

  ExchangeContext& context_;
  ExchangeStream* stream_ = nullptr;
  RequestTraits traits_;
  Phase phase_ = Phase::unused;

  // The answer.
  bool head_sent_ = false;
  bool head_is_malformed_ = false;
  bool has_date_ = false;
  bool fin_sent_ = false;
  bool has_status_ = false;  // of the application's
  bool is_failure_ = false;  // 500 was sent in place of a malformed head: no body follows
  int status_ = 200;
  std::optional<std::uint64_t> announced_;  // content-length
  FieldList head_;
  FieldList trailers_;
  std::uint64_t written_ = 0;
  std::string overflow_;  // accepted, and not yet taken by the stream
  std::size_t overflow_sent_ = 0;

  // The request's body.
  bool read_ended_ = false;
  bool has_reader_ = false;
  bool is_paused_ = false;
  std::uint64_t body_limit_ = UINT64_MAX;
  std::uint64_t received_ = 0;
  Function<void(std::string_view chunk, bool fin)> on_data_;
  us_timer_t* linger_ = nullptr;  // the answer is complete: what still comes is dropped for a while
  Lingering lingering_;

  std::array<char, 16> address_{};
  std::size_t address_length_ = 0;
  std::uint16_t port_ = 0;
  std::array<char, 48> address_text_{};
};

}  // namespace usquic::app
