// A server with a worker for each CPU: an app on each, all on one port.
// Run: ./all_cores [PORT] [--cert FILE --key FILE]
#include <usquic/http/workers.h>

#include "server_arguments.h"

int main(int argc, char** argv) {
  const example::ServerArguments arguments(argc, argv);
  // On each worker's thread: what is made in here is that thread's alone.
  const int error = usquic::runWorkers(0, [&arguments](usquic::Worker& worker) {
    usquic::App app(worker, arguments.options);
    app.get("/*", [&worker](auto* res, auto* /*req*/) {
      res->end("worker " + std::to_string(worker.index()) + " of " + std::to_string(worker.count()) + "\n");
    });
    app.listen(arguments.port, [&worker](usquic::ListenSocket* socket) {
      if (socket != nullptr && worker.index() == 0) example::print_url(socket);
    });
    app.run();
  });
  if (error != US_QUIC_OK) std::fprintf(stderr, "all_cores: %s\n", us_quic_strerror(error));
  return error == US_QUIC_OK ? 0 : 1;
}
