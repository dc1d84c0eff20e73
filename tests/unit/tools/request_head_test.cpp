#include "get/request_head.h"

#include <gtest/gtest.h>

namespace usquic::tools::get {
namespace {

class RequestHeadTest : public testing::Test {
 protected:
  RequestHead build() {
    auto plan = plan_body(options_);
    auto head = build_request_head(options_, std::get<BodyPlan>(plan));
    EXPECT_TRUE(std::holds_alternative<RequestHead>(head));
    return std::get<RequestHead>(head);
  }
  std::string value(std::string_view name) {
    for (const Field& field : build().fields) {
      if (field.name == name) return field.value;
    }
    return "(none)";
  }

  Options options_;
};

TEST_F(RequestHeadTest, IsAGetByDefault) {
  EXPECT_EQ(build().method, "GET");
  EXPECT_EQ(value("accept"), "*/*");
  EXPECT_EQ(value("content-length"), "(none)");
}

TEST_F(RequestHeadTest, TheUserAddsReplacesAndRemoves) {
  options_.headers = {"X-One: 1", "User-Agent: mine", "Accept:", "Empty;", "Host: other.example"};
  EXPECT_EQ(value("x-one"), "1");
  EXPECT_EQ(value("user-agent"), "mine");
  EXPECT_EQ(value("accept"), "(none)");
  EXPECT_EQ(value("empty"), "");
  EXPECT_EQ(value("host"), "other.example");
}

TEST_F(RequestHeadTest, DataMakesAPost) {
  options_.data = {"a=1", "b=2"};
  EXPECT_EQ(build().method, "POST");
  EXPECT_EQ(value("content-length"), "7");
  EXPECT_EQ(value("content-type"), "application/x-www-form-urlencoded");
  options_.method = "PATCH";
  EXPECT_EQ(build().method, "PATCH");
}

TEST_F(RequestHeadTest, HeadAndRange) {
  options_.is_head = true;
  options_.range = "0-9";
  EXPECT_EQ(build().method, "HEAD");
  EXPECT_EQ(value("range"), "bytes=0-9");
}

TEST_F(RequestHeadTest, RefusesWhatIsNoHeaderLine) {
  options_.headers = {"nonsense"};
  EXPECT_TRUE(std::holds_alternative<Failure>(build_request_head(options_, BodyPlan())));
}

TEST(RequestBody, StripsLineEndsAsCurlDoes) {
  EXPECT_EQ(strip_line_ends(std::string("a\r\nb\0c\n", 7)), "abc");
}

TEST(RequestBody, TellsThatAFileIsMissing) {
  Options options;
  options.upload_file = "/nonexistent/file";
  const auto plan = plan_body(options);
  ASSERT_TRUE(std::holds_alternative<Failure>(plan));
  EXPECT_EQ(std::get<Failure>(plan).code, ExitCode::Read);
}

}  // namespace
}  // namespace usquic::tools::get
