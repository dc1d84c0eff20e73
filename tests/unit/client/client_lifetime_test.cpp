// abort() and destroying the client, at any time.
#include "support/built_in_engine.h"
#include "support/client_fixture.h"

namespace usquic::test {
namespace {

class ClientLifetimes : public ClientFixture {
 protected:
  void SetUp() override {
    ClientFixture::SetUp();
    server->on_end = [](Exchange& e) {
      e.head(103);
      e.head(200);
      e.send("x");
      e.trailers({{"a", "b"}});
    };
  }

  // Does `act` in one callback after another, each with a new client and request.
  template <class Act>
  void in_each_callback(Act act) {
    for (int which = 0; which < 5; ++which) {
      start_client();
      Told told;
      Fetch* fetch = told.watch(client->fetch(url()));
      int acted = 0;
      int after = 0;
      const auto step = [&, fetch, which](int callback) {
        if (acted > 0) ++after;
        if (callback == which && acted++ == 0) act(fetch);
      };
      fetch->onInformational([step](const ResponseHead&) { step(0); });
      fetch->onResponse([step](const ResponseHead&) { step(1); });
      fetch->onData([step](std::string_view) { step(2); });
      fetch->onTrailers([step](const std::vector<Field>&) { step(3); });
      fetch->onEnd([step] { step(4); });
      run_until([&] { return acted > 0; });
      run_for(20);
      EXPECT_EQ(after, 0) << "callback " << which;
      outcomes.push_back(told.errors);
    }
  }

  std::vector<int> outcomes;
};

TEST_F(ClientLifetimes, AbortInAnyCallbackIsTheLast) {
  in_each_callback([](Fetch* fetch) { fetch->abort(); });
  EXPECT_EQ(outcomes, (std::vector<int>{0, 0, 0, 0, 0}));
  EXPECT_EQ(fetch(url()).ends, 1);
}

TEST_F(ClientLifetimes, DestroyedInAnyCallbackTheClientFailsWhatIsUnderWay) {
  in_each_callback([this](Fetch*) { client.reset(); });
  EXPECT_EQ(outcomes, (std::vector<int>{1, 1, 1, 1, 0}));
}

TEST_F(ClientLifetimes, AbortRightAfterFetchSendsNothing) {
  Told told;
  told.watch(client->fetch(url()))->abort();
  told.watch(client->fetch("no url"))->abort();
  us_quic_socket_context_close(server->context());
  client->run();  // nothing keeps the loop alive
  EXPECT_FALSE(told.is_done());
  EXPECT_EQ(server->requests, 0);
}

TEST_F(ClientLifetimes, AbortWhileUploadingResetsTheStream) {
  if (!engine_carries_error_codes()) GTEST_SKIP() << "this engine carries no codes";
  std::uint64_t code = 0;
  server->on_reset = [&](Exchange&, std::uint64_t reset_code) { code = reset_code; };
  bool began = false;
  server->on_data = [&](Exchange&) { began = true; };
  Told told;
  Fetch* fetch = told.watch(client->fetch(url(), {.method = "POST", .stream_body = true}));
  fetch->write("some");
  run_until([&] { return began; });
  fetch->abort();
  run_until([&] { return code != 0; });
  EXPECT_EQ(code, 0x10cu);
  EXPECT_FALSE(told.is_done());
}

TEST_F(ClientLifetimes, AbortInTheQueueLetsTheOthersPass) {
  us_quic_socket_context_options_t options = US_QUIC_OPTIONS_INIT;
  options.max_streams_bidi = 1;
  start_server(options);
  Exchange* held = nullptr;
  server->on_end = [&](Exchange& e) { held = &e; };
  std::vector<Told> told(5);
  std::vector<Fetch*> fetches;
  for (Told& t : told) fetches.push_back(t.watch(client->fetch(url())));
  run_until([&] { return held != nullptr; });
  for (std::size_t i = 1; i < 4; ++i) fetches[i]->abort();  // waiting for a stream, and in the queue
  server->on_end = [](Exchange& e) { e.respond(200, {}, ""); };
  held->respond(200, {}, "");
  run_until([&] { return told[0].is_done() && told[4].is_done(); });
  EXPECT_EQ(told[0].ends + told[4].ends, 2);
  for (std::size_t i = 1; i < 4; ++i) EXPECT_FALSE(told[i].is_done());
}

TEST_F(ClientLifetimes, DestroyedOutsideCallbacksItTellsAtOnce) {
  std::vector<Told> told(3);
  for (Told& t : told) t.watch(client->fetch(url()));
  client.reset();
  for (const Told& t : told) {
    EXPECT_EQ(t.errors, 1);
    EXPECT_EQ(t.error, US_QUIC_E_CLOSED);
  }
}

TEST_F(ClientLifetimes, DestroyedInOnErrorWhileOthersFail) {
  const int port = server->port();
  server.reset();
  int errors = 0;
  for (int i = 0; i < 3; ++i) {
    client->fetch(url_at(port))->onError([&](int, std::string_view) {
      ++errors;
      client.reset();
    });
  }
  run_until([&] { return errors == 3; });
}

TEST_F(ClientLifetimes, AClientWithItsOwnLoopMayGoInACallback) {
  auto own = std::make_unique<Client>(trusting());
  int errors = 0;
  own->fetch("no url")->onError([&](int, std::string_view) {
    ++errors;
    own.reset();
  });
  own->run();
  EXPECT_EQ(errors, 1);
}

TEST_F(ClientLifetimes, FetchInsideCallbacksReusesTheConnection) {
  Told second;
  Told first;
  Fetch* fetch = first.watch(client->fetch(url()));
  fetch->onEnd([&] { second.watch(client->fetch(url())); });
  run_until([&] { return second.is_done(); });
  EXPECT_EQ(second.ends, 1);
  EXPECT_EQ(server->accepted, 1);
}

TEST_F(ClientLifetimes, AbortStormLeavesNothingBehind) {
  server->on_end = [](Exchange& e) { e.respond(200, {}, std::string(100'000, 'x')); };
  int done = 0;
  constexpr int total = 1000;
  int started = 0;
  std::function<void()> start = [&] {
    if (started++ >= total) return;
    Fetch* fetch = client->fetch(url());
    fetch->onData([&, fetch](std::string_view) {
      ++done;
      fetch->abort();
      start();
    });
    fetch->onError([&](int, std::string_view text) { ADD_FAILURE() << text; });
  };
  for (int i = 0; i < 20; ++i) start();
  run_until([&] { return done >= total; }, 60);
  run_until([&] { return server->open_exchanges == 0; });
  EXPECT_EQ(server->accepted, 1);
}

}  // namespace
}  // namespace usquic::test
