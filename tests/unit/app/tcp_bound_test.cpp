#include "app/tcp_bound.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace usquic::app {
namespace {

class TcpBound : public testing::Test {
 protected:
  TcpBound() { getrlimit(RLIMIT_NOFILE, &before_); }
  ~TcpBound() override { setrlimit(RLIMIT_NOFILE, &before_); }
  void allow(rlim_t descriptors) const {
    rlimit limit = before_;
    limit.rlim_cur = descriptors;
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  }

 private:
  rlimit before_{};
};

TEST_F(TcpBound, IsHalfOfTheDescriptorsForAllWorkers) {
  allow(1000);
  EXPECT_EQ(usual_tcp_connections(1), 500U);
  EXPECT_EQ(usual_tcp_connections(4), 125U);
}

TEST_F(TcpBound, LeavesOneToEachWorker) {
  allow(64);
  EXPECT_EQ(usual_tcp_connections(256), 1U);
}

}  // namespace
}  // namespace usquic::app
