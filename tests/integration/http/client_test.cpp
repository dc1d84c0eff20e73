// Client against an App on the same loop.
#include "usquic/http/client.h"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>

#include "integration/http/app_fixture.h"
#include "integration/http/handlers.h"
#include "support/built_in_engine.h"
#include "support/certificates.h"

namespace usquic::test {
namespace {

class Client : public AppTest {
 protected:
  void TearDown() override {
    fetcher.reset();
    AppTest::TearDown();
  }

  void start_fetcher(ClientOptions options = {}) {
    port = listen(*app);
    options.ca = identity.cert;
    fetcher.emplace(options, loop);
    ASSERT_EQ(fetcher->error(), US_QUIC_OK);
  }

  std::string url(std::string_view path) const {
    return "https://127.0.0.1:" + std::to_string(port) + std::string(path);
  }

  // What a fetch came to.
  struct Outcome {
    int status = 0;
    std::string body;
    bool ended = false;
    int error = 0;
    std::string text;
    bool is_over() const { return ended || error != 0; }
  };

  static Fetch* watch(Fetch* fetch, Outcome* outcome) {
    return fetch->onResponse([outcome](const ResponseHead& head) { outcome->status = head.status; })
        ->onData([outcome](std::string_view chunk) { outcome->body.append(chunk); })
        ->onEnd([outcome] { outcome->ended = true; })
        ->onError([outcome](int error, std::string_view text) {
          outcome->error = error;
          outcome->text = text;
        });
  }

