// Bodies in both directions: every byte once, in order, and never more in memory than is under way.
#include <gmock/gmock.h>

#include "integration/http/app_fixture.h"
#include "integration/http/handlers.h"
#include "support/built_in_engine.h"
#include "support/proc.h"

namespace usquic::test {
namespace {

class Bodies : public EveryVersionTest {
 protected:
  // Sends `bytes` up to an echo route and compares what comes back.
  void echo(std::uint64_t bytes, int seconds = 60) {
    make_app().post("/echo", [](Response* res, Request*) { echo_as_it_comes(res); });
    RawRequest* request = start()->post("/echo", {{"content-length", std::to_string(bytes)}});
    request->discards_body = true;
    request->send_pattern(bytes).finish();
    finish(request, seconds);
    EXPECT_EQ(request->body_bytes, bytes);
    EXPECT_TRUE(request->body_is_pattern);
    EXPECT_EQ(request->close_reason, US_QUIC_OK);
  }

  void download(std::uint64_t bytes, int seconds = 60, const RawClientOptions& options = {}) {
    make_app().get("/", [bytes](Response* res, Request*) { answer_with_pattern(res, bytes); });
    RawRequest* request = start(options)->get("/");
    request->discards_body = true;
    finish(request, seconds);
    EXPECT_EQ(request->field("content-length"), std::to_string(bytes));
    EXPECT_EQ(request->body_bytes, bytes);
    EXPECT_TRUE(request->body_is_pattern);
    EXPECT_EQ(request->close_reason, US_QUIC_OK);
  }

