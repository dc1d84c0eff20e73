#include "files/mime_types.h"

#include <gtest/gtest.h>

namespace usquic::files {
namespace {

TEST(MimeTypes, GiveTextACharset) {
  EXPECT_EQ(content_type_of("index.html"), "text/html; charset=utf-8");
  EXPECT_EQ(content_type_of("a/b.min.css"), "text/css; charset=utf-8");
  EXPECT_EQ(content_type_of("app.mjs"), "text/javascript; charset=utf-8");
}

TEST(MimeTypes, IgnoreCase) {
  EXPECT_EQ(content_type_of("PHOTO.JPG"), "image/jpeg");
}

TEST(MimeTypes, KnowTheFirstAndTheLastOfTheTable) {
  EXPECT_EQ(content_type_of("a.3gp"), "video/3gpp");
  EXPECT_EQ(content_type_of("a.zst"), "application/zstd");
}

TEST(MimeTypes, FallBackToBytes) {
  for (const char* name : {"README", "archive.unknown", "trailing.", ""}) {
    EXPECT_EQ(content_type_of(name), "application/octet-stream") << name;
  }
}

}  // namespace
}  // namespace usquic::files
