#include "integration/http/raw_http1_client.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

#include "usquic/error.h"

namespace usquic::test {
namespace {

constexpr std::size_t most_unsent_bytes = 256U << 10U;
// Of the kernel: it would take some megabytes, which tests have to tell from bounds.
constexpr int kernel_buffer_bytes = 512 << 10;

std::string hexadecimal(std::size_t number) {
  std::array<char, 16> digits{};
  const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16);
  return {digits.data(), result.ptr};
}

void add_line(std::string& to, std::string_view name, std::string_view value) {
  to.append(name).append(": ").append(value).append("\r\n");
}

// RFC 9112 section 3: pseudo-header fields become the request line and Host.
std::string head_of(const Fields& fields) {
  std::string head = value_of(fields, ":method") + " " + value_of(fields, ":path") + " HTTP/1.1\r\n";
  if (const std::string authority = value_of(fields, ":authority"); !authority.empty()) {
    add_line(head, "host", authority);
  }
  for (const auto& [name, value] : fields) {
    if (!name.starts_with(":")) add_line(head, name, value);
  }
  return head;
}

}  // namespace

// ---- RawHttp1Link ----

void RawHttp1Link::serve(RawHttp1Request& request, std::string_view head, bool has_no_body) {
  request_ = &request;
  reader_.begin(has_no_body);
  socket_->send(head);
}

void RawHttp1Link::carry() {
  if (is_over_) return;
  socket_->carry();
  if (request_ != nullptr) request_->pump();
  if (!is_over_) read_on();
}

void RawHttp1Link::read_on() {
  reader_.add(socket_->take_received());
  while (request_ != nullptr && !request_->is_paused_ && reader_.advance()) {
  }
  const bool is_held = request_ != nullptr && request_->is_paused_;
  if (is_over_ || is_held) return;
  if (reader_.has_failed() || socket_->has_ended()) lose();
}

void RawHttp1Link::cut() {
  socket_->reset();
  end_request();
}

void RawHttp1Link::leave() {
  socket_->end();
  end_request();
}

void RawHttp1Link::end_request() {
  is_over_ = true;
  RawHttp1Request* request = std::exchange(request_, nullptr);
  if (request == nullptr) return;
  request->link_ = nullptr;
  request->take_close(US_QUIC_E_RESET, 0);
}

void RawHttp1Link::on_section(Fields fields) {
  request_->take_head(std::move(fields));
}

void RawHttp1Link::on_body(std::string_view bytes) {
  request_->take_body(bytes);
}

void RawHttp1Link::on_trailers(Fields fields) {
  request_->trailers = std::move(fields);
}

void RawHttp1Link::on_response_end() {
  if (request_ == nullptr) return;
  request_->ended = true;
  finish_if_over();
}

void RawHttp1Link::finish_if_over() {
  if (request_ == nullptr || !request_->ended || !request_->is_end_sent_) return;
  request_->link_ = nullptr;
  std::exchange(request_, nullptr)->take_close(US_QUIC_OK, 0);
  was_used_ = true;
}

// The server ended the connection. A request that it says nothing to behind another one, it has not taken (RFC 9112
// section 9.5).
void RawHttp1Link::lose() {
  reader_.end_input();
  is_over_ = true;
  was_ended_ = true;
  RawHttp1Request* request = std::exchange(request_, nullptr);
  if (request == nullptr) return;
  request->link_ = nullptr;
  const bool is_refused = was_used_ && !reader_.has_begun() && socket_->was_closed();
  request->stopped = request->ended;
  request->reset = !request->ended && !is_refused;
  if (request->ended) {
    request->take_close(US_QUIC_E_STOPPED, 0);
  } else {
    request->take_close(is_refused ? US_QUIC_E_GOAWAY : US_QUIC_E_RESET, 0);
  }
}

// ---- RawHttp1Request ----

void RawHttp1Request::pump() {
  if (link_ == nullptr || is_end_sent_) return;
  while (!to_send_.is_empty() && link_->socket().unsent() < most_unsent_bytes) {
    const std::string_view piece = to_send_.front();
    send_piece(piece);
    to_send_.remove_front(piece.size());
  }
  if (!to_send_.is_at_end()) return;
  is_end_sent_ = true;
  send_end();
  link_->finish_if_over();
}

