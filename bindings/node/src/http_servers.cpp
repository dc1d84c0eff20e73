#include "http_servers.h"

#include <algorithm>
#include <list>
#include <utility>
#include <vector>

#include "flow.h"
#include "http_routes.h"
#include "usquic/http/app.h"
#include "web_transports.h"
#include "worker.h"

namespace usquic::node {

struct HttpServers::Server {
  std::uint32_t id;
  std::unique_ptr<HttpRoutes> routes;  // before the app, which ends first
  std::unique_ptr<App> app;
  bool is_stopping = false;
};

struct HttpServers::Request {
  std::uint32_t id;
  std::uint32_t server;
  Response* response;
  bool has_body;
  std::list<std::unique_ptr<std::string>> unsent;  // what was written while the client takes no more
  bool is_waited_for = false;                      // onWritable is set
  bool is_ending = false;
  bool is_reading = false;
  ByteStrings trailers = {};  // of the request: a line for each name and each value
  Backlog backlog;
};

namespace {

// Small next to the pool of HttpRoutes, so that one stream's unsent bytes of a file are few buffers.
constexpr std::size_t send_buffer_bytes = 512 * 1024;

// Calls visit(name, value) for each two lines.
template <class Visit>
void for_each_field(std::string_view lines, Visit visit) {
  const auto next = [&lines] {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    return line;
  };
  while (!lines.empty()) {
    const std::string_view name = next();
    visit(name, next());
  }
}

// What would end the authority in a URL, or is not its host and port.
bool is_of_authority(char c) {
  constexpr std::string_view others = "/?#@\\";
  return static_cast<unsigned char>(c) > ' ' && others.find(c) == std::string_view::npos;
}

// "" where the authority is malformed.
std::string url_of(const usquic::Request& request) {
  const std::string_view authority = request.getAuthority();
  const std::string_view path = request.getFullUrl();
  if (!std::ranges::all_of(authority, is_of_authority)) return {};
  std::string url = "https://";
  url.reserve(url.size() + authority.size() + 1 + path.size());
  url += authority;
  if (!path.starts_with('/')) url += '/';
  url += path;
  return url;
}

// RFC 9114 section 4.3.1: :authority is what Host was.
void add_fields(EventBatch& batch, const usquic::Request& request) {
  bool has_host = false;
  batch.begin_lines();
  request.forEachHeader([&](std::string_view name, std::string_view value) {
    has_host = has_host || name == "host";
    batch.add_line(name);
    batch.add_line(value);
  });
  if (!has_host) {
    batch.add_line("host");
    batch.add_line(request.getAuthority());
  }
  batch.end_lines();
}

}  // namespace

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
  app.http1 = options.http1;
  app.http2 = options.http2;
  app.http3 = options.http3;
  auto server = std::make_unique<Server>();
  server->id = id;
  server->app = std::make_unique<App>(app, worker_.shared_loop());
  if (server->app->constructorFailed()) {
    detail = worker_.last_error().text;
    return server->app->error();
  }
  server->routes = std::make_unique<HttpRoutes>(
      *server->app, worker_.transports(),
      [this, raw = server.get()](std::uint32_t handler, std::vector<std::string> parameters,
                                 Response& response, const usquic::Request& request) {
        take(*raw, {handler, std::move(parameters)}, response, request);
      });
  servers_.emplace(id, std::move(server));
  return US_QUIC_OK;
}

int HttpServers::listen(std::uint32_t id, const Address& address, int& bound) {
  const auto found = servers_.find(id);
  if (found == servers_.end()) return US_QUIC_E_CLOSED;
  App& app = *found->second->app;
  const ListenOptions options{.host = address.host, .port = address.port, .reuse_port = address.reuse_port};
  app.listen(options, [&bound](usquic::ListenSocket* socket) {
    if (socket != nullptr) bound = socket->port();
  });
  return app.error();
}

void HttpServers::take(const Server& server, const Called& called, Response& response,
                       const usquic::Request& request) {
  const std::string_view method = request.getMethod();
  auto owned = std::make_unique<Request>(
      Request{.id = worker_.new_id(),
              .server = server.id,
              .response = &response,
              .has_body = method != "GET" && method != "HEAD" && request.getHeader("content-length") != "0",
              .backlog = {}});
  const Request& taken = *owned;
  response.onAborted([this, id = taken.id] { forget(id, "abort"); });
  tell(server.id, called, taken, request);
  requests_.emplace(taken.id, std::move(owned));
}

void HttpServers::tell(std::uint32_t server, const Called& called, const Request& taken,
                       const usquic::Request& request) {
  worker_.emit_with([&](EventBatch& batch) {
    batch.begin("request", server);
    batch.add(static_cast<double>(taken.id));
    batch.add(request.getMethod());
    batch.add(std::string_view(url_of(request)));
    add_fields(batch, request);
    batch.add(taken.has_body);
    batch.add(static_cast<double>(called.handler));
    batch.begin_lines();
    batch.add_line(taken.response->getRemoteAddressAsText());
    batch.add_line(std::to_string(taken.response->getRemotePort()));
    batch.add_line(request.getVersion());
    batch.add_line(request.getProtocol());
    batch.add_line(request.isClientAuthorized() ? "yes" : "no");
    batch.end_lines();
    Event::add_item(batch, Event::bytes_or_false(request.getClientCertificate()));
    for (const std::string& parameter : called.parameters) batch.add(std::string_view(parameter));
    batch.end();
  });
}

HttpServers::Request* HttpServers::find(std::uint32_t id) {
  const auto found = requests_.find(id);
  return found != requests_.end() ? found->second.get() : nullptr;
}

