#include "files/content_coding.h"

#include <gtest/gtest.h>

#include <vector>

namespace usquic::files {
namespace {

const std::vector<ContentCoding> all_codings(precompressed_codings.begin(), precompressed_codings.end());
const std::vector<ContentCoding> gzip_only = {ContentCoding::Gzip};

TEST(ContentCoding, IsIdentityWithoutTheFieldAndWithoutSiblings) {
  EXPECT_EQ(choose_coding(std::nullopt, all_codings), ContentCoding::Identity);
  EXPECT_EQ(choose_coding("br, gzip", {}), ContentCoding::Identity);
  EXPECT_EQ(choose_coding("", all_codings), ContentCoding::Identity);
}

TEST(ContentCoding, PrefersBrotliThenZstandardThenGzip) {
  EXPECT_EQ(choose_coding("gzip, deflate, br, zstd", all_codings), ContentCoding::Brotli);
  EXPECT_EQ(choose_coding("gzip, zstd", all_codings), ContentCoding::Zstandard);
  EXPECT_EQ(choose_coding("gzip, br", gzip_only), ContentCoding::Gzip);
}

TEST(ContentCoding, FollowsWeights) {
  EXPECT_EQ(choose_coding("br;q=0.5, gzip;q=0.8", all_codings), ContentCoding::Gzip);
  EXPECT_EQ(choose_coding("br;q=0, gzip;Q=0.001", all_codings), ContentCoding::Gzip);
  EXPECT_EQ(choose_coding("gzip;q=0.5, identity;q=0.9", all_codings), ContentCoding::Identity);
  EXPECT_EQ(choose_coding("br ; q=1.000", all_codings), ContentCoding::Brotli);
}

TEST(ContentCoding, ReadsTheStar) {
  EXPECT_EQ(choose_coding("*", all_codings), ContentCoding::Brotli);
  EXPECT_EQ(choose_coding("*;q=0.5, br;q=0", all_codings), ContentCoding::Zstandard);
  EXPECT_EQ(choose_coding("identity, *;q=0", all_codings), ContentCoding::Identity);
}

TEST(ContentCoding, RefusesMalformedWeights) {
  EXPECT_EQ(choose_coding("br;q=x, gzip;q=0.1", all_codings), ContentCoding::Gzip);
  EXPECT_EQ(choose_coding("br;q=0.9999", all_codings), ContentCoding::Identity);
}

}  // namespace
}  // namespace usquic::files
