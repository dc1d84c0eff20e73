// Downloads whose client gets another address in the middle come whole, however many workers there are, whether or not
// the kernel steers.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "pattern_app.h"
#include "rebinding_relay.h"
#include "usquic/http/client.h"
#include "worker_servers.h"

namespace usquic::test {
namespace {

enum class Kind { threads, processes };

// USQUIC_DOWNLOADS: how many. A release makes more of them, sanitizers, which are slow, fewer.
int downloads() {
  const char* given = std::getenv("USQUIC_DOWNLOADS");
  return given != nullptr ? std::atoi(given) : USQUIC_USUAL_DOWNLOADS;
}

struct Fetched {
  std::string body;
  int error = -1;  // until it ended
};

// All at once, each over a connection of its own.
std::vector<Fetched> fetch_all(const DevelopmentCertificate& identity, int port, int count) {
  std::vector<Fetched> results(static_cast<std::size_t>(count));
  const std::shared_ptr<Loop> loop = Loop::create();
  ClientOptions options;
  options.ca = identity.cert;
  options.keep_open_ms = 1;
  options.timeouts.total_ms = 60'000;
  std::vector<std::unique_ptr<Client>> clients;
  for (Fetched& each : results) {
    clients.push_back(std::make_unique<Client>(options, loop));
    clients.back()
        ->fetch("https://127.0.0.1:" + std::to_string(port) + "/bytes")
        ->onData([&each](std::string_view chunk) { each.body += chunk; })
        ->onEnd([&each] { each.error = 0; })
        ->onError([&each](int error, std::string_view) { each.error = error; });
  }
  loop->run();
  return results;
}

class Downloads : public testing::TestWithParam<std::tuple<Kind, unsigned, int>> {};

TEST_P(Downloads, AreWholeThoughTheClientMoves) {
  const auto [kind, workers, steering] = GetParam();
  const DevelopmentCertificate identity = DevelopmentCertificate::make();
  const auto servers = kind == Kind::threads ? start_threads(identity, workers, steering)
                                             : start_processes(identity, workers, steering);
  const std::string expected = pattern();
  constexpr int at_once = 60;
  for (int left = downloads(); left > 0; left -= at_once) {
    const int count = std::min(left, at_once);
    RebindingRelay relay(servers->port(), body_bytes / 2);
    for (const Fetched& each : fetch_all(identity, relay.port(), count)) {
      EXPECT_EQ(each.error, 0);
      EXPECT_TRUE(each.body == expected) << each.body.size() << " bytes";
    }
    EXPECT_EQ(relay.switched(), count);
  }
  const WorkerFigures figures = servers->stop();
  EXPECT_EQ(figures.handed_over + figures.passed_on, figures.taken_over);
  EXPECT_EQ(figures.dropped, 0U);
  EXPECT_EQ(figures.is_steered, workers > 1 && steering == US_QUIC_STEERING_AUTO);
  if (workers == 1) {
    EXPECT_EQ(figures.handed_over, 0U);
  } else if (figures.is_steered) {
    EXPECT_LE(figures.handed_over * 100, figures.received);
  } else {
    EXPECT_GT(figures.handed_over, 0U);
  }
}

std::string name_of(const testing::TestParamInfo<Downloads::ParamType>& info) {
  const auto& [kind, workers, steering] = info.param;
  return (kind == Kind::threads ? "Threads" : "Processes") + std::to_string(workers) +
         (steering == US_QUIC_STEERING_AUTO ? "Steered" : "Unsteered");
}

INSTANTIATE_TEST_SUITE_P(, Downloads,
                         testing::Combine(testing::Values(Kind::threads, Kind::processes),
                                          testing::Values(1U, 2U, 8U),
                                          testing::Values(US_QUIC_STEERING_AUTO, US_QUIC_STEERING_NONE)),
                         name_of);

}  // namespace
}  // namespace usquic::test
