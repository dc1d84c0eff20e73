// What the functions that JavaScript calls have in common: each turns its arguments into C++ values and hands them to
// the QUIC thread.
#pragma once

#include <node_api.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "values.h"
#include "worker.h"
#include "workers.h"

namespace usquic::node {

using Native = napi_value (*)(Arguments& arguments, Worker& worker);

template <Native function>
napi_value enter(napi_env env, napi_callback_info info) {
  try {
    Arguments arguments(env, info);
    return function(arguments, Workers::of(arguments));
  } catch (const ExceptionPending&) {
    return nullptr;
  }
}

inline napi_property_descriptor entry(const char* name, napi_callback callback) {
  return {name, nullptr, callback, nullptr, nullptr, nullptr, napi_enumerable, nullptr};
}

// A number that JavaScript checked, or nothing.
template <class Number>
std::optional<Number> number(const Options& options, const char* name) {
  const auto given = options.number(name);
  return given ? std::optional(static_cast<Number>(*given)) : std::nullopt;
}

// Runs what creates or listens on the QUIC thread; throws what went wrong.
template <class Command>
void ask(Arguments& arguments, Worker& worker, Command command) {
  struct Outcome {
    int error = US_QUIC_OK;
    std::string detail;
  };
  const Outcome answer = worker.ask([&] {
    Outcome result;
    result.error = command(result.detail);
    return result;
  });
  if (answer.error != US_QUIC_OK) throw_quic_error(arguments.env(), answer.error, answer.detail);
}

// What an error of listening is about.
inline std::string address_text(const std::string& host, int port) {
  const bool is_address6 = host.find(':') != std::string::npos;
  const std::string where = host.empty() ? "any address" : is_address6 ? "[" + host + "]" : host;
  return where + (host.empty() ? ", port " : ":") + std::to_string(port);
}

inline napi_value id_to_js(Arguments& arguments, std::uint32_t id) {
  return to_js(arguments.env(), static_cast<double>(id));
}

// The functions of each part, for the object that start() of addon.cpp makes.
using Entries = std::vector<napi_property_descriptor>;
void add_quic_entries(Entries& entries);
void add_serve_entries(Entries& entries);
void add_route_entries(Entries& entries);
void add_fetch_entries(Entries& entries);
void add_transport_entries(Entries& entries);
void add_identity_entries(Entries& entries);

}  // namespace usquic::node
