// One connection of HTTP/2: its requests come to the server side by side.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "app/versions/tcp_session.h"
#include "app/versions/tcp_share.h"
#include "base/time.h"
#include "http2/server_session.h"

namespace usquic::app {

//   open --- told to end ---> leaving --- the last response is over ---> ending ---> (closed)
//     |                                                                    |
//     +--- the client left, or is refused ---------------------------------+
class Http2Connection final : public TcpSession,
                              private http2::ServerSession::Owner,
                              private http2::ServerSession::Sink {
 public:
  // Throws std::bad_alloc.
  Http2Connection(std::shared_ptr<TcpShare> share, tcp::Connection& tcp);

  TcpShare& share() const { return *share_; }

  void end_soon() override;
  void take_turn() override;

 private:
  enum class State : std::uint8_t {
    open,
    leaving,  // the client was told to send no more requests
    ending,   // nothing is served any more
  };

  // What the deadline is for.
  enum class Awaited : std::uint8_t {
    nothing,
    request,   // no stream is open
    head,      // the rest of it, or of the connection's preface
    progress,  // of any stream
    notice,    // the client is to have heard of the end
  };

  // ---- tcp::Connection::Handler ----
  void on_open(tcp::Connection& tcp) override;
  void on_data(tcp::Connection& tcp, Bytes data) override;
  void on_end(tcp::Connection& tcp) override;
  void on_writable(tcp::Connection& tcp) override;
  void on_deadline(tcp::Connection& tcp) override;
  void on_close(tcp::Connection& tcp, int error) override;

  // ---- http2::ServerSession::Owner ----
  http2::Stream* make_stream() noexcept override;
  void on_work() noexcept override { share_->turns.add(*this); }
  void on_refusal(std::string_view reason) noexcept override;

  // ---- http2::ServerSession::Sink ----
  void write(Bytes bytes) override { tcp_.write(bytes); }

  void look_at_progress();
  void send();
  void end();
  void set_deadline();

  const std::shared_ptr<TcpShare> share_;
  std::optional<http2::ServerSession> session_;  // until it is ending
  State state_ = State::open;
  Awaited awaited_ = Awaited::nothing;
  TimePoint last_progress_{};
};

}  // namespace usquic::app
