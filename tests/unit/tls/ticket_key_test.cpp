#include "tls/ticket_key.h"

#include <gtest/gtest.h>

namespace usquic::tls {
namespace {

TicketSecret secret_of(std::uint8_t octet) {
  TicketSecret secret{};
  secret[31] = octet;
  return *ticket_secret(secret);
}

TicketKey derive(const TicketSecret& secret, std::string_view certificate = "certificate") {
  return *derive_ticket_key(secret, as_bytes(certificate));
}

TEST(TicketKey, FollowsFromTheSecretAndTheCertificateAlone) {
  EXPECT_EQ(derive(secret_of(1)), derive(secret_of(1)));
  EXPECT_NE(derive(secret_of(1)), derive(secret_of(2)));
  EXPECT_NE(derive(secret_of(1), "one"), derive(secret_of(1), "another"));
}

TEST(TicketKey, IsRandomWithoutASecret) {
  EXPECT_NE(derive(secret_of(0)), derive(secret_of(0)));
}

}  // namespace
}  // namespace usquic::tls
