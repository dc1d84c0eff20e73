// Who the peers are: certificates by name, hot reload, client certificates.
#include "integration/http/app_fixture.h"
#include "support/certificates.h"

namespace usquic::test {
namespace {

class Security : public EveryVersionTest {
 protected:
  // A client that trusts `authority`.
  RawClient& make_visitor(RawClientOptions options = {}) {
    options.ca = authority.certificate();
    return make_client(options);
  }

  static AppOptions identity_of(const Identity& leaf) {
    AppOptions options;
    options.cert = leaf.certificate;
    options.key = leaf.key;
    return options;
  }

  // Connects as a new client of `name`, which has no session to resume; returns the server's leaf
  // certificate, or "" when it cannot.
  std::string certificate_for(const char* name) {
    RawConnection* connection = make_visitor().connect_as(name, port);
    EXPECT_TRUE(run_until([&] { return connection->open || connection->closed; }));
    return connection->open ? connection->server_certificate() : "";
  }

  const Authority authority;
};

TEST_P(Security, CertificatesAreChosenByName) {
  make_app().addServerName("one.example", identity_of(leaf_for(authority, {"one.example"})));
  app->addServerName("*.two.example", identity_of(leaf_for(authority, {"*.two.example"})));
  EXPECT_EQ(app->error(), US_QUIC_OK);
  port = listen(*app);
  const std::string one = certificate_for("one.example");
  const std::string two = certificate_for("www.two.example");
  EXPECT_NE(one, "");
  EXPECT_NE(two, "");
  EXPECT_TRUE(one != two);
  EXPECT_EQ(certificate_for("three.example"), "");  // the app's own certificate: not from this authority
}

TEST_P(Security, ACertificateIsReplacedWhileServing) {
  make_app().addServerName("one.example", identity_of(leaf_for(authority, {"one.example"})));
  app->get("/", [](Response* res, Request*) { res->end("served"); });
  port = listen(*app);
  RawConnection* old = make_visitor().connect_as("one.example", port);
  ASSERT_TRUE(run_until([&] { return old->open; }));
  const std::string before = certificate_for("one.example");
  app->addServerName("one.example", identity_of(leaf_for(authority, {"one.example"})));
  ASSERT_EQ(app->error(), US_QUIC_OK);
  const std::string after = certificate_for("one.example");
  EXPECT_NE(after, "");
  EXPECT_TRUE(before != after);
  const RawRequest* request = old->get("/");
  finish(request);
  EXPECT_EQ(request->body, "served");
}

TEST_P(Security, ABrokenCertificateLeavesTheOldOne) {
  make_app().addServerName("one.example", identity_of(leaf_for(authority, {"one.example"})));
  port = listen(*app);
  const std::string before = certificate_for("one.example");
  AppOptions broken;
  broken.cert = "no certificate";
  broken.key = "no key";
  app->addServerName("one.example", broken);
  EXPECT_NE(app->error(), US_QUIC_OK);
  EXPECT_FALSE(app->constructorFailed());
  EXPECT_TRUE(certificate_for("one.example") == before);
}

TEST_P(Security, ANameThatWasRemovedIsServedWithTheAppsOwnCertificate) {
  make_app().addServerName("one.example", identity_of(leaf_for(authority, {"one.example"})));
  app->removeServerName("one.example");
  port = listen(*app);
  EXPECT_EQ(certificate_for("one.example"), "");
}

TEST_P(Security, AnAppWithABrokenCertificateSaysWhy) {
  AppOptions options;
  options.cert = "no certificate";
  options.key = "no key";
  const App broken(options, loop);
  EXPECT_TRUE(broken.constructorFailed());
  EXPECT_EQ(broken.error(), US_QUIC_E_CERT_PARSE);
}

class ClientCertificates : public Security {
 protected:
  void make_asking_app(bool reject_unauthorized) {
    AppOptions options = identity_of(leaf_for(authority, {"localhost"}));
    options.ca = authority.certificate();
    options.request_cert = true;
    options.reject_unauthorized = reject_unauthorized;
    app.emplace(options, loop);
    ASSERT_FALSE(app->constructorFailed());
    app->get("/", [](Response* res, Request* req) {
      res->writeHeader("x-authorized", req->isClientAuthorized() ? "yes" : "no")
          ->end(std::to_string(req->getClientCertificate().length));
    });
    port = listen(*app);
  }

  // A client with a certificate from `issuer`, or with none.
  RawClient& make_client_of(const Authority* issuer) {
    RawClientOptions options;
    if (issuer != nullptr) {
      LeafOptions leaf_options;
      leaf_options.common_name = "a client";
      leaf_options.for_clients = true;
      options.identity = issuer->issue(leaf_options);
    }
    return make_visitor(options);
  }
};

TEST_P(ClientCertificates, AreVisibleToTheHandler) {
  make_asking_app(true);
  const RawRequest* request = make_client_of(&authority).connect_as("localhost", port)->get("/");
  finish(request);
  EXPECT_EQ(request->field("x-authorized"), "yes");
  EXPECT_NE(request->body, "0");
}

TEST_P(ClientCertificates, AreMissedWhenRequired) {
  make_asking_app(true);
  RawConnection* connection = make_client_of(nullptr).connect_as("localhost", port);
  const RawRequest* request = connection->get("/");
  finish(request);
  EXPECT_EQ(request->status, 0);
  EXPECT_TRUE(run_until([&] { return connection->closed; }));
}

TEST_P(ClientCertificates, OfOthersAreToldApartWhenNotRequired) {
  make_asking_app(false);
  const Authority stranger("a stranger's root");
  const RawRequest* request = make_client_of(&stranger).connect_as("localhost", port)->get("/");
  finish(request);
  EXPECT_EQ(request->status, 200);
  EXPECT_EQ(request->field("x-authorized"), "no");
}

TEST_P(ClientCertificates, AreAbsentWhenTheClientHasNone) {
  make_asking_app(false);
  const RawRequest* request = make_client_of(nullptr).connect_as("localhost", port)->get("/");
  finish(request);
  EXPECT_EQ(request->field("x-authorized"), "no");
  EXPECT_EQ(request->body, "0");
}

INSTANTIATE_TEST_SUITE_P(Versions, Security, every_version(), name_of_version);
INSTANTIATE_TEST_SUITE_P(Versions, ClientCertificates, every_version(), name_of_version);

}  // namespace
}  // namespace usquic::test
