#include "call_script.h"

#include <netinet/in.h>

#include <algorithm>

#include "base/check.h"
#include "virtual_clock.h"

namespace usquic::fuzz {
namespace {

using test::Peer;
using test::Speaks;

const std::string payload(9000, 'p');  // more than a send buffer takes

us_quic_header_t header(std::string_view name, std::string_view value) {
  return {name.data(), name.size(), value.data(), value.size(), 0};
}

}  // namespace

CallScript::CallScript(Input& input) : input_(input), speaks_(input.flag() ? Speaks::http3 : Speaks::raw) {
  test::PeerOptions options{.speaks = speaks_, .reads_stream_datagrams = true, .send_buffer_bytes = 5000};
  if (speaks_ == Speaks::http3) options.webtransport_sessions = 3;
  client_ = std::make_unique<Peer>(loop_, options);
  options.is_server = true;
  server_ = std::make_unique<Peer>(loop_, options);
  attach(*server_);
  attach(*client_);
  listener_ = server_->listen();
  port_ = us_quic_listen_socket_port(listener_);
  client_->connect(port_);
}

void CallScript::attach(Peer& peer) {
  const auto of = [](us_quic_stream_t* s) { return us_quic_stream_connection(s); };
  peer.on_open = [&](us_quic_connection_t* c) { act(peer, c, nullptr); };
  peer.on_goaway = [&](us_quic_connection_t* c) { act(peer, c, nullptr); };
  peer.on_stream_datagram = [&](us_quic_stream_t* s, std::string_view) {
    act(peer, us_quic_stream_connection(s), s);
  };
  peer.on_datagram = [&](us_quic_connection_t* c, std::string_view) { act(peer, c, nullptr); };
  peer.on_close = [&](us_quic_connection_t* c, const us_quic_close_info_t*) { act(peer, c, nullptr); };
  peer.on_stream_open = [&, of](us_quic_stream_t* s) { act(peer, of(s), s); };
  peer.on_stream_headers = [&, of](us_quic_stream_t* s, int) { act(peer, of(s), s); };
  peer.on_stream_data = [&, of](us_quic_stream_t* s, std::string_view) { act(peer, of(s), s); };
  peer.on_stream_end = [&, of](us_quic_stream_t* s) { act(peer, of(s), s); };
  peer.on_stream_reset = [&, of](us_quic_stream_t* s, std::uint64_t) { act(peer, of(s), s); };
  peer.on_stream_stop = [&, of](us_quic_stream_t* s, std::uint64_t) { act(peer, of(s), s); };
  peer.on_stream_writable = [&, of](us_quic_stream_t* s) { act(peer, of(s), s); };
  peer.on_webtransport_close = [&, of](us_quic_stream_t* s, std::uint32_t, std::string_view) {
    act(peer, of(s), s);
  };
  peer.on_webtransport_drain = [&, of](us_quic_stream_t* s) { act(peer, of(s), s); };
  peer.on_stream_close = [&, of](us_quic_stream_t* s, const us_quic_stream_close_info_t*) {
    act(peer, of(s), s);
  };
}

void CallScript::run() {
  for (int i = 0; i < 300 && !input_.at_end(); ++i) {
    poke();
    us_loop_tick(loop_.get());
  }
  finish();
  CHECK(is_over());
  client_.reset();
  server_.reset();
  loop_.free();
  CHECK(releases_ == static_writes_);
}

// From outside callbacks.
void CallScript::poke() {
  const std::uint8_t what = input_.byte();
  if (what < 64) {  // handshakes take a few iterations
    for (int i = 0; i < what % 8; ++i) us_loop_tick(loop_.get());
  } else if (what < 96) {
    advance_clock(std::chrono::milliseconds(1 << (what % 16)));
  } else {
    Peer& peer = (what & 1) != 0 ? *client_ : *server_;
    const std::size_t which = input_.pick(std::max<std::size_t>(1, peer.connections.size()));
    act(peer, which < peer.connections.size() ? peer.connections[which] : nullptr, nullptr);
  }
}

void CallScript::act(Peer& peer, us_quic_connection_t* c, us_quic_stream_t* s) {
  for (std::size_t i = input_.pick(4); i > 0 && calls_left_ > 0 && !input_.at_end(); --i) {
    --calls_left_;
    const std::uint8_t what = input_.byte();
    if (s != nullptr && what < 160) {
      act_on_stream(s);
    } else if (c != nullptr && what < 250) {
      act_on_connection(peer, c);
    } else {
      // Outside of callbacks a context and its connections may be gone after this.
      return act_on_context(peer);
    }
  }
}

void CallScript::act_on_context(Peer& peer) {
  if (peer.context == nullptr) return;
  us_quic_context_stats_t stats;
  us_quic_socket_context_stats(peer.context, &stats);
  switch (input_.pick(8)) {
    case 0:
      return us_quic_socket_context_shutdown(peer.context);
    case 1:
      return us_quic_socket_context_close(peer.context);
    case 2:
      return free(peer);
    case 3:
      if (server_->context == nullptr) return;
      if (int error = 0;
          us_quic_socket_context_listen(server_->context, "127.0.0.1", 0, nullptr, 8, &error) == nullptr) {
        CHECK(error < 0);
      }
      return;
    case 4:
      // Peer adds an expectation for every connection.
      if (client_->context != nullptr && client_->connections.size() < 6) client_->connect(port_);
      return;
    case 5: {
      if (client_->context == nullptr) return;
      int error = 0;
      us_quic_socket_t* socket = us_quic_socket_context_create_socket(client_->context, 8, &error);
      if (socket == nullptr) return;
      us_quic_connection_t* c = us_quic_socket_connect(socket, "127.0.0.1", port_, "localhost", 64, &error);
      if (c != nullptr) client_->expect_close(c);
      if (input_.flag()) us_quic_socket_close(socket);
      return;
    }
    default:
      us_quic_socket_context_remove_server_name(peer.context, "localhost");
  }
}

// Its last callbacks may come from inside, where it is not freed again.
void CallScript::free(Peer& peer) {
  us_quic_socket_context_t* context = std::exchange(peer.context, nullptr);
  us_quic_socket_context_free(context);
}

void CallScript::act_on_connection(Peer& peer, us_quic_connection_t* c) {
  switch (input_.pick(12)) {
    case 10:
    case 11:
      return ask_for_session(c);
    case 0:
      return us_quic_connection_close(c, input_.byte(), input_.flag() ? nullptr : "over");
    case 1:
      return us_quic_connection_shutdown(c);
    case 2:
      us_quic_connection_send_datagram(c, payload.data(), input_.integer(2) % 2000);
      return;
    case 3: {
      int error = 0;
      us_quic_stream_t* s = us_quic_connection_create_uni_stream(c, 16, &error);
      if (s == nullptr) return;
      peer.expect_close(s);
      us_quic_stream_write(s, payload.data(), input_.byte());
      return;
    }
    case 4:
      return look_at(c);
    case 5:
      if (input_.byte() == 1) us_quic_socket_close(us_quic_connection_socket(c));
      return;
    default: {
      us_quic_stream_t* s = test::open_stream(peer, c);
      if (s == nullptr) return;
      if (speaks_ == Speaks::http3) test::send_request(s, "/", input_.flag());
      us_quic_stream_write(s, payload.data(), input_.byte());
      if (input_.flag()) us_quic_stream_shutdown(s);
    }
  }
}

void CallScript::act_on_stream(us_quic_stream_t* s) {
  switch (input_.pick(16)) {
    case 11:
    case 12:
    case 13:
    case 14:
    case 15:
      return act_on_session(s);
    case 0:
    case 1:
      us_quic_stream_write(s, payload.data(), input_.integer(2) % payload.size());
      return;
    case 2:
      return write_static(s);
    case 3:
      return send_headers(s);
    case 4:
      return us_quic_stream_pause(s);
    case 5:
      return us_quic_stream_resume(s);
    case 6:
      us_quic_stream_set_priority(s, static_cast<int>(input_.pick(10)) - 1, static_cast<int>(input_.pick(2)));
      return;
    case 7:
      return look_at(s);
    case 8:
      us_quic_stream_send_datagram(s, payload.data(), input_.integer(2) % 2000);
      return;
    default:
      return end_stream(s);
  }
}

// By the call for it, or by hand: then what is written need not be capsules.
void CallScript::ask_for_session(us_quic_connection_t* c) {
  const us_quic_header_t fields[] = {header(":authority", "a"), header(":path", "/"),
                                     header(":scheme", "https"), header(":method", "CONNECT"),
                                     header(":protocol", "webtransport")};
  if (input_.flag()) {
    int error = 0;
    us_quic_stream_t* s = us_quic_webtransport_connect(c, fields, 2 + input_.pick(2), 64, &error);
    CHECK((s == nullptr) == (error != 0));
    if (s != nullptr) client_->expect_close(s);
    return;
  }
  // CLOSE_WEBTRANSPORT_SESSION of 4 bytes, DRAIN_WEBTRANSPORT_SESSION, DATAGRAM, an unknown one, and no capsule.
  constexpr std::string_view capsules[] = {{"\x68\x43\x04\0\0\0\x01", 7},
                                           {"\x80\0\x78\xae\0", 5},
                                           {"\0\x01x", 3},
                                           {"\x17\x02xy", 4},
                                           {"\x68\x43\x7f\xff", 4}};
  if (us_quic_connection_is_client(c) == 0) return;
  us_quic_stream_t* s = test::open_stream(*client_, c);
  if (s == nullptr) return;
  us_quic_stream_send_headers(s, fields, 5, 0);
  for (std::size_t i = input_.pick(4); i > 0; --i) {
    const std::string_view capsule = input_.choose(capsules);
    us_quic_stream_write(s, capsule.data(), std::min(capsule.size(), input_.pick(8)));
  }
  if (input_.flag()) us_quic_stream_shutdown(s);
}

void CallScript::act_on_session(us_quic_stream_t* s) {
  us_quic_stream_t* session = us_quic_stream_session(s);
  switch (input_.pick(8)) {
    case 0:
      us_quic_webtransport_drain(s);
      return;
    case 1: {
      const std::size_t length = input_.integer(2) % (US_QUIC_WEBTRANSPORT_MAX_REASON + 10);
      const int error =
          us_quic_webtransport_close(session != nullptr ? session : s, 7, payload.data(), length);
      CHECK(error != 0 || us_quic_stream_is_closed(session) != 0);
      return;
    }
    case 2:
      us_quic_stream_send_datagram(session != nullptr ? session : s, payload.data(), input_.byte());
      return;
    case 3:
      if (session != nullptr) us_quic_stream_pause(session);
      return;
    case 4:
    case 5:
      return create_session_stream(session != nullptr ? session : s);
    default: {
      const us_quic_header_t field = header("x-field", "y");
      const int error = us_quic_webtransport_accept(session != nullptr ? session : s, &field, input_.pick(2));
      CHECK(error != 0 || us_quic_webtransport_is_open(session) != 0);
    }
  }
}

void CallScript::create_session_stream(us_quic_stream_t* session) {
  int error = 0;
  const auto create =
      input_.flag() ? us_quic_webtransport_create_stream : us_quic_webtransport_create_uni_stream;
  us_quic_stream_t* s = create(session, 64, &error);
  CHECK((s == nullptr) == (error != 0));
  if (s == nullptr) return;
  CHECK(us_quic_stream_session(s) == session);
  Peer& peer = us_quic_connection_is_client(us_quic_stream_connection(s)) != 0 ? *client_ : *server_;
  peer.expect_close(s);
  us_quic_stream_write(s, payload.data(), input_.byte());
  if (input_.flag()) us_quic_stream_shutdown(s);
}

void CallScript::end_stream(us_quic_stream_t* s) {
  switch (input_.pick(6)) {
    case 0:
      return us_quic_stream_close(s);
    case 1:
      return us_quic_stream_close_with(s, input_.byte());
    case 2:
      us_quic_stream_reset(s, input_.byte());
      return;
    case 3:
      us_quic_stream_stop(s, input_.byte());
      return;
    default:
      us_quic_stream_shutdown(s);
  }
}

void CallScript::write_static(us_quic_stream_t* s) {
  const auto release = [](void* self) { ++static_cast<CallScript*>(self)->releases_; };
  const std::ptrdiff_t taken = us_quic_stream_write_static(
      s, payload.data(), 1 + input_.integer(2) % (payload.size() - 1), release, this);
  if (taken > 0) ++static_writes_;
}

void CallScript::send_headers(us_quic_stream_t* s) {
  constexpr std::string_view statuses[] = {"200", "103", "404", "100", "x"};
  const us_quic_header_t fields[] = {header(":status", input_.choose(statuses)),
                                     header("x-field", input_.text())};
  const std::size_t what = input_.pick(8);
  if (what == 6) {
    us_quic_stream_send_response(s, fields, 1 + input_.pick(2), payload.data(), input_.byte());
    return;
  }
  switch (what % 4) {
    case 0: {
      int error = 0;
      auto* prepared = us_quic_create_prepared_response(fields, 2, payload.data(), input_.byte(), &error);
      if (prepared == nullptr) return;
      us_quic_stream_send_prepared(s, prepared);
      us_quic_prepared_response_free(prepared);
      return;
    }
    case 1:
      us_quic_stream_send_headers(s, fields + 1, 1, 1);  // trailers
      return;
    default:
      us_quic_stream_send_headers(s, fields, 2, static_cast<int>(input_.pick(2)));
  }
}

void CallScript::look_at(us_quic_connection_t* c) {
  us_quic_stats_t stats;
  us_quic_connection_stats(c, &stats);
  sockaddr_in6 address{};
  us_quic_connection_remote_address(c, reinterpret_cast<sockaddr*>(&address), sizeof(address));
  us_quic_connection_local_address(c, reinterpret_cast<sockaddr*>(&address), sizeof(address));
  std::uint8_t id[20];
  CHECK(us_quic_connection_id(c, id, sizeof(id)) <= 20);
  CHECK(us_quic_connection_alpn(c) != nullptr && us_quic_connection_server_name(c) != nullptr);
  us_quic_connection_peer_certificate(c);
  us_quic_connection_is_authorized(c);
  us_quic_connection_is_resumed(c);
  us_quic_connection_max_streams(c);
  us_quic_connection_max_datagram_size(c);
  us_quic_connection_is_closed(c);
}

void CallScript::look_at(us_quic_stream_t* s) {
  for (std::size_t i = 0; i <= us_quic_stream_header_count(s); ++i) {
    const us_quic_header_t* h = us_quic_stream_header(s, i);
    CHECK((h == nullptr) == (i == us_quic_stream_header_count(s)));
  }
  std::size_t count = 1;
  CHECK(us_quic_stream_headers(s, &count) == us_quic_stream_header(s, 0));
  CHECK(count == us_quic_stream_header_count(s));
  us_quic_stream_buffered(s);
  us_quic_stream_is_early(s);
  us_quic_stream_is_closed(s);
  CHECK(us_quic_stream_id(s) >= -1 && us_quic_stream_ext(s) != nullptr);
}

void CallScript::finish() {
  calls_left_ = 0;
  for (Peer* peer : {client_.get(), server_.get()}) {
    if (peer->context != nullptr) us_quic_socket_context_close(peer->context);
  }
  for (int i = 0; i < 50 && !is_over(); ++i) {
    us_loop_tick(loop_.get());
    advance_clock(std::chrono::milliseconds(100));
  }
}

}  // namespace usquic::fuzz
