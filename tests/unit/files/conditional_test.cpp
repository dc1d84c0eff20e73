#include "files/conditional.h"

#include <gtest/gtest.h>

namespace usquic::files {
namespace {

constexpr Validators kNow = {"\"abc\"", 784111777};  // Sun, 06 Nov 1994 08:49:37 GMT
constexpr const char* kSameDate = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr const char* kEarlier = "Sun, 06 Nov 1994 08:49:36 GMT";

Conditions with_none_match(std::string_view value) {
  return {.if_none_match = value};
}

TEST(EntityTag, ChangesWithSizeAndTimeAndVariant) {
  const FileIdentity base = {.device = 1, .inode = 2, .size = 3, .modified_ns = 4, .changed_ns = 5};
  FileIdentity other = base;
  other.size = 9;
  EXPECT_NE(make_entity_tag(base), make_entity_tag(other));
  other = base;
  other.modified_ns = 9;
  EXPECT_NE(make_entity_tag(base), make_entity_tag(other));
  EXPECT_NE(make_entity_tag(base), make_entity_tag(base, ".gz"));
  EXPECT_TRUE(make_entity_tag(base).starts_with('"')) << "a strong tag";
}

TEST(EntityTag, IsTheSameForReplicasOfAFile) {
  const FileIdentity one = {.device = 1, .inode = 2, .size = 3, .modified_ns = 4, .changed_ns = 5};
  const FileIdentity replica = {.device = 6, .inode = 7, .size = 3, .modified_ns = 4, .changed_ns = 8};
  EXPECT_EQ(make_entity_tag(one), make_entity_tag(replica));
}

TEST(Conditional, ProceedsWithoutConditions) {
  EXPECT_EQ(evaluate_conditions({}, kNow), Verdict::Proceed);
}

TEST(Conditional, NoneMatchComparesWeakly) {
  EXPECT_EQ(evaluate_conditions(with_none_match("\"abc\""), kNow), Verdict::NotModified);
  EXPECT_EQ(evaluate_conditions(with_none_match("W/\"abc\""), kNow), Verdict::NotModified);
  EXPECT_EQ(evaluate_conditions(with_none_match("\"x,y\", \"abc\""), kNow), Verdict::NotModified);
  EXPECT_EQ(evaluate_conditions(with_none_match("*"), kNow), Verdict::NotModified);
  EXPECT_EQ(evaluate_conditions(with_none_match("\"abcd\""), kNow), Verdict::Proceed);
  EXPECT_EQ(evaluate_conditions(with_none_match("abc"), kNow), Verdict::Proceed);
}

TEST(Conditional, NoneMatchWinsOverModifiedSince) {
  Conditions conditions = with_none_match("\"other\"");
  conditions.if_modified_since = kSameDate;
  EXPECT_EQ(evaluate_conditions(conditions, kNow), Verdict::Proceed);
}

TEST(Conditional, ModifiedSinceComparesSeconds) {
  EXPECT_EQ(evaluate_conditions({.if_modified_since = kSameDate}, kNow), Verdict::NotModified);
  EXPECT_EQ(evaluate_conditions({.if_modified_since = kEarlier}, kNow), Verdict::Proceed);
  EXPECT_EQ(evaluate_conditions({.if_modified_since = "yesterday"}, kNow), Verdict::Proceed);
}

TEST(Conditional, MatchComparesStrongly) {
  EXPECT_EQ(evaluate_conditions({.if_match = "\"abc\""}, kNow), Verdict::Proceed);
  EXPECT_EQ(evaluate_conditions({.if_match = "*"}, kNow), Verdict::Proceed);
  EXPECT_EQ(evaluate_conditions({.if_match = "W/\"abc\""}, kNow), Verdict::PreconditionFailed);
  EXPECT_EQ(evaluate_conditions({.if_match = "\"x\""}, kNow), Verdict::PreconditionFailed);
}

TEST(Conditional, UnmodifiedSinceFailsForANewerFile) {
  EXPECT_EQ(evaluate_conditions({.if_unmodified_since = kEarlier}, kNow), Verdict::PreconditionFailed);
  EXPECT_EQ(evaluate_conditions({.if_unmodified_since = kSameDate}, kNow), Verdict::Proceed);
}

TEST(Conditional, IfRangeNeedsTheSameVersion) {
  EXPECT_TRUE(range_applies({}, kNow));
  EXPECT_TRUE(range_applies({.if_range = "\"abc\""}, kNow));
  EXPECT_FALSE(range_applies({.if_range = "W/\"abc\""}, kNow));
  EXPECT_FALSE(range_applies({.if_range = "\"old\""}, kNow));
  EXPECT_TRUE(range_applies({.if_range = kSameDate}, kNow));
  EXPECT_FALSE(range_applies({.if_range = kEarlier}, kNow));
  EXPECT_FALSE(range_applies({.if_range = "garbage"}, kNow));
}

}  // namespace
}  // namespace usquic::files
