// One thread's share of the load over TCP.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/list.h"
#include "load/due_requests.h"
#include "load/load_thread.h"
#include "load/tcp_lane.h"
#include "tcp_client/setup.h"

namespace usquic::tools::load {

// What requests of the plan to the target connect with.
tcp_client::ConnectOptions tcp_options(const Plan& plan, const Target& target);

class TcpGenerator final : public LoadThread, private TcpLane::Delegate {
 public:
  TcpGenerator(const Plan& plan, const Target& target, std::uint64_t index, Board& board);

 private:
  bool prepare(us_loop_t* loop, Failure& failure) override;
  void begin_load() override;
  void on_tick(std::int64_t now) override;
  void send_due(std::int64_t now) override;
  std::int64_t wait_ns() const override;
  void before_end() override;

  Traffic traffic() const override;
  void on_measuring_began(std::int64_t now) override;
  void on_measuring_ended(std::int64_t now) override;

  void on_opened(TcpLane& lane, std::int64_t connect_ns, bool is_first) override;
  void on_lost(TcpLane& lane) override;
  void on_response_began(const TcpSlot& slot) override;
  void on_body(std::size_t length) override;
  void on_repeated(const TcpSlot& slot) override;
  void on_done(TcpLane& lane, const TcpSlot& slot, const tcp_client::Outcome& outcome) override;
  void on_room(TcpLane& lane) override;

  bool may_launch() const { return measurement().may_begin(launched_); }
  void connect_lanes();
  void note_tried(TcpLane& lane);
  void use(TcpLane& lane, std::int64_t now);
  void launch(TcpLane& lane, std::int64_t start_ns);
  void connect_failed(TcpLane& lane, const TcpSlot& slot, const Failure& failure);
  void answered(const TcpSlot& slot, std::int64_t now);
  void failed(const TcpSlot& slot, const tcp_client::Outcome& outcome);
  void handshake_done(TcpLane& lane, const TcpSlot& slot, const tcp_client::Outcome& outcome);
  void expire_overdue(std::int64_t now);
  void give_up_without_server(std::int64_t now);

  const Target& target_;
  const std::uint64_t size_;
  tcp_client::Setup setup_;
  std::optional<tcp_client::Driver> driver_;
  std::vector<std::unique_ptr<TcpLane>> lanes_;
  List<TcpLane> ready_;  // open loop: those that may have room
  std::optional<DueRequests> due_;
  std::uint64_t connecting_ = 0;  // first connections under way
  std::uint64_t begun_ = 0;       // lanes whose first connection was asked for
  std::uint64_t tried_ = 0;
  std::uint64_t in_flight_ = 0;
  std::uint64_t launched_ = 0;
  std::int64_t last_open_ns_ = 0;
};

}  // namespace usquic::tools::load
