#include "app/router.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace {

using namespace usquic::app;

// Notes what a search shows: the route's label (its body limit) and the values.
class Seen {
 public:
  explicit Seen(std::size_t declined = 0) : left_to_decline_(declined) {}
  bool operator()(Route& route, std::span<const std::string_view> values) {
    labels.push_back(route.max_body_bytes);
    names = route.names;
    last.assign(values.begin(), values.end());
    if (left_to_decline_ == 0) return true;
    --left_to_decline_;
    return false;
  }
  std::vector<std::uint64_t> labels;
  std::vector<std::string> names;
  std::vector<std::string> last;

 private:
  std::size_t left_to_decline_;
};

Route labelled(std::uint64_t label) {
  Route route;
  route.max_body_bytes = label;
  return route;
}

std::vector<std::uint64_t> labels(Router& router, std::string_view method, std::string_view path,
                                  std::size_t declined = 0) {
  Seen seen(declined);
  router.match(method, path, std::ref(seen));
  return seen.labels;
}

using Labels = std::vector<std::uint64_t>;

TEST(Router, PrefersStaticOverParameterOverRest) {
  Router router;
  router.add("GET", "/*", labelled(4));
  router.add("GET", "/:any", labelled(3));
  router.add("GET", "/a", labelled(1));
  router.add("GET", "/a/*", labelled(2));
  EXPECT_EQ(labels(router, "GET", "/a"), Labels{1});
  EXPECT_EQ(labels(router, "GET", "/b"), Labels{3});
  EXPECT_EQ(labels(router, "GET", "/a/b/c"), Labels{2});
  EXPECT_EQ(labels(router, "GET", "/b/c"), Labels{4});
  EXPECT_EQ(labels(router, "GET", "/"), Labels{4});
}

TEST(Router, GoesBackToLessSpecificBranches) {
  Router router;
  router.add("GET", "/a/b/c", labelled(1));
  router.add("GET", "/:x/b/d", labelled(2));
  router.add("GET", "/a/*", labelled(3));
  EXPECT_EQ(labels(router, "GET", "/a/b/c"), Labels{1});
  EXPECT_EQ(labels(router, "GET", "/a/b/d"), Labels{3});
  EXPECT_EQ(labels(router, "GET", "/z/b/d"), Labels{2});
  EXPECT_EQ(labels(router, "GET", "/z/b/c"), Labels{});
}

