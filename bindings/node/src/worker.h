// The thread that QUIC runs on, and the two ways between it and JavaScript: commands go there, events come
// back in batches.
#pragma once

#include <node_api.h>

#include <atomic>
#include <cstdint>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "events.h"
#include "identity.h"
#include "usquic/http/loop.h"

namespace usquic::node {

class Sockets;
class HttpServers;
class HttpClients;

class Worker {
 public:
  // native: the object that has its functions. on_events: a function, held as long as `native` is, which is
  // held here only while `hold` says so.
  static std::unique_ptr<Worker> start(napi_env env, napi_value native, napi_value on_events);

  // ---- On the JavaScript thread ----
  std::uint32_t new_id() { return next_id_.fetch_add(1, std::memory_order_relaxed); }  // on either
  void post(Function<void()> command) { loop_->defer(std::move(command)); }
  // Runs `command` on the QUIC thread and waits: only for what is short, and must be known at once.
  template <class Command>
  auto ask(Command command) {
    std::promise<std::invoke_result_t<Command>> answer;
    auto result = answer.get_future();
    post([&answer, &command] { answer.set_value(command()); });
    return result.get();
  }
  void hold(bool keeps_process_alive);
  // Closes everything that is open, and waits until the peers have been told. New things can be opened.
  void close_all();

  // ---- On the QUIC thread ----
  Loop& loop() { return *loop_; }
  const std::shared_ptr<Loop>& shared_loop() { return loop_; }
  void emit(Event event);
  LastError& last_error() { return last_error_; }
  Sockets& sockets() { return *sockets_; }
  HttpServers& servers() { return *servers_; }
  HttpClients& clients() { return *clients_; }

  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

 private:
  struct Way;

  Worker();

  void run();
  void shut();
  void deliver(napi_env env);

  LastError last_error_;
  std::shared_ptr<Loop> loop_;
  napi_env env_ = nullptr;
  napi_ref native_ = nullptr;  // weak, unless it keeps the process alive
  napi_threadsafe_function events_function_ = nullptr;
  Way* way_ = nullptr;  // the thread-safe function's
  std::mutex mutex_;
  std::vector<Event> events_;
  bool is_stopping_ = false;
  std::atomic<std::uint32_t> next_id_ = 1;
  us_timer_t* alive_ = nullptr;
  std::unique_ptr<Sockets> sockets_;
  std::unique_ptr<HttpServers> servers_;
  std::unique_ptr<HttpClients> clients_;
  std::thread thread_;
};

}  // namespace usquic::node
