#include "client/client_session.h"

#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "client/client_core.h"
#include "client/client_fields.h"
#include "client/client_pool.h"
#include "client/client_text.h"
#include "client/request_plan.h"
#include "usquic/http3_codes.h"
#include "usquic/webtransport.h"

namespace usquic::client {
namespace {

// Why there is none, where the C interface says so at once.
std::string refusal_text(int error) {
  if (error == US_QUIC_E_STATE) return "this client has no WebTransport: max_webtransport_sessions is 0";
  return us_quic_strerror(error);
}

}  // namespace

ClientSession::ClientSession(WebTransportBehavior behavior)
    : Session(std::make_shared<WebTransportBehavior>(std::move(behavior))) {}

ClientSession::~ClientSession() {
  stop_timer();
}

void ClientSession::start(ClientCore& core, std::string_view url, const WebTransportOptions& options) {
  FetchOptions request;
  request.headers = options.headers;
  RequestPlan plan(std::string(url), std::move(request));
  if (auto failure = plan.prepare()) return fail(*std::move(failure));
  fields_ = plan.fields(std::nullopt);
  host_ = plan.url().host;
  port_ = plan.url().port;
  core_ = core.weak_from_this();
  const int error = ask(core).error();
  if (error != US_QUIC_OK) {
    return fail({{error}, core.pool().origin(host_, port_).name() + ": " + refusal_text(error)});
  }
  begin_timer(core.loop(), options.open_ms);
}

// Errors: nothing was asked for.
Result<void> ClientSession::ask(ClientCore& core) {
  std::vector<us_quic_header_t> section;
  for (const Field& field : fields_) {
    if (field.name == ":method") continue;  // it is always CONNECT
    section.push_back({field.name.data(), field.name.size(), field.value.data(), field.value.size(), 0});
  }
  Result<us_quic_stream_t*> asked = core.pool().ask_for_session(core.pool().origin(host_, port_), section);
  if (!asked) return Error{asked.error()};
  begin(*asked);
  return {};
}

// RFC 9114 sections 4.1.1 and 5.2: nothing was done with it. Servers that take fewer sessions on a connection than this
// client refuse them so.
bool ClientSession::begins_anew(const us_quic_stream_close_info_t& info) {
  const bool is_refused = info.reason == US_QUIC_E_GOAWAY || info.code == US_QUIC_H3_REQUEST_REJECTED;
  PooledConnection* connection = pooled_of(us_quic_stream_connection(stream()));
  const std::shared_ptr<ClientCore> core = core_.lock();
  const bool may_repeat = connection != nullptr && core != nullptr && !verdict_ && !was_repeated_;
  if (!is_refused || !may_repeat) return false;
  was_repeated_ = true;
  core->pool().session_refused(*connection);
  return static_cast<bool>(ask(*core));
}

void ClientSession::begin_timer(us_loop_t* loop, int open_ms) {
  if (open_ms <= 0) return;
  open_ms_ = open_ms;
  // Fallthrough: the connection keeps the loop alive.
  timer_ = us_create_timer(loop, 1, sizeof(ClientSession*));
  if (timer_ == nullptr) return give_up_opening(US_QUIC_E_NOMEM);
  *static_cast<ClientSession**>(us_timer_ext(timer_)) = this;
  const auto on_timer = [](us_timer_t* timer) noexcept {
    ClientSession& session = **static_cast<ClientSession**>(us_timer_ext(timer));
    try {
      session.time_out();
    } catch (const std::bad_alloc&) {
      session.run_out_of_memory();
    }
  };
  us_timer_set(timer_, on_timer, open_ms, 0);
}

void ClientSession::stop_timer() {
  if (timer_ != nullptr) us_timer_close(std::exchange(timer_, nullptr));
}

void ClientSession::time_out() {
  stop_timer();
  const PooledConnection* connection = pooled_of(us_quic_stream_connection(stream()));
  const bool is_connected = connection != nullptr && connection->is_open;
  const int error = is_connected ? US_QUIC_E_TIMEOUT : US_QUIC_E_HANDSHAKE_TIMEOUT;
  fail({{error},
        std::string(us_quic_strerror(error)) + ": the session is not open after " + std::to_string(open_ms_) +
            " ms"});
  close_stream();
}

void ClientSession::close_stream() {
  if (stream() != nullptr) us_quic_stream_close(stream());
}

void ClientSession::take_headers(int kind) {
  if (kind != US_QUIC_HEADERS_MESSAGE || !is_opening()) return;
  stop_timer();
  if (us_quic_webtransport_is_open(stream()) != 0) {
    opened();
    return tell_open();
  }
  const int status = received_head(stream()).status;
  fail({{US_QUIC_E_REFUSED}, "the server refused the session with status " + std::to_string(status)}, status);
  close_stream();
}

void ClientSession::not_opened(const us_quic_stream_close_info_t& info) {
  stop_timer();
  PooledConnection* connection = pooled_of(us_quic_stream_connection(stream()));
  if (verdict_.has_value()) return report();
  if (connection == nullptr) {
    fail({{US_QUIC_E_CLOSED}, "the client was destroyed"});
  } else if (info.reason == US_QUIC_E_CLOSED && info.code == 0 && waits_for(*connection)) {
    return;
  } else if (info.reason == US_QUIC_E_UNSUPPORTED) {
    fail({{info.reason}, "the server has no WebTransport over HTTP/3"});
  } else {
    const int error = info.reason == US_QUIC_OK ? US_QUIC_E_CLOSED : info.reason;
    fail({{error}, stream_close_text({error, info.code})});
  }
  report();
}

// It closed with its connection, whose close tells why. false: that cannot be waited for.
bool ClientSession::waits_for(PooledConnection& connection) {
  try {
    connection.lost_sessions.push_back(std::static_pointer_cast<ClientSession>(shared_from_this()));
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

void ClientSession::give_up_opening(int error) {
  fail({{error}, error == US_QUIC_E_CLOSED ? "closed before the session was open" : us_quic_strerror(error)});
  close_stream();
}

void ClientSession::fail(Failure failure, int status) {
  if (!verdict_) verdict_ = Verdict{std::move(failure), status};
}

void ClientSession::report() noexcept {
  const std::shared_ptr<StreamEvents> hold = shared_from_this();
  if (!behavior().failed) return;
  try {
    behavior().failed(this, verdict_->failure.reason.code, verdict_->status, verdict_->failure.text);
  } catch (const std::bad_alloc&) {
    return;  // it was told; there is nothing left to end
  }
}

}  // namespace usquic::client
