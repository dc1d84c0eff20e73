// HTTP datagrams and capsules of extended CONNECT (RFC 9297), over each version that has it.
#include <string>
#include <utility>
#include <vector>

#include "integration/http/app_fixture.h"
#include "support/capsules.h"

namespace usquic::test {
namespace {

using Capsules = std::vector<std::pair<std::uint64_t, std::string>>;

class Capsule : public EveryVersionTest {
 protected:
  void SetUp() override {
    if (!version.has_extended_connect) GTEST_SKIP() << "no extended CONNECT in this version";
    core.datagrams = 1;
  }

  App& make_capsule_app(AppOptions options = {}) {
    options.core = &core;
    options.max_webtransport_sessions = 0;  // which would have datagrams, too
    return make_app(options);
  }

  // Connects, and waits until both sides know each other's SETTINGS.
  RawConnection* join(bool takes_datagrams = true) {
    RawClientOptions options;
    options.takes_datagrams = takes_datagrams;
    RawConnection* connection = start(options);
    settle(connection);
    return connection;
  }

  static RawRequest* open_tunnel(RawConnection* connection) {
    return connection->request({{":method", "CONNECT"},
                                {":protocol", "test"},
                                {":scheme", "https"},
                                {":authority", "localhost"},
                                {":path", "/"}},
                               false);
  }

  RawRequest* accepted_tunnel(RawConnection* connection) {
    RawRequest* tunnel = open_tunnel(connection);
    EXPECT_TRUE(run_until([&] { return tunnel->status != 0; }));
    return tunnel;
  }

  // Echoes datagrams and capsules, and ends when the client does.
  void echo(Response* res) {
    res->onAborted([this] { ++aborted; });
    res->onDatagram([res](std::string_view data) { EXPECT_EQ(res->sendDatagram(data), US_QUIC_OK); });
    res->onCapsule([res](std::uint64_t type, std::string_view value) { res->sendCapsule(type, value); });
    res->onCapsulesEnd([res] { res->end(); });
  }

