#include "engine/ngtcp2/connection_lists.h"

#include "engine/ngtcp2/connection.h"

namespace usquic::engine::ngtcp2 {

ConnectionLists::ConnectionLists(us_quic_context_stats_t& stats, transport::HandshakeGate& gate,
                                 DeadlineHeap& deadlines)
    : stats_(stats), gate_(gate), deadlines_(deadlines) {}

ConnectionLists::~ConnectionLists() {
  while (QuicConnection* c = all_.front()) delete c;
  while (ClosedConnection* c = closed_.front()) delete c;
}

QuicConnection& ConnectionLists::add(std::unique_ptr<QuicConnection> made) {
  QuicConnection* c = made.get();
  if (!c->is_client()) {
    gate_.begin(c->parts().core.sender);
    ++c->parts().core.socket_state->server_handshakes;
  }
  all_.push_back(made.release());
  handshakes_.push_back(c);
  return *c;
}

bool ConnectionLists::end_handshake(QuicConnection& c) {
  if (!c.ListHook<HandshakeTag>::is_linked()) return false;
  c.ListHook<HandshakeTag>::unlink();
  if (!c.is_client()) {
    --c.parts().core.socket_state->server_handshakes;
    gate_.end(c.parts().core.sender);
  }
  return true;
}

void ConnectionLists::handshake_completed(QuicConnection& c) {
  if (!end_handshake(c)) return;
  ++stats_.connections_open;
  if (!c.is_client()) ++stats_.connections_accepted;
}

void ConnectionLists::closed(QuicConnection& c) {
  if (!end_handshake(c)) {
    --stats_.connections_open;
  } else if (!c.is_client()) {
    ++stats_.handshakes_failed;
  }
}

void ConnectionLists::keep(std::unique_ptr<ClosedConnection> closed, TimePoint until) {
  ClosedConnection* c = closed.release();
  closed_.push_back(c);
  deadlines_.set(*c, until);
}

void ConnectionLists::retire(QuicConnection& c) {
  if (!c.ListHook<RetiredTag>::is_linked()) retired_.push_back(&c);
}

void ConnectionLists::collect() {
  while (QuicConnection* c = retired_.pop_front()) delete c;
}

void ConnectionLists::drop(void* socket) {
  for (QuicConnection* c = all_.front(); c != nullptr;) {
    QuicConnection* next = all_.next(c);
    if (c->path().socket == socket) c->parts().ending.forget();
    c = next;
  }
  for (ClosedConnection* c = closed_.front(); c != nullptr;) {
    ClosedConnection* next = closed_.next(c);
    if (c->path().socket == socket) delete c;
    c = next;
  }
}

}  // namespace usquic::engine::ngtcp2
