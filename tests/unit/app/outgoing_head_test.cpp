#include "app/outgoing_head.h"

#include <gtest/gtest.h>

#include <string>

namespace usquic::app {
namespace {

std::string section_of(OutgoingHead& head, std::string_view date = {},
                       std::optional<std::uint64_t> body_length = std::nullopt, bool is_connect = false) {
  std::vector<us_quic_header_t> fields;
  head.append_to(fields, date, body_length, is_connect);
  std::string text;
  for (const us_quic_header_t& field : fields) {
    text +=
        std::string(field.name, field.name_length) + "=" + std::string(field.value, field.value_length) + " ";
  }
  return text;
}

TEST(OutgoingHead, ReadsAStatusWithOrWithoutItsText) {
  EXPECT_EQ(parse_status("404"), 404);
  EXPECT_EQ(parse_status("404 Not Found"), 404);
  for (const char* text : {"", "40", "4040", "099", "-04", "404Not", "abc"})
    EXPECT_EQ(parse_status(text), -1);
}

TEST(OutgoingHead, IsOkUntilToldOtherwise) {
  OutgoingHead head;
  EXPECT_FALSE(head.has_status());
  EXPECT_EQ(section_of(head, "now", 3), ":status=200 date=now content-length=3 ");
}

TEST(OutgoingHead, PutsFieldsBetweenTheStatusAndWhatIsAdded) {
  OutgoingHead head;
  EXPECT_TRUE(head.set_status("404 Not Found"));
  EXPECT_TRUE(head.add("X-A", "1"));
  EXPECT_TRUE(head.has_status());
  EXPECT_EQ(section_of(head, {}, 0), ":status=404 x-a=1 content-length=0 ");
}

TEST(OutgoingHead, ForgetsAllWhenItIsCleared) {
  OutgoingHead head;
  head.set_status("500");
  head.add("date", "then");
  head.add("content-length", "9");
  head.add("x", "\n");
  head.clear();
  EXPECT_FALSE(head.is_malformed() || head.has_date() || head.has_status() || head.announced());
  EXPECT_EQ(section_of(head), ":status=200 ");
}

TEST(OutgoingHead, IsMalformedByAStatusThatIsNotFinal) {
  for (const char* status : {"100", "600", "OK"}) {
    OutgoingHead head;
    EXPECT_FALSE(head.set_status(status));
    EXPECT_TRUE(head.is_malformed());
    EXPECT_EQ(head.status(), 200);
  }
}

TEST(OutgoingHead, IsMalformedByAFieldThatMayNotBeSent) {
  OutgoingHead head;
  EXPECT_FALSE(head.add("bad name", "1"));
  EXPECT_TRUE(head.is_malformed());
}

TEST(OutgoingHead, TakesOneContentLengthAnyNumberOfTimes) {
  OutgoingHead head;
  EXPECT_TRUE(head.add("Content-Length", "5"));
  EXPECT_TRUE(head.add("content-length", "5"));
  head.announce(6);
  EXPECT_EQ(head.announced(), 5U);
  EXPECT_EQ(section_of(head, {}, 9), ":status=200 content-length=5 ");
  EXPECT_FALSE(head.add("content-length", "6"));
  OutgoingHead other;
  EXPECT_FALSE(other.add("content-length", "5x"));
  EXPECT_TRUE(other.is_malformed());
}

TEST(OutgoingHead, KnowsADateOfTheApplication) {
  OutgoingHead head;
  EXPECT_FALSE(head.has_date());
  head.add("Date", "then");
  EXPECT_TRUE(head.has_date());
}

// RFC 9110 section 8.6.
TEST(OutgoingHead, LeavesContentLengthOutWhereItMayNotStand) {
  OutgoingHead head;
  head.set_status("204");
  head.announce(3);
  EXPECT_TRUE(head.forbids_body());
  EXPECT_EQ(section_of(head, {}, 3), ":status=204 ");
  OutgoingHead tunnel;
  EXPECT_EQ(section_of(tunnel, {}, 0, true), ":status=200 ");
  tunnel.set_status("403");
  EXPECT_EQ(section_of(tunnel, {}, 0, true), ":status=403 content-length=0 ");
  OutgoingHead unchanged;
  unchanged.set_status("304");
  EXPECT_EQ(section_of(unchanged, {}, 0), ":status=304 ");
  unchanged.announce(8);
  EXPECT_EQ(section_of(unchanged, {}, 0), ":status=304 content-length=8 ");
}

}  // namespace
}  // namespace usquic::app
