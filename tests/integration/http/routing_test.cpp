// Which handler gets a request.
#include "integration/http/app_fixture.h"

namespace usquic::test {
namespace {

class Routing : public AppTest {
 protected:
  // A handler that answers with `name` and the parameters it saw.
  static App::Handler says(std::string name) {
    return [name = std::move(name)](Response* res, Request* req) {
      std::string text = name;
      for (std::size_t i = 0; i < 3 && !req->getParameter(i).empty(); ++i)
        text += " " + std::string(req->getParameter(i));
      res->end(text);
    };
  }

  std::string ask(RawConnection* connection, std::string_view method, std::string_view path,
                  std::string_view authority = "localhost") {
    const RawRequest* request = connection->request({{":method", std::string(method)},
                                                     {":scheme", "https"},
                                                     {":authority", std::string(authority)},
                                                     {":path", std::string(path)}},
                                                    true);
    finish(request);
    return request->status == 200 ? request->body : std::to_string(request->status);
  }
};

TEST_F(Routing, ParametersAreReadByIndexAndNameAndDecoded) {
  make_app().get("/user/:name/posts/:id", [](Response* res, Request* req) {
    EXPECT_EQ(req->getParameter(0), req->getParameter("name"));
    EXPECT_EQ(req->getParameter(2), "");
    EXPECT_EQ(req->getParameter("none"), "");
    res->end(std::string(req->getParameter("name")) + "|" + std::string(req->getParameter("id")));
  });
  RawConnection* connection = start();
  EXPECT_EQ(ask(connection, "GET", "/user/J%C3%B6rg%2FX/posts/42"), "J\xC3\xB6rg/X|42");
  EXPECT_EQ(ask(connection, "GET", "/user/only"), "404");
}

TEST_F(Routing, EverySpellingOfAPathReachesTheSameHandler) {
  make_app()
      .get("/admin/secret", [](Response* res, Request*) { res->writeStatus("403")->end(); })
      .any("/*", says("open"));
  RawConnection* connection = start();
  for (const char* path : {"/admin/secret", "/%61dmin/secret", "/admin/s%65cret", "/admin/./secret",
                           "/./admin/secret", "/x/../admin/secret", "/x/%2e%2E/admin/secret",
                           "/../admin/secret", "/admin/x/y/../../secret", "/%2e/%61dmin/secret?a=/../b"}) {
    EXPECT_EQ(ask(connection, "GET", path), "403") << path;
    EXPECT_EQ(ask(connection, "HEAD", path), "403") << path;
  }
  EXPECT_EQ(ask(connection, "GET", "/admin%2Fsecret"), "open admin%2Fsecret");
  EXPECT_EQ(ask(connection, "GET", "/admin%2fx%2F..%2Fsecret"), "open admin%2Fx%2F..%2Fsecret");
  EXPECT_EQ(ask(connection, "GET", "/%2561dmin/secret"), "open %61dmin/secret");
  EXPECT_EQ(ask(connection, "GET", "/a+b%2Bc"), "open a+b+c");
  EXPECT_EQ(ask(connection, "GET", "//admin/secret"), "open /admin/secret");
}

TEST_F(Routing, AnotherSpellingOfAPathHasTheSameMethods) {
  make_app().get("/only", says("get"));
  EXPECT_EQ(ask(start(), "POST", "/%6Fnly"), "405");
}

TEST_F(Routing, MalformedEscapesAndNulAre400) {
  make_app().any("*", says("anything"));
  RawConnection* connection = start();
  for (const char* path : {"/%", "/a%4", "/%zz/b", "/a%00", "/a/%00/../b"}) {
    EXPECT_EQ(ask(connection, "GET", path), "400") << path;
  }
  EXPECT_EQ(ask(connection, "GET", "/a?b=%zz%00"), "anything /a");
}

TEST_F(Routing, UrlsAreGivenAsTheyWereSent) {
  make_app().get("/a/:x", [](Response* res, Request* req) {
    res->end(std::string(req->getUrl()) + " " + std::string(req->getFullUrl()) + " " +
             std::string(req->getParameter(0)));
  });
  EXPECT_EQ(ask(start(), "GET", "/b/../%61/%7e%2F..?q=%61"),
            "/b/../%61/%7e%2F.. /b/../%61/%7e%2F..?q=%61 ~/..");
}

TEST_F(Routing, WildcardTakesTheRest) {
  make_app().get("/files/*", [](Response* res, Request* req) { res->end(req->getParameter("*")); });
  RawConnection* connection = start();
  EXPECT_EQ(ask(connection, "GET", "/files/a/b/c.txt"), "a/b/c.txt");
  EXPECT_EQ(ask(connection, "GET", "/other/a"), "404");
}

TEST_F(Routing, TheMostSpecificRouteWins) {
  make_app()
      .get("/*", says("rest"))
      .get("/:a", says("parameter"))
      .get("/static", says("static"))
      .get("/:a/x", says("parameter x"))
      .get("/static/*", says("static rest"));
  RawConnection* connection = start();
  EXPECT_EQ(ask(connection, "GET", "/static"), "static");
  EXPECT_EQ(ask(connection, "GET", "/other"), "parameter other");
  EXPECT_EQ(ask(connection, "GET", "/other/x"), "parameter x other");
  EXPECT_EQ(ask(connection, "GET", "/static/y"), "static rest y");
  EXPECT_EQ(ask(connection, "GET", "/other/y"), "rest other/y");
}

TEST_F(Routing, AnyTakesMethodsWithoutARouteOfTheirOwn) {
  make_app()
      .get("/x", says("get"))
      .any("/x", says("any"))
      .del("/y", says("delete"))
      .patch("/y", says("patch"));
  RawConnection* connection = start();
  EXPECT_EQ(ask(connection, "GET", "/x"), "get");
  EXPECT_EQ(ask(connection, "PUT", "/x"), "any");
  EXPECT_EQ(ask(connection, "BREW", "/x"), "any");
  EXPECT_EQ(ask(connection, "DELETE", "/y"), "delete");
  EXPECT_EQ(ask(connection, "PATCH", "/y"), "patch");
}

TEST_F(Routing, AnotherMethodIs405WithAllow) {
  make_app().get("/x", says("get")).put("/x", says("put"));
  const RawRequest* request = start()->request(
      {{":method", "DELETE"}, {":scheme", "https"}, {":authority", "localhost"}, {":path", "/x"}}, true);
  finish(request);
  EXPECT_EQ(request->status, 405);
  const std::string allow = request->field("allow");
  EXPECT_NE(allow.find("GET"), std::string::npos) << allow;
  EXPECT_NE(allow.find("HEAD"), std::string::npos) << allow;
  EXPECT_NE(allow.find("PUT"), std::string::npos) << allow;
  EXPECT_EQ(allow.find("DELETE"), std::string::npos) << allow;
}

TEST_F(Routing, AMethodFallsThroughToALessSpecificRoute) {
  make_app().get("/a/b", says("exact")).post("/a/*", says("post rest"));
  RawConnection* connection = start();
  EXPECT_EQ(ask(connection, "POST", "/a/b"), "post rest b");
}

TEST_F(Routing, YieldPassesOnToTheNextMatch) {
  int declined = 0;
  make_app()
      .get("/a/b",
           [&declined](Response*, Request* req) {
             ++declined;
             req->setYield(true);
           })
      .get("/a/:x", says("second"))
      .get("/lonely", [](Response*, Request* req) { req->setYield(true); });
  RawConnection* connection = start();
  EXPECT_EQ(ask(connection, "GET", "/a/b"), "second b");
  EXPECT_EQ(declined, 1);
  EXPECT_EQ(ask(connection, "GET", "/lonely"), "404");
}

TEST_F(Routing, YieldReachesARouteOfTheSamePatternAndAny) {
  make_app().get("/x", [](Response*, Request* req) { req->setYield(true); }).any("/x", says("any"));
  RawConnection* connection = start();
  EXPECT_EQ(ask(connection, "GET", "/x"), "any");
}

TEST_F(Routing, OptionsAreAnsweredOnlyWhenAskedFor) {
  AppOptions options;
  options.automatic_options = true;
  make_app(options).get("/x", says("get"));
  RawConnection* connection = start();
  const RawRequest* request = connection->request(
      {{":method", "OPTIONS"}, {":scheme", "https"}, {":authority", "localhost"}, {":path", "/x"}}, true);
  finish(request);
  EXPECT_EQ(request->status / 100, 2);
  EXPECT_NE(request->field("allow").find("GET"), std::string::npos);
}

TEST_F(Routing, OptionsWithoutARouteAre405ByDefault) {
  make_app().get("/x", says("get"));
  EXPECT_EQ(ask(start(), "OPTIONS", "/x"), "405");
}

TEST_F(Routing, DomainsHaveRoutesOfTheirOwn) {
  make_app()
      .get("/", says("all others"))
      .domain("one.example")
      .get("/", says("one"))
      .domain("*.two.example")
      .get("/", says("below two"))
      .domain("")
      .get("/more", says("all others again"));
  RawConnection* connection = start();
  EXPECT_EQ(ask(connection, "GET", "/", "one.example"), "one");
  EXPECT_EQ(ask(connection, "GET", "/", "ONE.example:4433"), "one");
  EXPECT_EQ(ask(connection, "GET", "/", "www.two.example"), "below two");
  EXPECT_EQ(ask(connection, "GET", "/", "localhost"), "all others");
  EXPECT_EQ(ask(connection, "GET", "/more", "localhost"), "all others again");
}

// RFC 9110 section 15.5.20.
TEST_F(Routing, ANameThatNobodyHasIs421) {
  make_app().domain("one.example").get("/", says("one")).domain("*.two.example").get("/", says("below two"));
  RawConnection* connection = start();
  EXPECT_EQ(ask(connection, "GET", "/", "one.example"), "one");
  EXPECT_EQ(ask(connection, "GET", "/none", "one.example:1"), "404");
  EXPECT_EQ(ask(connection, "POST", "/", "www.two.example"), "405");
  for (const char* name : {"localhost", "two.example", "a.b.two.example", "example", "127.0.0.1"}) {
    EXPECT_EQ(ask(connection, "GET", "/", name), "421") << name;
    EXPECT_EQ(ask(connection, "GET", "/none", name), "421") << name;
  }
}

TEST_F(Routing, RoutesForAllOthersTakeEveryName) {
  make_app().domain("one.example").get("/", says("one"));
  RawConnection* connection = start();
  EXPECT_EQ(ask(connection, "GET", "/", "localhost"), "421");
  app->domain("").get("/more", says("all others"));
  EXPECT_EQ(ask(connection, "GET", "/more", "localhost"), "all others");
  EXPECT_EQ(ask(connection, "GET", "/", "localhost"), "404");
}

TEST_F(Routing, CertificatesByNameAloneMakeNoSites) {
  AppOptions other;
  other.cert = identity.cert;
  other.key = identity.key;
  make_app().addServerName("one.example", other).get("/", says("any name"));
  RawConnection* connection = start();
  EXPECT_EQ(ask(connection, "GET", "/", "two.example"), "any name");
}

TEST_F(Routing, ARouteMayBeAddedWhileServing) {
  make_app().get("/old", says("old"));
  RawConnection* connection = start();
  EXPECT_EQ(ask(connection, "GET", "/new"), "404");
  app->get("/new", says("new"));
  EXPECT_EQ(ask(connection, "GET", "/new"), "new");
}

}  // namespace
}  // namespace usquic::test
