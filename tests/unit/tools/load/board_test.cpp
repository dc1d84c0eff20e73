#include "load/board.h"

#include <gtest/gtest.h>

#include <thread>

namespace usquic::tools::load {
namespace {

constexpr auto forever = std::chrono::hours(1);

TEST(LoadBoard, WaitsForProgressOfOtherThreads) {
  Board board;
  std::thread generator([&board] {
    board.note_connected(5);
    board.note_finished();
  });
  board.wait(Board::Clock::now() + forever,
             [](const Board::Progress& progress) { return progress.finished == 1; });
  generator.join();
  EXPECT_EQ(board.progress().connected, 1u);
  EXPECT_EQ(board.progress().opened, 5u);
}

TEST(LoadBoard, AnInterruptionEndsAWait) {
  Board board;
  std::thread user([&board] { board.interrupt(); });
  board.wait(Board::Clock::now() + forever, [](const Board::Progress&) { return false; });
  user.join();
  EXPECT_TRUE(board.is_interrupted());
}

TEST(LoadBoard, AWaitEndsWithItsTime) {
  Board board;
  board.wait(Board::Clock::now(), [](const Board::Progress&) { return false; });
  EXPECT_FALSE(board.is_interrupted());
}

}  // namespace
}  // namespace usquic::tools::load
