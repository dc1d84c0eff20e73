// Workers that count the connections which came to each of them.
//   spread_server WORKERS PORT CERT KEY
// GET / is answered with the counts, each as of the worker's last answer: "12 9 11".
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "usquic/http/app.h"
#include "usquic/http/workers.h"

namespace {

constexpr unsigned max_workers = 256;

// A cache line each, as they are counted at the same time.
struct alignas(64) Count {
  std::atomic<std::uint64_t> connections{0};
};

struct Server {
  std::array<Count, max_workers> counts;
  const char* port;
  const char* cert;
  const char* key;
  unsigned workers;
  std::atomic<unsigned> listening{0};
};

std::string counts_text(const Server& server) {
  std::string text;
  for (unsigned i = 0; i < server.workers; ++i) {
    if (!text.empty()) text += ' ';
    text += std::to_string(server.counts.at(i).connections.load());
  }
  return text;
}

void run_worker(Server& server, usquic::Worker& worker) {
  usquic::App app(
      worker, {.key_file_name = server.key, .cert_file_name = server.cert, .http1 = false, .http2 = false});
  app.get("/",
          [&](auto* res, auto*) {
            us_quic_context_stats_t stats = {};
            us_quic_socket_context_stats(app.native(), &stats);
            server.counts.at(worker.index()).connections = stats.connections_accepted;
            res->end(counts_text(server));
          })
      .listen("127.0.0.1", std::atoi(server.port),
              [&](usquic::ListenSocket* socket) {
                if (socket == nullptr || ++server.listening < server.workers) return;
                std::printf("https://127.0.0.1:%s/\n", server.port);
                std::fflush(stdout);
              })
      .run();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: %s WORKERS PORT CERT KEY\n", argv[0]);
    return 2;
  }
  Server server{.counts = {},
                .port = argv[2],
                .cert = argv[3],
                .key = argv[4],
                .workers = static_cast<unsigned>(std::atoi(argv[1]))};
  if (server.workers < 1 || server.workers > max_workers) return 2;
  return usquic::runWorkers(server.workers, [&](usquic::Worker& worker) { run_worker(server, worker); }) ==
                 US_QUIC_OK
             ? 0
             : 1;
}
