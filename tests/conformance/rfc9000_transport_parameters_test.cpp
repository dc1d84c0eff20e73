// RFC 9000 sections 7.4 and 18: transport parameters that are wrong, come twice, or are not the
// peer's to send.
#include "checks.h"

namespace usquic::test {
namespace {

using Edit = std::function<void(TransportParameters&)>;

struct Case {
  const char* name;
  Edit edit;
};

// The handshake with a peer that sends these parameters.
struct Attempt {
  Attempt(Engine role, const Edit& edit) {
    net.start();
    RawPeer::Options options = role == Engine::server ? net.client_options() : net.server_options();
    options.edit_parameters = edit;
    peer = role == Engine::server ? &net.add_client(options) : &net.add_server(options);
    is_joined = net.join(*peer);
  }
  RawNetwork net;
  RawPeer* peer;
  bool is_joined;
};

void expect_refused(Engine role, const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Attempt attempt(role, c.edit);
    EXPECT_FALSE(attempt.is_joined);
    expect_closed(attempt.net, *attempt.peer, transport_parameter_error);
  }
}

void expect_accepted(Engine role, const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Attempt attempt(role, c.edit);
    EXPECT_TRUE(attempt.is_joined);
    expect_open(attempt.net, *attempt.peer);
  }
}

Edit set(std::uint64_t id, std::uint64_t value) {
  return [=](TransportParameters& p) { p.set(id, value); };
}

Edit set(std::uint64_t id, const std::string& bytes) {
  return [=](TransportParameters& p) { p.set(id, std::string_view(bytes)); };
}

// RFC 9000 figure 22: two addresses and ports, a connection ID, a token.
std::string preferred_address(const std::string& connection_id) {
  return std::string(4 + 2 + 16 + 2, '\1') + static_cast<char>(connection_id.size()) + connection_id +
         std::string(16, 't');
}

const std::vector<Case> wrong_values = {
    {"max_udp_payload_size below 1200", set(parameter_max_udp_payload_size, 1199)},
    {"ack_delay_exponent above 20", set(parameter_ack_delay_exponent, 21)},
    {"max_ack_delay of 2^14", set(parameter_max_ack_delay, 1 << 14)},
    {"active_connection_id_limit below 2", set(parameter_active_connection_id_limit, 1)},
    {"initial_max_streams_bidi above 2^60", set(parameter_max_streams_bidi, (1ULL << 60) + 1)},
    {"initial_max_streams_uni above 2^60", set(parameter_max_streams_uni, (1ULL << 60) + 1)},
    {"an integer with a byte too many", set(parameter_initial_max_data, std::string("\x01\x01", 2))},
    {"an integer cut short", set(parameter_initial_max_data, std::string("\x80\x01", 2))},
    {"an integer of no bytes", set(parameter_max_idle_timeout, std::string())},
    {"disable_active_migration with a value", set(parameter_disable_active_migration, std::string("x"))},
    {"initial_source_connection_id of 21 bytes", set(parameter_initial_scid, std::string(21, 'x'))},
};

TEST(Rfc9000Section18_2, ValuesOutOfTheirRangeFromAClient) {
  expect_refused(Engine::server, wrong_values);
}

TEST(Rfc9000Section18_2, ValuesOutOfTheirRangeFromAServer) {
  expect_refused(Engine::client, wrong_values);
  expect_refused(
      Engine::client,
      {
          {"stateless_reset_token of 15 bytes", set(parameter_stateless_reset_token, std::string(15, 't'))},
          {"stateless_reset_token of 17 bytes", set(parameter_stateless_reset_token, std::string(17, 't'))},
          {"preferred_address without a connection ID",
           set(parameter_preferred_address, preferred_address(""))},
          {"preferred_address cut short", set(parameter_preferred_address, std::string(10, '\1'))},
          {"preferred_address with a byte too many",
           set(parameter_preferred_address, preferred_address("new-id") + "x")},
          {"preferred_address with a connection ID of 21 bytes",
           set(parameter_preferred_address, preferred_address(std::string(21, 'x')))},
      });
}

TEST(Rfc9000Section18_2, ParametersThatOnlyAServerMaySend) {
  expect_refused(
      Engine::server,
      {
          {"original_destination_connection_id", set(parameter_original_dcid, std::string("raw-dcid"))},
          {"stateless_reset_token", set(parameter_stateless_reset_token, std::string(16, 't'))},
          {"preferred_address", set(parameter_preferred_address, preferred_address("new-id"))},
          {"retry_source_connection_id", set(parameter_retry_scid, std::string("some-id"))},
      });
}

