// Calls that name no stream, or no context either, mean the right one: µSockets has one list of fields for a process.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "program.h"
#include "support/test_loop.h"

namespace usquic::test {
namespace {

class CompatIsolation : public testing::Test {
 protected:
  ~CompatIsolation() override {
    server.fall_silent();
    client.fall_silent();
    loop.free();
  }

  // Two requests, "/a" and "/b", that the server has and has not answered.
  void ask_twice() {
    server.on_stream_headers = [this](us_quic_stream_t* s) { (received_field(":path") == "/a" ? a : b) = s; };
    us_quic_socket_t* connection = client.connect(server.listen());
    client.get(connection, "/a");
    client.get(connection, "/b");
    ASSERT_TRUE(loop.run_until([&] { return a != nullptr && b != nullptr; }));
  }
  void send(us_quic_stream_t* s, int count) {
    us_quic_socket_context_send_headers(nullptr, s, count, 0);
    us_quic_stream_shutdown(s);
  }
  void expect_answers(std::size_t fields_of_a, std::size_t fields_of_b) {
    ASSERT_TRUE(loop.run_until([&] { return client.streams_closed == 2 && server.streams_closed == 2; }));
    EXPECT_EQ(client.done["a"].fields.size(), fields_of_a);
    EXPECT_EQ(client.done["b"].fields.size(), fields_of_b);
  }

