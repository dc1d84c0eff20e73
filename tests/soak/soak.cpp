// Many connections one after another, then many requests, against a server in a process of its own: what is
// in use before and afterwards must be the same, in both processes, and stay flat in between.
//   soak [CONNECTIONS [REQUESTS]]
// After the first ones the connections resume TLS sessions, which makes them cheap.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include "soak_run.h"
#include "usquic/http3_codes.h"

namespace usquic::test {
namespace {

constexpr int connections_at_once = 32;
constexpr int requests_at_once = 32;  // on each connection
constexpr const char* loopback = "127.0.0.1";
constexpr std::uint64_t samples = 20;

// Bytes that a flat line may rise by: what allocators and tables round. Each size of block that requests and the
// tables of 32 connections take keeps a chunk in its pool.
constexpr std::uint64_t heap_tolerance = 512 << 10;
constexpr std::uint64_t resident_tolerance = 4 << 20;

struct Sizes {
  std::uint64_t server_resident = 0;
  std::uint64_t client_resident = 0;
  std::size_t server_files = 0;
  std::size_t client_files = 0;
};

struct Quiet {
  std::uint64_t server_heap = 0;
  std::uint64_t client_heap = 0;
  Sizes sizes;
};

class Soak {
 public:
  explicit Soak(const DevelopmentCertificate& certificate)
      : server_(certificate, us_quic_default_options()), client_(loop_.get(), certificate) {
    client_.on_open = [this](us_quic_connection_t* c) { opened(c); };
    client_.on_close = [this](us_quic_connection_t*, int error) { closed(error); };
  }

  void run_connections(std::uint64_t count);
  void run_requests(std::uint64_t count);
  Verdict finish();

 private:
  struct LoopDeleter {
    void operator()(us_loop_t* loop) const { us_loop_free(loop); }
  };

  void connect();
  void opened(us_quic_connection_t* c);
  void closed(int error);
  void request(us_quic_connection_t* c);
  void answered(us_quic_connection_t* c, const Response& response);
  void run_sampled(const char* what, const std::uint64_t& progress, std::uint64_t total);
  void compare(const char* what, const Quiet& before, std::uint64_t count);
  Quiet quiet();
  Sizes sizes() const;

