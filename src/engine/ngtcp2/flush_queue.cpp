#include "engine/ngtcp2/flush_queue.h"

#include "engine/ngtcp2/connection.h"

namespace usquic::engine::ngtcp2 {

void FlushQueue::add(QuicConnection& c, TimePoint now) {
  SocketState* socket = c.parts().core.socket_state;
  if (socket == nullptr || c.ListHook<FlushTag>::is_linked()) return;
  (socket->blocked ? socket->waiting : dirty_).push_back(&c);
  // No flush sets a new connection's first deadline before the socket takes packets.
  if (socket->blocked && !c.is_waiting()) c.wait_for_socket(now);
}

void FlushQueue::flush(TimePoint now, SendBatch& batch) {
  List<QuicConnection, FlushTag> round;
  round.take_all(dirty_);
  while (QuicConnection* c = round.pop_front()) {
    SocketState* socket = c->parts().core.socket_state;
    if (socket == nullptr || (!socket->blocked && c->flush(now, batch))) continue;
    socket = c->parts().core.socket_state;  // a callback may have dropped it
    if (socket == nullptr) continue;
    // Its socket takes no more: it waits out of the way of the others. What was added before the socket
    // blocked comes here too when its turn comes.
    socket->blocked = true;
    c->ListHook<FlushTag>::unlink();
    socket->waiting.push_back(c);
    c->wait_for_socket(now);
  }
}

void FlushQueue::unblock(SocketState& socket) {
  socket.blocked = false;
  dirty_.take_all(socket.waiting);
}

}  // namespace usquic::engine::ngtcp2
