#include "client/request_plan.h"

#include <gtest/gtest.h>

namespace usquic::client {
namespace {

RequestPlan prepared(FetchOptions options, const std::string& url = "https://a.example/dir/page") {
  RequestPlan plan(url, std::move(options));
  const auto failure = plan.prepare();
  EXPECT_FALSE(failure) << failure->text;
  return plan;
}

int error_of(RequestPlan plan) {
  const auto failure = plan.prepare();
  return failure ? failure->reason.code : US_QUIC_OK;
}

ResponseHead redirect(int status, const std::string& location) {
  return {status, {{"location", location}}};
}

bool is_followed(const RequestPlan::Redirection& redirection) {
  return std::holds_alternative<RequestPlan::Followed>(redirection);
}

bool is_not_followed(const RequestPlan::Redirection& redirection) {
  return std::holds_alternative<RequestPlan::NotFollowed>(redirection);
}

int error_of(const RequestPlan::Redirection& redirection) {
  const auto* failure = std::get_if<Failure>(&redirection);
  return failure != nullptr ? failure->reason.code : US_QUIC_OK;
}

std::string text_of(const std::vector<Field>& fields) {
  std::string text;
  for (const Field& field : fields) text += field.name + "=" + field.value + " ";
  return text;
}

TEST(RequestPlan, ReportsWhatCannotBeRequested) {
  EXPECT_EQ(error_of(RequestPlan("http://a.example/", {})), US_QUIC_E_INVALID);
  EXPECT_EQ(error_of(RequestPlan("https://a.example/", {.method = "G T"})), US_QUIC_E_INVALID);
  EXPECT_EQ(error_of(RequestPlan("https://a.example/", {.headers = {{"a b", ""}}})), US_QUIC_E_HEADERS);
  EXPECT_EQ(error_of(RequestPlan("https://a.example/", {})), US_QUIC_OK);
}

TEST(RequestPlan, HasTheUrlAsGivenAndTakenApart) {
  const RequestPlan plan = prepared({}, "https://A.example:8443/x/../y");
  EXPECT_EQ(plan.url_text(), "https://A.example:8443/x/../y");
  EXPECT_EQ(plan.url().host, "a.example");
  EXPECT_EQ(plan.url().port, 8443);
  EXPECT_EQ(plan.url().target, "/y");
  EXPECT_EQ(prepared({.path_as_is = true}, "https://a.example/x/../y").url().target, "/x/../y");
}

TEST(RequestPlan, GivesTheFieldsOfTheNextAttempt) {
  const RequestPlan plan = prepared({.method = "POST", .headers = {{"X-One", " 1 "}}});
  EXPECT_EQ(text_of(plan.fields(3)),
            ":method=POST :scheme=https :authority=a.example :path=/dir/page x-one=1 content-length=3 ");
  EXPECT_EQ(text_of(plan.fields(std::nullopt)),
            ":method=POST :scheme=https :authority=a.example :path=/dir/page x-one=1 ");
}

TEST(RequestPlan, GivesTheBodyThatWasAskedFor) {
  EXPECT_EQ(prepared({.method = "PUT", .body = "abc"}).take_body().known_length(), 3U);
  EXPECT_FALSE(prepared({.method = "PUT", .stream_body = true}).take_body().known_length());
  EXPECT_TRUE(prepared({}).take_body().is_empty());
}

TEST(RequestPlan, IsRepeatableWithAnIdempotentMethodAndABodyAtHand) {
  for (const char* method : {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"}) {
    EXPECT_TRUE(prepared({.method = method}).is_repeatable()) << method;
  }
  EXPECT_FALSE(prepared({.method = "POST"}).is_repeatable());
  EXPECT_FALSE(prepared({.method = "PATCH"}).is_repeatable());
  EXPECT_FALSE(prepared({.method = "PUT", .stream_body = true}).is_repeatable());
}

TEST(RequestPlan, FollowsARedirect) {
  RequestPlan plan = prepared({.headers = {{"authorization", "secret"}, {"x", "1"}}, .max_redirects = 3});
  EXPECT_TRUE(is_followed(plan.follow(redirect(302, "other"))));
  EXPECT_EQ(plan.url_text(), "https://a.example/dir/other");
  EXPECT_EQ(plan.redirects(), 1);
  EXPECT_EQ(text_of(plan.fields(0)),
            ":method=GET :scheme=https :authority=a.example :path=/dir/other authorization=secret x=1 ");
  EXPECT_TRUE(is_followed(plan.follow(redirect(307, "https://b.example/"))));
  EXPECT_EQ(plan.redirects(), 2);
  EXPECT_EQ(text_of(plan.fields(0)), ":method=GET :scheme=https :authority=b.example :path=/ x=1 ");
}

TEST(RequestPlan, SaysWhetherTheBodyIsToBeSentAgain) {
  RequestPlan kept = prepared({.method = "POST", .body = "b", .max_redirects = 1});
  const auto again = kept.follow(redirect(307, "/next"));
  ASSERT_TRUE(is_followed(again));
  EXPECT_TRUE(std::get<RequestPlan::Followed>(again).keeps_body);
  EXPECT_EQ(kept.options().method, "POST");

  RequestPlan dropped = prepared({.method = "POST", .body = "b", .max_redirects = 1});
  const auto without = dropped.follow(redirect(303, "/next"));
  ASSERT_TRUE(is_followed(without));
  EXPECT_FALSE(std::get<RequestPlan::Followed>(without).keeps_body);
  EXPECT_EQ(dropped.options().method, "GET");
}

TEST(RequestPlan, LeavesWhatCannotBeFollowedToTheApplication) {
  RequestPlan unasked = prepared({});
  EXPECT_TRUE(is_not_followed(unasked.follow(redirect(302, "/next"))));
  RequestPlan plan = prepared({.method = "POST", .stream_body = true, .max_redirects = 1});
  EXPECT_TRUE(is_not_followed(plan.follow({302, {}})));
  EXPECT_TRUE(is_not_followed(plan.follow(redirect(200, "/next"))));
  EXPECT_TRUE(is_not_followed(plan.follow(redirect(307, "/next"))));
  EXPECT_EQ(plan.redirects(), 0);
  EXPECT_EQ(plan.url_text(), "https://a.example/dir/page");
}

TEST(RequestPlan, FailsAtTooManyRedirectsAndAtOnesToNoUrl) {
  RequestPlan plan = prepared({.max_redirects = 1});
  EXPECT_EQ(error_of(plan.follow(redirect(302, "http://a.example/"))), US_QUIC_E_HEADERS);
  EXPECT_EQ(plan.redirects(), 0);
  EXPECT_TRUE(is_followed(plan.follow(redirect(302, "/1"))));
  EXPECT_EQ(error_of(plan.follow(redirect(302, "/2"))), US_QUIC_E_TOO_LARGE);
  EXPECT_EQ(plan.url_text(), "https://a.example/1");
}

}  // namespace
}  // namespace usquic::client
