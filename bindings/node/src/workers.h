// The workers of one JavaScript environment: one for each copy of the package's JavaScript in it. Programs
// have one copy; test runners load modules anew for each of their files.
#pragma once

#include <node_api.h>

#include <memory>
#include <unordered_set>

#include "values.h"

namespace usquic::node {

class Worker;

class Workers {
 public:
  // Once for each environment. From then on its end closes everything: peers are told when the process exits,
  // and no worker outlives the environment.
  static void attach(napi_env env);
  static Workers& of(napi_env env);

  // A new worker for `native`, the object whose functions it serves, and with whose memory it
  // ends; see Worker::start.
  void start(napi_env env, napi_value native, napi_value on_events, napi_value on_posted);
  // The one that serves the call's `this`. Throws where there is none.
  static Worker& of(const Arguments& arguments);

  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

 private:
  // What `native` is wrapped around. Its worker ends with it or with the environment, whichever is first.
  struct Entry {
    Workers* all;
    std::unique_ptr<Worker> worker;
  };

  Workers() = default;
  static void end(void* entry);
  static void drop(napi_env env, void* entry, void* hint);
  void watch_exit(napi_env env);
  void close_all();

  std::unordered_set<Entry*> entries_;
};

}  // namespace usquic::node
