#include "serve/worker_limits.h"

#include <gtest/gtest.h>

namespace usquic::tools::serve {
namespace {

TEST(WorkerLimits, ShareTheDescriptorsWithTcp) {
  const WorkerLimits one = limits_of_worker(1, 1024, {.serves = true, .redirects = true});
  EXPECT_EQ(one.tcp_connections, 512u);
  EXPECT_EQ(one.redirected_connections, 64u);
  EXPECT_EQ(one.open_files, 336u);
  const WorkerLimits of_four = limits_of_worker(4, 4096, {.serves = true});
  EXPECT_EQ(of_four.tcp_connections, 512u);
  EXPECT_EQ(of_four.redirected_connections, 0u);
  EXPECT_EQ(limits_of_worker(256, 64, {.serves = true, .redirects = true}).tcp_connections, 1u);
  EXPECT_EQ(limits_of_worker(1, 1 << 20, {.redirects = true}).redirected_connections, 1024u);
}

TEST(WorkerLimits, OfOneAreTheProcesss) {
  const WorkerLimits limits = limits_of_worker(1, 1024);
  EXPECT_EQ(limits.buffers, 192u);
  EXPECT_EQ(limits.open_files, 768u);
  EXPECT_EQ(limits.listings.kept_bytes, files::ListingStore::Limits().kept_bytes);
}

TEST(WorkerLimits, OfAllTogetherAreNoMore) {
  for (const unsigned workers : {2U, 3U, 24U}) {
    const WorkerLimits limits = limits_of_worker(workers, 4096);
    EXPECT_LE(limits.buffers * workers, 192u);
    EXPECT_LE(limits.open_files * workers, 3072u);
    EXPECT_LE(limits.listings.kept_bytes * workers, files::ListingStore::Limits().kept_bytes);
  }
}

TEST(WorkerLimits, LeaveEnoughToServe) {
  const WorkerLimits limits = limits_of_worker(256, 64);
  EXPECT_EQ(limits.buffers, 8u);
  EXPECT_EQ(limits.open_files, 1u);
  EXPECT_GT(limits.listings.waiting, 0u);
}

}  // namespace
}  // namespace usquic::tools::serve
