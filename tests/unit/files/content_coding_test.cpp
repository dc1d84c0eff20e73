#include "files/content_coding.h"

#include <gtest/gtest.h>

#include <vector>

namespace usquic::files {
namespace {

const std::vector<ContentCoding> kAll(kPrecompressed.begin(), kPrecompressed.end());
const std::vector<ContentCoding> kGzipOnly = {ContentCoding::Gzip};

TEST(ContentCoding, IsIdentityWithoutTheFieldAndWithoutSiblings) {
  EXPECT_EQ(choose_coding(std::nullopt, kAll), ContentCoding::Identity);
  EXPECT_EQ(choose_coding("br, gzip", {}), ContentCoding::Identity);
  EXPECT_EQ(choose_coding("", kAll), ContentCoding::Identity);
}

TEST(ContentCoding, PrefersBrotliThenZstandardThenGzip) {
  EXPECT_EQ(choose_coding("gzip, deflate, br, zstd", kAll), ContentCoding::Brotli);
  EXPECT_EQ(choose_coding("gzip, zstd", kAll), ContentCoding::Zstandard);
  EXPECT_EQ(choose_coding("gzip, br", kGzipOnly), ContentCoding::Gzip);
}

TEST(ContentCoding, FollowsWeights) {
  EXPECT_EQ(choose_coding("br;q=0.5, gzip;q=0.8", kAll), ContentCoding::Gzip);
  EXPECT_EQ(choose_coding("br;q=0, gzip;Q=0.001", kAll), ContentCoding::Gzip);
  EXPECT_EQ(choose_coding("gzip;q=0.5, identity;q=0.9", kAll), ContentCoding::Identity);
  EXPECT_EQ(choose_coding("br ; q=1.000", kAll), ContentCoding::Brotli);
}

TEST(ContentCoding, ReadsTheStar) {
  EXPECT_EQ(choose_coding("*", kAll), ContentCoding::Brotli);
  EXPECT_EQ(choose_coding("*;q=0.5, br;q=0", kAll), ContentCoding::Zstandard);
  EXPECT_EQ(choose_coding("identity, *;q=0", kAll), ContentCoding::Identity);
}

TEST(ContentCoding, RefusesMalformedWeights) {
  EXPECT_EQ(choose_coding("br;q=x, gzip;q=0.1", kAll), ContentCoding::Gzip);
  EXPECT_EQ(choose_coding("br;q=0.9999", kAll), ContentCoding::Identity);
}

}  // namespace
}  // namespace usquic::files
