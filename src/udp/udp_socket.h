// "Bytes on the wire": one UDP socket on a loop, used inline by us_quic_socket_t.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/address.h"
#include "base/log.h"
#include "base/result.h"
#include "loop/loop.h"
#include "udp/loop_share.h"
#include "udp/open_socket.h"
#include "udp/receive_batch.h"
#include "udp/run_sender.h"
#include "udp/send_batch.h"
#include "usquic/udp.h"

// The public type. QUIC sockets hold one as their first member.
struct us_udp_socket_t : usquic::loop::Poll {
 public:
  // What its owner wants to hear. Called on the loop's thread, from its events and from its expire step,
  // never from inside open(), flush() or close(); the socket may be closed (not destroyed) inside.
  class Handler {
   public:
    virtual void on_datagrams(us_udp_socket_t& socket, std::span<const usquic::udp::Received> datagrams) = 0;
    // After send_batch().is_blocked(): there is room again, and what was kept has been sent.
    virtual void on_writable(us_udp_socket_t& socket) = 0;
    // ICMP: a datagram that was sent to `peer` could not be delivered (ECONNREFUSED, EHOSTUNREACH, ...).
    // Also when the kernel refuses to send to it (ENETUNREACH, EINVAL, ...).
    virtual void on_peer_error(us_udp_socket_t& socket, const usquic::Address& peer, int error_number) = 0;

   protected:
    ~Handler() = default;
  };

  us_udp_socket_t() : wakeup_(*this) {}
  ~us_udp_socket_t() override;

  // Binds to `local` (unspecified = any address, dual stack) and starts watching. is_fallthrough as in
  // Poll::start. Errors: US_QUIC_E_ADDRESS_IN_USE, _ADDRESS, _ACCESS, _NOMEM, _IO.
  usquic::Result<void> open(us_loop_t* loop, const usquic::Address& local,
                            const usquic::udp::OpenOptions& options, Handler& handler,
                            const usquic::Logger& log, bool is_fallthrough);
  // The same with a descriptor that open_socket() made. It is this socket's, also after an error.
  usquic::Result<void> adopt(us_loop_t* loop, const usquic::udp::OpenedSocket& opened, Handler& handler,
                             const usquic::Logger& log, bool is_fallthrough);
  // Closes the descriptor at once; unsent packets are dropped. The object is its owner's.
  void close();
  bool is_open() const { return fd_ >= 0; }

  // Where it is, or was, bound.
  const usquic::Address& local_address() const { return local_; }
  // Whether its address family can carry packets to `remote`; says nothing about routes.
  bool takes_family_of(const usquic::Address& remote) const;
  usquic::udp::SendBatch& send_batch() { return send_batch_; }
  // Hands queued runs to the kernel; afterwards send_batch().is_blocked() tells whether some had to stay.
  void flush();

  // Past the batch, for a caller that keeps what is not taken: sends until the kernel takes no more. Returns
  // the runs finished; when they are fewer, on_writable() follows.
  std::size_t send_unqueued(std::span<usquic::udp::Run> runs);
  usquic::udp::Run make_run(const usquic::Address& remote, const usquic::Address& local) const {
    return sender_.make_run(remote, local, 0);
  }

 private:
  class SocketWakeup final : public usquic::udp::Wakeup {
   public:
    explicit SocketWakeup(us_udp_socket_t& socket) : socket_(socket) {}
    void on_due(usquic::TimePoint now) override { socket_.on_wakeup(now); }

   private:
    us_udp_socket_t& socket_;
  };

  void on_ready(unsigned events) override;
  void on_wakeup(usquic::TimePoint now);
  void receive();
  void drain_errors();
  void report_send_errors();
  void resume();
  void after_sending(usquic::udp::SendOutcome outcome);
  void pause_receiving();
  usquic::Result<void> watch();
  void set_wakeup();

  int fd_ = -1;
  // Which open() this is: a handler that closed the socket may have opened it again.
  unsigned generation_ = 0;
  usquic::Address local_;
  bool is_dual_stack_ = false;
  Handler* handler_ = nullptr;
  usquic::udp::Kernel kernel_;
  std::shared_ptr<usquic::udp::LoopShare> share_;
  usquic::udp::RunSender sender_;
  usquic::udp::SendBatch send_batch_;
  usquic::udp::SendOutcome outcome_ = usquic::udp::SendOutcome::drained;
  usquic::TimePoint retry_at_ = usquic::never;
  int fruitless_receives_ = 0;                    // events in a row that said readable and brought nothing
  usquic::TimePoint receive_at_ = usquic::never;  // until then it is not watched for readable
  SocketWakeup wakeup_;
};
