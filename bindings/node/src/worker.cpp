#include "worker.h"

#include "http_clients.h"
#include "http_servers.h"
#include "sockets.h"
#include "values.h"
#include "web_transports.h"

namespace usquic::node {

namespace {

constexpr const char* on_events_name = "onEvents";
constexpr const char* on_posted_name = "onPosted";

}  // namespace

// What calls into JavaScript find the worker by. They can be under way when it goes (Deno makes them then, others drop
// them), so this lives as long as the thread-safe function.
struct Worker::Way {
  Worker* worker;

  static void arrive(napi_env env, napi_value, void* way, void*) {
    if (env == nullptr) return;  // the environment ends
    if (Worker* worker = static_cast<Way*>(way)->worker; worker != nullptr) worker->deliver(env);
  }
  static void end(napi_env, void* way, void*) { delete static_cast<Way*>(way); }
};

// What runs on the QUIC thread for JavaScript.
struct Worker::Parts {
  explicit Parts(Worker& worker) : sockets(worker), transports(worker), servers(worker), clients(worker) {}

  Sockets sockets;
  WebTransports transports;  // before those whose sessions it has
  HttpServers servers;
  HttpClients clients;
};

Sockets& Worker::sockets() {
  return parts_->sockets;
}

HttpServers& Worker::servers() {
  return parts_->servers;
}

HttpClients& Worker::clients() {
  return parts_->clients;
}

WebTransports& Worker::transports() {
  return parts_->transports;
}

std::unique_ptr<Worker> Worker::start(napi_env env, napi_value native, napi_value on_events,
                                      napi_value on_posted) {
  std::unique_ptr<Worker> worker(new Worker());
  if (worker->loop_ == nullptr) throw_quic_error(env, US_QUIC_E_NOMEM, {});
  worker->env_ = env;
  check(env, napi_set_named_property(env, native, on_events_name, on_events));
  check(env, napi_set_named_property(env, native, on_posted_name, on_posted));
  check(env, napi_create_reference(env, native, 0, &worker->native_));
  const napi_value name = to_js(env, std::string_view("usquic"));
  std::unique_ptr<Way> way(new Way{worker.get()});
  check(env, napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, way.get(), Way::end,
                                             way.get(), Way::arrive, &worker->events_function_));
  worker->way_ = way.release();
  check(env, napi_unref_threadsafe_function(env, worker->events_function_));
  worker->thread_ = std::thread([started = worker.get()] { started->run(); });
  return worker;
}

Worker::Worker() : loop_(Loop::create()) {
  parts_ = std::make_unique<Parts>(*this);
}

Worker::~Worker() {
  if (native_ != nullptr) napi_delete_reference(env_, native_);
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  outbox_.emplace_back([this] {
    shut();
    us_timer_close(alive_);
  });
  flush();
  thread_.join();
  way_->worker = nullptr;
  napi_release_threadsafe_function(events_function_, napi_tsfn_abort);
}

void Worker::run() {
  // Until the destructor, even with no socket open.
  constexpr int an_hour_ms = 3'600'000;
  alive_ = us_create_timer(loop_->native(), 0, 0);
  us_timer_set(
      alive_, [](us_timer_t*) {}, an_hour_ms, an_hour_ms);
  loop_->run();
}

void Worker::shut() {
  clients().shut();
  servers().shut();
  sockets().shut();
}

void Worker::close_all() {
  ask([this] {
    shut();
    return true;
  });
  // What closing sends leaves at the end of its iteration; this runs in a later one.
  ask([] { return true; });
}

void Worker::hold(bool keeps_process_alive) {
  check(env_, keeps_process_alive ? napi_ref_threadsafe_function(env_, events_function_)
                                  : napi_unref_threadsafe_function(env_, events_function_));
  check(env_, keeps_process_alive ? napi_reference_ref(env_, native_, nullptr)
                                  : napi_reference_unref(env_, native_, nullptr));
}

void Worker::post(Function<void()> command) {
  answers_ = nullptr;
  outbox_.push_back(std::move(command));
  if (is_flush_due_) return;
  call(on_posted_name, {});  // which throws where the stack is used up: the next one asks again
  is_flush_due_ = true;
}

void Worker::answer(const Answer& answer) {
  if (answers_ != nullptr) return answers_->add(answer);
  auto batch = std::make_unique<AnswerBatch>();
  AnswerBatch* const opened = batch.get();
  batch->add(answer);
  post([this, batch = std::move(batch)] {
    for (const Answer& one : batch->answers()) servers().respond(one);
  });
  answers_ = opened;
}

void Worker::flush() {
  is_flush_due_ = false;
  answers_ = nullptr;
  if (outbox_.empty()) return;
  loop_->defer([commands = std::exchange(outbox_, {})]() mutable {
    for (Function<void()>& command : commands) command();
  });
}

void Worker::wake_javascript() {
  napi_call_threadsafe_function(events_function_, nullptr, napi_tsfn_nonblocking);
}

void Worker::deliver(napi_env env) {
  {
    const std::lock_guard lock(mutex_);
    delivering_.take_from(events_);
  }
  try {
    call(on_events_name, delivering_.to_js(env));
  } catch (const ExceptionPending&) {
    return;  // raised as an uncaught exception
  }
}

// A function of `native`.
void Worker::call(const char* name, const std::vector<napi_value>& arguments) {
  napi_value native = nullptr;
  check(env_, napi_get_reference_value(env_, native_, &native));
  if (native == nullptr) return;  // nobody is there any more
  napi_value function = nullptr;
  check(env_, napi_get_named_property(env_, native, name, &function));
  check(env_, napi_call_function(env_, native, function, arguments.size(), arguments.data(), nullptr));
}

}  // namespace usquic::node
