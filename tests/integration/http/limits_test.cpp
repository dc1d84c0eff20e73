// Requests that are too large, or say something else than they do.
#include "integration/http/app_fixture.h"
#include "integration/http/handlers.h"
#include "support/built_in_engine.h"

namespace usquic::test {
namespace {

class Limits : public EveryVersionTest {};

TEST_P(Limits, HeadersOverTheLimitAre431) {
  us_quic_socket_context_options_t core = US_QUIC_OPTIONS_INIT;
  core.max_header_list_size = 4096;
  AppOptions options;
  options.core = &core;
  bool called = false;
  make_app(options).get("/", [&called](Response* res, Request*) {
    called = true;
    res->end();
  });
  // On a cold connection: the client does not yet know the server's limit.
  RawConnection* connection = start();
  const RawRequest* request = connection->get("/", {{"x-large", std::string(8192, 'l')}});
  finish(request);
  EXPECT_EQ(request->status, 431);
  EXPECT_FALSE(called);
  const RawRequest* next = connection->get("/");
  finish(next);
  EXPECT_EQ(next->status, 200);
}

// A name and a value as no other program sends them, but none is too long by itself.
class LongFields : public EveryVersionTest {
 protected:
  void SetUp() override {
    if (version.option == &AppOptions::http3 && !engine_takes_long_fields())
      GTEST_SKIP() << "this engine does not take fields of 60,000 bytes";
  }

  static us_quic_socket_context_options_t with_limit(std::size_t bytes) {
    us_quic_socket_context_options_t core = US_QUIC_OPTIONS_INIT;
    core.max_header_list_size = bytes;
    return core;
  }

  static RawClientOptions taking(std::size_t bytes) {
    RawClientOptions options;
    options.max_section_bytes = bytes;
    return options;
  }

  // One that sends back what it got.
  void make_mirror(us_quic_socket_context_options_t& core) {
    AppOptions options;
    options.core = &core;
    make_app(options).get("/", [this](Response* res, Request* req) {
      ++handled;
      res->writeHeader(name, req->getHeader(name))->writeHeader("x-value", req->getHeader("x-value"))->end();
    });
  }

  RawRequest* ask(RawConnection* connection) {
    RawRequest* request = connection->get("/", {{name, "n"}, {"x-value", value}});
    finish(request);
    return request;
  }

