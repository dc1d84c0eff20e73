// The public face of the client: usquic/http/client.h.
#include "usquic/http/client.h"

#include "client/client_core.h"

namespace usquic {
namespace {

usquic::client::ClientRequest& request(Fetch* fetch) {
  return *static_cast<usquic::client::ClientRequest*>(fetch);
}

const usquic::client::ClientRequest& request(const Fetch* fetch) {
  return *static_cast<const usquic::client::ClientRequest*>(fetch);
}

}  // namespace

std::string_view ResponseHead::header(std::string_view lowerCaseName) const {
  for (const Field& field : headers) {
    if (field.name == lowerCaseName) return field.value;
  }
  return {};
}

Fetch* Fetch::onSent(Function<void(us_quic_stream_t*)> handler) {
  request(this).handlers.sent = std::move(handler);
  return this;
}

Fetch* Fetch::onInformational(Function<void(const ResponseHead&)> handler) {
  request(this).handlers.informational = std::move(handler);
  return this;
}

Fetch* Fetch::onResponse(Function<void(const ResponseHead&)> handler) {
  request(this).handlers.response = std::move(handler);
  return this;
}

Fetch* Fetch::onData(Function<void(std::string_view)> handler) {
  request(this).handlers.data = std::move(handler);
  return this;
}

Fetch* Fetch::onTrailers(Function<void(const std::vector<Field>&)> handler) {
  request(this).handlers.trailers = std::move(handler);
  return this;
}

Fetch* Fetch::onEnd(Function<void()> handler) {
  request(this).handlers.end = std::move(handler);
  return this;
}

Fetch* Fetch::onError(Function<void(int, std::string_view)> handler) {
  request(this).handlers.error = std::move(handler);
  return this;
}

Fetch* Fetch::onWritable(Function<void()> handler) {
  request(this).handlers.writable = std::move(handler);
  return this;
}

Fetch* Fetch::onStop(Function<void()> handler) {
  request(this).handlers.stop = std::move(handler);
  return this;
}

bool Fetch::write(std::string_view chunk) {
  return request(this).write_body(chunk);
}

void Fetch::end(std::string_view chunk) {
  request(this).end_body(chunk);
}

void Fetch::pause() {
  request(this).pause_reading(true);
}

void Fetch::resume() {
  request(this).pause_reading(false);
}

void Fetch::abort() {
  request(this).give_up();
}

std::string_view Fetch::url() const {
  return request(this).plan().url_text();
}

int Fetch::redirects() const {
  return request(this).plan().redirects();
}

us_quic_stream_t* Fetch::native() const {
  return request(this).stream();
}

struct Client::State {
  explicit State(std::shared_ptr<usquic::client::ClientCore> client_core) : core(std::move(client_core)) {}
  ~State() { core->shut(); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  std::shared_ptr<usquic::client::ClientCore> core;
};

Client::Client(const ClientOptions& options, std::shared_ptr<Loop> loop)
    : state_(
          std::make_unique<State>(std::make_shared<usquic::client::ClientCore>(options, std::move(loop)))) {}

Client::~Client() = default;
Client::Client(Client&& other) noexcept = default;
Client& Client::operator=(Client&& other) noexcept = default;

int Client::error() const {
  return state_->core->error();
}

Fetch* Client::fetch(std::string_view url, const FetchOptions& options) {
  return state_->core->fetch(url, options);
}

WebTransport* Client::webTransport(std::string_view url, WebTransportBehavior behavior,
                                   const WebTransportOptions& options) {
  return state_->core->ask_for_session(url, std::move(behavior), options);
}

void Client::closeIdle() {
  if (error() == US_QUIC_OK) state_->core->pool().close_idle();
}

void Client::run() {
  // Kept: the client may be destroyed by a callback, and with it its loop.
  const std::shared_ptr<Loop> kept = state_->core->shared_loop();
  if (kept != nullptr) kept->run();
}

Loop* Client::loop() const {
  return state_->core->shared_loop().get();
}

}  // namespace usquic