  ServerProcess server_;
  std::unique_ptr<us_loop_t, LoopDeleter> loop_{us_create_loop(nullptr, nullptr, nullptr, nullptr, 0)};
  Http3Client client_;
  Verdict verdict_;
  std::uint64_t to_connect_ = 0;
  std::uint64_t to_request_ = 0;
  int requests_of_each_ = 1;
  std::uint64_t connections_ended_ = 0;
  std::uint64_t connections_resumed_ = 0;
  std::uint64_t connections_failed_ = 0;
  std::uint64_t requests_ended_ = 0;
  std::uint64_t requests_failed_ = 0;
};

void Soak::connect() {
  if (to_connect_ == 0) return;
  --to_connect_;
  if (client_.connect(loopback, server_.port()) == nullptr) throw std::runtime_error("no connection");
}

void Soak::opened(us_quic_connection_t* c) {
  connections_resumed_ += us_quic_connection_is_resumed(c) != 0 ? 1 : 0;
  for (int i = 0; i < requests_of_each_ && to_request_ > 0; ++i) request(c);
}

void Soak::request(us_quic_connection_t* c) {
  --to_request_;
  client_.request(c, "GET", "/bytes/100", "", [this, c](const Response& response) { answered(c, response); });
}

void Soak::answered(us_quic_connection_t* c, const Response& response) {
  ++requests_ended_;
  const bool is_right = response.status == 200 && response.length == 100 && response.content_is_right &&
                        response.reason == US_QUIC_OK;
  requests_failed_ += is_right ? 0 : 1;
  if (requests_of_each_ == 1) {
    us_quic_connection_close(c, US_QUIC_H3_NO_ERROR, nullptr);
  } else if (to_request_ > 0) {
    request(c);
  }
}

void Soak::closed(int error) {
  ++connections_ended_;
  connections_failed_ += error == US_QUIC_OK ? 0 : 1;
  connect();
}

Sizes Soak::sizes() const {
  return {resident_bytes(server_.pid()), resident_bytes(getpid()), open_descriptors(server_.pid()),
          open_descriptors(getpid())};
}

Quiet Soak::quiet() {
  Quiet result;
  result.server_heap = wait_for_quiet(loop_.get(), server_, 0).heap.in_use;
  result.client_heap = heap_size().in_use;
  result.sizes = sizes();
  return result;
}

void Soak::run_sampled(const char* what, const std::uint64_t& progress, std::uint64_t total) {
  std::vector<Sizes> seen;
  for (std::uint64_t i = 1; i <= samples; ++i) {
    const std::uint64_t goal = total * i / samples;
    if (!run_until(
            loop_.get(), [&] { return progress >= goal; }, 3600))
      throw std::runtime_error("it hangs");
    const Sizes& now = seen.emplace_back(sizes());
    std::printf("%s %llu: server %llu KiB %zu files, client %llu KiB %zu files\n", what,
                static_cast<unsigned long long>(progress),
                static_cast<unsigned long long>(now.server_resident >> 10), now.server_files,
                static_cast<unsigned long long>(now.client_resident >> 10), now.client_files);
    std::fflush(stdout);
  }
  if (!can_count_memory) return;
  // Peaks of the first and of the last quarter.
  const auto peak = [&](std::size_t first, std::uint64_t Sizes::*member) {
    std::uint64_t most = 0;
    for (std::size_t i = first; i < first + samples / 4; ++i) most = std::max(most, seen[i].*member);
    return most;
  };
  for (const auto member : {&Sizes::server_resident, &Sizes::client_resident}) {
    const std::uint64_t began = peak(0, member);
    const std::uint64_t ended = peak(samples - samples / 4, member);
    const std::string name = std::string(what) + (member == &Sizes::server_resident ? "_server" : "_client");
    print_figure((name + "_resident_growth").c_str(), static_cast<double>(ended) - static_cast<double>(began),
                 "bytes");
    verdict_.expect(ended <= began + resident_tolerance, name + ": resident memory grows");
  }
}

void Soak::compare(const char* what, const Quiet& before, std::uint64_t count) {
  const Quiet after = quiet();
  const auto check = [&](const char* side, std::uint64_t began, std::uint64_t ended) {
    const double growth = static_cast<double>(ended) - static_cast<double>(began);
    const std::string name = std::string(what) + "_" + side + "_heap_growth";
    print_figure(name.c_str(), growth, "bytes");
    verdict_.expect(growth <= static_cast<double>(heap_tolerance), name + " after " + std::to_string(count));
  };
  if (can_count_memory) {
    check("server", before.server_heap, after.server_heap);
    check("client", before.client_heap, after.client_heap);
  }
  verdict_.expect(after.sizes.server_files == before.sizes.server_files, "the server's descriptors grow");
  verdict_.expect(after.sizes.client_files == before.sizes.client_files, "the client's descriptors grow");
}

void Soak::run_connections(std::uint64_t count) {
  // Once without looking: pools, tables and the ticket store come to their sizes.
  const std::uint64_t warm = std::max<std::uint64_t>(count / 20, 500);
  requests_of_each_ = 1;
  for (const std::uint64_t round : {warm, count}) {
    const bool is_warming = round == warm && connections_ended_ == 0;
    const Quiet before = is_warming ? Quiet{} : quiet();
    connections_ended_ = connections_resumed_ = 0;
    to_connect_ = to_request_ = round;
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < connections_at_once; ++i) connect();
    if (is_warming) {
      if (!run_until(
              loop_.get(), [&] { return connections_ended_ >= round; }, 600)) {
        throw std::runtime_error("it hangs");
      }
      continue;
    }
    run_sampled("connections", connections_ended_, round);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    print_figure("connections", static_cast<double>(connections_ended_), "");
    print_figure("connections_resumed", static_cast<double>(connections_resumed_), "");
    print_figure("connections_per_second", static_cast<double>(round) / took.count(), "");
    compare("connections", before, round);
  }
}

void Soak::run_requests(std::uint64_t count) {
  requests_of_each_ = requests_at_once;
  const Quiet before = quiet();
  requests_ended_ = 0;
  to_connect_ = connections_at_once;
  to_request_ = count;
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < connections_at_once; ++i) connect();
  run_sampled("requests", requests_ended_, count);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  print_figure("requests", static_cast<double>(requests_ended_), "");
  print_figure("requests_per_second", static_cast<double>(count) / took.count(), "");
  us_quic_socket_context_close(client_.context());
  compare("requests", before, count);
}

Verdict Soak::finish() {
  print_figure("connections_failed", static_cast<double>(connections_failed_), "");
  print_figure("requests_failed", static_cast<double>(requests_failed_), "");
  verdict_.expect(connections_failed_ == 0, "connections failed");
  verdict_.expect(requests_failed_ == 0, "requests failed");
  const int status = server_.stop();
  verdict_.expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the server process failed");
  return verdict_;
}

int run(int argc, char** argv) {
  const std::uint64_t connections = argc > 1 ? number_from(argv[1], samples) : 1'000'000;
  const std::uint64_t requests = argc > 2 ? number_from(argv[2], samples) : 10'000'000;
  Soak soak(DevelopmentCertificate::make());
  soak.run_connections(connections);
  soak.run_requests(requests);
  return soak.finish().exit_code();
}

}  // namespace
}  // namespace usquic::test

int main(int argc, char** argv) {
  try {
    return usquic::test::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "soak: %s\n", error.what());
    return 1;
  }
}
