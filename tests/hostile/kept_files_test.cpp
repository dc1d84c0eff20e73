// Clients that ask for files which `usquic serve` keeps in memory, and let them lie.
#include <fstream>

#include "hostile_test.h"

namespace usquic::test {
namespace {

class KeptFiles : public HostileTest {
 protected:
  static constexpr int files = 100;
  static constexpr std::size_t file_bytes = 1 << 20;

  void write_files() const {
    for (int i = 0; i < files; ++i) write_file("file-" + std::to_string(i), file_bytes);
  }
  // Each file is asked for by one client more; not more at a time than the server has waiting to be read into memory, so
  // that how many are kept does not depend on how fast the machine is.
  void ask_for_all(Crowd& crowd) {
    constexpr int at_a_time = 25;
    for (int first = 0; first < files; first += at_a_time) {
      const int heads = crowd.tally().heads;
      for (int i = first; i < first + at_a_time; ++i) crowd.connect(1, 1, "/file-" + std::to_string(i));
      ASSERT_TRUE(run_until(
          {&crowd}, [&] { return crowd.tally().heads >= heads + at_a_time; }, 30));
      run_for({&crowd}, 0.1);
    }
  }
  std::size_t anonymous_mib() const {
    std::ifstream status("/proc/" + std::to_string(server().pid()) + "/status");
    for (std::string word; status >> word;) {
      std::size_t kib = 0;
      if (word == "RssAnon:" && status >> kib) return kib / 1024;
    }
    return 0;
  }
};

TEST_F(KeptFiles, ThatSilentClientsHoldTakeABoundedAmountOfMemory) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "AddressSanitizer keeps what was freed";
#endif
  write_files();
  start();
  const std::size_t before = anonymous_mib();
  Crowd unread(port(), {.stream_window = 64 << 10, .reads = false});
  for (int i = 0; i < 3; ++i) ask_for_all(unread);
  run_for({&unread}, 1);
  EXPECT_GE(anonymous_mib(), before + 40) << "they are kept";
  write_files();  // what was kept is held, and replaced
  run_for({&unread}, 1);
  for (int i = 0; i < 2; ++i) ask_for_all(unread);
  // 64 MiB of files, the old ones among them, and up to 24 of buffers for those who got none of them.
  EXPECT_LE(anonymous_mib(), before + 64 + 24);
  expect_unharmed(unread);
}

}  // namespace
}  // namespace usquic::test
