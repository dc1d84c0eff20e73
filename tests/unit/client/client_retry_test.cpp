// What Client does when a connection with requests is silent for long, times out, or ends by a violation.
#include <map>

#include "support/built_in_engine.h"
#include "support/client_fixture.h"
#include "support/raw_server_port.h"

namespace usquic::test {
namespace {

using ClientKeepAlive = ClientFixture;

us_quic_socket_context_options_t idle_after(unsigned int ms) {
  us_quic_socket_context_options_t options = US_QUIC_OPTIONS_INIT;
  options.idle_timeout_ms = ms;
  return options;
}

TEST_F(ClientKeepAlive, WaitsForAnAnswerLongerThanTheServersIdleTimeout) {
  if (!engine_keeps_alive()) GTEST_SKIP() << "this engine has its own times for PINGs";
  start_server(idle_after(1000));
  // With options of the core, and without.
  us_quic_socket_context_options_t core = US_QUIC_OPTIONS_INIT;
  core.log_level = US_QUIC_LOG_ERROR;
  const us_quic_socket_context_options_t* const choices[] = {nullptr, &core};
  for (const us_quic_socket_context_options_t* given : choices) {
    ClientOptions options = trusting();
    options.core = given;
    start_client(options);
    server->requests = 0;
    Exchange* held = nullptr;
    server->on_end = [&held](Exchange& e) { held = &e; };
    Told told;
    told.watch(client->fetch(url()));
    run_until([&] { return held != nullptr; });
    run_for(2200);
    ASSERT_EQ(server->requests, 1);
    ASSERT_EQ(server->open_exchanges, 1u);
    held->respond(200, {}, "late");
    run_until([&] { return told.is_done(); });
    EXPECT_EQ(told.body, "late") << told.text;
  }
}

TEST_F(ClientKeepAlive, LetsAnUnusedConnectionTimeOut) {
  start_server(idle_after(200));
  EXPECT_EQ(fetch(url()).ends, 1);
  run_until([&] { return server->connections.empty(); }, 5);
  EXPECT_EQ(fetch(url()).ends, 1);
  EXPECT_EQ(server->accepted, 2);
}

TEST_F(ClientKeepAlive, HoldsUnusedConnectionsWhereTheCoreSaysSo) {
  if (!engine_keeps_alive()) GTEST_SKIP() << "this engine has its own times for PINGs";
  us_quic_socket_context_options_t core = US_QUIC_OPTIONS_INIT;
  core.keep_alive_ms = 20;
  ClientOptions options = trusting();
  options.core = &core;
  start_client(options);
  EXPECT_EQ(fetch(url()).ends, 1);
  ASSERT_EQ(server->connections.size(), 1u);
  const auto received = [this] {
    us_quic_stats_t stats{};
    us_quic_connection_stats(server->connections.front(), &stats);
    return stats.packets_received;
  };
  // PINGs come one after the other. What the fetch leaves behind (acknowledgements) are fewer packets.
  const std::uint64_t before = received();
  run_until([&] { return received() >= before + 10; });
  EXPECT_EQ(fetch(url()).ends, 1);
  EXPECT_EQ(server->accepted, 1);
}

class ClientRetries : public ClientFixture {
 protected:
  // One fetch from a raw server, from begin to end.
  Told fetch_raw(const us_quic_socket_context_options_t& core) {
    ClientOptions options = trusting();
    options.core = &core;
    start_client(options);
    Told told;
    told.watch(client->fetch(url_at(raw.port())));
    run_until([&] {
      raw.run();
      return told.is_done();
    });
    for (int i = 0; i < 5; ++i) {  // one more would come now
      tick();
      raw.run();
    }
    return told;
  }

  RawServerPort raw{identity.cert, identity.key};
};

TEST_F(ClientRetries, ARequestWhoseConnectionTimedOutIsSentAgainOnce) {
  raw.on_request = [](RawHttp3&, std::uint64_t) { return false; };
  const Told told = fetch_raw(idle_after(200));
  EXPECT_EQ(told.error, US_QUIC_E_IDLE_TIMEOUT) << told.text;
  EXPECT_EQ(raw.requests(), 2);
  EXPECT_EQ(raw.connections(), 2);
}

TEST_F(ClientRetries, ARequestWhoseConnectionTimedOutIsAnsweredTheSecondTime) {
  raw.on_request = [this](RawHttp3& http3, std::uint64_t id) {
    if (raw.requests() == 1) return false;
    http3.peer().write(id, wire_headers({{":status", "200"}}) + wire_data("again"), true);
    return true;
  };
  const Told told = fetch_raw(idle_after(200));
  EXPECT_EQ(told.body, "again") << told.text;
}

// What the server did wrong it will do again.
TEST_F(ClientRetries, AMalformedResponseIsNotAskedForAgain) {
  const std::map<std::string, std::string> responses = {
      {"DATA before HEADERS", wire_data("x") + wire_headers({{":status", "200"}})},
      {"DATA after an interim response", wire_headers({{":status", "103"}}) + wire_data("x")},
      {"SETTINGS on a request stream", wire_frame(h3frame::settings, "")},
      {"a field section that refers to nothing", wire_frame(h3frame::headers, std::string(2, '\0') + "\x80")},
      {"no :status", wire_headers({{"x-field", "value"}})},
      {"an interim response alone", wire_headers({{":status", "103"}})},
      {"a body of another length",
       wire_headers({{":status", "200"}, {"content-length", "5"}}) + wire_data("x")},
  };
  for (const auto& [what, response] : responses) {
    const int before = raw.requests();
    raw.on_request = [&response = response](RawHttp3& http3, std::uint64_t id) {
      http3.peer().write(id, response, true);
      return true;
    };
    const Told told = fetch_raw(us_quic_default_options());
    EXPECT_EQ(told.errors, 1) << what;
    EXPECT_EQ(raw.requests() - before, 1) << what << ": " << told.text;
  }
}

}  // namespace
}  // namespace usquic::test
