#include "quic/c_result.h"

#include <gtest/gtest.h>

#include "usquic/error.h"

namespace usquic::quic {
namespace {

TEST(ToC, GivesTheObjectAndNoError) {
  int object = 1;
  int error = US_QUIC_E_IO;  // of a call before
  EXPECT_EQ(to_c(Result<int*>(&object), &error), &object);
  EXPECT_EQ(error, US_QUIC_OK);
}

TEST(ToC, GivesNothingAndTheReason) {
  int error = US_QUIC_OK;
  EXPECT_EQ(to_c(Result<int*>(Error{US_QUIC_E_NOMEM}), &error), nullptr);
  EXPECT_EQ(error, US_QUIC_E_NOMEM);
}

TEST(ToC, NeedsNoPlaceForTheError) {
  int object = 1;
  EXPECT_EQ(to_c(Result<int*>(&object), nullptr), &object);
  EXPECT_EQ(to_c(Result<int*>(Error{US_QUIC_E_NOMEM}), nullptr), nullptr);
}

}  // namespace
}  // namespace usquic::quic
