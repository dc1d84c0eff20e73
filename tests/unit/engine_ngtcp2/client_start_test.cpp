#include "engine/ngtcp2/client_start.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <vector>

#include "support/engine_pair.h"

namespace usquic::test {
namespace {

using std::chrono::seconds;

constexpr std::uint32_t version_1 = 1;
constexpr std::uint32_t version_2 = 0x6b3343cf;

std::uint32_t version_of(const Packet& p) {
  return std::uint32_t{p.bytes[1]} << 24 | std::uint32_t{p.bytes[2]} << 16 | std::uint32_t{p.bytes[3]} << 8 |
         p.bytes[4];
}

// A server that speaks only `versions` answers instead of the one that is there.
void answer_by_negotiation(Packet& p, std::initializer_list<std::uint32_t> versions) {
  const std::size_t dcid = p.bytes[5];
  const std::size_t scid = p.bytes[6 + dcid];
  std::vector<std::uint8_t> answer = {0x80, 0, 0, 0, 0, static_cast<std::uint8_t>(scid)};
  answer.insert(answer.end(), p.bytes.begin() + 7 + dcid, p.bytes.begin() + 7 + dcid + scid);
  answer.push_back(static_cast<std::uint8_t>(dcid));
  answer.insert(answer.end(), p.bytes.begin() + 6, p.bytes.begin() + 6 + dcid);
  for (const std::uint32_t version : versions) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      answer.push_back(static_cast<std::uint8_t>(version >> shift));
    }
  }
  p.bytes = answer;
  std::swap(p.source, p.destination);
}

TEST(ClientStart, IsInTheFirstVersion) {
  EnginePair pair;
  std::uint32_t first = 0;
  pair.filter = [&](Packet& p) {
    if (first == 0) first = version_of(p);
    return true;
  };
  ASSERT_TRUE(pair.join("echo"));
  EXPECT_EQ(first, version_1);
}

TEST(ClientStart, WithoutACommonVersionEndsTheConnect) {
  EnginePair pair;
  pair.filter = [&](Packet& p) {
    if (p.from == &pair.client) answer_by_negotiation(p, {0x77777777});
    return true;
  };
  pair.start();
  ConnectionRecord* c = pair.client.connect(pair.server);
  ASSERT_TRUE(pair.run(seconds(2), [c] { return c->closes == 1; }));
  EXPECT_EQ(c->close.error, US_QUIC_E_VERSION);
}

// RFC 9000 section 6.2. What came first is forged here: the server does speak version 1, and the client finds
// out by what the server's handshake says (RFC 9368 section 4).
TEST(ClientStart, BeginsAgainWithAVersionThatIsOffered) {
  EnginePair pair;
  std::vector<std::uint32_t> versions;
  pair.filter = [&](Packet& p) {
    if (p.from != &pair.client) return true;
    versions.push_back(version_of(p));
    if (versions.size() == 1) answer_by_negotiation(p, {version_2});
    return true;
  };
  pair.start();
  ConnectionRecord* c = pair.client.connect(pair.server);
  ASSERT_TRUE(pair.run(seconds(2), [c] { return c->closes == 1; }));
  ASSERT_GE(versions.size(), 2u);
  EXPECT_EQ(versions[0], version_1);
  EXPECT_EQ(versions[1], version_2);
  EXPECT_EQ(c->close.error, US_QUIC_E_VERSION);
}

}  // namespace
}  // namespace usquic::test