  us_quic_socket_context_options_t core = US_QUIC_OPTIONS_INIT;
  int aborted = 0;
};

TEST_P(Capsule, AreEchoed) {
  make_capsule_app().connect("/", [this](Response* res, Request* req) {
    EXPECT_EQ(req->getProtocol(), "test");
    echo(res);
  });
  RawRequest* tunnel = accepted_tunnel(join());
  EXPECT_EQ(tunnel->status, 200);
  EXPECT_EQ(tunnel->field("capsule-protocol"), "?1");
  const std::string bytes = capsule(0x1234, "one") + capsule(0x29, std::string(60'000, 'x')) + capsule(7, "");
  tunnel->send(bytes.substr(0, 5));
  settle(clients.front()->connect(port));
  EXPECT_EQ(tunnel->body, "");
  tunnel->send(bytes.substr(5));
  ASSERT_TRUE(run_until([&] { return tunnel->body.size() >= bytes.size(); }));
  EXPECT_EQ(tunnel->body, bytes);
  EXPECT_FALSE(tunnel->ended);
  tunnel->finish();
  finish(tunnel);
  EXPECT_TRUE(tunnel->ended);
  EXPECT_EQ(tunnel->close_reason, US_QUIC_OK);
  EXPECT_EQ(aborted, 0);
}

// Those that come as capsules, too, go back as the client takes them.
TEST_P(Capsule, DatagramsGoInFramesWhereBothSidesTakeThem) {
  Response* server = nullptr;
  make_capsule_app().connect("/", [this, &server](Response* res, Request*) {
    server = res;
    echo(res);
  });
  RawRequest* tunnel = accepted_tunnel(join());
  tunnel->send(capsule(0, "in a capsule"));
  if (version.has_datagram_frames) {
    ASSERT_TRUE(run_until([&] { return tunnel->datagrams.size() == 1; }));
    EXPECT_EQ(tunnel->datagrams.front(), "in a capsule");
    EXPECT_EQ(tunnel->send_datagram("in a frame"), US_QUIC_OK);
    ASSERT_TRUE(run_until([&] { return tunnel->datagrams.size() == 2; }));
    EXPECT_EQ(tunnel->datagrams.back(), "in a frame");
    EXPECT_EQ(tunnel->body, "");
    const std::size_t most = server->getMaxDatagramSize();
    EXPECT_GE(most, 1000U);
    EXPECT_EQ(server->sendDatagram(std::string(most, 'x')), US_QUIC_OK);
    EXPECT_EQ(server->sendDatagram(std::string(most + 1, 'x')), US_QUIC_E_TOO_LARGE);
    ASSERT_TRUE(run_until([&] { return tunnel->datagrams.size() == 3; }));
    EXPECT_EQ(tunnel->datagrams.back().size(), most);
  } else {
    ASSERT_TRUE(run_until([&] { return !tunnel->body.empty(); }));
    EXPECT_EQ(capsules_in(tunnel->body), (Capsules{{0, "in a capsule"}}));
    EXPECT_EQ(server->getMaxDatagramSize(), 65'536U);
  }
}

TEST_P(Capsule, DatagramsAreCapsulesWhereOneSideTakesNoFrames) {
  for (const bool takes_server : {false, true}) {
    core.datagrams = takes_server ? 1 : 0;
    Response* server = nullptr;
    make_capsule_app().connect("/", [this, &server](Response* res, Request*) {
      server = res;
      echo(res);
    });
    RawRequest* tunnel = accepted_tunnel(join(!takes_server));
    EXPECT_EQ(server->getMaxDatagramSize(), 65'536U);
    tunnel->send(capsule(0, "x"));
    ASSERT_TRUE(run_until([&] { return !tunnel->body.empty(); }));
    EXPECT_EQ(capsules_in(tunnel->body), (Capsules{{0, "x"}}));
    EXPECT_TRUE(tunnel->datagrams.empty());
    TearDown();
  }
}

TEST_P(Capsule, UnknownOnesAreSkipped) {
  std::vector<std::string> seen;
  make_capsule_app().connect("/", [&](Response* res, Request*) {
    res->onAborted([] {});
    res->onDatagram([&seen](std::string_view data) { seen.emplace_back(data); });
  });
  RawRequest* tunnel = accepted_tunnel(join());
  tunnel->send(capsule(0x29, std::string(200'000, 'x')) + capsule(0, "known"));
  ASSERT_TRUE(run_until([&] { return !seen.empty(); }));
  EXPECT_EQ(seen, std::vector<std::string>{"known"});
}

TEST_P(Capsule, AValueOverTheLimitResetsTheRequest) {
  AppOptions options;
  options.max_capsule_bytes = 100;
  make_capsule_app(options).connect("/", [this](Response* res, Request*) { echo(res); });
  RawConnection* connection = join();
  RawRequest* tunnel = accepted_tunnel(connection);
  const std::string fits = capsule(5, std::string(100, 'x'));
  tunnel->send(fits);
  ASSERT_TRUE(run_until([&] { return tunnel->body == fits; }));
  tunnel->send(capsule(5, std::string(101, 'x')));
  finish(tunnel);
  EXPECT_FALSE(tunnel->ended);
  EXPECT_EQ(tunnel->close_code, version.excessive_load);
  EXPECT_EQ(aborted, 1);
  if (!version.outlives_failures) return;
  settle(connection);
  EXPECT_FALSE(connection->closed);
}

// RFC 9297 section 3.3.
TEST_P(Capsule, AStreamThatEndsInsideOfOneIsMalformed) {
  make_capsule_app().connect("/", [this](Response* res, Request*) { echo(res); });
  RawRequest* tunnel = accepted_tunnel(join());
  tunnel->send(capsule(5, "cut").substr(0, 3)).finish();
  finish(tunnel);
  EXPECT_FALSE(tunnel->ended);
  EXPECT_EQ(tunnel->close_code, version.message_error);
  EXPECT_EQ(aborted, 1);
}

// RFC 9297 section 2.
TEST_P(Capsule, ADatagramThatMeansNothingResetsTheRequest) {
  make_capsule_app().connect("/", [this](Response* res, Request*) {
    res->onAborted([this] { ++aborted; });
    res->onCapsule([](std::uint64_t, std::string_view) {});
  });
  RawRequest* tunnel = accepted_tunnel(join());
  tunnel->send(capsule(0, "x"));
  finish(tunnel);
  EXPECT_EQ(tunnel->close_code, version.datagram_error);
  EXPECT_EQ(aborted, 1);
}

TEST_P(Capsule, AFrameForARequestThatIsNoConnectResetsIt) {
  if (!version.has_datagram_frames) GTEST_SKIP() << "no DATAGRAM frames in this version";
  bool has_come = false;
  make_capsule_app().post("/", [&](Response* res, Request*) {
    has_come = true;
    res->onAborted([this] { ++aborted; });
  });
  RawConnection* connection = join();
  RawRequest* request = connection->post("/");
  ASSERT_TRUE(run_until([&] { return has_come; }));
  EXPECT_EQ(request->send_datagram("x"), US_QUIC_OK);
  finish(request);
  EXPECT_EQ(request->close_code, version.datagram_error);
  EXPECT_EQ(aborted, 1);
  settle(connection);
  EXPECT_FALSE(connection->closed);
}

// What the client does not take makes it wait, and is not kept.
TEST_P(Capsule, DatagramsThatTheClientDoesNotTakeAreDropped) {
  core.datagrams = 0;
  Response* server = nullptr;
  bool writable = false;
  make_capsule_app().connect("/", [&](Response* res, Request*) {
    server = res;
    res->onAborted([] {});
    res->onDatagram([](std::string_view) {});
    res->onWritable([&writable](std::uint64_t) { return writable = true; });
  });
  RawRequest* tunnel = accepted_tunnel(join());
  tunnel->pause();
  const std::string datagram(10'000, 'x');
  std::size_t sent = 0;
  ASSERT_TRUE(run_until([&] {
    const int error = server->sendDatagram(datagram);
    EXPECT_TRUE(error == US_QUIC_OK || error == US_QUIC_E_AGAIN);
    sent += error == US_QUIC_OK ? 1 : 0;
    return error == US_QUIC_E_AGAIN;
  }));
  const std::uint64_t buffered = server->getBufferedAmount();
  EXPECT_EQ(server->sendDatagram(datagram), US_QUIC_E_AGAIN);
  EXPECT_EQ(server->getBufferedAmount(), buffered);
  EXPECT_FALSE(server->sendCapsule(5, "kept"));
  tunnel->resume();
  ASSERT_TRUE(run_until([&] { return writable; }));
  ASSERT_TRUE(run_until([&] { return capsules_in(tunnel->body).size() == sent + 1; }));
  EXPECT_EQ(capsules_in(tunnel->body).back(), std::make_pair(std::uint64_t{5}, std::string("kept")));
}

TEST_P(Capsule, AClientThatGoesIsNoticed) {
  make_capsule_app().connect("/", [this](Response* res, Request*) { echo(res); });
  RawConnection* connection = join();
  RawRequest* tunnel = accepted_tunnel(connection);
  tunnel->abort();
  ASSERT_TRUE(run_until([&] { return aborted == 1; }));
  if (version.outlives_failures) settle(connection);
}

INSTANTIATE_TEST_SUITE_P(Versions, Capsule, every_version(), name_of_version);

}  // namespace
}  // namespace usquic::test
