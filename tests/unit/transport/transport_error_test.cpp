#include "transport/transport_error.h"

#include <gtest/gtest.h>

namespace usquic::transport {
namespace {

TEST(TransportError, CarriesATlsAlert) {
  constexpr std::uint8_t no_application_protocol = 120;
  EXPECT_EQ(number_of(of_alert(no_application_protocol)), 0x0178u);
  EXPECT_EQ(alert_of(of_alert(no_application_protocol)), no_application_protocol);
  EXPECT_EQ(alert_of(of_alert(0)), 0);
  EXPECT_EQ(alert_of(of_alert(255)), 255);
}

TEST(TransportError, OfQuicItselfIsNoAlert) {
  EXPECT_EQ(alert_of(TransportError::no_error), std::nullopt);
  EXPECT_EQ(alert_of(TransportError{0xff}), std::nullopt);
  EXPECT_EQ(alert_of(TransportError{0x200}), std::nullopt);
}

TEST(ErrorCode, TellsWhoseNumberItIs) {
  const ErrorCode transport = TransportError::protocol_violation;
  const ErrorCode application = ApplicationError{0x0a};
  EXPECT_EQ(number_of(transport), number_of(application));
  EXPECT_FALSE(is_application(transport));
  EXPECT_TRUE(is_application(application));
  EXPECT_NE(transport, application);
}

}  // namespace
}  // namespace usquic::transport
