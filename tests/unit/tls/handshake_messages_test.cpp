#include "tls/handshake_messages.h"

#include <gtest/gtest.h>

#include <string>

#include "support/wire.h"

namespace usquic::tls {
namespace {

using Level = TlsMessages::Level;
using Verdict = TlsMessages::Verdict;

std::string message(unsigned type, std::size_t length) {
  return usquic::test::wire_integer(type, 1) + usquic::test::wire_integer(length, 3) +
         std::string(length, 'x');
}

Verdict read(TlsMessages& messages, Level level, std::string_view bytes, std::size_t piece,
             bool is_from_server = true) {
  Verdict verdict = Verdict::fine;
  for (; verdict == Verdict::fine && !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    verdict = messages.read(level, as_bytes(bytes.substr(0, piece)), is_from_server);
  }
  return verdict;
}

TEST(TlsMessages, OfAHandshakeAreLeftToTls) {
  for (const std::size_t piece : {1u, 3u, 5u, 4096u}) {
    TlsMessages messages;
    EXPECT_EQ(read(messages, Level::initial, message(2, 90), piece), Verdict::fine);
    EXPECT_EQ(read(messages, Level::handshake, message(8, 0) + message(24, 500), piece), Verdict::fine);
    EXPECT_EQ(read(messages, Level::application, message(4, 200) + message(4, 0), piece), Verdict::fine);
  }
}

TEST(TlsMessages, MustBeWholeBeforeTheNextLevel) {
  for (const std::size_t cut : {1u, 3u, 4u, 50u}) {
    TlsMessages messages;
    EXPECT_EQ(read(messages, Level::initial, message(2, 90).substr(0, cut), 100), Verdict::fine);
    EXPECT_EQ(read(messages, Level::handshake, message(8, 0), 100), Verdict::left_over);
  }
}

TEST(TlsMessages, EndWithAFinished) {
  for (const std::size_t piece : {1u, 4u, 4096u}) {
    for (const bool is_from_server : {false, true}) {
      TlsMessages messages;
      EXPECT_EQ(read(messages, Level::handshake, message(11, 300) + message(20, 32), piece, is_from_server),
                Verdict::fine);
      EXPECT_EQ(read(messages, Level::handshake, message(20, 32), piece, is_from_server),
                Verdict::unexpected);
    }
  }
}

TEST(TlsMessages, AfterTheHandshakeAreTicketsOfAServerAlone) {
  for (const std::size_t piece : {1u, 100u}) {
    for (unsigned type = 0; type < 256; ++type) {
      TlsMessages from_server;
      const Verdict expected = type == 4    ? Verdict::fine
                               : type == 13 ? Verdict::asks_client_auth
                                            : Verdict::unexpected;
      EXPECT_EQ(read(from_server, Level::application, message(4, 9) + message(type, 9), piece), expected);
      TlsMessages from_client;
      EXPECT_EQ(read(from_client, Level::application, message(type, 9), piece, false), Verdict::unexpected);
    }
  }
}

TEST(TlsMessages, AfterTheHandshakeAreBounded) {
  TlsMessages messages;
  std::uint64_t total = 0;
  Verdict verdict = Verdict::fine;
  while (verdict == Verdict::fine) {
    verdict = read(messages, Level::application, message(4, 1000), 1 << 20);
    total += 1004;
  }
  EXPECT_EQ(verdict, Verdict::too_much);
  EXPECT_GT(total, TlsMessages::max_application_bytes);
  EXPECT_LE(total, TlsMessages::max_application_bytes + 1004);
}

}  // namespace
}  // namespace usquic::tls
