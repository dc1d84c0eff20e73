// Redirects of Client (RFC 9110 section 15.4).
#include "support/client_fixture.h"

namespace usquic::test {
namespace {

class ClientRedirects : public ClientFixture {
 protected:
  void SetUp() override {
    ClientFixture::SetUp();
    // /STATUS redirects to /end, which tells what came.
    server->on_end = [](Exchange& e) {
      const std::string path = e.field(":path");
      if (path == "/blank") return e.respond(302, {{"location", "/the end"}}, "");
      if (path == "/the%20end") return e.respond(200, {}, path);
      if (path == "/loop") return e.respond(302, {{"location", "/loop"}}, "");
      if (path != "/end") return e.respond(std::stoi(path.substr(1)), {{"location", "end"}}, "ignored");
      e.respond(200, {}, e.field(":method") + "," + e.body + "," + e.field("content-type"));
    };
  }

  std::string after(int status, const std::string& method) {
    FetchOptions options{.method = method, .headers = {{"content-type", "t"}}, .max_redirects = 5};
    if (method == "POST" || method == "PUT") options.body = "b";
    const Told told = fetch(url("/" + std::to_string(status)), options);
    EXPECT_EQ(told.redirects, 1);
    EXPECT_EQ(told.url, url("/end"));
    return told.body;
  }
};

TEST_F(ClientRedirects, AreResponsesLikeAnyOtherUnlessAskedFor) {
  const Told told = fetch(url("/302"));
  EXPECT_EQ(told.status, 302);
  EXPECT_EQ(told.body, "ignored");
}

TEST_F(ClientRedirects, KeepOrChangeTheMethod) {
  EXPECT_EQ(after(301, "POST"), "GET,,");
  EXPECT_EQ(after(302, "POST"), "GET,,");
  EXPECT_EQ(after(303, "PUT"), "GET,,");
  EXPECT_EQ(after(302, "PUT"), "PUT,b,t");
  EXPECT_EQ(after(307, "POST"), "POST,b,t");
  EXPECT_EQ(after(308, "POST"), "POST,b,t");
  EXPECT_EQ(after(302, "GET"), "GET,,t");
}

TEST_F(ClientRedirects, EachRequestThatIsSentIsTold) {
  Told told;
  std::vector<std::string> sent;
  Fetch* fetch = client->fetch(url("/302"), {.max_redirects = 1});
  told.watch(fetch)->onSent([&](us_quic_stream_t* stream) {
    EXPECT_EQ(stream, fetch->native());
    sent.emplace_back(fetch->url());
  });
  run_until([&] { return told.is_done(); });
  EXPECT_EQ(sent, (std::vector<std::string>{url("/302"), url("/end")}));
}

TEST_F(ClientRedirects, GoToALocationWithABlank) {
  const Told told = fetch(url("/blank"), {.max_redirects = 1});
  EXPECT_EQ(told.body, "/the%20end") << told.text;
  EXPECT_EQ(told.url, url("/the%20end"));
}

TEST_F(ClientRedirects, LoopsEnd) {
  const Told told = fetch(url("/loop"), {.max_redirects = 4});
  EXPECT_EQ(told.error, US_QUIC_E_TOO_LARGE);
  EXPECT_EQ(told.text, "more than 4 redirects");
  EXPECT_EQ(server->requests, 5);
}

TEST_F(ClientRedirects, CredentialsStayWithTheirOrigin) {
  Http3ScriptServer other(loop->native(), identity);
  other.on_end = [](Exchange& e) {
    e.respond(200, {}, e.field("authorization") + e.field("cookie") + "," + e.field("x-other"));
  };
  server->on_end = [&](Exchange& e) { e.respond(307, {{"location", url_at(other.port(), "/there")}}, ""); };
  const Told told = fetch(
      url(), {.headers = {{"Authorization", "a"}, {"cookie", "c"}, {"x-other", "o"}}, .max_redirects = 1});
  EXPECT_EQ(told.body, ",o");
  EXPECT_EQ(told.url, url_at(other.port(), "/there"));
}

TEST_F(ClientRedirects, ThatCannotBeFollowedAreTold) {
  EXPECT_EQ(fetch(url("/302"), {.max_redirects = 1}).status, 200);
  server->on_end = [](Exchange& e) { e.respond(302, {{"location", "http://localhost/"}}, ""); };
  const Told insecure = fetch(url("/"), {.max_redirects = 1});
  EXPECT_EQ(insecure.error, US_QUIC_E_HEADERS);
  EXPECT_EQ(insecure.text, "redirect: scheme http is not supported, only https");
  server->on_end = [](Exchange& e) { e.respond(302, {}, ""); };
  EXPECT_EQ(fetch(url("/"), {.max_redirects = 1}).status, 302);
}

}  // namespace
}  // namespace usquic::test
