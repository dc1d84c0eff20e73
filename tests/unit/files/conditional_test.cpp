#include "files/conditional.h"

#include <gtest/gtest.h>

namespace usquic::files {
namespace {

constexpr Validators validators = {"\"abc\"", 784111777};  // Sun, 06 Nov 1994 08:49:37 GMT
constexpr const char* same_date = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr const char* earlier = "Sun, 06 Nov 1994 08:49:36 GMT";

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
  EXPECT_EQ(evaluate_conditions({}, validators), Verdict::Proceed);
}

TEST(Conditional, NoneMatchComparesWeakly) {
  EXPECT_EQ(evaluate_conditions(with_none_match("\"abc\""), validators), Verdict::NotModified);
  EXPECT_EQ(evaluate_conditions(with_none_match("W/\"abc\""), validators), Verdict::NotModified);
  EXPECT_EQ(evaluate_conditions(with_none_match("\"x,y\", \"abc\""), validators), Verdict::NotModified);
  EXPECT_EQ(evaluate_conditions(with_none_match("*"), validators), Verdict::NotModified);
  EXPECT_EQ(evaluate_conditions(with_none_match("\"abcd\""), validators), Verdict::Proceed);
  EXPECT_EQ(evaluate_conditions(with_none_match("abc"), validators), Verdict::Proceed);
}

TEST(Conditional, AWeakTagOfOurOwnMatchesWeaklyAlone) {
  constexpr Validators weak = {"W/\"abc\"", 784111777};
  EXPECT_EQ(evaluate_conditions(with_none_match("W/\"abc\""), weak), Verdict::NotModified);
  EXPECT_EQ(evaluate_conditions(with_none_match("\"abc\""), weak), Verdict::NotModified);
  EXPECT_EQ(evaluate_conditions(with_none_match("\"abcd\""), weak), Verdict::Proceed);
  EXPECT_EQ(evaluate_conditions({.if_match = "\"abc\""}, weak), Verdict::PreconditionFailed);
  EXPECT_EQ(evaluate_conditions({.if_match = "W/\"abc\""}, weak), Verdict::PreconditionFailed);
  EXPECT_FALSE(range_applies({.if_range = "\"abc\""}, weak));
}

TEST(Conditional, NoneMatchWinsOverModifiedSince) {
  Conditions conditions = with_none_match("\"other\"");
  conditions.if_modified_since = same_date;
  EXPECT_EQ(evaluate_conditions(conditions, validators), Verdict::Proceed);
}

TEST(Conditional, ModifiedSinceComparesSeconds) {
  EXPECT_EQ(evaluate_conditions({.if_modified_since = same_date}, validators), Verdict::NotModified);
  EXPECT_EQ(evaluate_conditions({.if_modified_since = earlier}, validators), Verdict::Proceed);
  EXPECT_EQ(evaluate_conditions({.if_modified_since = "yesterday"}, validators), Verdict::Proceed);
}

TEST(Conditional, MatchComparesStrongly) {
  EXPECT_EQ(evaluate_conditions({.if_match = "\"abc\""}, validators), Verdict::Proceed);
  EXPECT_EQ(evaluate_conditions({.if_match = "*"}, validators), Verdict::Proceed);
  EXPECT_EQ(evaluate_conditions({.if_match = "W/\"abc\""}, validators), Verdict::PreconditionFailed);
  EXPECT_EQ(evaluate_conditions({.if_match = "\"x\""}, validators), Verdict::PreconditionFailed);
}

TEST(Conditional, UnmodifiedSinceFailsForANewerFile) {
  EXPECT_EQ(evaluate_conditions({.if_unmodified_since = earlier}, validators), Verdict::PreconditionFailed);
  EXPECT_EQ(evaluate_conditions({.if_unmodified_since = same_date}, validators), Verdict::Proceed);
}

TEST(Conditional, IfRangeNeedsTheSameVersion) {
  EXPECT_TRUE(range_applies({}, validators));
  EXPECT_TRUE(range_applies({.if_range = "\"abc\""}, validators));
  EXPECT_FALSE(range_applies({.if_range = "W/\"abc\""}, validators));
  EXPECT_FALSE(range_applies({.if_range = "\"old\""}, validators));
  EXPECT_TRUE(range_applies({.if_range = same_date}, validators));
  EXPECT_FALSE(range_applies({.if_range = earlier}, validators));
  EXPECT_FALSE(range_applies({.if_range = "garbage"}, validators));
}

}  // namespace
}  // namespace usquic::files
