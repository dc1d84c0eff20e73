// Clients of extended CONNECT that send more capsules than anybody needs, by HTTP/3.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "integration/http/raw_http3_client.h"
#include "support/attack_figures.h"
#include "support/built_in_engine.h"
#include "support/capsules.h"
#include "support/development_certificate.h"
#include "usquic/http/app.h"

namespace usquic::test {
namespace {

constexpr std::size_t mebibyte = 1U << 20U;

class CapsuleFlood : public testing::Test {
 protected:
  CapsuleFlood() {
    core.idle_timeout_ms = 60'000;
    core.max_streams_bidi = 400;
    AppOptions options;
    options.cert = identity.cert;
    options.key = identity.key;
    options.http1 = options.http2 = false;
    options.core = &core;
    app.emplace(options, loop);
    // Echoes datagrams, and has nothing for other capsules.
    app->connect("/datagrams", [this](Response* res, Request*) {
      res->onAborted([this] { ++aborted; });
      res->onDatagram([this, res](std::string_view data) {
        ++datagrams;
        if (res->sendDatagram(data) == US_QUIC_E_AGAIN) ++dropped;
      });
    });
    app->connect("/capsules", [this](Response* res, Request*) {
      res->onAborted([this] { ++aborted; });
      res->onCapsule([this](std::uint64_t, std::string_view) { ++capsules; });
    });
    app->listen("127.0.0.1", 0, [this](ListenSocket* socket) {
      ASSERT_NE(socket, nullptr);
      RawClientOptions client_options;
      client_options.ca = identity.cert;
      client = std::make_unique<RawHttp3Client>(loop->native(), client_options);
      connection = client->connect(socket->port());
    });
    EXPECT_TRUE(run_until([this] { return connection->open; }));
    get_answer();  // the server's SETTINGS have come
  }
  ~CapsuleFlood() override {
    client.reset();
    app.reset();
  }

  template <class Done>
  bool run_until(Done done, double seconds = 60) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    while (!done()) {
      if (std::chrono::steady_clock::now() >= end) return false;
      loop->tick();
    }
    return true;
  }

  void get_answer() {
    const RawRequest* probe = connection->get("/nothing");
    EXPECT_TRUE(run_until([&] { return probe->status == 404; }));
  }

  RawRequest* open(const std::string& path) {
    RawRequest* tunnel = connection->request({{":method", "CONNECT"},
                                              {":protocol", "test"},
                                              {":scheme", "https"},
                                              {":authority", "localhost"},
                                              {":path", path}},
                                             false);
    tunnel->discards_body = true;
    EXPECT_TRUE(run_until([&] { return tunnel->status == 200; }));
    return tunnel;
  }

  HeapMeter uncounted;  // for what a connection itself needs

  // Sends `piece` again and again, `total` bytes of it at least, as fast as the server takes it.
  void flood(RawRequest* tunnel, const std::string& piece, std::size_t total, HeapMeter& heap) {
    std::uint64_t queued = tunnel->bytes_sent();
    const std::uint64_t end = queued + total;
    ASSERT_TRUE(run_until([&] {
      while (queued < end && queued < tunnel->bytes_sent() + piece.size()) {
        tunnel->send(piece);
        queued += piece.size();
      }
      heap.sample();
      return tunnel->bytes_sent() == queued || tunnel->closed;
    }));
  }

