#include "http/priority.h"

#include <gtest/gtest.h>
#include <nghttp3/nghttp3.h>

#include <random>
#include <string>

namespace usquic::http {
namespace {

TEST(PriorityField, SaysUrgencyAndIncremental) {
  EXPECT_EQ(parse_priority(""), (Priority{3, false}));
  EXPECT_EQ(parse_priority("u=5, i"), (Priority{5, true}));
  EXPECT_EQ(parse_priority("i,u=0"), (Priority{0, true}));
  EXPECT_EQ(parse_priority("i=?0,\tu=7"), (Priority{7, false}));
  EXPECT_EQ(parse_priority(" u=1 ;p=\"a\\\"b\";q , i;x=(1)"), std::nullopt);
  EXPECT_EQ(parse_priority("u=1;p=\"a\\\"b\";q , i;x=:YQ==:"), (Priority{1, true}));
}

// RFC 9218 section 4.
TEST(PriorityField, MembersThatAreNotKnownOrOfTheWrongTypeAreIgnored) {
  EXPECT_EQ(parse_priority("a=1.5, u=2, b=(1 \"x\" tok);p, c=*t/x:y"), (Priority{2, false}));
  EXPECT_EQ(parse_priority("u=8"), (Priority{3, false}));
  EXPECT_EQ(parse_priority("u=-1"), (Priority{3, false}));
  EXPECT_EQ(parse_priority("u=1.0, i=1"), (Priority{3, false}));
  EXPECT_EQ(parse_priority("u, i=a"), (Priority{3, false}));
}

// RFC 8941 section 4.2.
TEST(PriorityField, ThatIsNoDictionaryIsNothing) {
  for (const char* text : {"u=1,", "u=", "U=1", "u=1 i", "=1", "u=1,,i", "i=?2", "u=1;", "a=(1", "a=(1,2)",
                           "a=\"x", "a=:?:", "u=1234567890123456", "a=1.", "a=1.2345", "\tu=1"}) {
    EXPECT_EQ(parse_priority(text), std::nullopt) << text;
  }
}

TEST(PriorityField, IsReadAsItIsWritten) {
  for (std::uint8_t urgency = 0; urgency < 8; ++urgency) {
    for (const bool incremental : {false, true}) {
      const Priority priority{urgency, incremental};
      EXPECT_EQ(parse_priority(format_priority(priority)), priority);
    }
  }
}

// nghttp3 is an oracle: what it takes for a dictionary without values that it rejects, this parser does too.
TEST(PriorityField, AgreesWithAnotherParser) {
  std::mt19937 random(11);
  const std::string alphabet = "uui=,,; 0123457?01ab*.-\"():";
  int dictionaries = 0;
  for (int round = 0; round < 300'000; ++round) {
    std::string text;
    for (std::size_t length = random() % 9; length > 0; --length)
      text += alphabet[random() % alphabet.size()];
    nghttp3_pri theirs{.urgency = NGHTTP3_DEFAULT_URGENCY, .inc = 0};
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    if (nghttp3_pri_parse_priority(&theirs, bytes, text.size()) != 0) continue;
    ++dictionaries;
    const std::optional<Priority> ours = parse_priority(text);
    ASSERT_TRUE(ours.has_value()) << text;
    EXPECT_EQ(ours->urgency, theirs.urgency) << text;
    EXPECT_EQ(ours->incremental, theirs.inc != 0) << text;
  }
  EXPECT_GT(dictionaries, 1000);
}

}  // namespace
}  // namespace usquic::http