  const std::string name = std::string(300, 'n');
  const std::string value = std::string(60'000, 'v');
  int handled = 0;
};

TEST_P(LongFields, PassBothWays) {
  us_quic_socket_context_options_t core = with_limit(65536);
  make_mirror(core);
  RawConnection* connection = start(taking(65536));
  // The second time their names are in QPACK's table.
  for (int i = 0; i < 3; ++i) {
    const RawRequest* request = ask(connection);
    EXPECT_EQ(request->status, 200);
    EXPECT_EQ(request->field(name), "n");
    EXPECT_EQ(request->field("x-value"), value);
  }
  EXPECT_EQ(handled, 3);
}

TEST_P(LongFields, AreRefusedByTheServersLimit) {
  us_quic_socket_context_options_t core = with_limit(60'000);
  make_mirror(core);
  RawConnection* connection = start(taking(65536));
  EXPECT_EQ(ask(connection)->status, 431);
  EXPECT_EQ(handled, 0);
  EXPECT_TRUE(!version.outlives_failures || !connection->closed);
}

TEST_P(LongFields, AreRefusedByTheClientsLimit) {
  if (!version.has_section_limit) GTEST_SKIP() << "clients do not limit sections";
  us_quic_socket_context_options_t core = with_limit(65536);
  make_mirror(core);
  RawConnection* connection = start(taking(60'000));
  const RawRequest* request = ask(connection);
  EXPECT_EQ(handled, 1);
  EXPECT_EQ(request->status, 0);
  EXPECT_NE(request->close_reason, US_QUIC_OK);
  EXPECT_EQ(request->close_code, version.excessive_load);
  EXPECT_TRUE(!version.outlives_failures || !connection->closed);
}

class BodyLimit : public EveryVersionTest {
 protected:
  void make_limited_app(std::uint64_t app_limit, std::uint64_t route_limit) {
    AppOptions options;
    options.max_body_bytes = app_limit;
    make_app(options).post("/",
                           [this](Response* res, Request*) {
                             res->onAborted([this] { ++aborted_; });
                             res->onData([this, res](std::string_view chunk, bool fin) {
                               received_ += chunk.size();
                               if (fin) res->end("taken");
                             });
                           },
                           {.max_body_bytes = route_limit});
  }

  // Whatever the client still sends is of no interest once 413 is there.
  void expect_413(RawRequest* request) {
    ASSERT_NE(request, nullptr);
    ASSERT_TRUE(run_until([&] { return request->status != 0; }));
    EXPECT_EQ(request->status, 413);
    request->abort();
    finish(request);
    EXPECT_LE(received_, 1000u);
  }

  std::uint64_t received_ = 0;
  int aborted_ = 0;
};

TEST_P(BodyLimit, ALargeContentLengthIs413BeforeTheBody) {
  make_limited_app(1000, UINT64_MAX);
  expect_413(start()->post("/", {{"content-length", "1001"}}));
  EXPECT_EQ(received_, 0u);
}

TEST_P(BodyLimit, ABodyWithoutContentLengthIs413WhenItGetsTooLarge) {
  make_limited_app(UINT64_MAX, 1000);
  RawRequest* request = start()->post("/");
  request->send_pattern(1001);
  expect_413(request);
}

TEST_P(BodyLimit, TheSmallerOfTheLimitsCounts) {
  make_limited_app(500, 1000);
  expect_413(start()->post("/", {{"content-length", "501"}}));
}

TEST_P(BodyLimit, ABodyOfExactlyTheLimitIsTaken) {
  make_limited_app(1000, UINT64_MAX);
  RawRequest* request = start()->post("/");
  request->send_pattern(1000).finish();
  finish(request);
  EXPECT_EQ(request->status, 200);
  EXPECT_EQ(received_, 1000u);
  EXPECT_EQ(aborted_, 0);
}

// What a client claims and what it sends (RFC 9114 section 4.1.2, RFC 9113 section 8.1.1, RFC 9112 section 6.3).
class LyingContentLength : public EveryVersionTest {
 protected:
  void upload(const char* claimed, std::size_t sent) {
    make_app().post("/", [this](Response* res, Request*) {
      ++called_;
      res->onAborted([this] { ++aborted_; });
      res->onData([this, res](std::string_view, bool fin) {
        if (!fin) return;
        ended_ = true;
        res->end();
      });
    });
    connection_ = start();
    request_ = connection_->post("/", {{"content-length", claimed}});
    ASSERT_NE(request_, nullptr);
    request_->send_pattern(sent).finish();
    finish(request_);
  }

  void expect_malformed() {
    EXPECT_NE(request_->status, 200);
    EXPECT_FALSE(ended_);
    EXPECT_TRUE(run_until([&] { return aborted_ == called_; })) << aborted_ << " of " << called_;
    EXPECT_TRUE(request_->status == 400 || is_cut_off(request_)) << request_->status;
    if (is_cut_off(request_)) {
      EXPECT_EQ(request_->close_code, version.message_error);
    }
    // A stream error, not one of the connection.
    EXPECT_TRUE(!version.outlives_failures || !connection_->closed);
  }

  RawConnection* connection_ = nullptr;
  RawRequest* request_ = nullptr;
  int called_ = 0;  // not at all when the lie came with the header section
  int aborted_ = 0;
  bool ended_ = false;
};

TEST_P(LyingContentLength, ABodyThatIsTooShortNeverEnds) {
  upload("100", 50);
  expect_malformed();
}

TEST_P(LyingContentLength, ABodyThatIsTooLongNeverEnds) {
  if (!version.has_ends_of_bodies) GTEST_SKIP() << "what is too long is the next request";
  upload("100", 150);
  expect_malformed();
}

TEST_P(LyingContentLength, AHandlerThatWritesLessIsNotACompleteAnswer) {
  make_app().get("/", [](Response* res, Request*) {
    res->onAborted([] {});
    res->writeHeader("content-length", "100")->end("less");
  });
  const RawRequest* request = start()->get("/");
  finish(request);
  EXPECT_FALSE(request->status == 200 && request->close_reason == US_QUIC_OK);
}

TEST_P(LyingContentLength, AHandlerThatWritesMoreIsNotACompleteAnswer) {
  make_app().get("/", [](Response* res, Request*) {
    res->onAborted([] {});
    res->writeHeader("content-length", "4");
    if (res->write("more than four")) res->end();
  });
  const RawRequest* request = start()->get("/");
  finish(request);
  EXPECT_FALSE(request->status == 200 && request->close_reason == US_QUIC_OK);
}

TEST_P(Limits, CarriageReturnAndLineFeedInAHeaderAreRefused) {
  make_app().get("/:what", [](Response* res, Request* req) {
    // As a handler does that trusts its input: the parameter is decoded.
    res->writeHeader("x-echo", req->getParameter("what"))->end("body");
  });
  RawConnection* connection = start();
  for (const char* path : {"/a%0d%0aset-cookie:%20x", "/a%0ab", "/a%0db"}) {
    const RawRequest* request = connection->get(path);
    finish(request);
    EXPECT_EQ(request->status, 500) << path;
    EXPECT_EQ(request->field("set-cookie"), "") << path;
    EXPECT_EQ(request->field("x-echo"), "") << path;
  }
}

INSTANTIATE_TEST_SUITE_P(Versions, Limits, every_version(), name_of_version);
INSTANTIATE_TEST_SUITE_P(Versions, LongFields, every_version(), name_of_version);
INSTANTIATE_TEST_SUITE_P(Versions, BodyLimit, every_version(), name_of_version);
INSTANTIATE_TEST_SUITE_P(Versions, LyingContentLength, every_version(), name_of_version);

}  // namespace
}  // namespace usquic::test
