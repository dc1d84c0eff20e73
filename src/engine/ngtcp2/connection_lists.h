// The connections of an endpoint by how far their lives have come: handshakes, all that are open or closing, what
// is in its closing or draining period, and what nobody needs any more.
#pragma once

#include <memory>

#include "base/deadline_heap.h"
#include "base/list.h"
#include "base/time.h"
#include "engine/ngtcp2/closed_connection.h"
#include "transport/handshake_gate.h"
#include "usquic/quic.h"

namespace usquic::engine::ngtcp2 {

class QuicConnection;

struct EndpointTag {};   // every connection of an endpoint
struct HandshakeTag {};  // its handshake is not complete
struct RetiredTag {};    // nobody needs it any more

class ConnectionLists {
 public:
  // All are borrowed; handshakes and connections are counted in `stats` and in `gate`.
  ConnectionLists(us_quic_context_stats_t& stats, transport::HandshakeGate& gate, DeadlineHeap& deadlines);
  ~ConnectionLists();
  ConnectionLists(const ConnectionLists&) = delete;
  ConnectionLists& operator=(const ConnectionLists&) = delete;

  // Its handshake begins. The lists own it.
  QuicConnection& add(std::unique_ptr<QuicConnection> made);
  void handshake_completed(QuicConnection& c);
  // It is not open any more; the object may live on for its handle.
  void closed(QuicConnection& c);
  // What is left of one, until then.
  void keep(std::unique_ptr<ClosedConnection> closed, TimePoint until);
  // To be freed when no call is running, by collect().
  void retire(QuicConnection& c);
  bool has_retired() const { return !retired_.empty(); }
  void collect();
  // The socket is gone: so is what stands on it.
  void drop(void* socket);

  // visit(connection) for each whose handshake is not complete; it may end the connection.
  template <class Visit>
  void for_each_handshake(Visit visit) {
    QuicConnection* next = nullptr;
    for (QuicConnection* c = handshakes_.front(); c != nullptr; c = next) {
      next = handshakes_.next(c);
      visit(*c);
    }
  }

 private:
  // False: it was over before.
  bool end_handshake(QuicConnection& c);

  us_quic_context_stats_t& stats_;
  transport::HandshakeGate& gate_;
  DeadlineHeap& deadlines_;
  List<QuicConnection, EndpointTag> all_;  // owned
  List<QuicConnection, HandshakeTag> handshakes_;
  List<QuicConnection, RetiredTag> retired_;
  List<ClosedConnection, ClosedTag> closed_;  // owned
};

}  // namespace usquic::engine::ngtcp2
