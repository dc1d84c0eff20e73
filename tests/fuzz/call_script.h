// Calls of the C interface in any order, inside callbacks and outside, by a client and a server on one loop.
// Peer checks the order of what is told and that every end is told once.
#pragma once

#include <memory>
#include <string>

#include "input.h"
#include "unit/quic/harness.h"

namespace usquic::fuzz {

class CallScript {
 public:
  explicit CallScript(Input& input);
  CallScript(const CallScript&) = delete;
  CallScript& operator=(const CallScript&) = delete;

  void run();

 private:
  void attach(test::Peer& peer);
  void poke();
  void act(test::Peer& peer, us_quic_connection_t* c, us_quic_stream_t* s);
  void act_on_context(test::Peer& peer);
  static void free(test::Peer& peer);
  void act_on_connection(test::Peer& peer, us_quic_connection_t* c);
  void act_on_stream(us_quic_stream_t* s);
  void ask_for_session(us_quic_connection_t* c);
  void act_on_session(us_quic_stream_t* s);
  void create_session_stream(us_quic_stream_t* session);
  void end_stream(us_quic_stream_t* s);
  void write_static(us_quic_stream_t* s);
  void send_headers(us_quic_stream_t* s);
  void look_at(us_quic_connection_t* c);
  void look_at(us_quic_stream_t* s);
  void finish();
  bool is_over() const { return client_->is_balanced() && server_->is_balanced(); }

  Input& input_;
  const test::Speaks speaks_;
  test::TestLoop loop_;
  std::unique_ptr<test::Peer> server_;
  std::unique_ptr<test::Peer> client_;
  us_quic_socket_t* listener_ = nullptr;
  int port_ = 0;
  int calls_left_ = 400;
  std::size_t static_writes_ = 0, releases_ = 0;
};

}  // namespace usquic::fuzz
