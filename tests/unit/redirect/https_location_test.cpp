#include "redirect/https_location.h"

#include <gtest/gtest.h>

namespace usquic::redirect {
namespace {

TEST(HttpsLocation, HasTheNameAndTheTargetOfTheRequest) {
  EXPECT_EQ(https_location("example.org", "/a%20b?c=/d", 443), "https://example.org/a%20b?c=/d");
  EXPECT_EQ(https_location("192.0.2.1", "/", 443), "https://192.0.2.1/");
}

TEST(HttpsLocation, HasThePortOfHttpsUnlessItIsTheUsualOne) {
  EXPECT_EQ(https_location("example.org:80", "/", 443), "https://example.org/");
  EXPECT_EQ(https_location("example.org:8080", "/", 4433), "https://example.org:4433/");
  EXPECT_EQ(https_location("[2001:db8::1]:80", "/", 4433), "https://[2001:db8::1]:4433/");
  EXPECT_EQ(https_location("[2001:db8::1]", "/", 443), "https://[2001:db8::1]/");
}

TEST(HttpsLocation, OfTheWholeServerHasNoPath) {
  EXPECT_EQ(https_location("example.org", "*", 443), "https://example.org");
}

TEST(HttpsLocation, IsNoneWithoutAHost) {
  for (const char* authority :
       {"", ":80", "a/b", "user@example.org", "a b", "[::1", "example.org:x", "a#b"}) {
    EXPECT_FALSE(https_location(authority, "/", 443)) << authority;
  }
}

}  // namespace
}  // namespace usquic::redirect