// The last that is told of it.
void HttpServers::forget(std::uint32_t id, const char* event) {
  if (requests_.erase(id) > 0) worker_.emit(Event(event, id));
}

void HttpServers::respond(const Answer& answer) {
  Request* request = find(answer.request);
  if (request == nullptr) return;
  Response& response = *request->response;
  response.writeStatus(std::to_string(answer.status));
  for_each_field(answer.fields, [&response](std::string_view name, std::string_view value) {
    response.writeHeader(name, value);
  });
  if (answer.is_end) {
    response.end(answer.body.value_or(std::string_view()));
    return finish_request(*request);
  }
  response.flushHeaders();  // the body may be long in coming
  if (answer.body) write(answer.request, std::string(*answer.body));
}

void HttpServers::inform(std::uint32_t id, int status, std::string_view lines) {
  Request* request = find(id);
  if (request == nullptr) return;
  std::vector<FieldView> fields;
  for_each_field(
      lines, [&fields](std::string_view name, std::string_view value) { fields.emplace_back(name, value); });
  request->response->writeInformational(std::to_string(status), fields);
}

void HttpServers::write(std::uint32_t id, std::string bytes) {
  Request* request = find(id);
  if (request == nullptr) return;
  const bool is_waiting = !request->unsent.empty();
  request->unsent.push_back(std::make_unique<std::string>(std::move(bytes)));
  if (!is_waiting) pump(*request);
}

// Gives the response what it takes, which stays in our memory until the client has it.
void HttpServers::pump(Request& request) {
  const auto release = [](void* chunk) { delete static_cast<std::string*>(chunk); };
  std::size_t sent = 0;
  while (!request.unsent.empty()) {
    std::string* chunk = request.unsent.front().release();
    const std::size_t size = chunk->size();
    if (!request.response->writeStatic(*chunk, release, chunk)) {
      request.unsent.front().reset(chunk);
      break;
    }
    request.unsent.pop_front();
    sent += size;
  }
  if (request.response->hasResponded()) return forget(request.id, "abort");  // it broke its content-length
  if (sent > 0) worker_.emit(Event("sent", request.id, sent));
  if (!request.unsent.empty()) return wait(request);
  if (request.is_ending) complete(request);
}

void HttpServers::wait(Request& request) {
  if (std::exchange(request.is_waited_for, true)) return;
  request.response->onWritable([this, id = request.id](std::uint64_t) {
    if (Request* waiting = find(id)) pump(*waiting);
    const Request* left = find(id);
    return left == nullptr || left->unsent.empty();
  });
}

void HttpServers::end(std::uint32_t id, std::string_view trailers) {
  Request* request = find(id);
  if (request == nullptr) return;
  Response& response = *request->response;
  for_each_field(trailers, [&response](std::string_view name, std::string_view value) {
    response.writeTrailer(name, value);
  });
  request->is_ending = true;
  if (request->unsent.empty()) complete(*request);
}

void HttpServers::complete(Request& request) {
  request.response->end();
  finish_request(request);
}

// The response is complete. Who reads the request's body still must hear that no more of it comes; of one without a
// body JavaScript needs no word.
void HttpServers::finish_request(const Request& request) {
  if (request.has_body)
    forget(request.id, "done");
  else
    requests_.erase(request.id);
}

void HttpServers::abort(std::uint32_t id) {
  Request* request = find(id);
  if (request == nullptr) return;
  request->response->close();
  forget(id, "abort");
}

void HttpServers::accept_transport(std::uint32_t id, std::uint32_t session) {
  const Request* request = find(id);
  if (request == nullptr) return worker_.transports().fail(session, US_QUIC_E_CLOSED);
  const std::uint32_t server = request->server;
  worker_.transports().adopt(request->response->acceptWebTransport(), session, server);
  requests_.erase(id);
  const auto found = servers_.find(server);
  if (found != servers_.end() && found->second->is_stopping) worker_.transports().end_all(server);
}

void HttpServers::read_body(std::uint32_t id) {
  Request* request = find(id);
  if (request == nullptr || std::exchange(request->is_reading, true)) return;
  request->response->onTrailer([this, id](std::string_view name, std::string_view value) {
    Request* reading = find(id);
    if (reading == nullptr) return;
    reading->trailers.values.emplace_back(name);
    reading->trailers.values.emplace_back(value);
  });
  request->response->onData([this, id](std::string_view chunk, bool is_end) {
    Request* reading = find(id);
    if (reading == nullptr) return;
    if (!chunk.empty()) {
      worker_.emit(Event("data", id, Bytes{std::string(chunk)}));
      if (reading->backlog.add(chunk.size())) reading->response->pause();
    }
    if (is_end) worker_.emit(Event("end", id, std::move(reading->trailers)));
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
  if (!std::exchange(found->second->is_stopping, true)) {
    worker_.transports().end_all(id);
    app.close([this, id] { finish(id); });
  }
  if (is_forced) app.closeNow();
}

HttpRoutes* HttpServers::routes(std::uint32_t id) {
  const auto found = servers_.find(id);
  return found != servers_.end() ? found->second->routes.get() : nullptr;
}

us_quic_socket_context_t* HttpServers::native(std::uint32_t id) const {
  const auto found = servers_.find(id);
  return found != servers_.end() ? found->second->app->native() : nullptr;
}

void HttpServers::finish(std::uint32_t id) {
  servers_.erase(id);
  worker_.emit(Event("serverClose", id));
}

}  // namespace usquic::node
