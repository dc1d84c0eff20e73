#include "serve/start_gate.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace usquic::tools::serve {
namespace {

TEST(StartGate, LetsAllGoOnWhenItIsOpen) {
  constexpr int workers = 4;
  StartGate gate;
  std::atomic<bool> is_prepared = false;
  std::atomic<int> well = 0;
  std::vector<std::thread> threads;
  threads.reserve(workers);
  for (int i = 0; i < workers; ++i) {
    threads.emplace_back([&] {
      const std::shared_ptr<Loop> loop = Loop::create();
      if (gate.wait(*loop) == StartGate::Verdict::GoOn && is_prepared) ++well;
    });
  }
  is_prepared = true;
  gate.open(StartGate::Verdict::GoOn);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(well, workers);
}

TEST(StartGate, HoldsBackWithoutALoop) {
  StartGate gate;
  std::atomic<bool> is_prepared = false;
  std::thread waiting([&] {
    EXPECT_EQ(gate.wait_still(), StartGate::Verdict::GoOn);
    EXPECT_TRUE(is_prepared);
  });
  is_prepared = true;
  gate.open(StartGate::Verdict::GoOn);
  waiting.join();
  gate.open(StartGate::Verdict::End);
  EXPECT_EQ(gate.wait_still(), StartGate::Verdict::GoOn);
}

TEST(StartGate, TheFirstVerdictStays) {
  const std::shared_ptr<Loop> loop = Loop::create();
  StartGate gate;
  gate.open(StartGate::Verdict::End);
  gate.open(StartGate::Verdict::GoOn);
  EXPECT_EQ(gate.wait(*loop), StartGate::Verdict::End);
}

TEST(StartGate, EndsAWorkerWhoseLoopIsStopped) {
  const std::shared_ptr<Loop> loop = Loop::create();
  StartGate gate;
  loop->defer([&loop] { loop->stop(); });
  EXPECT_EQ(gate.wait(*loop), StartGate::Verdict::End);
}

}  // namespace
}  // namespace usquic::tools::serve
