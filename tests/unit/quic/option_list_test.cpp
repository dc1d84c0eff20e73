// What engine/option_list.h says of the options is so: types, defaults, bounds, and where each one arrives.
#include "engine/option_list.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <type_traits>

#include "changed_options.h"
#include "harness.h"
#include "quic/options.h"

namespace usquic::test {
namespace {

using namespace option_bounds;
using quic::ContextConfig;
using quic::read_options;
using Options = us_quic_socket_context_options_t;

#define USQUIC_PASS_OVER(...)

#define USQUIC_TYPE(name, type, ...) static_assert(std::is_same_v<decltype(Options::name), type>);
USQUIC_OPTIONS(USQUIC_TYPE, USQUIC_TYPE, USQUIC_PASS_OVER)

TEST(OptionList, HasTheDefaultsOfTheStruct) {
  const Options o = US_QUIC_OPTIONS_INIT;
#define USQUIC_EXPECT_DEFAULT(name, type, value, ...) EXPECT_EQ(o.name, static_cast<type>(value)) << #name;
  USQUIC_OPTIONS(USQUIC_EXPECT_DEFAULT, USQUIC_EXPECT_DEFAULT, USQUIC_PASS_OVER)
}

TEST(OptionList, LeavesPointersEmptyByDefault) {
  const Options o = US_QUIC_OPTIONS_INIT;
  const auto is_empty = [](const auto& pointer) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(pointer)>, us_quic_blob_t>) {
      return pointer.data == nullptr && pointer.length == 0;
    } else {
      return pointer == nullptr;
    }
  };
#define USQUIC_EXPECT_EMPTY(name, ...) EXPECT_TRUE(is_empty(o.name)) << #name;
  USQUIC_OPTIONS(USQUIC_PASS_OVER, USQUIC_PASS_OVER, USQUIC_EXPECT_EMPTY)
}

// An engine that is made without options behaves as one with default options.
TEST(OptionList, HasTheDefaultsOfTheEngine) {
  const ContextConfig untouched;
  const Options o = US_QUIC_OPTIONS_INIT;
  Result<ContextConfig> read = read_options(o);
#define USQUIC_EXPECT_SAME(name, type, value, smallest, largest, unit, arrives, summary) \
  EXPECT_EQ(option_number(untouched.arrives), option_number(read->arrives)) << #name;
  USQUIC_OPTIONS(USQUIC_EXPECT_SAME, USQUIC_PASS_OVER, USQUIC_PASS_OVER)
}

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
  return line.empty() ? "refused" : line;
}

template <class Number>
void expect_bounds(const char* name, Number Options::*field, Number smallest, Number largest) {
  const std::string named = std::string("option ") + name + " ";
  if (smallest > std::numeric_limits<Number>::min()) {
    const std::string line = refusal([&](Options& o) { o.*field = static_cast<Number>(smallest - 1); });
    // Below LOG_NONE nothing is logged.
    const bool is_quiet = std::string_view(name) == "log_level";
    EXPECT_TRUE(is_quiet ? line == "refused" : line.find(named) != std::string::npos) << name << ": " << line;
  }
  if (largest < std::numeric_limits<Number>::max()) {
    const std::string line = refusal([&](Options& o) { o.*field = static_cast<Number>(largest + 1); });
    EXPECT_NE(line.find(named), std::string::npos) << name << ": " << line;
  }
}