  std::optional<usquic::Client> fetcher;
};

TEST_F(Client, RequestsWaitWhileStreamsRunOut) {
  us_quic_socket_context_options_t core = US_QUIC_OPTIONS_INIT;
  core.max_streams_bidi = 3;
  AppOptions options;
  options.core = &core;
  make_app(options).get("/:n", [this](Response* res, Request* req) {
    res->onAborted([] {});
    loop->after(1, [res, n = std::string(req->getParameter("n"))] { res->end(n); });
  });
  start_fetcher();
  std::vector<Outcome> outcomes(100);
  for (std::size_t i = 0; i < outcomes.size(); ++i)
    watch(fetcher->fetch(url("/" + std::to_string(i))), &outcomes[i]);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    ASSERT_TRUE(run_until([&] { return outcomes[i].is_over(); })) << i;
    EXPECT_EQ(outcomes[i].body, std::to_string(i));
  }
}

TEST_F(Client, StreamsBothWays) {
  make_app().post("/", [](Response* res, Request*) { echo_as_it_comes(res); });
  start_fetcher();
  Outcome outcome;
  FetchOptions options;
  options.method = "POST";
  options.stream_body = true;
  Fetch* fetch = watch(fetcher->fetch(url("/"), options), &outcome);
  fetch->write("one ");
  ASSERT_TRUE(run_until([&] { return outcome.body == "one "; }));
  fetch->write("two ");
  ASSERT_TRUE(run_until([&] { return outcome.body == "one two "; }));
  fetch->end("three");
  ASSERT_TRUE(run_until([&] { return outcome.is_over(); }));
  EXPECT_EQ(outcome.body, "one two three");
  EXPECT_EQ(outcome.status, 200);
}

TEST_F(Client, SixteenMebibytesGoBothWays) {
  make_app().post("/", [](Response* res, Request*) { echo_as_it_comes(res); });
  start_fetcher();
  Outcome outcome;
  FetchOptions options;
  options.method = "POST";
  options.body = pattern(0, 16u << 20);
  watch(fetcher->fetch(url("/"), options), &outcome);
  ASSERT_TRUE(run_until([&] { return outcome.is_over(); }));
  EXPECT_TRUE(outcome.body == options.body) << outcome.text;
}

TEST_F(Client, AnUrgentResponseOvertakes) {
  make_app().get("/", [](Response* res, Request*) { answer_with_pattern(res, 8u << 20); });
  start_fetcher();
  std::vector<std::string> order;
  std::array<Outcome, 2> outcomes;
  const auto fetch = [&](std::string name, int urgency, Outcome& outcome) {
    watch(fetcher->fetch(url("/"), {.urgency = urgency}), &outcome)->onEnd([&order, name, &outcome] {
      outcome.ended = true;
      order.push_back(name);
    });
  };
  fetch("late", 7, outcomes[0]);
  fetch("urgent", 0, outcomes[1]);
  ASSERT_TRUE(run_until([&] { return outcomes[0].is_over() && outcomes[1].is_over(); }));
  EXPECT_EQ(order, (std::vector<std::string>{"urgent", "late"}));
}

TEST_F(Client, ProvesItselfWithACertificate) {
  const Authority authority;
  LeafOptions leaf_options;
  leaf_options.for_clients = true;
  const Identity leaf = authority.issue(leaf_options);
  AppOptions app_options;
  app_options.ca = authority.certificate();
  app_options.request_cert = true;
  make_app(app_options).get("/", [](Response* res, Request* req) {
    res->end(req->isClientAuthorized() ? "known" : "unknown");
  });
  const std::string folder = testing::TempDir() + "usquic-client-" + std::to_string(getpid());
  ClientOptions options;
  options.cert_file_name = folder + ".cert";
  options.key_file_name = folder + ".key";
  std::ofstream(options.cert_file_name) << leaf.certificate;
  std::ofstream(options.key_file_name) << leaf.key;
  start_fetcher(options);
  std::remove(options.cert_file_name.c_str());
  std::remove(options.key_file_name.c_str());
  Outcome outcome;
  watch(fetcher->fetch(url("/")), &outcome);
  ASSERT_TRUE(run_until([&] { return outcome.is_over(); }));
  EXPECT_EQ(outcome.body, "known") << outcome.text;
}

TEST_F(Client, ProvesItselfWithACertificateInMemory) {
  const Authority authority;
  LeafOptions leaf_options;
  leaf_options.for_clients = true;
  const Identity leaf = authority.issue(leaf_options);
  AppOptions app_options;
  app_options.ca = authority.certificate();
  app_options.request_cert = true;
  make_app(app_options).get("/", [](Response* res, Request* req) {
    res->end(req->isClientAuthorized() ? "known" : "unknown");
  });
  ClientOptions options;
  options.cert = leaf.certificate;
  options.key = leaf.key;
  start_fetcher(options);
  Outcome outcome;
  watch(fetcher->fetch(url("/")), &outcome);
  ASSERT_TRUE(run_until([&] { return outcome.is_over(); }));
  EXPECT_EQ(outcome.body, "known") << outcome.text;
}

TEST_F(Client, ARequestGoesToANewConnectionAfterGoaway) {
  make_app().get("/", [](Response* res, Request*) { res->end("first server"); });
  start_fetcher();
  Outcome first;
  watch(fetcher->fetch(url("/")), &first);
  ASSERT_TRUE(run_until([&] { return first.is_over(); }));
  app->close();
  app.reset();
  make_app().get("/", [](Response* res, Request*) { res->end("second server"); });
  app->listen("127.0.0.1", port, [](ListenSocket* socket) { ASSERT_NE(socket, nullptr); });
  Outcome second;
  watch(fetcher->fetch(url("/")), &second);
  ASSERT_TRUE(run_until([&] { return second.is_over(); }));
  EXPECT_EQ(second.body, "second server") << second.text;
}

TEST_F(Client, AServerThatClosesInTheMiddleIsAnError) {
  make_app().get("/", [this](Response* res, Request*) {
    res->onAborted([] {});
    res->write("half of it");
    loop->after(20, [res] { res->close(); });
  });
  start_fetcher();
  Outcome outcome;
  watch(fetcher->fetch(url("/")), &outcome);
  ASSERT_TRUE(run_until([&] { return outcome.is_over(); }));
  EXPECT_FALSE(outcome.ended);
  // Where a stream cannot be reset its connection ends.
  EXPECT_EQ(outcome.error, engine_carries_error_codes() ? US_QUIC_E_RESET : US_QUIC_E_CLOSED);
}

}  // namespace
}  // namespace usquic::test
