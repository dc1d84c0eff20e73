// What JavaScript calls. Every function turns its arguments into C++ values and hands them to
// the QUIC thread.
#include <node_api.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "http_clients.h"
#include "http_servers.h"
#include "identity.h"
#include "sockets.h"
#include "values.h"
#include "worker.h"
#include "workers.h"

namespace usquic::node {
namespace {

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

napi_value hold(Arguments&, Worker& worker) {
  worker.hold(true);
  return nullptr;
}

napi_value let_go(Arguments&, Worker& worker) {
  worker.hold(false);
  return nullptr;
}

napi_value describe(Arguments& arguments, Worker&) {
  return to_js(arguments.env(), std::string_view(us_quic_strerror(static_cast<int>(arguments.number(0)))));
}

napi_value name_error(Arguments& arguments, Worker&) {
  return to_js(arguments.env(), std::string_view(error_code_name(static_cast<int>(arguments.number(0)))));
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
  struct Answer {
    int error = US_QUIC_OK;
    std::string detail;
  };
  const Answer answer = worker.ask([&] {
    Answer result;
    result.error = command(result.detail);
    return result;
  });
  if (answer.error != US_QUIC_OK) throw_quic_error(arguments.env(), answer.error, answer.detail);
}

napi_value id_to_js(Arguments& arguments, std::uint32_t id) {
  return to_js(arguments.env(), static_cast<double>(id));
}

// ---- quic() ----

napi_value create_context(Arguments& arguments, Worker& worker) {
  const Options given(arguments.env(), arguments.value(0));
  Sockets::ContextOptions options{.identity = Identity(arguments.env(), given),
                                  .alpn = given.texts("alpn"),
                                  .idle_timeout_ms = number<unsigned int>(given, "idleTimeoutMs"),
                                  .handshake_timeout_ms = number<unsigned int>(given, "handshakeTimeoutMs"),
                                  .keep_alive_ms = number<unsigned int>(given, "keepAliveMs"),
                                  .max_streams = number<std::uint64_t>(given, "maxStreams")};
  const std::uint32_t id = worker.new_id();
  ask(arguments, worker,
      [&](std::string& detail) { return worker.sockets().create_context(id, options, detail); });
  return id_to_js(arguments, id);
}

napi_value listen(Arguments& arguments, Worker& worker) {
  const std::uint32_t id = arguments.id(0);
  const auto host = arguments.text_or_null(1);
  const int port = arguments.port(2);
  int bound = 0;
  ask(arguments, worker,
      [&](std::string&) { return worker.sockets().listen(id, host ? host->c_str() : nullptr, port, bound); });
  return to_js(arguments.env(), static_cast<double>(bound));
}

napi_value connect(Arguments& arguments, Worker& worker) {
  const std::uint32_t id = worker.new_id();
  worker.post([&worker, id, context = arguments.id(0), host = arguments.text(1), port = arguments.port(2)] {
    worker.sockets().connect(context, id, host, port);
  });
  return id_to_js(arguments, id);
}

napi_value close_context(Arguments& arguments, Worker& worker) {
  worker.post([&worker, id = arguments.id(0)] { worker.sockets().close_context(id); });
  return nullptr;
}

napi_value close_connection(Arguments& arguments, Worker& worker) {
  worker.post([&worker, id = arguments.id(0)] { worker.sockets().close_connection(id); });
  return nullptr;
}

napi_value create_stream(Arguments& arguments, Worker& worker) {
  const std::uint32_t id = worker.new_id();
  worker.post(
      [&worker, id, connection = arguments.id(0)] { worker.sockets().create_stream(connection, id); });
  return id_to_js(arguments, id);
}

napi_value write(Arguments& arguments, Worker& worker) {
  worker.post([&worker, id = arguments.id(0), bytes = arguments.bytes(1)]() mutable {
    worker.sockets().write(id, std::move(bytes));
  });
  return nullptr;
}

napi_value end_stream(Arguments& arguments, Worker& worker) {
  worker.post([&worker, id = arguments.id(0)] { worker.sockets().end_stream(id); });
  return nullptr;
}

napi_value close_stream(Arguments& arguments, Worker& worker) {
  worker.post([&worker, id = arguments.id(0), code = static_cast<std::uint64_t>(arguments.number(1))] {
    worker.sockets().close_stream(id, code);
  });
  return nullptr;
}

// An id is of one kind: the others pass it over.
napi_value consumed(Arguments& arguments, Worker& worker) {
  worker.post([&worker, id = arguments.id(0), bytes = static_cast<std::size_t>(arguments.number(1))] {
    worker.sockets().consumed(id, bytes);
    worker.servers().consumed(id, bytes);
    worker.clients().consumed(id, bytes);
  });
  return nullptr;
}

// ---- serve() ----

napi_value create_server(Arguments& arguments, Worker& worker) {
  const Options given(arguments.env(), arguments.value(0));
  HttpServers::ServerOptions options{.identity = Identity(arguments.env(), given),
                                     .idle_timeout_ms = number<unsigned int>(given, "idleTimeout"),
                                     .http_idle_timeout_ms = number<unsigned int>(given, "httpIdleTimeout")};
  if (const auto most = given.number("maxRequestBodySize"); most && *most >= 0 && *most < 1e18) {
    options.max_body_bytes = static_cast<std::uint64_t>(*most);
  }
  const std::uint32_t id = worker.new_id();
  ask(arguments, worker, [&](std::string& detail) { return worker.servers().create(id, options, detail); });
  return id_to_js(arguments, id);
}

napi_value listen_server(Arguments& arguments, Worker& worker) {
  const std::uint32_t id = arguments.id(0);
  const std::string host = arguments.text_or_null(1).value_or("");
  const int port = arguments.port(2);
  int bound = 0;
  ask(arguments, worker, [&](std::string&) { return worker.servers().listen(id, host, port, bound); });
  return to_js(arguments.env(), static_cast<double>(bound));
}

napi_value stop_server(Arguments& arguments, Worker& worker) {
  worker.post([&worker, id = arguments.id(0), is_forced = arguments.flag(1)] {
    worker.servers().stop(id, is_forced);
  });
  return nullptr;
}

napi_value respond(Arguments& arguments, Worker& worker) {
  HttpServers::Answer answer{.status = static_cast<int>(arguments.number(1)),
                             .fields = arguments.byte_strings(2).values,
                             .body = arguments.bytes_or_null(3),
                             .is_end = arguments.flag(4)};
  worker.post(
      [&worker, id = arguments.id(0), answer = std::move(answer)] { worker.servers().respond(id, answer); });
  return nullptr;
}

napi_value respond_write(Arguments& arguments, Worker& worker) {
  worker.post(
      [&worker, id = arguments.id(0), bytes = arguments.bytes(1)] { worker.servers().write(id, bytes); });
  return nullptr;
}

napi_value respond_end(Arguments& arguments, Worker& worker) {
  worker.post([&worker, id = arguments.id(0)] { worker.servers().end(id); });
  return nullptr;
}

napi_value respond_abort(Arguments& arguments, Worker& worker) {
  worker.post([&worker, id = arguments.id(0)] { worker.servers().abort(id); });
  return nullptr;
}

napi_value read_body(Arguments& arguments, Worker& worker) {
  worker.post([&worker, id = arguments.id(0)] { worker.servers().read_body(id); });
  return nullptr;
}

// ---- fetch3() ----

napi_value create_client(Arguments& arguments, Worker& worker) {
  const Options given(arguments.env(), arguments.value(0));
  const Identity identity(arguments.env(), given);
  const std::uint32_t id = worker.new_id();
  ask(arguments, worker, [&](std::string& detail) { return worker.clients().create(id, identity, detail); });
  return id_to_js(arguments, id);
}

napi_value close_client(Arguments& arguments, Worker& worker) {
  worker.post([&worker, id = arguments.id(0)] { worker.clients().close(id); });
  return nullptr;
}

napi_value fetch(Arguments& arguments, Worker& worker) {
  const Options given(arguments.env(), arguments.value(1));
  HttpClients::Request request{.url = given.text("url").value_or(""),
                               .method = given.text("method").value_or("GET"),
                               .fields = given.byte_strings("headers").values,
                               .body = given.bytes("body").value_or(""),
                               .streams_body = given.flag("streamBody"),
                               .max_redirects = static_cast<int>(given.number("maxRedirects").value_or(0))};
  const std::uint32_t id = worker.new_id();
  worker.post([&worker, id, client = arguments.id(0), request = std::move(request)] {
    worker.clients().fetch(client, id, request);
  });
  return id_to_js(arguments, id);
}

napi_value fetch_write(Arguments& arguments, Worker& worker) {
  worker.post(
      [&worker, id = arguments.id(0), bytes = arguments.bytes(1)] { worker.clients().write(id, bytes); });
  return nullptr;
}

napi_value fetch_end(Arguments& arguments, Worker& worker) {
  worker.post([&worker, id = arguments.id(0)] { worker.clients().end(id); });
  return nullptr;
}

napi_value fetch_abort(Arguments& arguments, Worker& worker) {
  worker.post([&worker, id = arguments.id(0)] { worker.clients().abort(id); });
  return nullptr;
}

napi_property_descriptor entry(const char* name, napi_callback callback) {
  return {name, nullptr, callback, nullptr, nullptr, nullptr, napi_enumerable, nullptr};
}

// start(onEvents): an object with everything else, over a worker of its own.
napi_value start(napi_env env, napi_callback_info info) {
  const std::array entries = {entry("ref", enter<hold>),
                              entry("unref", enter<let_go>),
                              entry("strerror", enter<describe>),
                              entry("errorName", enter<name_error>),
                              entry("createContext", enter<create_context>),
                              entry("listen", enter<listen>),
                              entry("connect", enter<connect>),
                              entry("closeContext", enter<close_context>),
                              entry("closeConnection", enter<close_connection>),
                              entry("createStream", enter<create_stream>),
                              entry("write", enter<write>),
                              entry("endStream", enter<end_stream>),
                              entry("closeStream", enter<close_stream>),
                              entry("consumed", enter<consumed>),
                              entry("createServer", enter<create_server>),
                              entry("listenServer", enter<listen_server>),
                              entry("stopServer", enter<stop_server>),
                              entry("respond", enter<respond>),
                              entry("respondWrite", enter<respond_write>),
                              entry("respondEnd", enter<respond_end>),
                              entry("respondAbort", enter<respond_abort>),
                              entry("readBody", enter<read_body>),
                              entry("createClient", enter<create_client>),
                              entry("closeClient", enter<close_client>),
                              entry("fetch", enter<fetch>),
                              entry("fetchWrite", enter<fetch_write>),
                              entry("fetchEnd", enter<fetch_end>),
                              entry("fetchAbort", enter<fetch_abort>)};
  try {
    const Arguments arguments(env, info);
    napi_value native = nullptr;
    check(env, napi_create_object(env, &native));
    check(env, napi_define_properties(env, native, entries.size(), entries.data()));
    Workers::of(env).start(env, native, arguments.value(0));
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
