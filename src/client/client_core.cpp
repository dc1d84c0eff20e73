#include "client/client_core.h"

#include <algorithm>
#include <utility>

namespace usquic::client {
namespace {

constexpr unsigned int default_keep_alive_ms =
    15'000;  // NATs forget a flow after 30 s (RFC 9000 section 10.1.2)
// Requests have limits of their own; a connection that nobody waits for any more is closed.
constexpr unsigned int no_handshake_timeout_ms = 24 * 3600 * 1000;

const char* name_or_null(const std::string& name) {
  return name.empty() ? nullptr : name.c_str();
}

Timeouts merge(const Timeouts& own, const Timeouts& defaults) {
  const auto pick = [](int value, int otherwise) { return value < 0 ? otherwise : value; };
  return {pick(own.connect_ms, defaults.connect_ms), pick(own.first_byte_ms, defaults.first_byte_ms),
          pick(own.idle_ms, defaults.idle_ms), pick(own.total_ms, defaults.total_ms)};
}

}  // namespace

ClientCore::Frame::Frame(ClientCore& core) : core_(core.shared_from_this()) {
  ++core.depth_;
}

ClientCore::Frame::~Frame() {
  if (core_->depth_ == 1) core_->settle();
  if (--core_->depth_ == 0) core_->free_retired();
}

ClientCore::ClientCore(const ClientOptions& options, std::shared_ptr<Loop> loop)
    : loop_(std::move(loop)), timeouts_(options.timeouts) {
  if (loop_ == nullptr) loop_ = Loop::create();
  if (loop_ == nullptr) {
    error_ = US_QUIC_E_NOMEM;
    return;
  }
  create_context(options);
  if (context_ == nullptr) return;
  const unsigned int unused_ms = options.core != nullptr ? options.core->keep_alive_ms : 0;
  const ClientPool::KeepAlive keep_alive{unused_ms > 0 ? unused_ms : default_keep_alive_ms, unused_ms};
  pool_.emplace(context_, ClientPool::Limits{options.max_connections_per_origin, options.keep_open_ms,
                                             keep_alive, options.resolve});
}

ClientCore::~ClientCore() {
  shut();
}

void ClientCore::create_context(const ClientOptions& options) {
  us_quic_socket_context_options_t quic = US_QUIC_OPTIONS_INIT;
  if (options.core != nullptr) quic = *options.core;
  quic.handshake_timeout_ms = no_handshake_timeout_ms;
  quic.ca_file_name = name_or_null(options.ca_file_name);
  quic.ca = {options.ca.data(), options.ca.size()};
  quic.cert_file_name = name_or_null(options.cert_file_name);
  quic.key_file_name = name_or_null(options.key_file_name);
  quic.passphrase = name_or_null(options.passphrase);
  quic.cert = {options.cert.data(), options.cert.size()};
  quic.key = {options.key.data(), options.key.size()};
  quic.reject_unauthorized = options.reject_unauthorized ? 1 : 0;
  if (quic.webtransport_sessions == 0) quic.webtransport_sessions = options.max_webtransport_sessions;
  quic.stream_ext_size = sizeof(StreamExt);  // of streams that servers open, which are sessions'
  quic.alpn = nullptr;
  quic.alpn_count = 0;
  context_ = us_create_quic_socket_context(loop(), &quic, sizeof(ClientCore*), &error_);
  if (context_ == nullptr) return;
  *static_cast<ClientCore**>(us_quic_socket_context_ext(context_)) = this;
  set_client_callbacks(context_);
}

ClientRequest* ClientCore::fetch(std::string_view url, const FetchOptions& options) {
  requests_.push_back(std::make_unique<ClientRequest>(*this, std::string(url), options));
  ClientRequest* request = requests_.back().get();
  request->place = std::prev(requests_.end());
  if (is_shut_ || error_ != US_QUIC_OK) {
    request->finish(Failure{{is_shut_ ? US_QUIC_E_CLOSED : error_}, "the client cannot send requests"});
    return request;
  }
  request->start(merge(options.timeouts, timeouts_));
  pool_->tend();
  return request;
}

ClientSession* ClientCore::ask_for_session(std::string_view url, WebTransportBehavior behavior,
                                           const WebTransportOptions& options) {
  const auto session = std::make_shared<ClientSession>(std::move(behavior));
  if (is_shut_ || error_ != US_QUIC_OK) {
    session->fail({{is_shut_ ? US_QUIC_E_CLOSED : error_}, "the client cannot open sessions"});
  } else {
    session->start(*this, url, options);
    pool_->tend();
  }
  if (session->stream() != nullptr) return session.get();
  failed_sessions_.push_back(session);
  settle_soon();
  return session.get();
}

void ClientCore::report_later(ClientRequest& request) {
  const bool is_listed = std::find(to_report_.begin(), to_report_.end(), &request) != to_report_.end();
  if (!is_listed) to_report_.push_back(&request);
  settle_soon();
}

void ClientCore::settle_soon() {
  if (depth_ > 0 || is_shut_ || loop_ == nullptr) return;
  // Outside the client's own callbacks: no call of the application runs its callbacks inside.
  if (soon_ == nullptr) {
    soon_ = us_create_timer(loop(), 0, sizeof(ClientCore*));
    if (soon_ == nullptr) return;
    *static_cast<ClientCore**>(us_timer_ext(soon_)) = this;
  }
  us_timer_set(
      soon_, [](us_timer_t* timer) { const Frame frame(**static_cast<ClientCore**>(us_timer_ext(timer))); },
      1, 0);
}

void ClientCore::settle() {
  do {
    report_outcomes();
    report_sessions();
    if (pool_ && !is_shut_) pool_->tend();
  } while (!to_report_.empty() || !failed_sessions_.empty());
}

void ClientCore::report_outcomes() {
  while (!to_report_.empty()) {
    ClientRequest* request = to_report_.front();
    to_report_.pop_front();
    const bool is_last = request->is_finished();
    // Retired first: the application may give it up inside.
    if (is_last) retire(*request);
    request->report();
  }
}

void ClientCore::report_sessions() {
  const auto failed = std::exchange(failed_sessions_, {});
  for (const auto& session : failed) session->report();
}

void ClientCore::retire(ClientRequest& request) {
  std::erase(to_report_, &request);
  retired_.splice(retired_.end(), requests_, request.place);
}

void ClientCore::discard(ClientRequest& request) {
  const std::shared_ptr<ClientCore> self = shared_from_this();
  const bool is_retired =
      std::any_of(retired_.begin(), retired_.end(), [&](const auto& r) { return r.get() == &request; });
  if (is_retired) return;
  retire(request);
  if (depth_ > 0) return;
  if (pool_) pool_->tend();
  free_retired();
}

// What the application's handlers hold may call back into the client when it is destroyed.
void ClientCore::free_retired() {
  while (!retired_.empty()) {
    const std::list<std::unique_ptr<ClientRequest>> dead = std::exchange(retired_, {});
  }
}

void ClientCore::shut() {
  if (is_shut_) return;
  is_shut_ = true;
  ++depth_;
  for (const auto& request : requests_)
    request->finish(Failure{{US_QUIC_E_CLOSED}, "the client was destroyed"});
  // Requests made while these are reported are not reported: that would have no end.
  const std::deque<ClientRequest*> last = std::exchange(to_report_, {});
  for (ClientRequest* request : last) {
    const bool is_given_up =
        std::none_of(requests_.begin(), requests_.end(), [&](const auto& r) { return r.get() == request; });
    if (is_given_up) continue;
    retire(*request);
    request->report();
  }
  to_report_.clear();
  retired_.splice(retired_.end(), requests_);
  report_sessions();
  if (pool_) pool_->fail_lost_sessions({{US_QUIC_E_CLOSED}, "the client was destroyed"});
  pool_.reset();
  if (soon_ != nullptr) us_timer_close(std::exchange(soon_, nullptr));
  if (context_ != nullptr) us_quic_socket_context_free(std::exchange(context_, nullptr));
  if (--depth_ == 0) free_retired();
}

}  // namespace usquic::client