TEST(Router, ShowsTheNextMatchInOrderOfSpecificityWhenOneIsDeclined) {
  Router router;
  router.add("*", "/*", labelled(5));
  router.add("GET", "/*", labelled(4));
  router.add("GET", "/:id", labelled(3));
  router.add("*", "/a", labelled(2));
  router.add("GET", "/a", labelled(1));
  router.add("GET", "*", labelled(6));
  EXPECT_EQ(labels(router, "GET", "/a", 10), (Labels{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(labels(router, "GET", "/a", 2), (Labels{1, 2, 3}));
}

TEST(Router, FallsBackToAnyMethodAndToGetForHead) {
  Router router;
  router.add("GET", "/a", labelled(1));
  router.add("*", "/a", labelled(2));
  router.add("HEAD", "/h", labelled(3));
  router.add("GET", "/h", labelled(4));
  EXPECT_EQ(labels(router, "POST", "/a"), Labels{2});
  EXPECT_EQ(labels(router, "HEAD", "/a"), Labels{1});
  EXPECT_EQ(labels(router, "HEAD", "/h"), Labels{3});
}

TEST(Router, GivesParametersByPositionWithTheRoutesOwnNames) {
  Router router;
  router.add("GET", "/u/:user/f/*", labelled(1));
  router.add("GET", "/u/:id", labelled(2));
  Seen seen;
  ASSERT_TRUE(router.match("GET", "/u/ann/f/x/y%20z", std::ref(seen)));
  EXPECT_EQ(seen.names, (std::vector<std::string>{"user", "*"}));
  EXPECT_EQ(seen.last, (std::vector<std::string>{"ann", "x/y%20z"}));
  ASSERT_TRUE(router.match("GET", "/u/bob", std::ref(seen)));
  EXPECT_EQ(seen.names, std::vector<std::string>{"id"});
}

TEST(Router, ParametersAreNeverEmptyAndRestNeedsItsSlash) {
  Router router;
  router.add("GET", "/u/:user", labelled(1));
  router.add("GET", "/s/*", labelled(2));
  EXPECT_EQ(labels(router, "GET", "/u/"), Labels{});
  EXPECT_EQ(labels(router, "GET", "/s"), Labels{});
  EXPECT_EQ(labels(router, "GET", "/s/"), Labels{2});
}

TEST(Router, TellsTheMethodsOfAPath) {
  Router router;
  router.add("GET", "/a/:x", labelled(1));
  router.add("PUT", "/a/b", labelled(2));
  router.add("GET", "/a/b", labelled(3));
  EXPECT_EQ(router.allowed_methods("/a/b"), "GET, HEAD, PUT");
  EXPECT_EQ(router.allowed_methods("/a/c"), "GET, HEAD");
  EXPECT_EQ(router.allowed_methods("/b"), "");
}

TEST(Router, AnswersRequestsWithoutPathOnlyByAStarOfTheirMethod) {
  Router router;
  router.add("*", "*", labelled(1));
  router.add("CONNECT", "/*", labelled(2));
  EXPECT_EQ(labels(router, "CONNECT", ""), Labels{});
  router.add("CONNECT", "*", labelled(3));
  EXPECT_EQ(labels(router, "CONNECT", ""), Labels{3});
}

TEST(Router, ReplacesARouteThatIsAddedAgain) {
  Router router;
  router.add("GET", "/:a", labelled(1));
  router.add("GET", "/:b", labelled(2));
  EXPECT_EQ(labels(router, "GET", "/x", 5), Labels{2});
}

TEST(Router, RefusesMalformedPatterns) {
  Router router;
  EXPECT_FALSE(router.add("GET", "", labelled(1)));
  EXPECT_FALSE(router.add("GET", "a", labelled(1)));
  EXPECT_FALSE(router.add("GET", "/*/a", labelled(1)));
  EXPECT_FALSE(router.add("GET", "/:/a", labelled(1)));
  std::string many;
  for (std::size_t i = 0; i < max_parameters; ++i) many += "/:p";
  EXPECT_TRUE(router.add("GET", many, labelled(1)));
  EXPECT_FALSE(router.add("GET", many + "/*", labelled(1)));
  EXPECT_EQ(labels(router, "GET", "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16"), Labels{1});
  EXPECT_EQ(labels(router, "GET", "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17"), Labels{});
}

TEST(Router, ReadsStaticSegmentsOfPatternsAsPartsOfAUrl) {
  Router router;
  EXPECT_TRUE(router.add("GET", "/caf%C3%A9/%3Aname", labelled(1)));
  EXPECT_TRUE(router.add("GET", "/a%2Fb", labelled(2)));
  EXPECT_EQ(labels(router, "GET", "/caf\xC3\xA9/:name"), Labels{1});
  EXPECT_EQ(labels(router, "GET", "/caf\xC3\xA9/x"), Labels{});
  EXPECT_EQ(labels(router, "GET", std::string_view("/a\0b", 4)), Labels{2});
  EXPECT_EQ(labels(router, "GET", "/a/b"), Labels{});
  for (const char* pattern : {"/%", "/a/%zz", "/%00", "/./a", "/a/..", "/%2e"}) {
    EXPECT_FALSE(router.add("GET", pattern, labelled(3))) << pattern;
  }
}

TEST(Router, KeepsNothingOfARefusedPattern) {
  Router router;
  std::string too_many;
  for (std::size_t i = 0; i <= max_parameters; ++i) too_many += "/:p";
  EXPECT_FALSE(router.add("GET", too_many, labelled(1)));
  EXPECT_TRUE(router.add("GET", "/*", labelled(2)));
  EXPECT_EQ(labels(router, "GET", "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18"), Labels{2});
}

TEST(Router, FindsEachOfTenThousandRoutes) {
  Router router;
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    router.add("GET", "/v" + std::to_string(i % 100) + "/item" + std::to_string(i) + "/:id", labelled(i));
  }
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    const std::string path = "/v" + std::to_string(i % 100) + "/item" + std::to_string(i) + "/x";
    ASSERT_EQ(labels(router, "GET", path), Labels{i});
  }
}

}  // namespace
