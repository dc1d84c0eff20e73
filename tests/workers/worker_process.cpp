// worker_process PORT INDEX COUNT DIRECTORY STEERING CERT KEY: a worker that is a process. It writes a line when it listens,
// and when its input ends another one, "HANDED TAKEN DROPPED RECEIVED STEERED" (us_quic_group_stats), and ends.
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "pattern_app.h"
#include "usquic/http/app.h"
#include "usquic/quic_group.h"

int main(int argc, char** argv) {
  if (argc != 8) return 2;
  std::array<std::uint8_t, 32> secret;
  secret.fill(7);
  us_quic_group_options_t options{};
  options.struct_size = sizeof(options);
  options.worker_count = static_cast<unsigned>(std::atoi(argv[3]));
  options.secret = secret.data();
  options.directory = argv[4];
  options.steering = std::atoi(argv[5]);
  int error = 0;
  us_quic_group_t* group = us_create_quic_group(&options, &error);
  if (group == nullptr) return 3;
  us_quic_socket_context_options_t core = US_QUIC_OPTIONS_INIT;
  core.group = group;
  core.worker_index = std::atoi(argv[2]);
  usquic::AppOptions app_options;
  app_options.cert_file_name = argv[6];
  app_options.key_file_name = argv[7];
  app_options.core = &core;
  app_options.http1 = app_options.http2 = false;  // the port is known to be unused over UDP alone
  usquic::App app(app_options);
  usquic::test::add_routes(app);
  app.listen("127.0.0.1", std::atoi(argv[1]), nullptr);
  if (app.error() != US_QUIC_OK) {
    std::fprintf(stderr, "%s\n", us_quic_strerror(app.error()));
    return 4;
  }
  std::printf("listening\n");
  std::fflush(stdout);
  std::thread end([&app] {
    while (std::getchar() != EOF) {
    }
    app.loop()->defer([&app] { app.closeNow(); });
  });
  app.run();
  end.join();
  us_quic_group_stats_t stats;
  us_quic_group_stats(group, &stats);
  std::printf("%llu %llu %llu %llu %d\n", static_cast<unsigned long long>(stats.datagrams_handed_over),
              static_cast<unsigned long long>(stats.datagrams_taken_over),
              static_cast<unsigned long long>(stats.hand_over_drops),
              static_cast<unsigned long long>(stats.contexts.datagrams_received), stats.is_steered);
  us_quic_group_free(group);
  return 0;
}
