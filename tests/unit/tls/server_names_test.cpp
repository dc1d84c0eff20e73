#include "tls/server_names.h"

#include <gtest/gtest.h>

namespace usquic::tls {
namespace {

struct Shown {};
using Names = ServerNames<Shown>;

std::shared_ptr<const Shown> some() {
  return std::make_shared<const Shown>();
}

TEST(ServerNames, FindsExactThenWildcardThenDefault) {
  Names names;
  EXPECT_TRUE(names.empty());
  const auto exact = some();
  const auto wildcard = some();
  const auto fallback = some();
  EXPECT_TRUE(names.add("a.example.org", exact));
  EXPECT_TRUE(names.add("*.example.org", wildcard));
  EXPECT_EQ(names.find("c.test"), nullptr);
  EXPECT_TRUE(names.add("*", fallback));
  EXPECT_EQ(names.find("a.example.org"), exact);
  EXPECT_EQ(names.find("A.Example.Org."), exact);
  EXPECT_EQ(names.find("b.example.org"), wildcard);
  EXPECT_EQ(names.find("b.c.example.org"), fallback);
  EXPECT_EQ(names.find("example.org"), fallback);
  EXPECT_EQ(names.find(".example.org"), fallback);
  EXPECT_EQ(names.find("*.example.org"), fallback);
  EXPECT_EQ(names.find(""), fallback);
  EXPECT_FALSE(names.empty());
}

TEST(ServerNames, RemovesByPattern) {
  Names names;
  names.add("*.example.org", some());
  names.add("*", some());
  EXPECT_FALSE(names.remove("example.org"));
  EXPECT_TRUE(names.remove("*.EXAMPLE.org"));
  EXPECT_TRUE(names.remove("*"));
  EXPECT_FALSE(names.remove("*"));
  EXPECT_TRUE(names.empty());
}

TEST(ServerNames, RefusesWhatIsNoPattern) {
  Names names;
  const std::string long_label(64, 'a');
  for (const std::string& pattern :
       {std::string(""), std::string("."), std::string("*."), std::string("**"), std::string("a.*.example"),
        std::string("*a.example"), std::string("a..example"), std::string("a b"), std::string("a\0b", 3),
        long_label + ".example"}) {
    EXPECT_FALSE(names.add(pattern, some())) << pattern;
    EXPECT_FALSE(Names::is_pattern(pattern)) << pattern;
  }
  EXPECT_TRUE(names.empty());
}

}  // namespace
}  // namespace usquic::tls
