// What JavaScript calls for fetch3().
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "calls.h"
#include "http_clients.h"
#include "identity.h"

namespace usquic::node {
namespace {

napi_value create_client(Arguments& arguments, Worker& worker) {
  const Options given(arguments.env(), arguments.value(0));
  const Identity identity(arguments.env(), given);
  const std::uint32_t id = worker.new_id();
  const auto keep_open_ms = number<int>(given, "keepOpenMs");
  ask(arguments, worker,
      [&](std::string& detail) { return worker.clients().create(id, identity, keep_open_ms, detail); });
  return id_to_js(arguments, id);
}

napi_value close_idle(Arguments& arguments, Worker& worker) {
  worker.post([&worker, id = arguments.id(0)] { worker.clients().close_idle(id); });
  return nullptr;
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

}  // namespace

void add_fetch_entries(Entries& entries) {
  entries.insert(entries.end(),
                 {entry("createClient", enter<create_client>), entry("closeIdle", enter<close_idle>),
                  entry("closeClient", enter<close_client>), entry("fetch", enter<fetch>),
                  entry("fetchWrite", enter<fetch_write>), entry("fetchEnd", enter<fetch_end>),
                  entry("fetchAbort", enter<fetch_abort>)});
}

}  // namespace usquic::node
