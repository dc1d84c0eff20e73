// Clients that ask for more files than the server may have open.
#include <fstream>

#include "hostile_test.h"

namespace usquic::test {
namespace {

class Descriptors : public HostileTest {
 protected:
  std::string limits() const {
    std::ifstream file("/proc/" + std::to_string(server().pid()) + "/limits");
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

TEST_F(Descriptors, AreAsManyAsTheProcessMayHave) {
  start({}, {.soft_descriptors = 64, .hard_descriptors = 512});
  const std::string text = limits();
  const std::size_t line = text.find("Max open files");
  ASSERT_NE(line, std::string::npos);
  EXPECT_EQ(std::stoi(text.substr(line + 14)), 512);
}

TEST_F(Descriptors, AreLeftForOthersWhenManyAnswersWait) {
  start({}, {.soft_descriptors = 128, .hard_descriptors = 128});
  const std::size_t at_start = descriptors();
  Crowd unread(port(), {.stream_window = 64 << 10, .reads = false});
  unread.connect(12, 100, "/large");
  ASSERT_TRUE(run_until(
      {&unread}, [&] { return unread.tally().heads >= 60; }, 20));
  write_file("late", small_bytes);  // nothing of it is known yet
  Crowd others(port(), {});
  others.connect(4, 2, "/late");
  EXPECT_TRUE(run_until(
      {&unread, &others}, [&] { return others.requests_open() == 0 && others.tally().asked == 8; }, 10));
  others.ask(2, "/large");
  EXPECT_TRUE(run_until(
      {&unread, &others}, [&] { return others.tally().whole == 16; }, 10));
  EXPECT_EQ(others.tally().refused, 0);
  EXPECT_LE(descriptors(), at_start + 96);
  EXPECT_EQ(unread.tally().statuses.count(503), 0u);
  expect_unharmed(unread);
}

}  // namespace
}  // namespace usquic::test
