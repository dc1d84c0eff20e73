// The public face of the client: usquic/h3/client.h.
#include "usquic/http/client.h"

#include "client/client_core.h"

namespace usquic {
namespace {

usquic::client::ClientRequest& request(H3Fetch* fetch) {
  return *static_cast<usquic::client::ClientRequest*>(fetch);
}

const usquic::client::ClientRequest& request(const H3Fetch* fetch) {
  return *static_cast<const usquic::client::ClientRequest*>(fetch);
}

}  // namespace

std::string_view H3ResponseHead::header(std::string_view lowerCaseName) const {
  for (const H3Field& field : headers) {
    if (field.name == lowerCaseName) return field.value;
  }
  return {};
}

H3Fetch* H3Fetch::onSent(Function<void(us_quic_stream_t*)> handler) {
  request(this).handlers.sent = std::move(handler);
  return this;
}

H3Fetch* H3Fetch::onInformational(Function<void(const H3ResponseHead&)> handler) {
  request(this).handlers.informational = std::move(handler);
  return this;
}

H3Fetch* H3Fetch::onResponse(Function<void(const H3ResponseHead&)> handler) {
  request(this).handlers.response = std::move(handler);
  return this;
}

H3Fetch* H3Fetch::onData(Function<void(std::string_view)> handler) {
  request(this).handlers.data = std::move(handler);
  return this;
}

H3Fetch* H3Fetch::onTrailers(Function<void(const std::vector<H3Field>&)> handler) {
  request(this).handlers.trailers = std::move(handler);
  return this;
}

H3Fetch* H3Fetch::onEnd(Function<void()> handler) {
  request(this).handlers.end = std::move(handler);
  return this;
}

H3Fetch* H3Fetch::onError(Function<void(int, std::string_view)> handler) {
  request(this).handlers.error = std::move(handler);
  return this;
}

H3Fetch* H3Fetch::onWritable(Function<void()> handler) {
  request(this).handlers.writable = std::move(handler);
  return this;
}

H3Fetch* H3Fetch::onStop(Function<void()> handler) {
  request(this).handlers.stop = std::move(handler);
  return this;
}

bool H3Fetch::write(std::string_view chunk) {
  return request(this).write_body(chunk);
}

void H3Fetch::end(std::string_view chunk) {
  request(this).end_body(chunk);
}

void H3Fetch::pause() {
  request(this).pause_reading(true);
}

void H3Fetch::resume() {
  request(this).pause_reading(false);
}

void H3Fetch::abort() {
  request(this).give_up();
}

std::string_view H3Fetch::url() const {
  return request(this).url_text();
}

int H3Fetch::redirects() const {
  return request(this).redirect_count();
}

us_quic_stream_t* H3Fetch::native() const {
  return request(this).stream();
}

struct H3Client::State {
  explicit State(std::shared_ptr<usquic::client::ClientCore> client_core) : core(std::move(client_core)) {}
  ~State() { core->shut(); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  std::shared_ptr<usquic::client::ClientCore> core;
};

H3Client::H3Client(const H3ClientOptions& options, std::shared_ptr<Loop> loop)
    : state_(
          std::make_unique<State>(std::make_shared<usquic::client::ClientCore>(options, std::move(loop)))) {}

H3Client::~H3Client() = default;
H3Client::H3Client(H3Client&& other) noexcept = default;
H3Client& H3Client::operator=(H3Client&& other) noexcept = default;

int H3Client::error() const {
  return state_->core->error();
}

H3Fetch* H3Client::fetch(std::string_view url, const H3FetchOptions& options) {
  return state_->core->fetch(url, options);
}

void H3Client::closeIdle() {
  if (error() == US_QUIC_OK) state_->core->pool().close_idle();
}

void H3Client::run() {
  // Kept: the client may be destroyed by a callback, and with it its loop.
  const std::shared_ptr<Loop> kept = state_->core->shared_loop();
  if (kept != nullptr) kept->run();
}

Loop* H3Client::loop() const {
  return state_->core->shared_loop().get();
}

}  // namespace usquic
