#include "delivery/answer_cache.h"

#include <gtest/gtest.h>

#include "delivery/prepared_answer.h"

namespace usquic::delivery {
namespace {

class AnswerCacheTest : public testing::Test {
 protected:
  static files::Response answer(std::string body = "hello") {
    files::Response response;
    response.fields = {{"content-type", "text/plain"}, {"content-length", std::to_string(body.size())}};
    files::BodyPart part;
    part.length = body.size();
    part.memory = std::make_shared<const std::string>(std::move(body));
    response.body.push_back(part);
    response.fresh_until_ms = 2000;
    return response;
  }
  static files::Request get(std::string_view path) { return {.method = "GET", .path = path}; }
  void learn_twice(const files::Request& request, const files::Response& response) {
    cache_.learn(request, response, now_);
    cache_.learn(request, response, now_);
  }
  bool has(const files::Request& request) { return cache_.find(request, now_) != nullptr; }

  AnswerCache cache_;
  AnswerCache::Now now_ = {.unix_seconds = 1'700'000'000, .monotonic_ms = 1000};
};

TEST_F(AnswerCacheTest, KeepsWhatIsAskedForASecondTime) {
  cache_.learn(get("/a"), answer(), now_);
  EXPECT_FALSE(has(get("/a")));
  cache_.learn(get("/a"), answer(), now_);
  EXPECT_TRUE(has(get("/a")));
  EXPECT_FALSE(has(get("/b")));
}

TEST_F(AnswerCacheTest, ForgetsWithTheSecondOfTheDate) {
  learn_twice(get("/a"), answer());
  ++now_.unix_seconds;
  EXPECT_FALSE(has(get("/a")));
  EXPECT_EQ(cache_.size(), 0u);
}

TEST_F(AnswerCacheTest, ForgetsWhenTheFileIsToBeLookedAtAgain) {
  learn_twice(get("/a"), answer());
  now_.monotonic_ms = 1999;
  EXPECT_TRUE(has(get("/a")));
  now_.monotonic_ms = 2000;
  EXPECT_FALSE(has(get("/a")));
}

TEST_F(AnswerCacheTest, TellsCodingsApart) {
  files::Request brotli = get("/a");
  brotli.accept_encoding = "br";
  learn_twice(brotli, answer());
  EXPECT_TRUE(has(brotli));
  EXPECT_FALSE(has(get("/a")));
  files::Request none = get("/a");
  none.accept_encoding = "";
  EXPECT_FALSE(has(none));
  // Not to be mixed up with a path that ends in the same bytes.
  EXPECT_FALSE(has(get("/abr")));
}

TEST_F(AnswerCacheTest, LeavesOutWhatOtherFieldsDecide) {
  learn_twice(get("/a"), answer());
  files::Request head = get("/a");
  head.method = "HEAD";
  EXPECT_FALSE(has(head));
  files::Request range = get("/a");
  range.range = "bytes=0-1";
  EXPECT_FALSE(has(range));
  for (auto member : {&files::Conditions::if_match, &files::Conditions::if_unmodified_since,
                      &files::Conditions::if_none_match, &files::Conditions::if_modified_since}) {
    files::Request conditional = get("/a");
    conditional.conditions.*member = "x";
    EXPECT_FALSE(has(conditional));
  }
}

TEST_F(AnswerCacheTest, LeavesOutAnswersThatAreNotKnownToStay) {
  files::Response changing = answer();
  changing.fresh_until_ms = 0;
  learn_twice(get("/a"), changing);
  EXPECT_EQ(cache_.size(), 0u);
}

TEST_F(AnswerCacheTest, LeavesOutLongBodiesAndFiles) {
  learn_twice(get("/long"), answer(std::string(max_prepared_bytes + 1, 'x')));
  files::Response parts = answer();
  parts.body.push_back(parts.body[0]);
  learn_twice(get("/parts"), parts);
  files::Response file = answer();
  file.body[0].memory = nullptr;
  learn_twice(get("/file"), file);
  EXPECT_EQ(cache_.size(), 0u);
  learn_twice(get("/most"), answer(std::string(max_prepared_bytes, 'x')));
  EXPECT_TRUE(has(get("/most")));
}

TEST_F(AnswerCacheTest, LeavesOutLongPaths) {
  const std::string path = "/" + std::string(AnswerCache::max_key_bytes, 'p');
  learn_twice(get(path), answer());
  EXPECT_EQ(cache_.size(), 0u);
}

TEST_F(AnswerCacheTest, HoldsABoundedNumber) {
  for (std::size_t i = 0; i < AnswerCache::max_answers + 10; ++i) {
    learn_twice(get("/" + std::to_string(i)), answer());
  }
  EXPECT_EQ(cache_.size(), AnswerCache::max_answers);
}

}  // namespace
}  // namespace usquic::delivery
