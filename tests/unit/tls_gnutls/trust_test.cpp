#include "tls/gnutls/trust.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <array>

#include "../tls/handshake.h"
#include "support/temporary_directory.h"

namespace {

// How often GnuTLS was asked for the system's roots.
int& system_loads() {
  static int count = 0;
  return count;
}

// Whether GnuTLS finds nothing at the place that it was built with.
bool& is_elsewhere() {
  static bool is = false;
  return is;
}

}  // namespace

// Stands before GnuTLS's own of that name, and passes on to it.
extern "C" int gnutls_x509_trust_list_add_system_trust(gnutls_x509_trust_list_t list, unsigned tl_flags,
                                                       unsigned tl_vflags) {
  ++system_loads();
  if (is_elsewhere()) return GNUTLS_E_FILE_ERROR;
  using Function = int (*)(gnutls_x509_trust_list_t, unsigned, unsigned);
  static const auto own =
      reinterpret_cast<Function>(dlsym(RTLD_NEXT, "gnutls_x509_trust_list_add_system_trust"));
  return own(list, tl_flags, tl_vflags);
}

namespace usquic::tls::test {
namespace {

using gnutls::add_first_bundle;
using gnutls::Trust;

int count_roots(const Trust& trust) {
  gnutls_x509_trust_list_iter_t place = nullptr;
  gnutls_x509_crt_t root = nullptr;
  int count = 0;
  for (; gnutls_x509_trust_list_iter_get_ca(trust.native(), &place, &root) == 0; ++count) {
    gnutls_x509_crt_deinit(root);
  }
  return count;
}

class SystemRoots : public testing::Test {
 protected:
  SystemRoots() : identity_(leaf_for(authority_, {"a.example"})) {
    system_loads() = 0;
    client_.alpn = {"h3"};
  }

  // Connects twice over the same two contexts; returns whether the client was let through.
  bool meet_twice(const Options& client, const Options& server) {
    const std::unique_ptr<Context> client_context = make_context(client);
    const std::unique_ptr<Context> server_context = make_context(server);
    Handshake first(*client_context, *server_context, "a.example");
    const bool has_succeeded = first.run().succeeded();
    Handshake second(*client_context, *server_context, "a.example");
    return second.run().succeeded() && has_succeeded;
  }

  Authority authority_;
  Identity identity_;
  Options client_;
};

TEST_F(SystemRoots, AreLoadedOnceForAClientThatVerifies) {
  EXPECT_FALSE(meet_twice(client_, server_options(identity_)));
  EXPECT_EQ(system_loads(), 1);
}

TEST_F(SystemRoots, AreNotLoadedForAClientThatVerifiesNobody) {
  client_.verify_server = false;
  EXPECT_TRUE(meet_twice(client_, server_options(identity_)));
  EXPECT_EQ(system_loads(), 0);
}

TEST_F(SystemRoots, AreNotLoadedWhereOthersAreGiven) {
  EXPECT_TRUE(meet_twice(client_options(authority_), server_options(identity_)));
  EXPECT_EQ(system_loads(), 0);
}

TEST_F(SystemRoots, ExtraRootsStandBesideThem) {
  client_.extra_trust = {.text = authority_.certificate()};
  EXPECT_TRUE(meet_twice(client_, server_options(identity_)));
  EXPECT_EQ(system_loads(), 1);
}

TEST_F(SystemRoots, AreNotLoadedForExtraRootsOfAClientThatVerifiesNobody) {
  client_.extra_trust = {.text = authority_.certificate()};
  client_.verify_server = false;
  EXPECT_TRUE(meet_twice(client_, server_options(identity_)));
  EXPECT_EQ(system_loads(), 0);
}

TEST_F(SystemRoots, ExtraRootsStandBesideOthersThatAreGiven) {
  const Authority other;
  client_.trust = {.text = other.certificate()};
  EXPECT_FALSE(meet_twice(client_, server_options(identity_)));
  client_.extra_trust = {.text = authority_.certificate()};
  EXPECT_TRUE(meet_twice(client_, server_options(identity_)));
  EXPECT_TRUE(meet_twice(client_, server_options(leaf_for(other, {"a.example"}))));
  EXPECT_EQ(system_loads(), 0);
}

TEST_F(SystemRoots, AreNotLoadedForAServerThatLetsAnyClientIn) {
  Options server = server_options(identity_);
  server.request_client_certificate = true;
  Options client = client_options(authority_);
  client.identity = source_of(identity_);
  EXPECT_TRUE(meet_twice(client, server));
  EXPECT_EQ(system_loads(), 0);
}

TEST_F(SystemRoots, WithoutThemNobodyIsAuthorized) {
  client_.verify_server = false;
  const std::unique_ptr<Context> client = make_context(client_);
  const std::unique_ptr<Context> server = make_context(server_options(identity_));
  Handshake handshake(*client, *server, "a.example");
  ASSERT_TRUE(handshake.run().succeeded());
  EXPECT_FALSE(handshake.client.session->is_authorized());
}

TEST_F(SystemRoots, AreFoundWhereGnuTlsDoesNotLook) {
  Result<std::unique_ptr<Trust>> by_gnutls = Trust::load({}, {}, Logger());
  is_elsewhere() = true;
  Result<std::unique_ptr<Trust>> elsewhere = Trust::load({}, {}, Logger());
  is_elsewhere() = false;
  ASSERT_TRUE(by_gnutls && elsewhere);
  EXPECT_GT(count_roots(**by_gnutls), 0) << "package ca-certificates";
  EXPECT_EQ(count_roots(**elsewhere), count_roots(**by_gnutls));
}

TEST(AddFirstBundle, TakesTheFirstFileThatHasRoots) {
  const Authority one;
  const Authority other;
  const usquic::test::TemporaryDirectory folder;
  folder.write("empty.pem", "");
  folder.write("two.pem", other.certificate() + Authority().certificate());
  folder.write("late.pem", Authority().certificate());
  Result<std::unique_ptr<Trust>> trust = Trust::load({.text = one.certificate()}, {}, Logger());
  ASSERT_TRUE(trust);
  const std::array files = {folder.path() / "missing.pem", folder.path() / "empty.pem",
                            folder.path() / "two.pem", folder.path() / "late.pem"};
  const std::array names = {files[0].c_str(), files[1].c_str(), files[2].c_str(), files[3].c_str()};
  EXPECT_EQ(add_first_bundle(**trust, names), 2);
  EXPECT_EQ(count_roots(**trust), 3);
}

TEST(AddFirstBundle, AddsNothingWhereNoFileHasRoots) {
  const Authority one;
  const usquic::test::TemporaryDirectory folder;
  folder.write("text.pem", "no certificate\n");
  Result<std::unique_ptr<Trust>> trust = Trust::load({.text = one.certificate()}, {}, Logger());
  ASSERT_TRUE(trust);
  const std::array files = {folder.path() / "missing.pem", folder.path() / "text.pem"};
  const std::array names = {files[0].c_str(), files[1].c_str()};
  EXPECT_EQ(add_first_bundle(**trust, names), 0);
  EXPECT_EQ(count_roots(**trust), 1);
}

}  // namespace
}  // namespace usquic::tls::test