  static constexpr std::uint64_t kibibyte = 1024;
  static constexpr std::uint64_t mebibyte = 1024 * kibibyte;
  // What one connection may hold: both sides' windows and send buffers, and the sanitizers'
  // quarantine on top.
  [[maybe_unused]] static constexpr long growth_limit_kib = 96 * 1024;
};

TEST_P(Bodies, HalfMebibyteIsEchoed) {
  echo(512 * kibibyte);
}

TEST_P(Bodies, EightMebibytesAreEchoed) {
  echo(8 * mebibyte);
}

TEST_P(Bodies, HalfMebibyteIsDownloaded) {
  download(512 * kibibyte);
}

TEST_P(Bodies, EightMebibytesAreDownloaded) {
  download(8 * mebibyte);
}

TEST_P(Bodies, EndBuffersWhatCannotBeSentYet) {
  make_app().get("/", [](Response* res, Request*) {
    res->onAborted([] {});
    res->end(pattern(0, 8 * mebibyte));
  });
  RawRequest* request = start()->get("/");
  finish(request);
  EXPECT_EQ(request->field("content-length"), std::to_string(8 * mebibyte));
  EXPECT_EQ(request->body_bytes, 8 * mebibyte);
  EXPECT_TRUE(request->body_is_pattern);
}

TEST_P(Bodies, EveryByteArrivesOnceThroughAWindowOfOneByte) {
  if (!version.has_windows) GTEST_SKIP() << "the client has no window";
  if (!engine_takes_any_credit()) GTEST_SKIP() << "this engine needs more credit at a time";
  RawClientOptions options;
  options.stream_window = 1;
  download(2000, 60, options);
}

TEST_P(Bodies, EveryByteArrivesOnceThroughASendBufferOfOneByte) {
  us_quic_socket_context_options_t core = US_QUIC_OPTIONS_INIT;
  core.send_buffer_bytes = 1;
  AppOptions options;
  options.core = &core;
  make_app(options).get("/", [](Response* res, Request*) { answer_with_pattern(res, 2000); });
  const RawRequest* request = start()->get("/");
  finish(request);
  EXPECT_EQ(request->body_bytes, 2000u);
  EXPECT_TRUE(request->body_is_pattern);
}

TEST_P(Bodies, TryEndWithoutTotalEndsWithItsData) {
  make_app().get("/", [](Response* res, Request*) {
    const auto [ok, done] = res->tryEnd("all of it");
    EXPECT_TRUE(ok);
    EXPECT_TRUE(done);
    EXPECT_TRUE(res->hasResponded());
  });
  const RawRequest* request = start()->get("/");
  finish(request);
  EXPECT_EQ(request->body, "all of it");
  EXPECT_EQ(request->field("content-length"), "9");
}

// Every piece is released exactly once, and the bytes are those that were given.
TEST_P(Bodies, TryEndStaticSendsWithoutACopy) {
  constexpr std::size_t piece_bytes = 64 * 1024;
  constexpr std::uint64_t total = 64 * piece_bytes;
  const std::string body = pattern(0, total);
  std::size_t taken = 0;
  std::size_t released = 0;
  const auto send_on = [&](Response* res) {
    for (;;) {
      const std::uint64_t offset = res->getWriteOffset();
      const auto [ok, done] = res->tryEndStatic(
          std::string_view(body).substr(offset, piece_bytes), total,
          [](void* user) { ++*static_cast<std::size_t*>(user); }, &released);
      if (ok) ++taken;
      if (!ok || done) return done;
    }
  };
  make_app().get("/", [&](Response* res, Request*) {
    res->onAborted([] {});
    if (!send_on(res)) res->onWritable([&, res](std::uint64_t) { return send_on(res); });
  });
  RawConnection* connection = start();
  const RawRequest* request = connection->get("/");
  finish(request);
  EXPECT_EQ(request->field("content-length"), std::to_string(total));
  EXPECT_EQ(request->body_bytes, total);
  EXPECT_TRUE(request->body_is_pattern);
  EXPECT_TRUE(run_until([&] { return released == taken; }));
  EXPECT_EQ(taken, total / piece_bytes);
}

TEST_P(Bodies, WriteStaticSendsChunksOfABodyOfUnknownLengthInOrderAndReleasesEachOnce) {
  constexpr std::size_t total = 8 * mebibyte;
  constexpr std::size_t piece_bytes = 64 * 1024;
  const std::string body = pattern(0, total);
  std::size_t taken = 0;
  std::size_t released = 0;
  const auto send_on = [&](Response* res) {
    while (taken < total / piece_bytes) {
      const bool is_taken = res->writeStatic(
          std::string_view(body).substr(taken * piece_bytes, piece_bytes),
          [](void* user) { ++*static_cast<std::size_t*>(user); }, &released);
      if (!is_taken) return false;
      ++taken;
    }
    res->end();
    return true;
  };
  make_app().get("/", [&](Response* res, Request*) {
    res->onAborted([] {});
    if (!send_on(res)) res->onWritable([&, res](std::uint64_t) { return send_on(res); });
  });
  const RawRequest* request = start()->get("/");
  finish(request);
  EXPECT_EQ(request->body_bytes, total);
  EXPECT_TRUE(request->body_is_pattern);
  EXPECT_TRUE(run_until([&] { return released == taken; }));
  EXPECT_EQ(taken, total / piece_bytes);
}

TEST_P(Bodies, WriteStaticAfterAWriteThatWaitsDoesNotOvertakeIt) {
  const std::string large = pattern(0, 4 * mebibyte);
  int released = 0;
  bool was_taken_at_once = true;
  make_app().get("/", [&](Response* res, Request*) {
    res->onAborted([] {});
    EXPECT_FALSE(res->write(large));
    was_taken_at_once = res->writeStatic(
        "end", [](void* user) { ++*static_cast<int*>(user); }, &released);
    res->onWritable([&, res](std::uint64_t) {
      if (!res->writeStatic(
              "end", [](void* user) { ++*static_cast<int*>(user); }, &released))
        return false;
      res->end();
      return true;
    });
  });
  const RawRequest* request = start()->get("/");
  finish(request);
  EXPECT_FALSE(was_taken_at_once);
  EXPECT_EQ(request->body_bytes, large.size() + 3);
  EXPECT_TRUE(run_until([&] { return released == 1; }));
}

TEST_P(Bodies, TrailersFollowWhatWriteStaticTook) {
  const std::string body = pattern(0, mebibyte / 4);
  int released = 0;
  make_app().get("/", [&](Response* res, Request*) {
    EXPECT_TRUE(res->writeStatic(
        body, [](void* user) { ++*static_cast<int*>(user); }, &released));
    res->writeTrailer("x-sum", "7")->end();
  });
  const RawRequest* request = start()->get("/");
  finish(request);
  EXPECT_EQ(request->body_bytes, body.size());
  EXPECT_TRUE(request->body_is_pattern);
  EXPECT_THAT(request->trailers, testing::ElementsAre(testing::Pair("x-sum", "7")));
  EXPECT_TRUE(run_until([&] { return released == 1; }));
}

TEST_P(Bodies, WriteStaticToHeadReleasesAtOnce) {
  int released = 0;
  make_app().get("/", [&](Response* res, Request*) {
    EXPECT_TRUE(res->writeStatic(
        "some of it", [](void* user) { ++*static_cast<int*>(user); }, &released));
    EXPECT_EQ(released, 1);
    res->end();
  });
  const RawRequest* request = start()->request(
      {{":method", "HEAD"}, {":scheme", "https"}, {":authority", "localhost"}, {":path", "/"}}, true);
  finish(request);
  EXPECT_EQ(request->body, "");
  EXPECT_EQ(released, 1);
}

// Nothing is sent, so nothing is held.
TEST_P(Bodies, TryEndStaticToHeadReleasesAtOnce) {
  int released = 0;
  make_app().get("/", [&](Response* res, Request*) {
    const auto [ok, done] = res->tryEndStatic(
        "all of it", 0, [](void* user) { ++*static_cast<int*>(user); }, &released);
    EXPECT_TRUE(ok && done);
    EXPECT_EQ(released, 1);
  });
  const RawRequest* request = start()->request(
      {{":method", "HEAD"}, {":scheme", "https"}, {":authority", "localhost"}, {":path", "/"}}, true);
  finish(request);
  EXPECT_EQ(request->field("content-length"), "9");
  EXPECT_EQ(request->body, "");
  EXPECT_EQ(released, 1);
}

TEST_P(Bodies, PauseHoldsThePeerBackByFlowControl) {
  constexpr std::uint64_t length = 64 * mebibyte;
  Response* paused = nullptr;
  std::uint64_t received = 0;
  make_app().post("/", [&](Response* res, Request*) {
    res->onAborted([] {});
    res->onData([&, res](std::string_view chunk, bool fin) {
      received += chunk.size();
      if (paused == nullptr) {
        paused = res;
        res->pause();
      }
      if (fin) res->end("thanks");
    });
  });
  RawConnection* connection = start();
  RawRequest* request = connection->post("/");
  request->send_pattern(length).finish();
  ASSERT_TRUE(run_until([&] { return paused != nullptr; }));
  const std::uint64_t before = received;
  for (int i = 0; i < 10; ++i) settle(connection);
  EXPECT_EQ(received, before);
  EXPECT_LT(request->bytes_sent(), 8 * mebibyte);
  paused->resume();
  finish(request);
  EXPECT_EQ(received, length);
  EXPECT_EQ(request->body, "thanks");
}

TEST_P(Bodies, ABodyIsHeldBackUntilOnDataIsSet) {
  constexpr std::uint64_t length = 64 * mebibyte;
  Response* waiting = nullptr;
  std::uint64_t received = 0;
  make_app().post("/", [&](Response* res, Request*) {
    res->onAborted([] {});
    waiting = res;
  });
  RawConnection* connection = start();
  RawRequest* request = connection->post("/");
  request->send_pattern(length).finish();
  ASSERT_TRUE(run_until([&] { return waiting != nullptr; }));
  for (int i = 0; i < 10; ++i) settle(connection);
  EXPECT_LT(request->bytes_sent(), 8 * mebibyte);
  waiting->onData([&](std::string_view chunk, bool fin) {
    received += chunk.size();
    if (fin) waiting->end();
  });
  finish(request);
  EXPECT_EQ(received, length);
}

TEST_P(Bodies, ASlowReaderHoldsTheHandlerBack) {
  constexpr std::uint64_t length = 64 * mebibyte;
  Response* open = nullptr;
  make_app().get("/", [&](Response* res, Request*) {
    open = res;
    answer_with_pattern(res, length);
  });
  RawConnection* connection = start();
  RawRequest* request = connection->get("/");
  request->discards_body = true;
  request->on_response = [request] { request->pause(); };
  ASSERT_TRUE(run_until([&] { return request->status == 200; }));
  for (int i = 0; i < 10; ++i) settle(connection);
  EXPECT_LT(open->getWriteOffset(), 8 * mebibyte);
  EXPECT_LE(open->getBufferedAmount(), open->getWriteOffset());
  request->resume();
  finish(request);
  EXPECT_EQ(request->body_bytes, length);
  EXPECT_TRUE(request->body_is_pattern);
}

TEST_P(Bodies, ManySlowReadersNeedBoundedMemory) {
  if (!has_proc()) GTEST_SKIP() << "no /proc here, which tells the peak of memory";
  constexpr std::uint64_t length = 64 * mebibyte;
  make_app().get("/", [](Response* res, Request*) { answer_with_pattern(res, length); });
  // One window for all, so that those who do not read leave room for the others.
  RawClientOptions options;
  options.connection_window = 32 * mebibyte;
  options.stream_window = mebibyte;
  RawConnection* connection = start(options);
  settle(connection);
  restart_peak_memory();
  const long before = peak_memory_kib();
  std::vector<RawRequest*> requests;
  for (int i = 0; i < 20; ++i) {
    RawRequest* request = connection->get("/");
    request->on_response = [request] { request->pause(); };
    requests.push_back(request);
  }
  ASSERT_TRUE(run_until([&] { return requests.back()->status == 200; }));
  for (int i = 0; i < 10; ++i) settle(connection);
#ifndef __SANITIZE_ADDRESS__  // AddressSanitizer keeps what was freed
  // lsquic has what it may send in packets as well.
  EXPECT_LT(peak_memory_kib() - before, engine_takes_any_credit() ? growth_limit_kib : 160 * 1024);
#else
  EXPECT_GT(before, 0);
#endif
  for (RawRequest* request : requests) request->abort();
  for (RawRequest* request : requests) finish(request);
}

INSTANTIATE_TEST_SUITE_P(Versions, Bodies, every_version(), name_of_version);

}  // namespace
}  // namespace usquic::test
