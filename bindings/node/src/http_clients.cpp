#include "http_clients.h"

#include <utility>

#include "flow.h"
#include "web_transports.h"
#include "worker.h"

namespace usquic::node {

struct HttpClients::Fetch {
  std::uint32_t id;
  usquic::Fetch* handle;
  std::size_t unsent = 0;  // bytes that were written while the server takes no more
  Backlog backlog;
};

namespace {

// flat: name, value, name, value...
std::vector<Field> fields_of(const std::vector<std::string>& flat) {
  std::vector<Field> fields;
  for (std::size_t i = 0; i + 1 < flat.size(); i += 2) fields.push_back({flat[i], flat[i + 1]});
  return fields;
}

}  // namespace

HttpClients::HttpClients(Worker& worker) : worker_(worker) {}

HttpClients::~HttpClients() = default;

// Destroying a client tells what is under way that it failed.
void HttpClients::shut() {
  clients_.clear();
}

int HttpClients::create(std::uint32_t id, const Identity& identity, std::optional<int> keep_open_ms,
                        std::string& detail) {
  us_quic_socket_context_options_t core = US_QUIC_OPTIONS_INIT;
  identity.apply_rest_to(core);
  worker_.last_error().attach_to(core);
  ClientOptions options;
  options.ca = identity.ca;
  options.cert = identity.cert;
  options.key = identity.key;
  options.passphrase = identity.passphrase;
  options.reject_unauthorized = identity.rejects_unauthorized;
  options.keep_open_ms = keep_open_ms.value_or(options.keep_open_ms);
  options.max_webtransport_sessions = 1;  // each has a connection of its own, as on the web
  options.core = &core;
  auto client = std::make_unique<Client>(options, worker_.shared_loop());
  if (client->error() != US_QUIC_OK) {
    detail = worker_.last_error().text;
    return client->error();
  }
  clients_.emplace(id, std::move(client));
  return US_QUIC_OK;
}

void HttpClients::close_idle(std::uint32_t id) {
  const auto found = clients_.find(id);
  if (found != clients_.end()) found->second->closeIdle();
}

void HttpClients::close(std::uint32_t id) {
  const auto found = clients_.find(id);
  if (found == clients_.end()) return;
  {
    const std::unique_ptr<Client> client = std::move(found->second);
    clients_.erase(found);
  }
  worker_.emit(Event("clientClosed", id));
}

void HttpClients::fetch(std::uint32_t client, std::uint32_t id, const Request& request) {
  const auto found = clients_.find(client);
  if (found == clients_.end()) {
    worker_.emit(Event("error", id, US_QUIC_E_CLOSED, us_quic_strerror(US_QUIC_E_CLOSED)));
    return;
  }
  FetchOptions options;
  options.method = request.method;
  options.body = request.body;
  options.stream_body = request.streams_body;
  options.max_redirects = request.max_redirects;
  options.timeouts.idle_ms = 0;  // an AbortSignal limits time
  options.headers = fields_of(request.fields);
  auto fetch = std::make_unique<Fetch>();
  fetch->id = id;
  fetch->handle = found->second->fetch(request.url, options);
  listen_to(*fetch);
  fetches_.emplace(id, std::move(fetch));
}

void HttpClients::listen_to(Fetch& fetch) {
  usquic::Fetch* handle = fetch.handle;
  const std::uint32_t id = fetch.id;
  handle
      ->onResponse([this, id, handle](const ResponseHead& head) {
        ByteStrings fields;
        fields.values.reserve(head.headers.size() * 2);
        for (const Field& field : head.headers) {
          fields.values.push_back(field.name);
          fields.values.push_back(field.value);
        }
        worker_.emit(
            Event("response", id, head.status, std::move(fields), handle->url(), handle->redirects()));
      })
      ->onData([this, id](std::string_view chunk) {
        Fetch* receiving = find(id);
        if (receiving == nullptr) return;
        worker_.emit(Event("data", id, Bytes{std::string(chunk)}));
        if (receiving->backlog.add(chunk.size())) receiving->handle->pause();
      })
      ->onEnd([this, id] {
        fetches_.erase(id);
        worker_.emit(Event("end", id));
      })
      ->onError([this, id](int error, std::string_view text) {
        fetches_.erase(id);
        worker_.emit(Event("error", id, error, text));
      })
      ->onWritable([this, id] {
        Fetch* sending = find(id);
        if (sending != nullptr) worker_.emit(Event("sent", id, std::exchange(sending->unsent, 0)));
      })
      ->onStop([this, id] { worker_.emit(Event("stop", id)); });
}

HttpClients::Fetch* HttpClients::find(std::uint32_t id) {
  const auto found = fetches_.find(id);
  return found != fetches_.end() ? found->second.get() : nullptr;
}

void HttpClients::write(std::uint32_t id, const std::string& bytes) {
  Fetch* fetch = find(id);
  if (fetch == nullptr) return;
  fetch->unsent += bytes.size();
  if (fetch->handle->write(bytes) && fetch->unsent > 0) {
    worker_.emit(Event("sent", id, std::exchange(fetch->unsent, 0)));
  }
}

void HttpClients::end(std::uint32_t id) {
  if (Fetch* fetch = find(id)) fetch->handle->end();
}

void HttpClients::abort(std::uint32_t id) {
  const auto found = fetches_.find(id);
  if (found == fetches_.end()) return;
  const std::unique_ptr<Fetch> fetch = std::move(found->second);
  fetches_.erase(found);
  fetch->handle->abort();
}

void HttpClients::connect_transport(std::uint32_t client, std::uint32_t id, const std::string& url,
                                    const std::vector<std::string>& fields) {
  WebTransports& transports = worker_.transports();
  const auto found = clients_.find(client);
  if (found == clients_.end()) return transports.fail(id, US_QUIC_E_CLOSED);
  WebTransportOptions options;
  options.headers = fields_of(fields);
  transports.adopt(found->second->webTransport(url, transports.behavior(), options), id,
                   WebTransports::of_client);
}

void HttpClients::consumed(std::uint32_t id, std::size_t bytes) {
  Fetch* fetch = find(id);
  if (fetch != nullptr && fetch->backlog.take(bytes)) fetch->handle->resume();
}

}  // namespace usquic::node
