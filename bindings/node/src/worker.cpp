#include "worker.h"

#include "http_clients.h"
#include "http_servers.h"
#include "sockets.h"
#include "values.h"

namespace usquic::node {

Worker* Worker::of(napi_env env) {
  void* data = nullptr;
  check(env, napi_get_instance_data(env, &data));
  return static_cast<Worker*>(data);
}

void Worker::start(napi_env env, napi_value on_events) {
  if (of(env) != nullptr) throw_argument_error(env, "started already");
  std::unique_ptr<Worker> worker(new Worker());
  if (worker->loop_ == nullptr) throw_quic_error(env, US_QUIC_E_NOMEM, {});
  worker->env_ = env;
  const napi_value name = to_js(env, std::string_view("usquic"));
  const auto deliver = [](napi_env called, napi_value function, void* context, void*) {
    if (called != nullptr) static_cast<Worker*>(context)->deliver(called, function);
  };
  check(env, napi_create_threadsafe_function(env, on_events, nullptr, name, 0, 1, nullptr, nullptr,
                                             worker.get(), deliver, &worker->events_function_));
  check(env, napi_unref_threadsafe_function(env, worker->events_function_));
  worker->thread_ = std::thread([started = worker.get()] { started->run(); });
  // The hook runs before the environment's memory goes, also when a worker thread ends.
  check(env, napi_set_instance_data(env, worker.get(), nullptr, nullptr));
  check(env, napi_add_env_cleanup_hook(
                 env, [](void* data) { delete static_cast<Worker*>(data); }, worker.release()));
}

Worker::Worker() : loop_(Loop::create()) {
  sockets_ = std::make_unique<Sockets>(*this);
  servers_ = std::make_unique<HttpServers>(*this);
  clients_ = std::make_unique<HttpClients>(*this);
}

Worker::~Worker() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  post([this] {
    clients_->shut();
    servers_->shut();
    sockets_->shut();
    us_timer_close(alive_);
  });
  thread_.join();
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

void Worker::hold(bool keeps_process_alive) {
  check(env_, keeps_process_alive ? napi_ref_threadsafe_function(env_, events_function_)
                                  : napi_unref_threadsafe_function(env_, events_function_));
}

void Worker::emit(Event event) {
  {
    const std::lock_guard lock(mutex_);
    if (is_stopping_) return;
    events_.push_back(std::move(event));
    if (events_.size() > 1) return;  // JavaScript has been called and not yet come
  }
  napi_call_threadsafe_function(events_function_, nullptr, napi_tsfn_nonblocking);
}

void Worker::deliver(napi_env env, napi_value on_events) {
  std::vector<Event> batch;
  {
    const std::lock_guard lock(mutex_);
    batch.swap(events_);
  }
  try {
    napi_value array = nullptr;
    check(env, napi_create_array_with_length(env, batch.size(), &array));
    for (std::size_t i = 0; i < batch.size(); ++i) {
      check(env, napi_set_element(env, array, static_cast<std::uint32_t>(i), batch[i].to_js(env)));
    }
    napi_value undefined = nullptr;
    check(env, napi_get_undefined(env, &undefined));
    napi_call_function(env, undefined, on_events, 1, &array, nullptr);
  } catch (const ExceptionPending&) {
    return;  // raised as an uncaught exception
  }
}

}  // namespace usquic::node