  us_quic_socket_context_options_t core = US_QUIC_OPTIONS_INIT;
  std::shared_ptr<Loop> loop = Loop::create();
  const DevelopmentCertificate identity = DevelopmentCertificate::make();
  std::optional<App> app;
  std::unique_ptr<RawHttp3Client> client;
  RawConnection* connection = nullptr;
  int datagrams = 0;
  int dropped = 0;
  int capsules = 0;
  int aborted = 0;
};

// lsquic keeps more packets of a stream than ngtcp2.
std::int64_t most_held() {
  return engine_takes_any_credit() ? 1 << 20 : 2 << 20;
}

std::string many(const std::string& one, std::size_t total) {
  std::string bytes;
  while (bytes.size() < total) bytes += one;
  return bytes;
}

TEST_F(CapsuleFlood, UnknownOnesAreSkippedWithoutMemory) {
  RawRequest* tunnel = open("/datagrams");
  const std::string small = many(capsule(0x29, ""), 65'536);
  const std::string large = capsule(0x29, std::string(10 * mebibyte, 'x'));
  flood(tunnel, small, mebibyte, uncounted);
  HeapMeter heap;
  const double began = cpu_seconds();
  flood(tunnel, small, 4 * mebibyte, heap);
  const double seconds = cpu_seconds() - began;
  print_figure("unknown_capsules", 2.0 * mebibyte, "capsules");
  print_figure("cpu_of_an_unknown_capsule", 1e6 * seconds / (2.0 * mebibyte), "us");
  print_figure("memory_of_unknown_capsules", static_cast<double>(heap.peak()), "bytes");
  EXPECT_LT(heap.peak(), most_held());
  tunnel->send(large).send(capsule(0, "after all"));
  ASSERT_TRUE(run_until([&] { return datagrams == 1; }));
  EXPECT_EQ(aborted, 0);
}

TEST_F(CapsuleFlood, OneThatNamesALengthWithoutEndHoldsNothing) {
  RawRequest* tunnel = open("/datagrams");
  const std::string head = wire_varint(0x29) + wire_varint((std::uint64_t{1} << 62U) - 1);
  tunnel->send(head);
  const std::string bytes(65'536, 'x');
  flood(tunnel, bytes, mebibyte, uncounted);
  HeapMeter heap;
  flood(tunnel, bytes, 16 * mebibyte, heap);
  print_figure("memory_of_a_capsule_without_end", static_cast<double>(heap.peak()), "bytes");
  EXPECT_LT(heap.peak(), most_held());
  EXPECT_EQ(aborted, 0);
  // Where it would be read it is refused at once.
  RawRequest* read = open("/capsules");
  read->send(head);
  ASSERT_TRUE(run_until([&] { return read->closed; }));
  // Where a stream cannot be reset its connection ends, and the other tunnel with it.
  EXPECT_EQ(aborted, engine_carries_error_codes() ? 1 : 2);
}

TEST_F(CapsuleFlood, ValuesThatStayIncompleteHoldTheirLimit) {
  constexpr int tunnels = 80;
  std::vector<RawRequest*> open_ones;
  for (int i = 0; i < tunnels; ++i) open_ones.push_back(open("/capsules"));
  const std::string head = wire_varint(0x29) + wire_varint(65'536);
  const std::string piece(4096, 'x');  // the client keeps what it sends at once
  HeapMeter heap;
  for (RawRequest* tunnel : open_ones) {
    tunnel->send(head);
    flood(tunnel, piece, 65'536 - piece.size(), heap);
    get_answer();
  }
  const double each = static_cast<double>(heap.peak()) / tunnels;
  print_figure("memory_of_an_incomplete_capsule", each, "bytes");
  EXPECT_EQ(capsules, 0);
  EXPECT_LT(each, 3.0 * 65'536);
  for (RawRequest* tunnel : open_ones) tunnel->abort();
  ASSERT_TRUE(run_until([&] { return aborted == tunnels; }));
  if (engine_carries_error_codes()) get_answer();  // else the connection went with them
  EXPECT_LT(heap.growth(), 2 << 20);
}

TEST_F(CapsuleFlood, DatagramsWhoseEchoIsNotReadAreDropped) {
  RawRequest* tunnel = open("/datagrams");
  tunnel->pause();
  const std::string piece = many(capsule(0, std::string(1000, 'x')), 65'536);
  flood(tunnel, piece, mebibyte, uncounted);
  HeapMeter heap;
  flood(tunnel, piece, 32 * mebibyte, heap);
  print_figure("memory_of_echoes_that_are_not_read", static_cast<double>(heap.peak()), "bytes");
  EXPECT_GT(dropped, datagrams / 2);
  EXPECT_LT(heap.peak(), 4 << 20);
  EXPECT_EQ(aborted, 0);
  get_answer();
}

}  // namespace
}  // namespace usquic::test
