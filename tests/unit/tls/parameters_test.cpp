#include "tls/parameters.h"

#include <gtest/gtest.h>

#include <string>

namespace usquic::tls {
namespace {

TEST(Parameters, GroupsHaveTheNamesThatIanaRegisters) {
  for (const Group group :
       {Group::x25519mlkem768, Group::x25519, Group::secp256r1, Group::secp384r1, Group::secp521r1})
    EXPECT_EQ(group_of(name_of(group)), group);
  EXPECT_EQ(group_of("X25519"), Group::x25519);
  EXPECT_EQ(group_of("x25519mlkem768"), Group::x25519mlkem768);
  EXPECT_EQ(group_of("P-256"), std::nullopt);
  EXPECT_STREQ(name_of(Group{1}), "");
}

TEST(Parameters, ListsOfGroupsHaveColons) {
  EXPECT_EQ(groups_of("secp256r1:x25519"), (std::vector<Group>{Group::secp256r1, Group::x25519}));
  for (const char* wrong :
       {"", ":", "x25519:", ":x25519", "x25519,secp256r1", "x25519::secp256r1", "x25519 "})
    EXPECT_EQ(groups_of(wrong), std::nullopt) << wrong;
}

TEST(Parameters, SignatureSchemesAreFoundByTheirNames) {
  EXPECT_EQ(signature_scheme_of("ecdsa_secp256r1_sha256"), SignatureScheme::ecdsa_secp256r1_sha256);
  EXPECT_EQ(signature_scheme_of("RSA_PSS_RSAE_SHA384"), SignatureScheme::rsa_pss_rsae_sha384);
  EXPECT_EQ(signature_scheme_of("rsa"), std::nullopt);
}

}  // namespace
}  // namespace usquic::tls
