// What JavaScript calls for serve().
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "calls.h"
#include "http_servers.h"
#include "identity.h"
#include "server_identities.h"

namespace usquic::node {
namespace {

napi_value create_server(Arguments& arguments, Worker& worker) {
  const Options given(arguments.env(), arguments.value(0));
  HttpServers::ServerOptions options{.identity = Identity(arguments.env(), given),
                                     .idle_timeout_ms = number<unsigned int>(given, "idleTimeoutMs"),
                                     .http_idle_timeout_ms = number<unsigned int>(given, "httpIdleTimeoutMs"),
                                     .http1 = given.flag("http1"),
                                     .http2 = given.flag("http2"),
                                     .http3 = given.flag("http3")};
  options.max_body_bytes =
      number<std::uint64_t>(given, "maxRequestBodySize").value_or(options.max_body_bytes);
  const IdentityChange names(given);
  const std::uint32_t id = worker.new_id();
  ask(arguments, worker, [&](std::string& detail) {
    if (const int error = worker.servers().create(id, options, detail); error != US_QUIC_OK) return error;
    const int error = names.apply_to(worker.servers().native(id), worker.last_error(), detail);
    if (error != US_QUIC_OK) worker.servers().stop(id, true);
    return error;
  });
  return id_to_js(arguments, id);
}

// listenServer(id, host, port, reusePort)
napi_value listen_server(Arguments& arguments, Worker& worker) {
  const std::uint32_t id = arguments.id(0);
  const HttpServers::Address address{.host = arguments.text_or_null(1).value_or(""),
                                     .port = arguments.port(2),
                                     .reuse_port = arguments.flag(3)};
  int bound = 0;
  ask(arguments, worker, [&](std::string& detail) {
    detail = address_text(address.host, address.port);
    return worker.servers().listen(id, address, bound);
  });
  return to_js(arguments.env(), static_cast<double>(bound));
}

napi_value stop_server(Arguments& arguments, Worker& worker) {
  worker.post([&worker, id = arguments.id(0), is_forced = arguments.flag(1)] {
    worker.servers().stop(id, is_forced);
  });
  return nullptr;
}

napi_value respond(Arguments& arguments, Worker& worker) {
  const std::string fields = arguments.byte_string(2);
  worker.answer({.request = arguments.id(0),
                 .status = static_cast<int>(arguments.number(1)),
                 .fields = fields,
                 .body = arguments.bytes_or_null(3),
                 .is_end = arguments.flag(4)});
  return nullptr;
}

napi_value respond_write(Arguments& arguments, Worker& worker) {
  worker.post([&worker, id = arguments.id(0), bytes = arguments.bytes(1)]() mutable {
    worker.servers().write(id, std::move(bytes));
  });
  return nullptr;
}

napi_value respond_end(Arguments& arguments, Worker& worker) {
  worker.post([&worker, id = arguments.id(0), trailers = arguments.byte_string(1)] {
    worker.servers().end(id, trailers);
  });
  return nullptr;
}

napi_value respond_abort(Arguments& arguments, Worker& worker) {
  worker.post([&worker, id = arguments.id(0)] { worker.servers().abort(id); });
  return nullptr;
}

// respondInform(id, status, fields)
napi_value respond_inform(Arguments& arguments, Worker& worker) {
  worker.post([&worker, id = arguments.id(0), status = static_cast<int>(arguments.number(1)),
               fields = arguments.byte_string(2)] { worker.servers().inform(id, status, fields); });
  return nullptr;
}

napi_value read_body(Arguments& arguments, Worker& worker) {
  worker.post([&worker, id = arguments.id(0)] { worker.servers().read_body(id); });
  return nullptr;
}

}  // namespace

void add_serve_entries(Entries& entries) {
  entries.insert(entries.end(),
                 {entry("createServer", enter<create_server>), entry("listenServer", enter<listen_server>),
                  entry("stopServer", enter<stop_server>), entry("respond", enter<respond>),
                  entry("respondWrite", enter<respond_write>), entry("respondEnd", enter<respond_end>),
                  entry("respondAbort", enter<respond_abort>), entry("respondInform", enter<respond_inform>),
                  entry("readBody", enter<read_body>)});
}

}  // namespace usquic::node
