// How workers begin and end.
#include <gtest/gtest.h>
#include <sched.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "pattern_app.h"
#include "usquic/http/client.h"
#include "usquic/http/workers.h"
#include "worker_servers.h"

namespace usquic::test {
namespace {

using namespace std::chrono_literals;

class RunWorkers : public testing::Test {
 protected:
  AppOptions options() const {
    AppOptions made;
    made.cert = identity.cert;
    made.key = identity.key;
    return made;
  }

  const DevelopmentCertificate identity = DevelopmentCertificate::make();
};

// A loop that nothing but a stop ends within the test.
void keep_busy(Worker& worker) {
  worker.loop()->after(3'600'000, [] {});
}

TEST_F(RunWorkers, RunsASetupOnEachThreadAndReturnsWhenAllHaveEnded) {
  std::mutex mutex;
  std::set<unsigned> indexes;
  std::set<std::thread::id> threads;
  std::atomic<int> ended = 0;
  EXPECT_EQ(runWorkers(4,
                       [&](Worker& worker) {
                         const std::lock_guard lock(mutex);
                         EXPECT_EQ(worker.count(), 4U);
                         EXPECT_NE(worker.group(), nullptr);
                         indexes.insert(worker.index());
                         threads.insert(std::this_thread::get_id());
                         if (worker.index() == 0) {
                           EXPECT_TRUE(threads.contains(std::this_thread::get_id()));
                         }
                         // Runs when the setup has returned.
                         worker.loop()->after(10, [&] { ++ended; });
                       }),
            US_QUIC_OK);
  EXPECT_EQ(indexes, (std::set<unsigned>{0, 1, 2, 3}));
  EXPECT_EQ(threads.size(), 4U);
  EXPECT_TRUE(threads.contains(std::this_thread::get_id()));
  EXPECT_EQ(ended, 4);
}

TEST_F(RunWorkers, ListensOnOnePortOnAllLoops) {
  std::mutex mutex;
  std::multiset<int> ports;
  EXPECT_EQ(runWorkers(3,
                       [&](Worker& worker) {
                         App app(worker, options());
                         app.listen(0, [&](ListenSocket* socket) {
                           ASSERT_NE(socket, nullptr);
                           const std::lock_guard lock(mutex);
                           ports.insert(socket->port());
                         });
                         EXPECT_EQ(app.error(), US_QUIC_OK);
                         EXPECT_EQ(app.loop(), worker.loop().get());
                         worker.loop()->after(50, [&app] { app.closeNow(); });
                         app.run();
                       }),
            US_QUIC_OK);
  EXPECT_EQ(ports.size(), 3U);
  EXPECT_EQ(std::set<int>(ports.begin(), ports.end()).size(), 1U);
}

TEST_F(RunWorkers, StopsAllAndThrowsWhatASetupThrew) {
  std::atomic<int> running = 0;
  const auto setup = [&](Worker& worker) {
    if (worker.index() == 2) {
      while (running < 2) std::this_thread::yield();
      throw std::runtime_error("this one does not want to");
    }
    keep_busy(worker);
    worker.loop()->after(0, [&running] { ++running; });
  };
  try {
    runWorkers(3, setup);
    FAIL() << "nothing was thrown";
  } catch (const std::runtime_error& e) {
    EXPECT_STREQ(e.what(), "this one does not want to");
  }
  EXPECT_EQ(running, 2);
}

TEST_F(RunWorkers, StopsAllWhereAnAppCannotListen) {
  App occupant(options());
  int port = 0;
  occupant.listen(0, [&](ListenSocket* socket) { port = socket->port(); });
  std::atomic<int> failed = 0;
  EXPECT_EQ(runWorkers(3,
                       [&](Worker& worker) {
                         keep_busy(worker);
                         App app(worker, options());
                         app.listen(port, [&](ListenSocket* socket) { failed += socket == nullptr; });
                         app.run();
                       }),
            US_QUIC_E_ADDRESS_IN_USE);
  EXPECT_GE(failed, 1);
}

TEST_F(RunWorkers, StopsAllWhereAnAppCannotBeMade) {
  EXPECT_EQ(runWorkers(2,
                       [&](Worker& worker) {
                         keep_busy(worker);
                         AppOptions wrong = options();
                         if (worker.index() == 1) wrong.cert = "no certificate";
                         App app(worker, wrong);
                         app.run();
                       }),
            US_QUIC_E_CERT_PARSE);
}

// A port more is no reason to end those that are served.
TEST_F(RunWorkers, GoesOnWhenALaterListenFails) {
  EXPECT_EQ(runWorkers(2,
                       [&](Worker& worker) {
                         App app(worker, options());
                         app.listen(0, nullptr);
                         worker.loop()->after(20, [&app] {
                           app.listen("192.0.2.1", 1, nullptr);
                           EXPECT_NE(app.error(), US_QUIC_OK);
                           app.closeNow();
                         });
                         app.run();
                       }),
            US_QUIC_OK);
}

TEST_F(RunWorkers, ChecksItsOptions) {
  const auto never = [](Worker&) { ADD_FAILURE() << "a setup ran"; };
  EXPECT_EQ(runWorkers(257, never), US_QUIC_E_INVALID);
  WorkersOptions options;
  options.count = 2;
  options.steering = 7;
  EXPECT_EQ(runWorkers(options, never), US_QUIC_E_INVALID);
  constexpr std::uint8_t zeros[32] = {};
  options.steering = US_QUIC_STEERING_AUTO;
  options.secret = zeros;
  EXPECT_EQ(runWorkers(options, never), US_QUIC_E_INVALID);
}

TEST_F(RunWorkers, HasOneForEachCpuByDefault) {
  EXPECT_GE(availableCpus(), 1U);
  std::atomic<unsigned> ran = 0;
  EXPECT_EQ(runWorkers(0, [&](Worker&) { ++ran; }), US_QUIC_OK);
  EXPECT_EQ(ran, availableCpus());
}

TEST_F(RunWorkers, PinsEachToACpuOfItsOwnAndTheCallerNoLonger) {
  cpu_set_t before;
  ASSERT_EQ(sched_getaffinity(0, sizeof(before), &before), 0);
  const auto cpus = static_cast<unsigned>(CPU_COUNT(&before));
  std::mutex mutex;
  std::set<int> used;
  WorkersOptions options;
  options.count = cpus;
  options.pins = true;
  EXPECT_EQ(runWorkers(options,
                       [&](Worker&) {
                         cpu_set_t own;
                         sched_getaffinity(0, sizeof(own), &own);
                         EXPECT_EQ(CPU_COUNT(&own), 1);
                         const std::lock_guard lock(mutex);
                         for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
                           if (CPU_ISSET(cpu, &own)) used.insert(cpu);
                         }
                       }),
            US_QUIC_OK);
  EXPECT_EQ(used.size(), cpus);
  cpu_set_t after;
  ASSERT_EQ(sched_getaffinity(0, sizeof(after), &after), 0);
  EXPECT_TRUE(CPU_EQUAL(&before, &after));
}

TEST_F(RunWorkers, CountsForTheGroupAlsoWhoIsGone) {
  constexpr int connections = 40;
  const auto servers = start_threads(identity, 2, US_QUIC_STEERING_AUTO);
  for (int i = 0; i < connections; ++i) {
    ClientOptions client_options;
    client_options.ca = identity.cert;
    client_options.keep_open_ms = 1;
    Client client(client_options);
    client.fetch("https://127.0.0.1:" + std::to_string(servers->port()) + "/bytes")
        ->onError([](int, std::string_view text) { ADD_FAILURE() << text; });
    client.run();
  }
  EXPECT_EQ(servers->stop().accepted, static_cast<std::uint64_t>(connections));
}

using RunWorkersDeathTest = RunWorkers;

TEST_F(RunWorkersDeathTest, EndsTheProcessWhereAnExceptionLeavesAHandler) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(runWorkers(2,
                          [](Worker& worker) {
                            keep_busy(worker);
                            if (worker.index() == 1)
                              worker.loop()->after(0, [] { throw std::runtime_error("lost"); });
                          }),
               "lost");
}

}  // namespace
}  // namespace usquic::test
