// A place for one request at a time on a connection over TCP.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "load/target.h"
#include "tcp_client/multi.h"
#include "tcp_client/request.h"

namespace usquic::tools::load {

class TcpSlot final : private tcp_client::Request::Handler {
 public:
  // The connection that it is a place on. Each call may launch the slot again, or another.
  class Delegate {
   public:
    virtual ~Delegate() = default;
    virtual void on_connected(TcpSlot& slot, std::int64_t connection) = 0;
    virtual void on_response_began(TcpSlot& slot) = 0;
    virtual void on_body(std::size_t length) = 0;
    virtual void on_done(TcpSlot& slot, const tcp_client::Outcome& outcome) = 0;
  };

  explicit TcpSlot(Delegate& delegate) : delegate_(delegate) {}
  TcpSlot(const TcpSlot&) = delete;
  TcpSlot& operator=(const TcpSlot&) = delete;

  // Sends the request of this number. meter: of the connection's sockets.
  void launch(tcp_client::Multi& multi, const tcp_client::Setup& setup, tcp_client::SocketMeter& meter,
              const Target& target, std::uint64_t number, std::int64_t start_ns);
  // Opens a connection, and requests nothing.
  void connect(tcp_client::Multi& multi, const tcp_client::Setup& setup, tcp_client::SocketMeter& meter,
               const Target& target);
  // Gives up what is under way.
  void clear(tcp_client::Multi& multi);

  // When the request was due, and when it was launched.
  std::int64_t start_ns() const { return start_ns_; }
  std::int64_t launched_ns() const { return launched_ns_; }
  bool was_connected() const { return was_connected_; }
  std::uint16_t status() const { return status_; }
  // Before the load: to have a connection.
  bool is_first = false;

 private:
  void make(const tcp_client::Setup& setup, tcp_client::SocketMeter& meter);
  void begin(tcp_client::Multi& multi, std::int64_t start_ns);

  bool on_connected(const tcp_client::Connected& connected) override;
  void on_header_line(std::string_view line) override;
  void on_body(std::string_view bytes) override { delegate_.on_body(bytes.size()); }
  void on_body_wanted() override {}
  void on_done(const tcp_client::Outcome& outcome) override { delegate_.on_done(*this, outcome); }

  Delegate& delegate_;
  std::unique_ptr<tcp_client::Request> request_;
  std::optional<std::size_t> path_;  // that the request is prepared for
  std::int64_t start_ns_ = 0;
  std::int64_t launched_ns_ = 0;
  std::uint16_t status_ = 0;
  bool was_connected_ = false;
};

}  // namespace usquic::tools::load
