// One TCP connection that a listener accepted, plain or by TLS.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/deadline_heap.h"
#include "base/list.h"
#include "base/time.h"
#include "loop/loop.h"
#include "tcp/listener_state.h"
#include "tcp/output.h"
#include "tcp/socket.h"
#include "tls/stream_session.h"

namespace usquic::tcp {

struct LoopShare;

// Tags of the lists that a connection is in.
struct ToFlush;
struct OfLoop;

// The loop owns it. What was closed can be read until the end of the iteration, and is freed then.
//
//   handshaking --> open --> closed       (without TLS it begins open)
//        |                     ^
//        +---------------------+
//
// In an open connection both directions end by themselves: on_end() tells of the peer's, write_end() ends this side's. When
// both have ended it closes by itself.
class Connection final : private loop::Poll,
                         private DeadlineEntry,
                         public ListHook<ToFlush>,
                         public ListHook<OfLoop> {
 public:
  enum class State : std::uint8_t { handshaking, open, closed };

  // Who hears of it. Called on the loop's thread, never inside calls of the connection; anything may be called inside.
  class Handler {
   public:
    // It is plain, or the handshake is over: tls() tells what was agreed on.
    virtual void on_open(Connection& connection) = 0;
    virtual void on_data(Connection& connection, Bytes data) = 0;  // borrowed for this call
    // The peer sends no more: a FIN, or a close_notify. Where a FIN came without one, tls()->state() is open: what came
    // may have been cut off.
    virtual void on_end(Connection& connection) = 0;
    // After a write() that returned false: there is room again.
    virtual void on_writable(Connection& connection) = 0;
    // The time of set_deadline() is over. Closes with US_QUIC_E_IDLE_TIMEOUT unless it is overridden.
    virtual void on_deadline(Connection& connection);
    // The last, exactly once, also when there was no on_open(). error: 0 when both sides ended or this side closed, else
    // US_QUIC_E_RESET, _HANDSHAKE_TIMEOUT, _IDLE_TIMEOUT, _CLOSED (the loop is freed), _NOMEM, _IO, _UNREACHABLE, or as
    // tls::StreamSession::failure() says.
    virtual void on_close(Connection& connection, int error) = 0;

   protected:
    ~Handler() = default;
  };

  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() override;

  State state() const { return state_; }
  void set_handler(Handler& handler) { handler_ = &handler; }

  // Takes all of it, and sends it at the end of the iteration. false: as much is waiting as the listener's high mark says,
  // and on_writable() follows when it is a quarter of that. Does nothing unless it is open, and after write_end(). May
  // throw std::bad_alloc.
  bool write(Bytes bytes);
  // A close_notify (by TLS) and a FIN follow what is buffered.
  void write_end();
  // What the kernel has not taken.
  std::size_t buffered() const { return output_.size(); }

  // Ends it at once; on_close() follows. What is buffered here is dropped.
  void close(int code = 0) { finish(code); }
  // The same, and the peer gets a RST.
  void abort();

  // No on_data() and on_end() until resume(). The peer has to wait when the kernel's buffers are full.
  void pause();
  void resume();

  // on_deadline() after this time, unless it is set again or cleared. While it is handshaking the listener's holds.
  void set_deadline(Duration from_now);
  void clear_deadline();

  const Socket& socket() const { return socket_; }              // addresses, round-trip time
  const tls::StreamSession* tls() const { return tls_.get(); }  // nullptr: it is plain

 private:
  friend class Listener;
  friend struct LoopShare;

  // The peer's side, in order.
  enum class Receiving : std::uint8_t {
    going_on,
    end_due,  // the end has come, on_end() was not called yet
    ended,
  };

  Connection(std::shared_ptr<LoopShare> share, std::shared_ptr<ListenerState> listener, Socket socket,
             std::unique_ptr<tls::StreamSession> tls);
  Result<void> watch(us_loop_t* loop);

  void on_ready(unsigned events) override;
  void on_hang_up();
  void read();
  void take_records(Bytes from_peer);
  void fail_tls();
  void finish_handshake(int code, const std::string& reason);
  void end_receiving();
  void tell_end();
  void flush();
  void after_sending(Output::Sent sent);
  void on_due();
  void update_events();
  void want_flush();
  void finish(int code);

  std::shared_ptr<LoopShare> share_;
  std::shared_ptr<ListenerState> listener_;
  Socket socket_;
  Handler* handler_ = nullptr;
  std::unique_ptr<tls::StreamSession> tls_;
  Output output_;
  DeadlinePlace deadline_place_;
  int error_ = 0;  // for on_close()
  State state_;
  Receiving receiving_ = Receiving::going_on;
  bool is_paused_ = false;
  bool is_above_mark_ = false;  // on_writable() is owed
};

}  // namespace usquic::tcp
