// What one worker serves with: a loop, an app on it, and what answers.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "delivery/responder.h"
#include "failure.h"
#include "log_capture.h"
#include "redirect/redirect_listener.h"
#include "serve/memory_trim.h"
#include "serve/request_log.h"
#include "serve/shared_parts.h"
#include "usquic/http/app.h"
#include "usquic/http/workers.h"

namespace usquic::tools::serve {

// Thread: its worker's, from create() to end().
class LoopServer {
 public:
  LoopServer(SharedParts& shared, files::DocumentRoot root);
  // After its loop is gone: that still gives back what was being sent.
  ~LoopServer() = default;
  LoopServer(const LoopServer&) = delete;
  LoopServer& operator=(const LoopServer&) = delete;

  // worker: null where there is but one, which has a loop of its own.
  std::optional<Failure> create(Worker* worker);
  // Where there are several, the first one binds the port for all.
  std::optional<Failure> listen();
  int port() const { return port_; }
  // Plain HTTP on that port goes on to port(). One worker does that for all.
  std::optional<Failure> redirect_http(std::uint16_t port);
  int redirect_port() const { return redirect_port_; }
  // 0, or the errno of reading what is served.
  int check_access() const { return site_->files.root().check_access(); }
  // Until it is told to end. does_chores: it also looks after what the workers have in common.
  void run(bool does_chores);
  // App and loop go.
  void end();

  // To give tasks to it, as long as it is not at its end.
  Loop& loop() const { return *loop_; }

  // Another certificate for new connections. Returns: 0, or a US_QUIC_E_*, and then the old one stays.
  int change_identity(const AppOptions& identity);
  // Requests in flight finish, within the seconds that the options say.
  void drain();
  void close_now();

 private:
  std::optional<Failure> create_app(Worker* worker);
  Failure cannot_listen(int port, std::string_view kind, int error) const;
  void fill(AppOptions& options, const us_quic_socket_context_options_t& core) const;
  // A timer that does not keep the loop alive.
  void start_timer(int milliseconds, int repeat_milliseconds, void (*task)(LoopServer& server));
  void trim_memory();

  SharedParts& shared_;
  const std::int64_t stall_ms_;
  RequestLog request_log_;
  std::shared_ptr<delivery::Responder> responder_;
  std::shared_ptr<delivery::Site> site_;
  MemoryTrim memory_trim_;
  LogCapture log_;
  int port_ = 0;
  int redirect_port_ = 0;
  us_quic_group_t* group_ = nullptr;
  std::shared_ptr<Loop> loop_;
  std::optional<App> app_;
  std::optional<redirect::RedirectListener> redirect_;
};

}  // namespace usquic::tools::serve
