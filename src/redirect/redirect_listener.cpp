#include "redirect/redirect_listener.h"

#include <chrono>
#include <new>

#include "redirect/redirect_connection.h"
#include "redirect/redirect_share.h"
#include "tcp/listener.h"

namespace usquic::redirect {

struct RedirectListener::Parts final : tcp::Listener::Handler {
  tcp::Connection::Handler* on_connection(tcp::Connection& connection) override {
    return new (std::nothrow) RedirectConnection(share, connection);
  }

  std::shared_ptr<RedirectShare> share = std::make_shared<RedirectShare>();
  tcp::Listener listener;
};

RedirectListener::RedirectListener() : parts_(std::make_unique<Parts>()) {}

RedirectListener::~RedirectListener() {
  close();
}

Result<std::uint16_t> RedirectListener::listen(us_loop_t* loop, const RedirectOptions& options,
                                               const Logger& log) {
  RedirectShare& share = *parts_->share;
  share.https_port = options.https_port;
  share.head_timeout = std::chrono::milliseconds(options.head_timeout_ms);
  share.idle_timeout = std::chrono::milliseconds(options.idle_timeout_ms);
  share.log = log;
  tcp::ListenOptions tcp_options;
  tcp_options.max_connections = options.max_connections;
  const Result<void> opened =
      parts_->listener.open_at(loop, options.host, options.port, tcp_options, *parts_, log);
  if (!opened) return Error{opened.error()};
  return parts_->listener.local_address().port();
}

void RedirectListener::stop() {
  parts_->listener.close();
  List<RedirectConnection>& all = parts_->share->connections;
  for (RedirectConnection* each = all.front(); each != nullptr; each = all.next(each)) each->end();
}

void RedirectListener::close() {
  parts_->listener.close();
  List<RedirectConnection>& all = parts_->share->connections;
  for (RedirectConnection* each = all.front(); each != nullptr; each = all.next(each)) each->tcp().close();
}

}  // namespace usquic::redirect