TEST(OptionList, BoundsAreKept) {
#define USQUIC_EXPECT_BOUNDS(name, type, value, smallest, largest, ...) \
  expect_bounds<type>(#name, &Options::name, smallest, largest);
  USQUIC_OPTIONS(USQUIC_EXPECT_BOUNDS, USQUIC_EXPECT_BOUNDS, USQUIC_PASS_OVER)
}

TEST(OptionList, ChangedOptionsDifferFromTheDefaults) {
  const Options defaults = US_QUIC_OPTIONS_INIT;
  const Options o = changed_options();
#define USQUIC_EXPECT_OTHER(name, ...) EXPECT_NE(o.name, defaults.name) << #name;
  USQUIC_OPTIONS(USQUIC_EXPECT_OTHER, USQUIC_PASS_OVER, USQUIC_PASS_OVER)
}

TEST(OptionList, EveryNumberArrives) {
  const Options o = changed_options();
  Result<ContextConfig> config = read_options(o);
  ASSERT_TRUE(config);
  const ContextConfig defaults;
#define USQUIC_EXPECT_ARRIVAL(name, type, value, smallest, largest, unit, arrives, summary) \
  EXPECT_NE(option_number(config->arrives), option_number(defaults.arrives)) << #name;      \
  EXPECT_EQ(option_number(config->arrives), number_in(config->arrives, o.name)) << #name;
  USQUIC_OPTIONS(USQUIC_EXPECT_ARRIVAL, USQUIC_PASS_OVER, USQUIC_PASS_OVER)
}

// ---- Pointers, with the parts that belong to them ----

constexpr std::uint8_t secret[32] = {1, 2, 3};
constexpr std::uint8_t server_id[] = {4, 5, 6, 7};
constexpr us_quic_setting_t settings[] = {{0x21, 1}, {0x40, 2}, {0x5f, 3}};
const char* const protocols[] = {"one", "two", "three"};

const std::unique_ptr<us_quic_group_t, void (*)(us_quic_group_t*)>& group_of_three() {
  static const auto make = [] {
    us_quic_group_options_t o{};
    o.struct_size = sizeof(o);
    o.worker_count = 3;
    return us_create_quic_group(&o, nullptr);
  };
  static const std::unique_ptr<us_quic_group_t, void (*)(us_quic_group_t*)> group(make(), us_quic_group_free);
  return group;
}

us_quic_blob_t blob(std::string_view text) {
  return {text.data(), text.size()};
}

struct Arrival {
  std::function<void(Options&)> set;
  std::function<void(const ContextConfig&)> check;
};
using Arrivals = std::map<std::string, Arrival>;

Arrivals identity_arrivals() {
  return {
      {"key_file_name",
       {[](Options& o) { o.key_file_name = "key.pem"; },
        [](const ContextConfig& c) { EXPECT_EQ(c.tls.identity.key.file, "key.pem"); }}},
      {"cert_file_name",
       {[](Options& o) { o.cert_file_name = "cert.pem"; },
        [](const ContextConfig& c) { EXPECT_EQ(c.tls.identity.certificate.file, "cert.pem"); }}},
      {"passphrase",
       {[](Options& o) { o.passphrase = "word"; },
        [](const ContextConfig& c) { EXPECT_EQ(c.tls.identity.passphrase, "word"); }}},
      {"ca_file_name",
       {[](Options& o) { o.ca_file_name = "ca.pem"; },
        [](const ContextConfig& c) { EXPECT_EQ(c.tls.trust.file, "ca.pem"); }}},
      {"key",
       {[](Options& o) { o.key = blob("a key"); },
        [](const ContextConfig& c) { EXPECT_EQ(c.tls.identity.key.text, "a key"); }}},
      {"cert",
       {[](Options& o) { o.cert = blob("a chain"); },
        [](const ContextConfig& c) { EXPECT_EQ(c.tls.identity.certificate.text, "a chain"); }}},
      {"ca",
       {[](Options& o) { o.ca = blob("roots"); },
        [](const ContextConfig& c) { EXPECT_EQ(c.tls.trust.text, "roots"); }}},
      {"extra_ca",
       {[](Options& o) { o.extra_ca = blob("more roots"); },
        [](const ContextConfig& c) { EXPECT_EQ(c.tls.extra_trust.text, "more roots"); }}},
      {"certificate_hashes",
       {[](Options& o) {
          o.certificate_hashes = blob("0123456789abcdef0123456789abcdefFEDCBA9876543210FEDCBA9876543210");
        },
        [](const ContextConfig& c) {
          ASSERT_EQ(c.tls.certificate_hashes.size(), 2);
          EXPECT_EQ(as_text(c.tls.certificate_hashes[0]), "0123456789abcdef0123456789abcdef");
          EXPECT_EQ(as_text(c.tls.certificate_hashes[1]), "FEDCBA9876543210FEDCBA9876543210");
        }}},
      {"groups",
       {[](Options& o) { o.groups = "secp384r1:X25519"; },
        [](const ContextConfig& c) {
          EXPECT_EQ(c.tls.groups, (std::vector<tls::Group>{tls::Group::secp384r1, tls::Group::x25519}));
        }}},
      {"alpn",
       {[](Options& o) {
          o.alpn = protocols;
          o.alpn_count = 2;
        },
        [](const ContextConfig& c) {
          EXPECT_EQ(c.tls.alpn, (std::vector<std::string>{"one", "two"}));
        }}},
      {"secret",
       {[](Options& o) { o.secret = secret; },
        [](const ContextConfig& c) {
          EXPECT_EQ(std::memcmp(c.engine.secret, secret, sizeof(secret)), 0);
          EXPECT_EQ(std::memcmp(c.tls.secret, secret, sizeof(secret)), 0);
        }}},
      {"server_id",
       {[](Options& o) {
          o.server_id = server_id;
          o.server_id_length = 3;
        },
        [](const ContextConfig& c) {
          EXPECT_EQ(c.engine.server_id, (std::vector<std::uint8_t>{4, 5, 6}));
        }}},
      {"settings",
       {[](Options& o) {
          o.settings = settings;
          o.settings_count = 2;
        },
        [](const ContextConfig& c) {
          ASSERT_EQ(c.engine.settings.size(), 2u);
          EXPECT_EQ(c.engine.settings[1].id, 0x40u);
          EXPECT_EQ(c.engine.settings[1].value, 2u);
        }}},
  };
}

Arrivals group_arrivals() {
  return {{"group",
           {[](Options& o) {
              o.group = group_of_three().get();
              o.worker_index = 2;
            },
            [](const ContextConfig& c) {
              EXPECT_EQ(c.group, group_of_three()->group);
              EXPECT_EQ(c.engine.worker_index, 2);
              EXPECT_EQ(c.engine.worker_count, 3U);
              EXPECT_EQ(std::memcmp(c.engine.secret, c.group->secret().data(), sizeof(secret)), 0);
              EXPECT_EQ(std::memcmp(c.tls.secret, c.group->secret().data(), sizeof(secret)), 0);
              EXPECT_EQ(c.engine.shared_handshakes, c.group->handshakes());
            }}}};
}

// What the callbacks of `callback_arrivals` were given.
struct Called {
  std::string logged;
  int filled = 0;
};

Arrivals callback_arrivals(Called& called) {
  const auto set_log = [&called](Options& o) {
    o.log = [](void* user, int, const char* line) { static_cast<Called*>(user)->logged = line; };
    o.log_user = &called;
    o.log_level = US_QUIC_LOG_DEBUG;
  };
  const auto check_log = [&called](const ContextConfig& c) {
    for (const Logger& log : {c.log, c.engine.log, c.tls.log}) {
      called.logged.clear();
      log.log(LogLevel::debug, "a line");
      EXPECT_EQ(called.logged, "a line");
    }
  };
  const auto set_random = [&called](Options& o) {
    o.random = [](void* user, std::uint8_t* data, std::size_t length) {
      ++static_cast<Called*>(user)->filled;
      std::memset(data, 9, length);
    };
    o.random_user = &called;
  };
  const auto check_random = [&called](const ContextConfig& c) {
    std::uint8_t octet = 0;
    const int before = called.filled;
    c.engine.random.fill({&octet, 1});
    EXPECT_EQ(octet, 9);
    EXPECT_EQ(called.filled, before + 1);
  };
  return {
      {"keylog",
       {[](Options& o) { o.keylog = [](void*, const char*) {}; },
        [](const ContextConfig& c) { EXPECT_NE(c.tls.keylog, nullptr); }}},
      {"keylog_user",
       {[&called](Options& o) { o.keylog_user = &called; },
        [&called](const ContextConfig& c) { EXPECT_EQ(c.tls.keylog_user, &called); }}},
      {"log", {set_log, check_log}},
      {"log_user", {set_log, check_log}},
      {"random", {set_random, check_random}},
      {"random_user", {set_random, check_random}},
  };
}

TEST(OptionList, EveryPointerArrives) {
  Called called;
  Arrivals arrivals = identity_arrivals();
  arrivals.merge(group_arrivals());
  arrivals.merge(callback_arrivals(called));
  std::vector<std::string> names;
#define USQUIC_NAME(name, ...) names.push_back(#name);
  USQUIC_OPTIONS(USQUIC_PASS_OVER, USQUIC_PASS_OVER, USQUIC_NAME)
  for (const std::string& name : names) {
    SCOPED_TRACE(name);
    ASSERT_TRUE(arrivals.contains(name)) << "this test does not set it";
    Options o = US_QUIC_OPTIONS_INIT;
    arrivals[name].set(o);
    Result<ContextConfig> config = read_options(o);
    ASSERT_TRUE(config);
    arrivals[name].check(*config);
  }
  EXPECT_EQ(arrivals.size(), names.size());
}

TEST(OptionList, SettingsThatAreCountedMustBeThere) {
  EXPECT_NE(refusal([](Options& o) { o.settings_count = 1; }).find("option settings_count "),
            std::string::npos);
}

TEST(OptionList, SettingsThatTheLibraryAnnouncesItselfAreRefused) {
  TestLoop loop;
  Options o = US_QUIC_OPTIONS_INIT;
  const us_quic_setting_t wrong[] = {{0x21, 1}, {0x6, 100}};
  o.settings = wrong;
  int error = 0;
  o.settings_count = 2;
  EXPECT_EQ(us_create_quic_socket_context(loop.get(), &o, 0, &error), nullptr);
  EXPECT_EQ(error, US_QUIC_E_INVALID);
  o.settings_count = 1;
  us_quic_socket_context_t* context = us_create_quic_socket_context(loop.get(), &o, 0, &error);
  if (!Peer(loop, {}).capabilities().peer_settings) {
    EXPECT_EQ(context, nullptr);
    EXPECT_EQ(error, US_QUIC_E_UNSUPPORTED);
    return;
  }
  EXPECT_NE(context, nullptr);
  us_quic_socket_context_free(context);
}

TEST(OptionList, LinesAboveTheLogLevelAreLeftOut) {
  Called called;
  Options o = US_QUIC_OPTIONS_INIT;
  callback_arrivals(called)["log"].set(o);
  o.log_level = US_QUIC_LOG_INFO;
  Result<ContextConfig> config = read_options(o);
  config->log.log(LogLevel::debug, "a line");
  EXPECT_EQ(called.logged, "");
  config->log.log(LogLevel::info, "a line");
  EXPECT_EQ(called.logged, "a line");
}

// ---- Options of listening sockets ----

int listen_error(Peer& peer, const char* host, int& port, const us_quic_listen_options_t& options) {
  int error = 0;
  auto* socket = us_quic_socket_context_listen(peer.context, host, port, &options, 0, &error);
  if (socket != nullptr) port = us_quic_listen_socket_port(socket);
  return error;
}

TEST(ListenOptions, ReusePortReachesTheSocket) {
  TestLoop loop;
  Peer peer(loop, {.is_server = true});
  us_quic_listen_options_t options{.struct_size = sizeof(us_quic_listen_options_t)};
  options.reuse_port = 1;
  int port = 0;
  EXPECT_EQ(listen_error(peer, "127.0.0.1", port, options), 0);
  EXPECT_EQ(listen_error(peer, "127.0.0.1", port, options), 0);
  options.reuse_port = 0;
  EXPECT_EQ(listen_error(peer, "127.0.0.1", port, options), US_QUIC_E_ADDRESS_IN_USE);
}

TEST(ListenOptions, Ipv6OnlyReachesTheSocket) {
  TestLoop loop;
  Peer peer(loop, {.is_server = true});
  us_quic_listen_options_t options{.struct_size = sizeof(us_quic_listen_options_t)};
  const us_quic_listen_options_t defaults = options;
  options.ipv6_only = 1;
  int port = 0;
  int error = US_QUIC_E_ADDRESS_IN_USE;
  // Another program may have the port that is free for IPv6.
  for (int i = 0; i < 10 && error == US_QUIC_E_ADDRESS_IN_USE; ++i) {
    port = 0;
    if (listen_error(peer, "::", port, options) != 0) GTEST_SKIP() << "no IPv6 here";
    error = listen_error(peer, "0.0.0.0", port, defaults);
  }
  EXPECT_EQ(error, 0);
  port = 0;
  EXPECT_EQ(listen_error(peer, "::", port, defaults), 0);
  EXPECT_EQ(listen_error(peer, "0.0.0.0", port, defaults), US_QUIC_E_ADDRESS_IN_USE);
}

TEST(ListenOptions, StreamExtSizeIsThatOfTheSocketsStreamsAlone) {
  constexpr unsigned large = 3 << 20;  // what the harness asks for is 64
  TestLoop loop;
  Peer server(loop, {.is_server = true});
  Peer client(loop, {});
  us_quic_listen_options_t options{.struct_size = sizeof(us_quic_listen_options_t)};
  options.stream_ext_size = large;
  int error = 0;
  us_quic_socket_t* socket =
      us_quic_socket_context_listen(server.context, "127.0.0.1", 0, &options, 0, &error);
  ASSERT_NE(socket, nullptr);
  EXPECT_EQ(socket->stream_ext_size, large);
  EXPECT_EQ(server.listen()->stream_ext_size, server.context->stream_ext_size);
  unsigned filled = 0;
  server.on_stream_open = [&](us_quic_stream_t* s) {
    const auto* ext = static_cast<const char*>(us_quic_stream_ext(s));
    EXPECT_EQ(std::count(ext, ext + large, '\0'), large);
    std::memset(us_quic_stream_ext(s), 1, large);
    ++filled;
  };
  us_quic_connection_t* c = client.connect(socket);
  write_all(open_stream(client, c), "one");
  write_all(open_stream(client, c), "two");
  EXPECT_TRUE(loop.run_until([&] { return filled == 2; }));
}

}  // namespace
}  // namespace usquic::test
