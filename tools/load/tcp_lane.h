// A place for one connection over TCP and the requests on it. libcurl makes the connection, and another one when that is
// lost: a handle of its own keeps it from sharing one with other lanes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/list.h"
#include "load/tcp_slot.h"
#include "tcp_client/driver.h"
#include "tcp_client/multi.h"
#include "tcp_client/socket_meter.h"

namespace usquic::tools::load {

class TcpLane final : public ListHook<TcpLane>, private TcpSlot::Delegate, private tcp_client::Driver::Task {
 public:
  // The load that it is a part of.
  class Delegate {
   public:
    virtual ~Delegate() = default;
    // connect_ns: from the launch of the request that asked for the connection. is_first: the lane had none before.
    virtual void on_opened(TcpLane& lane, std::int64_t connect_ns, bool is_first) = 0;
    virtual void on_lost(TcpLane& lane) = 0;
    virtual void on_response_began(const TcpSlot& slot) = 0;
    virtual void on_body(std::size_t length) = 0;
    // libcurl sent the request again, over a new connection.
    virtual void on_repeated(const TcpSlot& slot) = 0;
    virtual void on_done(TcpLane& lane, const TcpSlot& slot, const tcp_client::Outcome& outcome) = 0;
    // The lane, closed or not, may have room again.
    virtual void on_room(TcpLane& lane) = 0;
  };

  // requests_per_connection: 0 = no limit. What is borrowed outlives it.
  TcpLane(tcp_client::Driver& driver, const tcp_client::Setup& setup, const Target& target,
          std::size_t streams, std::uint64_t requests_per_connection, Delegate& delegate);
  ~TcpLane() override;
  TcpLane(const TcpLane&) = delete;
  TcpLane& operator=(const TcpLane&) = delete;

  // Whether a request can be launched: one alone until there is a connection.
  bool has_room(std::int64_t now);
  // number: of the request, among all. Call it where there is room.
  void launch(std::uint64_t number, std::int64_t start_ns, bool is_first);
  // A connection alone, which is closed at once.
  void launch_handshake();
  // The next attempt to connect is not before this.
  void hold_until(std::int64_t ns) { not_before_ns_ = ns; }
  bool is_open() const { return is_open_; }
  tcp_client::SocketMeter::Counts counts() const { return meter_.total(); }

  std::int64_t backoff_ns = 0;
  std::uint64_t answered = 0;  // over this connection
  bool was_tried = false;

 private:
  void on_connected(TcpSlot& slot, std::int64_t connection) override;
  void on_response_began(TcpSlot& slot) override { delegate_.on_response_began(slot); }
  void on_body(std::size_t length) override { delegate_.on_body(length); }
  void on_done(TcpSlot& slot, const tcp_client::Outcome& outcome) override;
  void run() override;
  bool is_used_up() const { return max_requests_ != 0 && launched_ >= max_requests_; }
  TcpSlot& take_free();
  void make_multi();
  void note_lost();

  tcp_client::Driver& driver_;
  const tcp_client::Setup& setup_;
  const Target& target_;
  const std::size_t streams_;
  const std::uint64_t max_requests_;
  Delegate& delegate_;
  tcp_client::SocketMeter meter_;
  std::unique_ptr<tcp_client::Multi> multi_;
  std::vector<std::unique_ptr<TcpSlot>> slots_;
  std::vector<TcpSlot*> free_;
  std::optional<std::int64_t> connection_;  // libcurl's number of the latest
  std::uint64_t launched_ = 0;              // over this connection, where that is limited
  std::int64_t not_before_ns_ = 0;
  bool is_open_ = false;
  bool had_connection_ = false;
};

}  // namespace usquic::tools::load