TEST(Rfc9000Section18_2, LargestValuesAreAccepted) {
  expect_accepted(
      Engine::server,
      {
          {"max_udp_payload_size", set(parameter_max_udp_payload_size, (1ULL << 62) - 1)},
          {"ack_delay_exponent", set(parameter_ack_delay_exponent, 20)},
          {"max_ack_delay", set(parameter_max_ack_delay, (1 << 14) - 1)},
          {"initial_max_streams_bidi", set(parameter_max_streams_bidi, 1ULL << 60)},
          {"initial_max_data", set(parameter_initial_max_data, (1ULL << 62) - 1)},
          {"active_connection_id_limit", set(parameter_active_connection_id_limit, (1ULL << 62) - 1)},
          {"max_idle_timeout", set(parameter_max_idle_timeout, (1ULL << 62) - 1)},
      });
}

// A known limit: RFC 9000 section 7.4 says that a receiver SHOULD refuse a parameter that comes twice;
// ngtcp2 1.11 takes the last one, checked as any other.
TEST(Rfc9000Section7_4, OfAParameterThatComesTwiceTheLastCounts) {
  for (const std::uint64_t id :
       {parameter_max_idle_timeout, parameter_initial_max_data, parameter_active_connection_id_limit}) {
    SCOPED_TRACE(testing::Message() << "parameter " << id);
    const auto twice = [id](TransportParameters& p) { p.add(id, std::string_view(*p.find(id))); };
    expect_accepted(Engine::server, {{"twice", twice}});
    expect_accepted(Engine::client, {{"twice", twice}});
  }
  const auto good_then_bad = [](TransportParameters& p) { p.add(parameter_active_connection_id_limit, 1); };
  expect_refused(Engine::server, {{"a good one, then a bad one", good_then_bad}});
}

TEST(Rfc9000Section7_4_2, UnknownParametersAreIgnored) {
  const std::vector<Case> cases = {
      {"reserved", [](TransportParameters& p) { p.add(27 + 31 * 1000, std::string_view("grease")); }},
      {"of the future", [](TransportParameters& p) { p.add((1ULL << 62) - 1, std::string_view()); }},
  };
  expect_accepted(Engine::server, cases);
  expect_accepted(Engine::client, cases);
}

TEST(Rfc9000Section18, ParametersThatEndInTheMiddle) {
  for (const Engine role : {Engine::server, Engine::client}) {
    RawNetwork net;
    net.start();
    RawPeer::Options options = role == Engine::server ? net.client_options() : net.server_options();
    // The last one's length says more than there is.
    options.edit_raw_parameters = [](std::string& bytes) {
      bytes += wire_varint(0x1234) + wire_varint(5) + "abc";
    };
    RawPeer& peer = role == Engine::server ? net.add_client(options) : net.add_server(options);
    EXPECT_FALSE(net.join(peer));
    expect_closed(net, peer, transport_parameter_error);
  }
}

TEST(Rfc9001Section8_2, TheExtensionMustBeThere) {
  for (const Engine role : {Engine::server, Engine::client}) {
    RawNetwork net;
    net.start();
    RawPeer::Options options = role == Engine::server ? net.client_options() : net.server_options();
    options.tls.sends_transport_parameters = false;
    RawPeer& peer = role == Engine::server ? net.add_client(options) : net.add_server(options);
    EXPECT_FALSE(net.join(peer));
    expect_closed(net, peer, crypto_error + alert_missing_extension);
  }
}

TEST(Rfc9000Section7_4_1, WhatTheEngineSendsIsWellFormed) {
  Attempt client_attempt(Engine::client, {});
  Attempt server_attempt(Engine::server, {});
  for (const Attempt* attempt : {&client_attempt, &server_attempt}) {
    const TransportParameters p = attempt->peer->peer_parameters();
    EXPECT_EQ(p.integer(parameter_max_streams_bidi), 100u);
    EXPECT_EQ(p.integer(parameter_initial_max_data), 1u << 20);
    EXPECT_GE(p.integer(parameter_active_connection_id_limit), 2u);
    EXPECT_TRUE(p.find(parameter_initial_scid));
  }
  const TransportParameters of_client = client_attempt.peer->peer_parameters();
  EXPECT_FALSE(of_client.find(parameter_original_dcid));
  EXPECT_FALSE(of_client.find(parameter_stateless_reset_token));
  const TransportParameters of_server = server_attempt.peer->peer_parameters();
  EXPECT_EQ(of_server.find(parameter_original_dcid), server_attempt.peer->original_dcid());
  EXPECT_EQ(of_server.find(parameter_stateless_reset_token)->size(), 16u);
}

}  // namespace
}  // namespace usquic::test
