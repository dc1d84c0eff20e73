// "`release` runs exactly once": whatever becomes of memory that was lent.
#include "contract.h"
#include "support/http3_message.h"

namespace usquic::test {
namespace {

class Release : public Contract {
 protected:
  // A stream with memory lent to it that cannot be sent: the peer gives no credit.
  void lend() {
    pair.server.config.max_stream_data = pair.server.config.max_stream_data_limit = 10;
    pair.server.consume_at_once = false;
    join();
    remote = open_stream(local);
    ASSERT_NE(remote, nullptr);
    ASSERT_EQ(local->handle->write_static(as_bytes(text), Lent::release, &lent), 20);
    settle();
    ASSERT_EQ(lent.released, 0);
  }

  static constexpr std::string_view text = "twenty bytes of text";
  StreamRecord* local = nullptr;
  StreamRecord* remote = nullptr;
};

TEST_F(Release, ComesOnceThePeerHasTheBytes) {
  lend();
  remote->handle->consume(remote->body.size());
  ASSERT_TRUE(run_until([&] { return remote->body.size() >= 20; }));
  remote->handle->consume(10);
  ASSERT_TRUE(run_until([&] { return remote->body.size() == 25; }));
  ASSERT_TRUE(run_until([&] { return lent.released > 0; }));
  pair.client.close(*client, 0);
  settle();
  EXPECT_EQ(lent.released, 1);
}

TEST_F(Release, ComesWithoutThePeerAfterAReset) {
  lend();
  if (!capabilities().error_codes) GTEST_SKIP() << "this engine carries no codes of the application";
  pair.filter = [](Packet&) { return false; };
  local->handle->reset(1);
  ASSERT_TRUE(run_until([&] { return lent.released > 0; }));
  settle();
  EXPECT_EQ(lent.released, 1);
}

TEST_F(Release, ComesWhenThePeerStopsReading) {
  lend();
  remote->handle->stop(1);
  ASSERT_TRUE(run_until([&] { return lent.released > 0; }));
  settle();
  EXPECT_EQ(lent.released, 1);
}

// "Static bytes are still released."
TEST_F(Release, ComesForADetachedStream) {
  lend();
  local->handle->finish();
  std::exchange(local->handle, nullptr)->detach();
  settle();
  EXPECT_EQ(lent.released, 0);
  remote->handle->consume(remote->body.size());
  ASSERT_TRUE(run_until([&] { return remote->body.size() >= 20; }));
  remote->handle->consume(10);
  ASSERT_TRUE(run_until([&] { return lent.released == 1 && remote->body.size() == 25; }));
}

TEST_F(Release, ComesWhenTheConnectionIsClosed) {
  lend();
  pair.client.close(*client, 1);
  ASSERT_TRUE(run_until([&] { return lent.released > 0; }));
  settle();
  EXPECT_EQ(lent.released, 1);
}

TEST_F(Release, ComesWhenThePeerClosesTheConnection) {
  lend();
  pair.server.close(*server, 1);
  ASSERT_TRUE(run_until([&] { return client->closes == 1 && lent.released > 0; }));
  settle();
  EXPECT_EQ(lent.released, 1);
}

TEST_F(Release, ComesWhenTheSocketIsDropped) {
  lend();
  pair.client.close(*client, 1);
  pair.client.endpoint->drop_socket(&pair.client);
  EXPECT_EQ(lent.released, 1);
}

// "true: taken. false: not in this way, or not now; send_headers() and write_static() send it."
TEST_F(Release, OfAPreparedResponseComesOnceWhereItWasTaken) {
  join("h3");
  const std::vector fields = {header_of(":status", "200")};
  Result<engine::PreparedResponse> frames = engine::prepare_response(fields, as_bytes("prepared"));
  ASSERT_TRUE(frames);
  EXPECT_EQ(as_text(frames->body()), "prepared");
  StreamRecord* request = ask(pair.client, *client);
  ASSERT_TRUE(run_until([&] { return !pair.server.streams.empty() && pair.server.streams[0]->ended; }));
  StreamRecord& r = *pair.server.streams[0];
  const bool is_taken = r.handle->send_prepared(*frames, Lent::release, &lent);
  EXPECT_EQ(is_taken, capabilities().prepared_responses);
  if (!is_taken) {
    EXPECT_EQ(r.handle->send_headers(fields, false), 0);
    EXPECT_EQ(r.handle->write_static(frames->body(), Lent::release, &lent), 8);
    EXPECT_EQ(r.handle->finish(), 0);
  }
  ASSERT_TRUE(run_until([&] { return request->closes == 1; }));
  EXPECT_EQ(request->body, "prepared");
  settle();
  EXPECT_EQ(lent.released, 1);
}

TEST_F(Release, OfAResponseThatMayNotBeSentIsAnErrorOfItsEncoding) {
  EXPECT_EQ(engine::prepare_response(std::vector{header_of("Upper", "1")}, {}).error(), US_QUIC_E_HEADERS);
}

}  // namespace
}  // namespace usquic::test
