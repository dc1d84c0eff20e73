// One connection of HTTP/1.1: its requests come to the server one after the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "app/versions/http1_sender.h"
#include "app/versions/http1_stream.h"
#include "app/versions/tcp_session.h"
#include "app/versions/tcp_share.h"
#include "http1/request_parser.h"
#include "tcp/connection.h"

namespace usquic::app {

//   idle --- a request's head ---> serving --- request and response are over ---> idle
//     |                               |
//     +--- told to end, or refused ---+--- the last response is over ---> ending ---> (closed)
class Http1Connection final : public TcpSession, private http1::RequestEvents {
 public:
  Http1Connection(std::shared_ptr<TcpShare> share, tcp::Connection& tcp);

  // The response under way says so where its head is not sent.
  void end_soon() override;

  // ---- For the stream ----
  void pause();
  void resume();
  // What still comes of the request is dropped, and the connection ends with the response.
  void drop_input();
  void cut_off();
  // take_turn() is called soon.
  void want_turn() { share_->turns.add(*this); }
  void take_turn() override;

 private:
  enum class State : std::uint8_t { idle, serving, ending };
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

  const std::shared_ptr<TcpShare> share_;
  Http1Sender sender_;
  Http1Stream stream_;
  http1::RequestParser parser_;
  State state_ = State::idle;
  Input input_;
  Awaited awaited_ = Awaited::nothing;
  bool is_ending_soon_ = false;      // no request is taken after this one
  std::size_t buffered_before_ = 0;  // when the deadline was set
  Exchange* exchange_ = nullptr;
  std::vector<std::uint8_t> backlog_;  // what came behind the request that is being answered
};

}  // namespace usquic::app