  const CertificateFiles certificate;
  TestLoop loop;
  Program server{loop.get(), certificate.server()};
  Program client{loop.get(), certificate.client()};
  us_quic_stream_t* a = nullptr;
  us_quic_stream_t* b = nullptr;
};

TEST_F(CompatIsolation, FieldsOfStreamsThatAreWrittenInTurnStayApart) {
  ask_twice();
  note(a, 0, ":status", "200 OK");
  note(b, 0, ":status", "404 Not Found");
  note(b, 1, "name", "b");
  note(a, 1, "name", "a");
  note(a, 2, "only", "a");
  send(b, 2);
  send(a, 3);
  expect_answers(3, 2);
  EXPECT_EQ(client.done["a"].fields.front().second, "200");
  EXPECT_EQ(client.done["b"].fields.front().second, "404");
}

TEST_F(CompatIsolation, OneStreamsCallbackAnswersAnotherAndStillReadsItsOwnFields) {
  std::string read;
  server.on_stream_headers = [&](us_quic_stream_t* s) {
    if (received_field(":path") == "/a") {
      a = s;
      note(a, 0, ":status", "200");  // and goes on when "/b" has come
      return;
    }
    note(s, 0, ":status", "200");
    note(a, 1, "name", "a");
    read = received_field(":path");
    note(s, 1, "name", "b");
    send(a, 2);
    send(s, 2);
  };
  us_quic_socket_t* connection = client.connect(server.listen());
  client.get(connection, "/a");
  client.get(connection, "/b");
  expect_answers(2, 2);
  EXPECT_EQ(read, "/b");
}

// As a program of µSockets does from a timer: the context, and no ext memory.
TEST_F(CompatIsolation, FieldsOfTheContextGoToTheStreamThatIsSent) {
  ask_twice();
  for (us_quic_stream_t* s : {a, b}) {
    const std::string name = s == a ? "a" : "b";
    us_quic_socket_context_set_header(server.context(), 0, ":status", 7, "200", 3);
    us_quic_socket_context_set_header(server.context(), 1, "name", 4, name.data(), 1);
    us_quic_socket_context_send_headers(server.context(), s, 2, 0);
  }
  expect_answers(2, 2);
}

TEST_F(CompatIsolation, FieldsThatWereNotSentAreForgottenWithThoseThatWere) {
  ask_twice();
  note(a, 0, ":status", "200");
  note(a, 1, "name", "a");
  note(a, 2, "secret", "of a");
  send(a, 2);
  us_quic_socket_context_send_headers(server.context(), b, 3, 0);  // nothing is noted: no message
  ASSERT_TRUE(loop.run_until([&] { return client.streams_closed == 2; }));
  EXPECT_EQ(client.done["a"].fields.size(), 2U);
  EXPECT_EQ(client.done.count("b"), 0U);
}

TEST_F(CompatIsolation, FieldsOfAContextWithoutConnectionsAreDropped) {
  us_quic_socket_context_set_header(server.context(), 0, ":status", 7, "200", 3);
  us_quic_socket_context_set_header(nullptr, 0, ":status", 7, "200", 3);
  ask_twice();
  us_quic_socket_context_send_headers(server.context(), a, 1, 0);
  ASSERT_TRUE(loop.run_until([&] { return client.streams_closed == 1; }));
  EXPECT_TRUE(client.done.empty());
}

TEST_F(CompatIsolation, TwoContextsOnALoopAnswerForThemselves) {
  Program other_server(loop.get(), certificate.server());
  Program other_client(loop.get(), certificate.client());
  const auto answer_as = [](const char* name) {
    return [name](us_quic_stream_t* s) {
      EXPECT_EQ(received_field("for"), name);
      send_message(s, {{":status", "200"}, {"name", name}}, name);
    };
  };
  server.on_stream_headers = answer_as("one");
  other_server.on_stream_headers = answer_as("two");
  us_quic_socket_t* connection = client.connect(server.listen());
  us_quic_socket_t* other_connection = other_client.connect(other_server.listen());
  for (int i = 0; i < 20; ++i) {
    client.get(connection, "/", {{"for", "one"}});
    other_client.get(other_connection, "/", {{"for", "two"}});
  }
  ASSERT_TRUE(
      loop.run_until([&] { return client.streams_closed == 20 && other_client.streams_closed == 20; }));
  EXPECT_EQ(client.done.size() + other_client.done.size(), 2U);
  EXPECT_EQ(client.done["one"].body, "one");
  EXPECT_EQ(other_client.done["two"].body, "two");
  loop.free();
}

// Between the contexts of a thread, the one whose stream's ext memory was asked for last is meant.
TEST_F(CompatIsolation, OutsideCallbacksTheStreamNamedLastIsMeant) {
  ask_twice();
  Program other(loop.get(), certificate.client());
  us_quic_stream_ext(a);
  us_quic_socket_context_set_header(nullptr, 0, ":status", 7, "200", 3);
  EXPECT_EQ(received_field(":path"), "/a");
  us_quic_stream_ext(b);
  us_quic_socket_context_set_header(nullptr, 0, ":status", 7, "404", 3);
  EXPECT_EQ(received_field(":path"), "/b");
  note(a, 1, "name", "a");
  note(b, 1, "name", "b");
  send(a, 2);
  send(b, 2);
  expect_answers(2, 2);
  loop.free();
}

TEST_F(CompatIsolation, NothingIsMeantOnceTheLoopIsFreed) {
  ask_twice();
  us_quic_stream_ext(a);
  EXPECT_NE(us_compat_quic_current, nullptr);
  loop.free();
  EXPECT_EQ(us_compat_quic_current, nullptr);
  EXPECT_TRUE(received_fields().empty());
  us_quic_socket_context_set_header(nullptr, 0, ":status", 7, "200", 3);
}

void ask_many_times(const CertificateFiles& certificate, const std::string& name, int& answers) {
  TestLoop loop;
  Program server(loop.get(), certificate.server());
  Program client(loop.get(), certificate.client());
  server.on_stream_headers = [&](us_quic_stream_t* s) {
    EXPECT_EQ(received_field("for"), name);
    send_message(s, {{":status", "200"}, {"name", name}}, name);
  };
  us_quic_socket_t* connection = client.connect(server.listen());
  for (int i = 0; i < 200; ++i) client.get(connection, "/", {{"for", name}});
  EXPECT_TRUE(loop.run_until([&] { return client.streams_closed == 200; }));
  EXPECT_EQ(client.done.size(), 1U);
  answers = static_cast<int>(client.done[name].body == name);
  loop.free();
}

TEST(CompatLoops, TwoLoopsOnTwoThreadsHaveNothingInCommon) {
  const CertificateFiles certificate;
  int answers = 0, other_answers = 0;
  std::thread other([&] { ask_many_times(certificate, "other", other_answers); });
  ask_many_times(certificate, "this", answers);
  other.join();
  EXPECT_EQ(answers + other_answers, 2);
}

}  // namespace
}  // namespace usquic::test
