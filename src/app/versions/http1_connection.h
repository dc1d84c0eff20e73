// One connection of HTTP/1.1: its requests come to the server one after the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "app/versions/http1_sender.h"
#include "app/versions/http1_share.h"
#include "app/versions/http1_stream.h"
#include "base/list.h"
#include "http1/request_parser.h"
#include "tcp/connection.h"

namespace usquic::app {

// Destroys itself when its TCP connection is closed.
//
//   opening --- TLS is set up ---> idle
//   idle --- a request's head ---> serving --- request and response are over ---> idle
//     |                               |
//     +--- told to end, or refused ---+--- the last response is over ---> ending ---> (closed)
class Http1Connection final : public tcp::Connection::Handler,
                              public ListHook<Http1Connection>,
                              public ListHook<ForTurn>,
                              private http1::RequestEvents {
 public:
  Http1Connection(std::shared_ptr<Http1Share> share, tcp::Connection& tcp);

  tcp::Connection& tcp() { return tcp_; }
  us_loop_t* loop() const { return share_->server.loop()->native(); }

  // No other request is taken; the response under way says so where its head is not sent.
  void end_soon();

  // ---- For the stream ----
  void pause();
  void resume();
  // What still comes of the request is dropped, and the connection ends with the response.
  void drop_input();
  void cut_off();
  // take_turn() is called soon.
  void want_turn() { share_->turns.add(*this); }
  // What is left to do outside of callbacks.
  void take_turn();

 private:
  enum class State : std::uint8_t { opening, idle, serving, ending };
  // The request that is being served, as far as the exchange does not see to it.
  struct Input {
    bool has_body = false;
    bool is_paused = false;   // by the exchange
    bool is_end_due = false;  // it came while the exchange had paused
    bool is_dropped = false;  // nobody wants what still comes
  };
  // What the deadline is for.
  enum class Awaited : std::uint8_t {
    nothing,  // the application is at work
    request,
    head,      // the rest of it, however often some of it comes
    progress,  // of a body, in either direction
  };

  // ---- tcp::Connection::Handler ----
  void on_open(tcp::Connection& tcp) override;
  void on_data(tcp::Connection& tcp, Bytes data) override;
  void on_end(tcp::Connection& tcp) override;
  void on_writable(tcp::Connection& tcp) override;
  void on_deadline(tcp::Connection& tcp) override;
  void on_close(tcp::Connection& tcp, int error) override;

  // ---- http1::RequestEvents ----
  void on_request(const http1::RequestHead& head) override;
  void on_body(Bytes data) override;
  void on_trailers(std::span<const us_quic_header_t> fields) override;
  void on_request_end() override;

  bool is_alive() const;
  void feed(Bytes bytes);
  void go_on();
  void refuse(int status, std::string_view reason);
  void finish_exchange();
  void release_exchange();
  void end();
  Awaited awaits() const;
  void set_deadline();

  const std::shared_ptr<Http1Share> share_;
  tcp::Connection& tcp_;
  Http1Sender sender_;
  Http1Stream stream_;
  http1::RequestParser parser_;
  State state_ = State::opening;
  Input input_;
  Awaited awaited_ = Awaited::nothing;
  bool is_ending_soon_ = false;      // no request is taken after this one
  std::size_t buffered_before_ = 0;  // when the deadline was set
  Exchange* exchange_ = nullptr;
  std::vector<std::uint8_t> backlog_;  // what came behind the request that is being answered
};

}  // namespace usquic::app
