// Programs written with the former names still compile, and their app is one of HTTP/3 alone.
#include <usquic/h3/app.h>
#include <usquic/h3/client.h>
#include <usquic/h3/function.h>
#include <usquic/h3/loop.h>
#include <usquic/h3/request.h>
#include <usquic/h3/response.h>
#include <usquic/h3/url.h>

#include <gtest/gtest.h>

#include <type_traits>
#include <utility>

namespace {

using namespace usquic;

static_assert(std::is_base_of_v<App, H3App> && !std::is_same_v<App, H3App>);
static_assert(std::is_same_v<H3AppOptions, AppOptions> && std::is_same_v<H3RouteOptions, RouteOptions>);
static_assert(std::is_same_v<H3ListenOptions, ListenOptions>);
static_assert(std::is_same_v<Http3Request, Request> && std::is_same_v<Http3Response, Response>);
static_assert(std::is_same_v<H3Client, Client> && std::is_same_v<H3ClientOptions, ClientOptions>);
static_assert(std::is_same_v<H3Fetch, Fetch> && std::is_same_v<H3FetchOptions, FetchOptions>);
static_assert(std::is_same_v<H3Field, Field> && std::is_same_v<H3ResponseHead, ResponseHead>);
static_assert(std::is_same_v<H3Timeouts, Timeouts>);
static_assert(std::is_same_v<H3Url, Url> && std::is_same_v<H3UrlError, UrlError>);
static_assert(std::is_same_v<H3DotSegments, DotSegments>);

TEST(FormerNames, AnAppTakesRoutes) {
  const auto loop = Loop::create();
  H3App app(H3AppOptions{}, loop);
  app.get("/hello", [](Http3Response* res, Http3Request* req) { res->end(req->getUrl()); })
      .post(
          "/upload", [](auto* res, auto*) { res->endWithoutBody(); }, H3RouteOptions{.max_body_bytes = 1});
  H3App moved = std::move(app);
  EXPECT_EQ(moved.loop(), loop.get());
}

TEST(FormerNames, AClientReportsAMalformedUrl) {
  H3Client client{H3ClientOptions{}};
  int failed = 0;
  H3Fetch* fetch = client.fetch("http://plain/", H3FetchOptions{});
  fetch->onResponse([](const H3ResponseHead&) {})->onError([&](int error, std::string_view) {
    failed = error;
  });
  client.run();
  EXPECT_EQ(failed, US_QUIC_E_INVALID);
}

TEST(FormerNames, UrlsAreParsedAndResolved) {
  const auto base = parseH3Url("https://host/a/b", H3DotSegments::Remove);
  ASSERT_TRUE(std::holds_alternative<H3Url>(base));
  const auto target = resolveH3Url(std::get<H3Url>(base), "../c");
  EXPECT_EQ(std::get<H3Url>(target).text(), "https://host/c");
}

}  // namespace
