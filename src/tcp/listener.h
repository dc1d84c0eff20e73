// A listening TCP socket on a loop.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/deadline_heap.h"
#include "base/file_descriptor.h"
#include "base/list.h"
#include "base/log.h"
#include "base/result.h"
#include "loop/loop.h"
#include "tcp/connection.h"
#include "tcp/listener_state.h"
#include "tcp/open_socket.h"
#include "tls/context.h"

namespace usquic::tcp {

struct ListenOptions {
  OpenOptions socket;
  std::size_t max_connections = 0;    // those beyond it are closed at once; 0: no bound
  std::size_t high_mark = 64 << 10;   // of what a connection has buffered, see Connection::write()
  std::shared_ptr<tls::Context> tls;  // nullptr: connections are plain
  std::vector<std::string> alpn;      // preferred first
  Duration handshake_timeout = std::chrono::seconds(10);
  bool is_fallthrough = false;  // does not keep the loop alive
};

// Its connections live on when it is closed or destroyed.
class Listener final : private loop::Poll, private DeadlineEntry, public ListHook<Listener> {
 public:
  class Handler {
   public:
    // Who hears of the connection from here on: its on_open() follows, or its on_close(). nullptr: it is refused. Write
    // nothing to it before on_open().
    virtual Connection::Handler* on_connection(Connection& connection) = 0;

   protected:
    ~Handler() = default;
  };

  Listener() = default;
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() override;

  // local: as of open_socket(). Errors: of that, US_QUIC_E_STATE (it is open), _NOMEM.
  Result<void> open(us_loop_t* loop, const Address& local, const ListenOptions& options, Handler& handler,
                    const Logger& log);
  // The same at the first address of a host that this machine has; "" = any. Errors: also US_QUIC_E_RESOLVE.
  Result<void> open_at(us_loop_t* loop, const std::string& host, std::uint16_t port,
                       const ListenOptions& options, Handler& handler, const Logger& log);
  // The same with a descriptor that open_socket() made.
  Result<void> adopt(us_loop_t* loop, OpenedSocket opened, const ListenOptions& options, Handler& handler,
                     const Logger& log);
  // At once; what waits to be accepted is reset by the kernel.
  void close();
  bool is_open() const { return fd_.is_open(); }

  // Where it is, or was, bound.
  const Address& local_address() const { return local_; }
  // Since the latest open().
  Counts counts() const { return state_ == nullptr ? Counts() : state_->counts; }

 private:
  friend struct LoopShare;

  void on_ready(unsigned events) override;
  void take(FileDescriptor fd, const Address& remote);
  Result<Connection*> make_connection(FileDescriptor fd, const Address& remote);
  void refuse(const Address& remote, const char* reason);
  void pause(int error_number);
  void resume();  // when the pause is over

  FileDescriptor fd_;
  Address local_;
  Handler* handler_ = nullptr;
  std::shared_ptr<LoopShare> share_;
  std::shared_ptr<ListenerState> state_;
  std::unique_ptr<DeadlinePlace> deadline_place_;
  bool is_shortage_logged_ = false;
};

}  // namespace usquic::tcp
