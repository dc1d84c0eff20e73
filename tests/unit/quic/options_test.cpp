#include "quic/options.h"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <memory>
#include <string>

namespace usquic::quic {
namespace {

using Options = us_quic_socket_context_options_t;

// The log line of options that are refused; "" when they are taken.
std::string refusal(const std::function<void(Options&)>& change) {
  std::string line;
  Options o = US_QUIC_OPTIONS_INIT;
  o.log = [](void* user, int, const char* message) { *static_cast<std::string*>(user) = message; };
  o.log_user = &line;
  change(o);
  Result<ContextConfig> config = read_options(o);
  if (config) return "";
  EXPECT_EQ(config.error(), US_QUIC_E_INVALID);
  return line;
}

TEST(Options, DefaultsAreValid) {
  EXPECT_EQ(refusal([](Options&) {}), "");
}

TEST(Options, InvalidFieldIsNamedInTheLog) {
  EXPECT_NE(refusal([](Options& o) { o.idle_timeout_ms = 0; }).find("idle_timeout_ms"), std::string::npos);
  EXPECT_NE(refusal([](Options& o) { o.max_handshakes = 0; }).find("max_handshakes"), std::string::npos);
  EXPECT_NE(refusal([](Options& o) { o.max_handshakes_per_address = 0; }).find("max_handshakes_per_address"),
            std::string::npos);
  EXPECT_NE(refusal([](Options& o) {
              o.max_stream_resets_per_second = UINT32_MAX;
            }).find("max_stream_resets_per_second"),
            std::string::npos);
  EXPECT_NE(refusal([](Options& o) {
              o.max_control_frames_per_second = UINT32_MAX;
            }).find("max_control_frames_per_second"),
            std::string::npos);
  EXPECT_NE(refusal([](Options& o) { o.max_udp_payload = 1199; }).find("max_udp_payload"), std::string::npos);
  EXPECT_NE(refusal([](Options& o) { o.max_udp_payload = 1; }).find("max_udp_payload"), std::string::npos);
  EXPECT_NE(refusal([](Options& o) { o.congestion = 9; }).find("congestion"), std::string::npos);
  EXPECT_NE(refusal([](Options& o) { o.worker_index = 256; }).find("worker_index"), std::string::npos);
  EXPECT_NE(refusal([](Options& o) { o.worker_index = -2; }).find("worker_index"), std::string::npos);
  EXPECT_NE(refusal([](Options& o) { o.worker_count = 257; }).find("worker_count"), std::string::npos);
  EXPECT_NE(refusal([](Options& o) { o.max_data_limit = 1; }).find("max_data_limit"), std::string::npos);
}

TEST(Options, TheHttpIdleTimeoutReachesTheEngine) {
  Options o = US_QUIC_OPTIONS_INIT;
  EXPECT_EQ(read_options(o)->engine.http_idle_timeout, std::chrono::seconds(75));
  o.http_idle_timeout_ms = 0;
  EXPECT_EQ(read_options(o)->engine.http_idle_timeout.count(), 0);
}

TEST(Options, AnotherStructSizeIsRefused) {
  Options o = US_QUIC_OPTIONS_INIT;
  o.struct_size -= 8;
  EXPECT_EQ(read_options(o).error(), US_QUIC_E_INVALID);
}

TEST(Options, ClientsVerifyByDefaultAndServersWhenTheyAskForACertificate) {
  Options o = US_QUIC_OPTIONS_INIT;
  EXPECT_TRUE(read_options(o)->tls.verify_server);
  EXPECT_FALSE(read_options(o)->tls.verify_client);
  o.request_cert = 1;
  EXPECT_TRUE(read_options(o)->tls.verify_client);
  o.reject_unauthorized = 0;
  EXPECT_FALSE(read_options(o)->tls.verify_server);
  EXPECT_FALSE(read_options(o)->tls.verify_client);
}

TEST(Options, ProtocolIsHttp3UnlessGiven) {
  Options o = US_QUIC_OPTIONS_INIT;
  EXPECT_EQ(read_options(o)->tls.alpn, std::vector<std::string>{"h3"});
  EXPECT_TRUE(read_options(o)->is_http3_only);
  const char* both[] = {"echo", "h3"};
  o.alpn = both;
  o.alpn_count = 2;
  EXPECT_FALSE(read_options(o)->is_http3_only);
  EXPECT_FALSE(read_options(o)->is_raw_only);
}

// RFC 9114 section 6.2: the peer needs a control stream and the two of QPACK.
TEST(Options, Http3LeavesThePeerThreeUnidirectionalStreams) {
  Options o = US_QUIC_OPTIONS_INIT;
  o.max_streams_uni = 0;
  EXPECT_EQ(read_options(o)->engine.max_streams_uni, 3U);
  const char* both[] = {"echo", "h3"};
  o.alpn = both;
  o.alpn_count = 2;
  EXPECT_EQ(read_options(o)->engine.max_streams_uni, 3U);
  o.alpn_count = 1;
  EXPECT_EQ(read_options(o)->engine.max_streams_uni, 0U);
  o.alpn_count = 2;
  o.max_streams_uni = 7;
  EXPECT_EQ(read_options(o)->engine.max_streams_uni, 7U);
}

TEST(Options, SecretIsRandomUnlessGiven) {
  Options o = US_QUIC_OPTIONS_INIT;
  Result<ContextConfig> first = read_options(o);
  Result<ContextConfig> second = read_options(o);
  EXPECT_NE(std::memcmp(first->engine.secret, second->engine.secret, 32), 0);
  EXPECT_EQ(std::memcmp(first->engine.secret, first->tls.secret, 32), 0);
}

TEST(Options, SecretOfZerosIsRefused) {
  std::uint8_t secret[32] = {};
  const auto line = [&] { return refusal([&](Options& o) { o.secret = secret; }); };
  EXPECT_NE(line().find("secret"), std::string::npos);
  secret[31] = 1;
  EXPECT_EQ(line(), "");
}

TEST(Options, WorkerThatIsNotToldIsNotTheFirst) {
  Options o = US_QUIC_OPTIONS_INIT;
  EXPECT_FALSE(read_options(o)->engine.worker_index);
  o.worker_index = 0;
  EXPECT_EQ(read_options(o)->engine.worker_index, 0);
}

TEST(Options, WorkerCountNeedsAnIndexBelowIt) {
  const auto line = [](int index, unsigned count) {
    return refusal([=](Options& o) {
      o.worker_index = index;
      o.worker_count = count;
    });
  };
  EXPECT_NE(line(-1, 2).find("worker_index"), std::string::npos);
  EXPECT_NE(line(2, 2).find("worker_index"), std::string::npos);
  EXPECT_EQ(line(1, 2), "");
  EXPECT_EQ(line(255, 256), "");
  EXPECT_EQ(line(255, 0), "");
}

TEST(Options, OfAGroupSayNothingThatTheGroupSays) {
  us_quic_group_options_t group_options{};
  group_options.struct_size = sizeof(group_options);
  group_options.worker_count = 2;
  const std::unique_ptr<us_quic_group_t, void (*)(us_quic_group_t*)> group(
      us_create_quic_group(&group_options, nullptr), us_quic_group_free);
  constexpr std::uint8_t secret[32] = {1};
  const auto refused_for = [&](const char* name, const std::function<void(Options&)>& change) {
    const std::string line = refusal([&](Options& o) {
      o.group = group.get();
      o.worker_index = 1;
      change(o);
    });
    EXPECT_NE(line.find(name), std::string::npos) << line;
  };
  refused_for("worker_index", [](Options& o) { o.worker_index = -1; });
  refused_for("worker_index", [](Options& o) { o.worker_index = 2; });
  refused_for("secret", [&](Options& o) { o.secret = secret; });
  refused_for("worker_count", [](Options& o) { o.worker_count = 2; });
}

}  // namespace
}  // namespace usquic::quic
