// Random API calls inside callbacks: order and exactly-once of what is told, checked by Peer.
#include <gtest/gtest.h>

#include <random>

#include "harness.h"

namespace usquic::test {
namespace {

class Chaos {
 public:
  Chaos(TestLoop& loop, unsigned seed)
      : random_(seed),
        server_(loop, {.is_server = true, .send_buffer_bytes = 5000}),
        client_(loop, {.send_buffer_bytes = 5000}) {
    attach(server_);
    attach(client_);
    listener_ = server_.listen();
    client_.connect(listener_);
    client_.connect(listener_, "localhost");
  }

  bool is_over() const { return steps_ <= 0; }
  void finish() {
    is_finishing_ = true;
    us_quic_socket_context_close(client_.context);
    us_quic_socket_context_close(server_.context);
  }
  Peer& client() { return client_; }
  Peer& server() { return server_; }
  // From outside callbacks.
  void poke() {
    if (client_.connections.empty() && --steps_ > 0) client_.connect(listener_);
    for (Peer* peer : {&client_, &server_}) {
      if (!peer->connections.empty()) act(*peer, peer->connections[pick(peer->connections.size())], nullptr);
    }
  }

 private:
  std::size_t pick(std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
  }

  void attach(Peer& peer) {
    const auto of = [](us_quic_stream_t* s) { return us_quic_stream_connection(s); };
    peer.on_open = [&](us_quic_connection_t* c) { act(peer, c, nullptr); };
    peer.on_close = [&](us_quic_connection_t* c, const us_quic_close_info_t*) { act(peer, c, nullptr); };
    peer.on_stream_open = [&, of](us_quic_stream_t* s) { act(peer, of(s), s); };
    peer.on_stream_data = [&, of](us_quic_stream_t* s, std::string_view) { act(peer, of(s), s); };
    peer.on_stream_end = [&, of](us_quic_stream_t* s) { act(peer, of(s), s); };
    peer.on_stream_reset = [&, of](us_quic_stream_t* s, std::uint64_t) { act(peer, of(s), s); };
    peer.on_stream_stop = [&, of](us_quic_stream_t* s, std::uint64_t) { act(peer, of(s), s); };
    peer.on_stream_writable = [&, of](us_quic_stream_t* s) { act(peer, of(s), s); };
    peer.on_stream_close = [&, of](us_quic_stream_t* s, const us_quic_stream_close_info_t*) {
      act(peer, of(s), s);
    };
  }

  void act(Peer& peer, us_quic_connection_t* c, us_quic_stream_t* s) {
    if (is_finishing_ || steps_ <= 0) return;
    for (std::size_t i = pick(4); i > 0; --i) act_once(peer, c, s);
  }

  void act_once(Peer& peer, us_quic_connection_t* c, us_quic_stream_t* s) {
    --steps_;
    const std::size_t what = pick(100);
    if (what < 30) {
      us_quic_stream_t* made = open_stream(peer, c);
      if (made != nullptr) write_all(made, "hello");
    } else if (what < 32) {
      us_quic_connection_close(c, pick(3), "chaos");
    } else if (what < 34 && &peer == &client_) {
      client_.connect(listener_, pick(2) == 0 ? "127.0.0.1" : "localhost");
    } else if (what == 34) {
      us_quic_connection_shutdown(c);
    } else if (s != nullptr) {
      act_on_stream(s, what);
    }
  }

  void act_on_stream(us_quic_stream_t* s, std::size_t what) {
    if (what < 60) {
      us_quic_stream_write(s, payload_.data(), pick(payload_.size()));
    } else if (what < 68) {
      us_quic_stream_shutdown(s);
    } else if (what < 74) {
      us_quic_stream_close(s);
    } else if (what < 78) {
      us_quic_stream_reset(s, 5);
    } else if (what < 82) {
      us_quic_stream_stop(s, 6);
    } else if (what < 90) {
      us_quic_stream_pause(s);
    } else {
      us_quic_stream_resume(s);
    }
  }

  std::mt19937 random_;
  std::string payload_ = std::string(8000, 'p');
  int steps_ = 3000;
  bool is_finishing_ = false;
  Peer server_;
  Peer client_;
  us_quic_socket_t* listener_ = nullptr;
};

class RandomCalls : public testing::TestWithParam<unsigned> {};

TEST_P(RandomCalls, KeepOrderAndTellEveryEndOnce) {
  const unsigned seed = GetParam();
  SCOPED_TRACE("seed " + std::to_string(seed));
  TestLoop loop;
  Chaos chaos(loop, seed);
  for (int i = 0; i < 3000 && !chaos.is_over(); ++i) {
    chaos.poke();
    us_loop_tick(loop.get());
  }
  chaos.finish();
  loop.settle(5);
  EXPECT_TRUE(chaos.client().is_balanced());
  EXPECT_TRUE(chaos.server().is_balanced());
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomCalls, testing::Range(1U, 21U));

}  // namespace
}  // namespace usquic::test
