#include "get/request_headers.h"

#include <gtest/gtest.h>

namespace usquic::tools::get {
namespace {

class RequestHeadersTest : public testing::Test {
 protected:
  HeaderList build() {
    auto plan = plan_body(options_);
    auto headers = build_request_headers(options_, url_, std::get<BodyPlan>(plan));
    EXPECT_TRUE(std::holds_alternative<HeaderList>(headers));
    return std::get<HeaderList>(headers);
  }
  std::string value(std::string_view name) {
    for (const auto& [field, content] : build()) {
      if (field == name) return content;
    }
    return "(none)";
  }

  Options options_;
  Url url_ = std::get<Url>(parse_url("https://example.org/x?y", PathRule::AsIs));
};

TEST_F(RequestHeadersTest, BeginWithPseudoHeaderFields) {
  const HeaderList headers = build();
  ASSERT_GE(headers.size(), 4u);
  EXPECT_EQ(headers[0], (std::pair<std::string, std::string>(":method", "GET")));
  EXPECT_EQ(headers[1], (std::pair<std::string, std::string>(":scheme", "https")));
  EXPECT_EQ(headers[2], (std::pair<std::string, std::string>(":authority", "example.org")));
  EXPECT_EQ(headers[3], (std::pair<std::string, std::string>(":path", "/x?y")));
}

TEST_F(RequestHeadersTest, TheUserAddsReplacesAndRemoves) {
  options_.headers = {"X-One: 1", "User-Agent: mine", "Accept:", "Empty;", "Host: other.example"};
  EXPECT_EQ(value("x-one"), "1");
  EXPECT_EQ(value("user-agent"), "mine");
  EXPECT_EQ(value("accept"), "(none)");
  EXPECT_EQ(value("empty"), "");
  EXPECT_EQ(value(":authority"), "other.example");
  EXPECT_EQ(value("host"), "(none)");
}

TEST_F(RequestHeadersTest, DataMakesAPost) {
  options_.data = {"a=1", "b=2"};
  EXPECT_EQ(value(":method"), "POST");
  EXPECT_EQ(value("content-length"), "7");
  EXPECT_EQ(value("content-type"), "application/x-www-form-urlencoded");
  options_.method = "PATCH";
  EXPECT_EQ(value(":method"), "PATCH");
}

TEST_F(RequestHeadersTest, HeadAndRange) {
  options_.is_head = true;
  options_.range = "0-9";
  EXPECT_EQ(value(":method"), "HEAD");
  EXPECT_EQ(value("range"), "bytes=0-9");
}

TEST_F(RequestHeadersTest, RefusesWhatIsNoHeaderLine) {
  options_.headers = {"nonsense"};
  EXPECT_TRUE(std::holds_alternative<Failure>(build_request_headers(options_, url_, BodyPlan())));
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
