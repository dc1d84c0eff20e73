#include "load/tcp_slot.h"

#include "base/ascii.h"
#include "base/system_clock.h"

namespace usquic::tools::load {

void TcpSlot::make(const tcp_client::Setup& setup, tcp_client::SocketMeter& meter) {
  if (request_ != nullptr) return;
  request_ = std::make_unique<tcp_client::Request>(static_cast<Handler&>(*this), setup);
  request_->count_sockets(meter);
}

void TcpSlot::launch(tcp_client::Multi& multi, const tcp_client::Setup& setup, tcp_client::SocketMeter& meter,
                     const Target& target, std::uint64_t number, std::int64_t start_ns) {
  using Body = tcp_client::Request::Body;
  make(setup, meter);
  const std::size_t path = number % target.path_count();
  if (path_ == path) {
    request_->prepare_again();
  } else {
    const bool has_body = !target.body().empty();
    request_->prepare(target.url_text(path), target.head().method, target.head().fields,
                      has_body ? Body::Streamed : Body::None);
    path_ = path;
  }
  request_->write(target.body());
  request_->end();
  begin(multi, start_ns);
}

void TcpSlot::connect(tcp_client::Multi& multi, const tcp_client::Setup& setup,
                      tcp_client::SocketMeter& meter, const Target& target) {
  if (request_ == nullptr) {
    make(setup, meter);
    request_->prepare(target.url_text(0), target.head().method, {}, tcp_client::Request::Body::None);
    request_->only_connect();
  }
  begin(multi, monotonic_ns());
}

void TcpSlot::begin(tcp_client::Multi& multi, std::int64_t start_ns) {
  start_ns_ = start_ns;
  launched_ns_ = monotonic_ns();
  status_ = 0;
  was_connected_ = false;
  multi.begin(*request_);
}

void TcpSlot::clear(tcp_client::Multi& multi) {
  if (request_ != nullptr) multi.retire(std::move(request_));
  path_.reset();
}

bool TcpSlot::on_connected(const tcp_client::Connected& connected) {
  delegate_.on_connected(*this, connected.id);
  was_connected_ = true;
  return true;
}

// "HTTP/1.1 200 OK", "HTTP/2 200"; after 1xx another follows.
void TcpSlot::on_header_line(std::string_view line) {
  const auto space = line.find(' ');
  if (!line.starts_with("HTTP/") || space == std::string_view::npos) return;
  status_ = static_cast<std::uint16_t>(parse_number(line.substr(space + 1, 3)).value_or(0));
  if (status_ >= 200) delegate_.on_response_began(*this);
}

}  // namespace usquic::tools::load
