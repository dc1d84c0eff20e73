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

#include "answer_batch.h"
#include "events.h"
#include "identity.h"
#include "usquic/http/loop.h"

namespace usquic::node {

class Sockets;
class HttpServers;
class HttpClients;
class WebTransports;

class Worker {
 public:
  // native: the object that has its functions. on_events and on_posted: functions, held as long as `native` is, which
  // is held here only while `hold` says so.
  static std::unique_ptr<Worker> start(napi_env env, napi_value native, napi_value on_events,
                                       napi_value on_posted);

  // ---- On the JavaScript thread ----
  std::uint32_t new_id() { return next_id_.fetch_add(1, std::memory_order_relaxed); }  // on either
  // Runs `command` on the QUIC thread, with what is posted until JavaScript has done what it does now: one wake-up for all
  // of it.
  void post(Function<void()> command);
  // The same for an answer of a server: those that are posted one after the other are one command.
  void answer(const Answer& answer);
  // Sends what is posted there now. For engine.js, which is asked to call it, by `onPosted`.
  void flush();
  // Runs `command` on the QUIC thread and waits: only for what is short, and must be known at once.
  template <class Command>
  auto ask(Command command) {
    std::promise<std::invoke_result_t<Command>> answer;
    auto result = answer.get_future();
    outbox_.emplace_back([&answer, &command] { answer.set_value(command()); });
    flush();
    return result.get();
  }
  void hold(bool keeps_process_alive);
  // Closes everything that is open, and waits until the peers have been told. New things can be opened.
  void close_all();

  // ---- On the QUIC thread ----
  Loop& loop() { return *loop_; }
  const std::shared_ptr<Loop>& shared_loop() { return loop_; }
  void emit(Event event) {
    emit_with([&event](EventBatch& batch) { std::move(event).add_to(batch); });
  }
  // write(batch) adds one event.
  template <class Write>
  void emit_with(Write write) {
    {
      const std::lock_guard lock(mutex_);
      if (is_stopping_) return;
      const bool was_empty = events_.is_empty();
      write(events_);
      if (!was_empty) return;  // JavaScript has been called and not yet come
    }
    wake_javascript();
  }
  LastError& last_error() { return last_error_; }
  Sockets& sockets();
  HttpServers& servers();
  HttpClients& clients();
  WebTransports& transports();

  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

 private:
  struct Way;
  struct Parts;

  Worker();

  void run();
  void shut();
  void wake_javascript();
  void deliver(napi_env env);
  void call(const char* name, const std::vector<napi_value>& arguments);

  LastError last_error_;
  std::shared_ptr<Loop> loop_;
  napi_env env_ = nullptr;
  napi_ref native_ = nullptr;  // weak, unless it keeps the process alive
  napi_threadsafe_function events_function_ = nullptr;
  Way* way_ = nullptr;                    // the thread-safe function's
  std::vector<Function<void()>> outbox_;  // of the JavaScript thread
  AnswerBatch* answers_ = nullptr;        // of the last command in the outbox, if it is one of answers
  bool is_flush_due_ = false;             // engine.js was asked to call flush()
  EventBatch delivering_;                 // of the JavaScript thread
  std::mutex mutex_;
  EventBatch events_;
  bool is_stopping_ = false;
  std::atomic<std::uint32_t> next_id_ = 1;
  us_timer_t* alive_ = nullptr;
  std::unique_ptr<Parts> parts_;
  std::thread thread_;
};

}  // namespace usquic::node
