#include "serve/worker_limits.h"

#include <gtest/gtest.h>

namespace usquic::tools::serve {
namespace {

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
