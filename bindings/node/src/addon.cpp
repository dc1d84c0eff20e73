// The module's own functions, and the object that all of them hang on.
#include <node_api.h>

#include <string_view>

#include "calls.h"
#include "http_clients.h"
#include "http_servers.h"
#include "sockets.h"
#include "web_transports.h"

namespace usquic::node {
namespace {

napi_value hold(Arguments&, Worker& worker) {
  worker.hold(true);
  return nullptr;
}

napi_value let_go(Arguments&, Worker& worker) {
  worker.hold(false);
  return nullptr;
}

napi_value flush(Arguments&, Worker& worker) {
  worker.flush();
  return nullptr;
}

napi_value describe(Arguments& arguments, Worker&) {
  return to_js(arguments.env(), std::string_view(us_quic_strerror(static_cast<int>(arguments.number(0)))));
}

napi_value name_error(Arguments& arguments, Worker&) {
  return to_js(arguments.env(), std::string_view(error_code_name(static_cast<int>(arguments.number(0)))));
}

// An id is of one kind: the others pass it over.
napi_value consumed(Arguments& arguments, Worker& worker) {
  worker.post([&worker, id = arguments.id(0), bytes = static_cast<std::size_t>(arguments.number(1))] {
    worker.sockets().consumed(id, bytes);
    worker.servers().consumed(id, bytes);
    worker.clients().consumed(id, bytes);
    worker.transports().consumed(id, bytes);
  });
  return nullptr;
}

// start(onEvents, onPosted): an object with everything else, over a worker of its own.
napi_value start(napi_env env, napi_callback_info info) {
  Entries entries = {entry("ref", enter<hold>),
                     entry("unref", enter<let_go>),
                     entry("flush", enter<flush>),
                     entry("strerror", enter<describe>),
                     entry("errorName", enter<name_error>),
                     entry("consumed", enter<consumed>)};
  add_quic_entries(entries);
  add_serve_entries(entries);
  add_route_entries(entries);
  add_fetch_entries(entries);
  add_transport_entries(entries);
  add_identity_entries(entries);
  try {
    const Arguments arguments(env, info);
    napi_value native = nullptr;
    check(env, napi_create_object(env, &native));
    check(env, napi_define_properties(env, native, entries.size(), entries.data()));
    Workers::of(env).start(env, native, arguments.value(0), arguments.value(1));
    return native;
  } catch (const ExceptionPending&) {
    return nullptr;
  }
}

}  // namespace
}  // namespace usquic::node

NAPI_MODULE_INIT() {
  using namespace usquic::node;
  const napi_property_descriptor start_entry = entry("start", start);
  try {
    check(env, napi_define_properties(env, exports, 1, &start_entry));
    Workers::attach(env);
    return exports;
  } catch (const ExceptionPending&) {
    return nullptr;
  }
}
