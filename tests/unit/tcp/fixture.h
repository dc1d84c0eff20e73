// A listener on loopback, a handler that keeps what it hears, and clients that a test drives by hand.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/file_descriptor.h"
#include "support/certificates.h"
#include "support/test_loop.h"
#include "support/tls_stream_client.h"
#include "tcp/listener.h"
#include "usquic/error.h"

namespace usquic::tcp::test {

inline std::string pattern(std::size_t length) {
  std::string text(length, '\0');
  for (std::size_t i = 0; i < length; ++i) text[i] = static_cast<char>((i * 7 + i / 251) & 0xff);
  return text;
}

// What one connection was told.
struct Heard {
  std::string data;
  int opens = 0;
  int ends = 0;
  int writables = 0;
  int deadlines = 0;
  int closes = 0;
  int error = 0;
  bool is_in_order = true;  // on_open() first, on_close() last
};

// Handler of the listener and of all connections. `on_...` run after what was heard is noted.
class Recorder final : public Listener::Handler, public Connection::Handler {
 public:
  using Action = std::function<void(Connection& connection)>;

  Connection::Handler* on_connection(Connection& connection) override {
    latest = &connection;
    connections.push_back(&connection);
    heard.emplace_back();
    index_[&connection] = heard.size() - 1;
    if (accepting) accepting(connection);
    return takes_connections ? this : nullptr;
  }
  void on_open(Connection& connection) override {
    Heard& of = note(connection);
    of.is_in_order = of.is_in_order && of.opens == 0;
    ++of.opens;
    run(opened, connection);
  }
  void on_data(Connection& connection, Bytes data) override {
    Heard& of = note_open(connection);
    of.data.append(as_text(data));
    longest_data = std::max(longest_data, data.size());
    if (echoes) connection.write(data);
    run(received, connection);
  }
  void on_end(Connection& connection) override {
    ++note_open(connection).ends;
    run(ended, connection);
  }
  void on_writable(Connection& connection) override {
    ++note_open(connection).writables;
    run(writable, connection);
  }
  void on_deadline(Connection& connection) override {
    ++note_open(connection).deadlines;
    if (expired) {
      expired(connection);
    } else {
      Connection::Handler::on_deadline(connection);
    }
  }
  void on_close(Connection& connection, int error) override {
    Heard& of = note(connection);
    ++of.closes;
    of.error = error;
    run(closed, connection);
    index_.erase(&connection);
    if (latest == &connection) latest = nullptr;
  }

  Connection* latest = nullptr;  // nullptr when it was closed
  std::vector<Connection*> connections;
  std::vector<Heard> heard;  // in the order of accepting
  std::size_t longest_data = 0;
  bool takes_connections = true;
  bool echoes = false;
  Action accepting, opened, received, ended, writable, expired, closed;

  Heard& first() { return heard.front(); }
  std::size_t closes() const {
    std::size_t count = 0;
    for (const Heard& each : heard) count += static_cast<std::size_t>(each.closes);
    return count;
  }

 private:
  static void run(const Action& action, Connection& connection) {
    if (action) action(connection);
  }
  Heard& note(const Connection& connection) {
    Heard& of = heard[index_.at(&connection)];
    of.is_in_order = of.is_in_order && of.closes == 0;
    return of;
  }
  Heard& note_open(const Connection& connection) {
    Heard& of = note(connection);
    of.is_in_order = of.is_in_order && of.opens == 1;
    return of;
  }

  std::map<const Connection*, std::size_t> index_;
};

// A client's socket, which does not block.
class RawClient {
 public:
  explicit RawClient(const Address& server, int receive_buffer = 0)
      : fd_(::socket(server.family(), SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer != 0)
      setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
    is_connected = ::connect(fd_.get(), server.get(), server.length()) == 0;
    fcntl(fd_.get(), F_SETFL, O_NONBLOCK);
  }

  int fd() const { return fd_.get(); }
  // What the kernel takes of it, removed.
  void send(std::string& bytes) {
    const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) bytes.erase(0, static_cast<std::size_t>(sent));
  }
  void send(const char* text) {
    std::string bytes(text);
    send(bytes);
    EXPECT_TRUE(bytes.empty());
  }
  void finish() { ::shutdown(fd_.get(), SHUT_WR); }
  void reset() {
    const linger at_once{1, 0};
    setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    fd_ = FileDescriptor();
  }
  void close() { FileDescriptor(std::move(fd_)); }
  // Reads what there is.
  std::string read(std::size_t most = 1 << 20) {
    std::string bytes(most, '\0');
    const ssize_t length = ::recv(fd_.get(), bytes.data(), bytes.size(), 0);
    if (length == 0) has_ended = true;
    if (length < 0 && errno != EAGAIN) error = errno;
    bytes.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
    return bytes;
  }
  RawClient& receive() {
    received += read();
    return *this;
  }

  bool is_connected = false;
  std::string received;
  bool has_ended = false;
  int error = 0;  // errno of a read

 private:
  FileDescriptor fd_;
};

class TcpTest : public testing::Test {
 protected:
  TcpTest() { options_.handshake_timeout = std::chrono::seconds(5); }

  void TearDown() override {
    listener_.close();
    loop_.free();
    for (const Heard& each : recorder_.heard) {
      EXPECT_TRUE(each.is_in_order);
      EXPECT_EQ(each.closes, recorder_.takes_connections ? 1 : 0);
    }
  }

  void listen() {
    const Logger log([](void* user, int,
                        const char* line) { static_cast<TcpTest*>(user)->log_ += line + std::string("\n"); },
                     this, LogLevel::info);
    ASSERT_EQ(listener_.open(loop_.get(), *Address::parse("127.0.0.1", 0), options_, recorder_, log).error(),
              0);
  }

  void use_tls() {
    tls::Options options;
    const usquic::test::Identity identity = usquic::test::leaf_for(authority_, {"a.example"});
    options.identity.certificate.text = identity.certificate;
    options.identity.key.text = identity.key;
    tls_ = *tls::create_context(options);
    options_.tls = tls_;
    options_.alpn = {"h2", "http/1.1"};
  }

  bool run_until(const std::function<bool()>& done) { return loop_.run_until(done); }
  std::size_t lines_of_log() const { return static_cast<std::size_t>(std::ranges::count(log_, '\n')); }

  std::string log_;
  usquic::test::Authority authority_;
  std::shared_ptr<tls::Context> tls_;
  ListenOptions options_;
  Recorder recorder_;
  Listener listener_;
  usquic::test::TestLoop loop_;
};

// A TLS client over a socket.
struct TlsClient {
  explicit TlsClient(const Address& server, const usquic::test::TlsStreamClient::Options& options = {})
      : socket(server), tls(options) {
    tls.start();
  }

  // Carries bytes both ways; to be called again and again.
  void carry() {
    outgoing += tls.take_output();
    if (!outgoing.empty()) socket.send(outgoing);
    const std::string bytes = socket.read();
    if (!bytes.empty()) tls.receive(bytes);
    outgoing += tls.take_output();
    if (!outgoing.empty()) socket.send(outgoing);
  }

  RawClient socket;
  usquic::test::TlsStreamClient tls;
  std::string outgoing;
};

}  // namespace usquic::tcp::test
