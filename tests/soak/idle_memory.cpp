// The memory of a server whose connections are idle, by owner; and what a stream takes whose request waits
// for its answer.
//   idle_memory [CONNECTIONS]
// Heap bytes of the server's process, as its allocator rounds them. Not in it: the kernel's (one
// socket for all).
#include <sys/wait.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "soak_run.h"

namespace usquic::test {
namespace {

constexpr const char* loopback = "127.0.0.1";
constexpr int connecting_at_once = 64;
constexpr std::size_t sockets = 16;  // of the clients, shared by their connections
constexpr std::size_t streams_each = 50;
constexpr std::size_t connections_with_streams = 200;

// What an idle connection may hold, and an open stream. Goals and measurements: docs/results.md.
constexpr double max_bytes_per_connection = 56 << 10;
constexpr double max_bytes_per_stream = 3 << 10;
// What may be left of a connection that has gone: the pools keep a chunk of each size.
constexpr std::uint64_t max_bytes_left = 4 << 20;

constexpr std::array<const char*, static_cast<std::size_t>(Owner::count)> owner_names = {
    "objects", "blocks", "tls_library", "c_library", "ngtcp2"};

class IdleMemory {
 public:
  explicit IdleMemory(const DevelopmentCertificate& certificate)
      : server_(certificate, patient_options()), client_(loop_.get(), certificate, patient_options()) {
    client_.on_open = [this](us_quic_connection_t* c) { opened(c); };
    client_.on_close = [this](us_quic_connection_t*, int) { ++closed_; };
  }

  Verdict run(std::size_t count);

 private:
  struct LoopDeleter {
    void operator()(us_loop_t* loop) const { us_loop_free(loop); }
  };

  void hold_connections(std::size_t count);
  void connect();
  void opened(us_quic_connection_t* c);
  void expect_answer(const Response& response);
  std::size_t open_streams();
  double print_growth(const char* what, const ServerReport& before, const ServerReport& after,
                      std::size_t count);

  ServerProcess server_;
  std::unique_ptr<us_loop_t, LoopDeleter> loop_{us_create_loop(nullptr, nullptr, nullptr, nullptr, 0)};
  Http3Client client_;
  Verdict verdict_;
  std::vector<us_quic_socket_t*> sockets_;
  std::vector<us_quic_connection_t*> connections_;
  std::size_t to_connect_ = 0;
  std::size_t answered_ = 0;
  std::size_t closed_ = 0;
};

void IdleMemory::connect() {
  if (to_connect_ == 0) return;
  us_quic_socket_t* socket = sockets_[--to_connect_ % sockets_.size()];
  if (client_.connect_over(socket, loopback, server_.port()) == nullptr)
    throw std::runtime_error("no connection");
}

void IdleMemory::opened(us_quic_connection_t* c) {
  connections_.push_back(c);
  client_.request(c, "GET", "/bytes/100", "", [this](const Response& response) { expect_answer(response); });
}

void IdleMemory::expect_answer(const Response& response) {
  ++answered_;
  if (response.status != 200 || response.reason != US_QUIC_OK) throw std::runtime_error("a request failed");
  connect();
}

void IdleMemory::hold_connections(std::size_t count) {
  const std::size_t goal = answered_ + count;
  sockets_.clear();
  for (std::size_t i = 0; i < std::min(sockets, count); ++i) {
    sockets_.push_back(us_quic_socket_context_create_socket(client_.context(), 0, nullptr));
    if (sockets_.back() == nullptr) throw std::runtime_error("no socket");
  }
  to_connect_ = count;
  for (int i = 0; i < connecting_at_once; ++i) connect();
  const auto is_done = [&] { return answered_ >= goal || closed_ > 0; };
  if (!run_until(loop_.get(), is_done, 300) || closed_ > 0) throw std::runtime_error("connections fail");
}

std::size_t IdleMemory::open_streams() {
  const std::size_t count = std::min(connections_with_streams, connections_.size());
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t n = 0; n < streams_each; ++n) {
      client_.request(connections_[i], "GET", "/never", "", [](const Response&) {});
    }
  }
  return count * streams_each;
}

double IdleMemory::print_growth(const char* what, const ServerReport& before, const ServerReport& after,
                                std::size_t count) {
  const auto each = [&](std::uint64_t began, std::uint64_t ended) {
    return (static_cast<double>(ended) - static_cast<double>(began)) / static_cast<double>(count);
  };
  const std::string name = std::string("bytes_per_") + what;
  for (std::size_t i = 0; i < owner_names.size(); ++i) {
    print_figure((name + "_" + owner_names[i]).c_str(), each(before.by_owner[i], after.by_owner[i]), "bytes");
  }
  print_figure((name + "_taken_from_system").c_str(), each(before.heap.taken, after.heap.taken), "bytes");
  const double all = each(before.heap.in_use, after.heap.in_use);
  print_figure(name.c_str(), all, "bytes");
  return all;
}

Verdict IdleMemory::run(std::size_t count) {
  // Once without looking, so that what is made once is not counted.
  hold_connections(std::min<std::size_t>(count, connecting_at_once));
  us_quic_socket_context_close(client_.context());
  const ServerReport empty = wait_for_quiet(loop_.get(), server_, 0);
  connections_.clear();
  closed_ = 0;
  hold_connections(count);
  const ServerReport held = wait_for_quiet(loop_.get(), server_, count);
  verdict_.expect(held.connections_open == count, "connections were lost");
  const double connection = print_growth("idle_connection", empty, held, count);
  const std::size_t streams = open_streams();
  const ServerReport streaming = wait_for_quiet(loop_.get(), server_, count);
  const double stream = print_growth("open_stream", held, streaming, streams);
  verdict_.expect(closed_ == 0, "connections were closed");
  us_quic_socket_context_close(client_.context());
  const ServerReport left = wait_for_quiet(loop_.get(), server_, 0);
  const double rest = static_cast<double>(left.heap.in_use) - static_cast<double>(empty.heap.in_use);
  print_figure("bytes_left_of_all", rest, "bytes");
  if (can_count_memory) {
    verdict_.expect(connection <= max_bytes_per_connection, "an idle connection holds too much");
    verdict_.expect(stream <= max_bytes_per_stream, "an open stream holds too much");
    verdict_.expect(rest <= max_bytes_left, "closed connections leave too much");
  }
  const int status = server_.stop();
  verdict_.expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the server process failed");
  return verdict_;
}

}  // namespace
}  // namespace usquic::test

int main(int argc, char** argv) {
  try {
    usquic::test::IdleMemory memory(usquic::test::DevelopmentCertificate::make());
    return memory.run(argc > 1 ? usquic::test::number_from(argv[1], 1) : 10'000).exit_code();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "idle_memory: %s\n", error.what());
    return 1;
  }
}
