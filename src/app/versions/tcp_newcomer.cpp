#include "app/versions/tcp_newcomer.h"

#include <new>
#include <utility>

#include "app/versions/http1_connection.h"
#include "app/versions/http2_connection.h"

namespace usquic::app {

TcpNewcomer::TcpNewcomer(std::shared_ptr<TcpShare> share, tcp::Connection& tcp)
    : TcpSession(share->loop(), tcp), share_(std::move(share)) {
  share_->sessions.push_back(this);
}

// RFC 7301, RFC 9113 section 3.2. Who names no protocol speaks HTTP/1.1.
void TcpNewcomer::on_open(tcp::Connection& tcp) {
  TcpSession* session = nullptr;
  try {
    if (tcp.tls() != nullptr && tcp.tls()->alpn() == "h2") {
      session = new Http2Connection(share_, tcp);
    } else {
      session = new Http1Connection(share_, tcp);
    }
  } catch (const std::bad_alloc&) {
    tcp.abort();
    return;
  }
  const std::unique_ptr<TcpNewcomer> self(this);
  tcp.set_handler(*session);
  session->on_open(tcp);
  if (is_ending_soon_) session->end_soon();
}

void TcpNewcomer::on_close(tcp::Connection& /*tcp*/, int /*error*/) {
  const std::unique_ptr<TcpNewcomer> self(this);
}

}  // namespace usquic::app
