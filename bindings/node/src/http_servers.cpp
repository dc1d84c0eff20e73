#include "http_servers.h"

#include <utility>

#include "flow.h"
#include "http_routes.h"
#include "usquic/http/app.h"
#include "worker.h"

namespace usquic::node {
namespace {

// Small next to the pool of HttpRoutes, so that one stream's unsent bytes of a file are few buffers.
constexpr std::size_t send_buffer_bytes = 512 * 1024;

}  // namespace

struct HttpServers::Server {
  std::uint32_t id;
  std::unique_ptr<HttpRoutes> routes;  // before the app, which ends first
  std::unique_ptr<App> app;
  bool is_stopping = false;
};

struct HttpServers::Request {
  std::uint32_t id;
  Response* response;
  std::size_t unsent = 0;  // bytes that were written while the client takes no more
  bool is_reading = false;
  Backlog backlog;
};

HttpServers::HttpServers(Worker& worker) : worker_(worker) {}

HttpServers::~HttpServers() = default;

void HttpServers::shut() {
  for (auto& [id, server] : servers_) server->app->closeNow();
}

int HttpServers::create(std::uint32_t id, const ServerOptions& options, std::string& detail) {
  us_quic_socket_context_options_t core = US_QUIC_OPTIONS_INIT;
  core.idle_timeout_ms = options.idle_timeout_ms.value_or(core.idle_timeout_ms);
  core.http_idle_timeout_ms = options.http_idle_timeout_ms.value_or(core.http_idle_timeout_ms);
  core.send_buffer_bytes = send_buffer_bytes;
  options.identity.apply_rest_to(core);
  worker_.last_error().attach_to(core);
  AppOptions app;
  app.cert = options.identity.cert;
  app.key = options.identity.key;
  app.ca = options.identity.ca;
  app.passphrase = options.identity.passphrase;
  app.request_cert = options.identity.requests_cert;
  app.reject_unauthorized = options.identity.rejects_unauthorized;
  app.max_body_bytes = options.max_body_bytes;
  app.core = &core;
  app.http1 = app.http2 = false;
  auto server = std::make_unique<Server>();
  server->id = id;
  server->app = std::make_unique<App>(app, worker_.shared_loop());
  if (server->app->constructorFailed()) {
    detail = worker_.last_error().text;
    return server->app->error();
  }
  server->routes = std::make_unique<HttpRoutes>(
      *server->app, [this, raw = server.get()](std::uint32_t handler, std::vector<std::string> parameters,
                                               Response& response, const usquic::Request& request) {
        take(*raw, {handler, std::move(parameters)}, response, request);
      });
  servers_.emplace(id, std::move(server));
  return US_QUIC_OK;
}

int HttpServers::listen(std::uint32_t id, const std::string& host, int port, int& bound) {
  const auto found = servers_.find(id);
  if (found == servers_.end()) return US_QUIC_E_CLOSED;
  App& app = *found->second->app;
  app.listen(host, port, [&bound](usquic::ListenSocket* socket) {
    if (socket != nullptr) bound = socket->port();
  });
  return app.error();
}

void HttpServers::take(const Server& server, Called called, Response& response,
                       const usquic::Request& request) {
  const std::uint32_t id = worker_.new_id();
  auto owned = std::make_unique<Request>();
  owned->id = id;
  owned->response = &response;
  requests_.emplace(id, std::move(owned));
  response.onAborted([this, id] { forget(id, "abort"); });
  response.onWritable([this, id](std::uint64_t) {
    if (Request* waiting = find(id); waiting != nullptr && waiting->unsent > 0) {
      worker_.emit(Event("sent", id, std::exchange(waiting->unsent, 0)));
    }
    return true;
  });
  ByteStrings fields;
  request.forEachHeader([&fields](std::string_view name, std::string_view value) {
    fields.values.emplace_back(name);
    fields.values.emplace_back(value);
  });
  const std::string_view method = request.getMethod();
  const bool has_body = method != "GET" && method != "HEAD" && request.getHeader("content-length") != "0";
  worker_.emit(Event("request", server.id, id, method, request.getFullUrl(), request.getAuthority(),
                     std::move(fields), has_body, response.getRemoteAddressAsText(), response.getRemotePort(),
                     Event::bytes_or_false(request.getClientCertificate()), request.isClientAuthorized(),
                     called.handler, ByteStrings{std::move(called.parameters)}));
}

HttpRoutes* HttpServers::routes(std::uint32_t id) {
  const auto found = servers_.find(id);
  return found != servers_.end() ? found->second->routes.get() : nullptr;
}

HttpServers::Request* HttpServers::find(std::uint32_t id) {
  const auto found = requests_.find(id);
  return found != requests_.end() ? found->second.get() : nullptr;
}

// The last that is told of it.
void HttpServers::forget(std::uint32_t id, const char* event) {
  if (requests_.erase(id) > 0) worker_.emit(Event(event, id));
}

void HttpServers::respond(std::uint32_t id, const Answer& answer) {
  Request* request = find(id);
  if (request == nullptr) return;
  Response& response = *request->response;
  response.writeStatus(std::to_string(answer.status));
  for (std::size_t i = 0; i + 1 < answer.fields.size(); i += 2) {
    response.writeHeader(answer.fields[i], answer.fields[i + 1]);
  }
  if (!answer.is_end) return write(id, answer.body.value_or(""));
  response.end(answer.body.value_or(""));
  forget(id, "done");
}

void HttpServers::write(std::uint32_t id, const std::string& bytes) {
  Request* request = find(id);
  if (request == nullptr) return;
  const bool may_go_on = request->response->write(bytes);
  request->unsent += bytes.size();
  if (may_go_on && request->unsent > 0) worker_.emit(Event("sent", id, std::exchange(request->unsent, 0)));
  if (request->response->hasResponded()) forget(id, "abort");  // it broke its content-length
}

void HttpServers::end(std::uint32_t id) {
  Request* request = find(id);
  if (request == nullptr) return;
  request->response->end();
  forget(id, "done");
}

void HttpServers::abort(std::uint32_t id) {
  Request* request = find(id);
  if (request == nullptr) return;
  request->response->close();
  forget(id, "abort");
}

void HttpServers::read_body(std::uint32_t id) {
  Request* request = find(id);
  if (request == nullptr || std::exchange(request->is_reading, true)) return;
  request->response->onData([this, id](std::string_view chunk, bool is_end) {
    Request* reading = find(id);
    if (reading == nullptr) return;
    if (!chunk.empty()) {
      worker_.emit(Event("data", id, Bytes{std::string(chunk)}));
      if (reading->backlog.add(chunk.size())) reading->response->pause();
    }
    if (is_end) worker_.emit(Event("end", id));
  });
}

void HttpServers::consumed(std::uint32_t id, std::size_t bytes) {
  Request* request = find(id);
  if (request != nullptr && request->backlog.take(bytes)) request->response->resume();
}

void HttpServers::stop(std::uint32_t id, bool is_forced) {
  const auto found = servers_.find(id);
  if (found == servers_.end()) return;
  App& app = *found->second->app;
  if (!std::exchange(found->second->is_stopping, true)) app.close([this, id] { finish(id); });
  if (is_forced) app.closeNow();
}

void HttpServers::finish(std::uint32_t id) {
  servers_.erase(id);
  worker_.emit(Event("serverClose", id));
}

}  // namespace usquic::node
