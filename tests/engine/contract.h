// What the tests of the seam's contract share: the engine under test as a client and as a server, joined by a
// network in memory. They state what src/engine/engine.h promises, whichever engine is behind it; what an engine
// cannot do it says in its Capabilities.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <string_view>

#include "support/engine_pair.h"

namespace usquic::test {

inline constexpr std::uint64_t connection_refused = 0x2;  // RFC 9000 section 20.1

// Memory that is lent to write_static() or send_prepared(): counts how often it was given back.
struct Lent {
  int released = 0;
  static void release(void* self) { ++static_cast<Lent*>(self)->released; }
};

class Contract : public ::testing::Test {
 protected:
  Contract();

  // Both engines as pair's sides are configured, without a connection.
  void start(std::string_view alpn = "echo");
  // And a connection whose handshake both sides were told of.
  void join(std::string_view alpn = "echo");
  // Runs for at most five seconds; says whether it came to `done`.
  bool run_until(const std::function<bool()>& done) { return pair.run(std::chrono::seconds(5), done); }
  // Runs until nothing is on its way any more.
  void settle() { pair.run(std::chrono::seconds(1)); }
  // A stream of the client's with `text` on it that the server was told of: the server's record.
  StreamRecord* open_stream(StreamRecord*& local, std::string_view text = "hello");

  const engine::Capabilities& capabilities() const { return pair.client.endpoint->capabilities(); }
  // Callbacks of both sides so far.
  std::size_t told() const { return pair.client.log.size() + pair.server.log.size(); }

  Lent lent;  // engines may give it back when they go
  EnginePair pair;
  ConnectionRecord* client = nullptr;
  ConnectionRecord* server = nullptr;
};

}  // namespace usquic::test
