// Bodies of 300 MiB: byte-exact, in bounded memory.
#include "integration/http/app_fixture.h"
#include "integration/http/handlers.h"
#include "support/proc.h"

namespace usquic::test {
namespace {

class LargeBodies : public EveryVersionTest {
 protected:
  void SetUp() override {
    if (!has_proc()) GTEST_SKIP() << "no /proc here, which tells the peak of memory";
  }

  // Growth from here on counts.
  void start_counting() {
    restart_peak_memory();
    before_kib_ = peak_memory_kib();
  }

  void expect_bounded_growth() {
#ifndef __SANITIZE_ADDRESS__  // AddressSanitizer keeps what was freed
    // Both sides' windows and send buffers.
    EXPECT_LT(peak_memory_kib() - before_kib_, 64 * 1024);
#else
    EXPECT_GT(before_kib_, 0);
#endif
  }

  static constexpr std::uint64_t length = 300 * 1024 * 1024;
  static constexpr int seconds = 120;

 private:
  long before_kib_ = 0;
};

TEST_P(LargeBodies, ThreeHundredMebibytesAreUploadedInBoundedMemory) {
  std::uint64_t received = 0;
  bool is_right = true;
  make_app().post("/", [&](Response* res, Request*) {
    res->onAborted([] {});
    res->onData([&, res](std::string_view chunk, bool fin) {
      is_right = is_right && is_pattern(received, chunk);
      received += chunk.size();
      if (fin) res->end("thanks");
    });
  });
  RawConnection* connection = start();
  settle(connection);
  start_counting();
  RawRequest* request = connection->post("/");
  request->send_pattern(length).finish();
  finish(request, seconds);
  EXPECT_EQ(request->body, "thanks");
  EXPECT_EQ(received, length);
  EXPECT_TRUE(is_right);
  expect_bounded_growth();
}

TEST_P(LargeBodies, ThreeHundredMebibytesAreDownloadedInBoundedMemory) {
  make_app().get("/", [](Response* res, Request*) { answer_with_pattern(res, length); });
  RawConnection* connection = start();
  settle(connection);
  start_counting();
  RawRequest* request = connection->get("/");
  request->discards_body = true;
  finish(request, seconds);
  EXPECT_EQ(request->body_bytes, length);
  EXPECT_TRUE(request->body_is_pattern);
  expect_bounded_growth();
}

INSTANTIATE_TEST_SUITE_P(Versions, LargeBodies, every_version(), name_of_version);

}  // namespace
}  // namespace usquic::test