void RawHttp1Request::send_piece(std::string_view piece) {
  if (!is_chunked_) return link_->socket().send(piece);
  link_->socket().send(hexadecimal(piece.size()) + "\r\n" + std::string(piece) + "\r\n");
}

void RawHttp1Request::send_end() {
  if (is_chunked_) {
    std::string end = "0\r\n";
    for (const auto& [name, value] : to_send_.trailers()) add_line(end, name, value);
    link_->socket().send(end + "\r\n");
  } else if (to_send_.bytes_sent() < claimed_bytes_) {
    link_->socket().end();
  }
}

void RawHttp1Request::abort() {
  if (link_ != nullptr) link_->cut();
}

void RawHttp1Request::pause() {
  is_paused_ = true;
  if (link_ != nullptr) link_->socket().stop_reading();
}

void RawHttp1Request::resume() {
  is_paused_ = false;
  if (link_ == nullptr) return;
  link_->socket().go_on_reading();
  link_->read_on();
}

// ---- RawHttp1Connection ----

RawHttp1Connection::RawHttp1Connection(TlsStreamClient::Options tls, int port)
    : tls_(std::move(tls)), port_(port) {
  closed = idle_link() == nullptr;
}

RawHttp1Link* RawHttp1Connection::idle_link() {
  const auto found =
      std::find_if(links_.begin(), links_.end(), [](const auto& link) { return link->is_idle(); });
  if (found != links_.end()) return found->get();
  std::unique_ptr<TlsSocket> socket = TlsSocket::connect(port_, tls_, kernel_buffer_bytes);
  if (socket == nullptr) return nullptr;
  closed = false;
  return links_.emplace_back(std::make_unique<RawHttp1Link>(std::move(socket))).get();
}

RawRequest* RawHttp1Connection::request(const Fields& fields, bool end_stream) {
  RawHttp1Link* link = idle_link();
  if (link == nullptr) return nullptr;
  RawHttp1Request* made = requests_.emplace_back(std::make_unique<RawHttp1Request>()).get();
  std::string head = head_of(fields);
  const std::string length = value_of(fields, "content-length");
  made->is_chunked_ = !end_stream && length.empty();
  made->claimed_bytes_ = length.empty() ? 0 : std::stoull(length);
  made->is_end_sent_ = end_stream;
  made->link_ = link;
  if (made->is_chunked_) add_line(head, "transfer-encoding", "chunked");
  link->serve(*made, head + "\r\n", value_of(fields, ":method") == "HEAD");
  return made;
}

void RawHttp1Connection::close() {
  for (const auto& link : links_) link->leave();
  links_.clear();
  closed = true;
}

std::string RawHttp1Connection::server_certificate() const {
  return certificate_;
}

void RawHttp1Connection::carry() {
  bool was_ended = false;
  for (std::size_t i = 0; i < links_.size(); ++i) {
    RawHttp1Link& link = *links_[i];
    link.carry();
    if (link.socket().is_open() && !open) {
      open = true;
      certificate_ = link.socket().tls().server_certificate();
    }
    was_ended = was_ended || link.was_ended();
  }
  std::erase_if(links_, [](const auto& link) { return link->is_over(); });
  closed = closed || (links_.empty() && was_ended);
}

void RawHttp1Connection::add_polls(std::vector<pollfd>& to) const {
  for (const auto& link : links_) to.push_back(link->socket().poll());
}

// ---- RawHttp1Client ----

RawHttp1Connection* RawHttp1Client::connect_as(const std::string& server_name, int port) {
  TlsStreamClient::Options tls;
  tls.server_name = server_name;
  tls.address = "127.0.0.1";
  tls.alpn = {"http/1.1"};
  tls.identity = options_.identity;
  tls.ca = options_.ca;
  return connections_.emplace_back(std::make_unique<RawHttp1Connection>(std::move(tls), port)).get();
}

void RawHttp1Client::carry() {
  for (std::size_t i = 0; i < connections_.size(); ++i) connections_[i]->carry();
}

void RawHttp1Client::add_polls(std::vector<pollfd>& to) const {
  for (const auto& each : connections_) each->add_polls(to);
}

}  // namespace usquic::test
