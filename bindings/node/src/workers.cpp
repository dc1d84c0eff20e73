#include "workers.h"

#include <array>

#include "worker.h"

namespace usquic::node {

void Workers::attach(napi_env env) {
  std::unique_ptr<Workers> workers(new Workers());
  workers->watch_exit(env);
  check(env, napi_set_instance_data(env, workers.get(), nullptr, nullptr));
  check(env, napi_add_env_cleanup_hook(
                 env, [](void* data) { delete static_cast<Workers*>(data); }, workers.release()));
}

Workers& Workers::of(napi_env env) {
  void* data = nullptr;
  check(env, napi_get_instance_data(env, &data));
  return *static_cast<Workers*>(data);
}

// process.exit() and an uncaught exception end the process without cleanup hooks. The environment's own
// `process` tells it: the one that a module finds may be a test runner's copy.
void Workers::watch_exit(napi_env env) {
  const napi_callback on_exit = [](napi_env called, napi_callback_info info) -> napi_value {
    void* data = nullptr;
    if (napi_get_cb_info(called, info, nullptr, nullptr, nullptr, &data) == napi_ok) {
      static_cast<Workers*>(data)->close_all();
    }
    return nullptr;
  };
  std::array<napi_value, 2> arguments{to_js(env, std::string_view("exit")), nullptr};
  check(env, napi_create_function(env, "usquicExit", NAPI_AUTO_LENGTH, on_exit, this, &arguments[1]));
  napi_value global = nullptr;
  napi_value process = nullptr;
  napi_value on = nullptr;
  check(env, napi_get_global(env, &global));
  check(env, napi_get_named_property(env, global, "process", &process));
  check(env, napi_get_named_property(env, process, "on", &on));
  check(env, napi_call_function(env, process, on, arguments.size(), arguments.data(), nullptr));
}

void Workers::start(napi_env env, napi_value native, napi_value on_events, napi_value on_posted) {
  auto entry = std::make_unique<Entry>(Entry{this, Worker::start(env, native, on_events, on_posted)});
  check(env, napi_wrap(env, native, entry.get(), drop, nullptr, nullptr));
  // Hooks run in the reverse order of adding: this one before that of the worker's thread-safe function.
  check(env, napi_add_env_cleanup_hook(env, end, entry.get()));
  entries_.insert(entry.release());
}

void Workers::end(void* entry) {
  auto* ending = static_cast<Entry*>(entry);
  ending->all->entries_.erase(ending);
  ending->worker.reset();
}

void Workers::drop(napi_env env, void* entry, void*) {
  const std::unique_ptr<Entry> dropped(static_cast<Entry*>(entry));
  if (dropped->worker == nullptr) return;  // the environment's end was first
  napi_remove_env_cleanup_hook(env, end, dropped.get());
  end(dropped.get());
}

Worker& Workers::of(const Arguments& arguments) {
  void* data = nullptr;
  if (napi_unwrap(arguments.env(), arguments.self(), &data) != napi_ok || data == nullptr) {
    throw_argument_error(arguments.env(), "start comes first");
  }
  return *static_cast<Entry*>(data)->worker;
}

void Workers::close_all() {
  for (const Entry* entry : entries_) entry->worker->close_all();
}

}  // namespace usquic::node
