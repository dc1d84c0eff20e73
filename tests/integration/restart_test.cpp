// A server that is killed and started again with the same secret tells the clients of the one before (RFC
// 9000 section 10.3), and they go on.
#include <gtest/gtest.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>

#include "http3_peers.h"
#include "support/built_in_engine.h"
#include "support/proc.h"
#include "support/serve_process.h"

namespace usquic::test {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

double milliseconds_of(Clock::duration d) {
  return std::chrono::duration<double, std::milli>(d).count();
}

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "usquic-restart-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string write(const std::string& name, std::string_view content) const {
    std::ofstream(path_ / name, std::ios::binary) << content;
    return path_ / name;
  }
  std::string path(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

class Restart : public testing::Test {
 protected:
  static constexpr std::size_t busy = 8;
  static constexpr int requests_at_once = 4;  // of each busy connection

  void SetUp() override {
    folder.write("file", std::string(1000, 'x'));
    words = {"--cert",       folder.write("cert.pem", certificate.cert),
             "--key",        folder.write("key.pem", certificate.key),
             "--secret",     folder.path("secret"),
             folder.path("")};
    loop = us_create_loop(nullptr, nullptr, nullptr, nullptr, 0);
    client = std::make_unique<Http3Client>(loop, certificate);
    client->on_open = [this](us_quic_connection_t* c) { opened(c); };
    client->on_close = [this](us_quic_connection_t* c, int error) { closed(c, error); };
    if (!has_proc()) GTEST_SKIP() << "no /proc here, which usquic serve needs";
  }
  void TearDown() override {
    client->on_close = nullptr;
    client.reset();
    us_loop_free(loop);
  }

  std::unique_ptr<ServeProcess> start(int on_port) {
    std::vector<std::string> all = {"--port", std::to_string(on_port)};
    all.insert(all.end(), words.begin(), words.end());
    return std::make_unique<ServeProcess>(USQUIC_TOOL, all);
  }

  template <class Done>
  bool run_until(Done done, int seconds = 30) {
    const auto end = Clock::now() + std::chrono::seconds(seconds);
    while (!done()) {
      if (Clock::now() >= end) return false;
      pollfd readable{us_loop_fd(loop), POLLIN, 0};
      poll(&readable, 1, 1);
      us_loop_tick(loop);
    }
    return true;
  }

  void opened(us_quic_connection_t* c) {
    resumed += us_quic_connection_is_resumed(c) != 0 ? 1 : 0;
    for (int i = 0; i < requests_at_once; ++i) request(c);
  }

  void request(us_quic_connection_t* c) {
    client->request(c, "GET", "/file", "", [this, c](const Response& response) {
      if (response.status == 200 && response.length == 1000 && response.reason == US_QUIC_OK) {
        ++answers[c];
        if (is_loading) request(c);
      } else {
        ++lost;
      }
    });
  }

  // A client that lost its connection makes another, and asks again.
  void closed(us_quic_connection_t* c, int error) {
    ends[c] = {Clock::now(), error};
    answers.erase(c);
    client->connect("127.0.0.1", port);
  }

  bool all_have_answers(std::size_t connections, int count) const {
    return answers.size() == connections &&
           std::ranges::all_of(answers, [&](const auto& each) { return each.second >= count; });
  }

  struct End {
    Clock::time_point at;
    int error = 0;
  };

  const DevelopmentCertificate certificate = DevelopmentCertificate::make();
  const Folder folder;
  std::vector<std::string> words;
  us_loop_t* loop = nullptr;
  std::unique_ptr<Http3Client> client;
  int port = 0;
  bool is_loading = true;
  int lost = 0;
  int resumed = 0;
  std::map<us_quic_connection_t*, int> answers;  // of connections that are open
  std::map<us_quic_connection_t*, End> ends;
};

TEST_F(Restart, WithTheSameSecretIsNoticedWithinOneProbeTimeoutAndARoundTrip) {
  if (!engine_sends_stateless_resets()) GTEST_SKIP() << "this engine knows no stateless resets";
  auto server = start(0);
  ASSERT_TRUE(run_until([&] { return (port = server->port()) != 0; }));
  for (std::size_t i = 0; i < busy; ++i) client->connect("127.0.0.1", port);
  ASSERT_TRUE(run_until([&] { return all_have_answers(busy, 50); }));
  us_quic_stats_t stats{};
  us_quic_connection_stats(answers.begin()->first, &stats);
  ASSERT_EQ(lost, 0);
  ASSERT_TRUE(ends.empty());
  resumed = 0;

  server->kill_now();
  const auto killed = Clock::now();
  server = start(port);
  ASSERT_TRUE(run_until([&] { return server->port() == port; }));
  const auto restarted = Clock::now();
  ASSERT_TRUE(run_until([&] { return ends.size() >= busy; }));
  ASSERT_TRUE(run_until([&] { return all_have_answers(busy, 50); }));

  Clock::duration noticed{};
  for (const auto& [connection, end] : ends) {
    EXPECT_EQ(end.error, US_QUIC_E_STATELESS_RESET);
    noticed = std::max(noticed, end.at - restarted);
  }
  // Probe timeouts double (RFC 9002 section 6.2.1): the one that runs when the server is back began after
  // the sum of those before, which is the outage at most; so it is no longer than the outage and the
  // first of them.
  constexpr milliseconds max_ack_delay(25);
  const auto outage = restarted - killed;
  const auto first_timeout =
      std::chrono::microseconds(5 * stats.smoothed_rtt_us) + max_ack_delay + milliseconds(1);
  const auto round_trip = std::chrono::microseconds(stats.smoothed_rtt_us);
  // Of a machine that does other things as well, under a sanitizer. Without the reset the idle timeout
  // would end them.
  constexpr milliseconds scheduling(2000);
  EXPECT_LE(noticed, outage + first_timeout + round_trip + scheduling);
  // What was asked and not answered is told as lost, nothing else is.
  EXPECT_EQ(lost, static_cast<int>(busy) * requests_at_once);
  EXPECT_EQ(ends.size(), busy);
  // The tickets of the server that was killed still open sessions.
  EXPECT_EQ(resumed, static_cast<int>(busy));
  std::printf("figure: killed_server_down %.3g ms\n", milliseconds_of(outage));
  std::printf("figure: killed_server_noticed_after_restart %.3g ms\n", milliseconds_of(noticed));
  std::printf("figure: killed_server_first_probe_timeout %.3g ms\n", milliseconds_of(first_timeout));
  std::printf("figure: killed_server_requests_lost %d of %zu in flight\n", lost, busy * requests_at_once);
  std::printf("figure: killed_server_clients_recovered %zu of %zu\n", answers.size(), busy);
}

TEST_F(Restart, IsNoticedByAnIdleClientWithItsNextRequest) {
  if (!engine_sends_stateless_resets()) GTEST_SKIP() << "this engine knows no stateless resets";
  is_loading = false;
  auto server = start(0);
  ASSERT_TRUE(run_until([&] { return (port = server->port()) != 0; }));
  us_quic_connection_t* idle = client->connect("127.0.0.1", port);
  ASSERT_TRUE(run_until([&] { return all_have_answers(1, requests_at_once); }));
  server->kill_now();
  server = start(port);
  ASSERT_TRUE(run_until([&] { return server->port() == port; }));
  ASSERT_TRUE(ends.empty());
  const auto asked = Clock::now();
  request(idle);
  ASSERT_TRUE(run_until([&] { return !ends.empty(); }));
  EXPECT_EQ(ends.at(idle).error, US_QUIC_E_STATELESS_RESET);
  std::printf("figure: killed_server_noticed_by_an_idle_client %.3g ms\n",
              milliseconds_of(ends.at(idle).at - asked));
  EXPECT_LE(ends.at(idle).at - asked, milliseconds(500));
  EXPECT_TRUE(run_until([&] { return all_have_answers(1, requests_at_once); }));
}

}  // namespace
}  // namespace usquic::test
