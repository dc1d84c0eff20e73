// What HttpArena asks of a server in its two profiles over HTTP/3, by an App in each worker:
//   GET /baseline2?a=1&b=1   the sum, as text
//   GET /static/NAME         a file, compressed where the client takes that and the form is there
// bench/httparena/README.md has the rest.
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "arguments.h"
#include "static_files.h"
#include "usquic/error.h"
#include "usquic/http/app.h"
#include "usquic/http/workers.h"

namespace {

std::optional<std::int64_t> to_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

void answer_sum(usquic::Response* res, usquic::Request* req) {
  const auto a = to_number(req->getQuery("a"));
  const auto b = to_number(req->getQuery("b"));
  std::int64_t sum = 0;
  if (!a || !b || __builtin_add_overflow(*a, *b, &sum))
    return res->writeStatus("400")->end("two numbers, a and b\n");
  res->writeHeader("content-type", "text/plain")->end(std::to_string(sum));
}

void add_routes(usquic::App& app, const arena::StaticFiles& files) {
  app.get("/baseline2", [](auto* res, auto* req) { answer_sum(res, req); })
      .get("/static/:name", [&files](auto* res, auto* req) {
        files.answer(res, req->getParameter(0), req->getHeader("accept-encoding"));
      });
}

void tell_url(unsigned port) {
  std::printf("https://localhost:%u/\n", port);
  std::fflush(stdout);
}

int fail(const char* what) {
  std::fprintf(stderr, "httparena: %s\n", what);
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const arena::Arguments arguments = arena::read_arguments(argc, argv);
  // As the first process of a container it has no default action for signals.
  for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, [](int) { _exit(0); });
  try {
    const arena::StaticFiles files(arguments.folder);
    std::atomic<unsigned> listening = 0;
    // As `usquic serve --workers auto` does, where it is not told how many.
    const usquic::WorkersOptions options = {.count = arguments.workers, .pins = arguments.workers == 0};
    const int ended = usquic::runWorkers(options, [&](usquic::Worker& worker) {
      usquic::App app(
          worker,
          {.key_file_name = arguments.key, .cert_file_name = arguments.cert, .http1 = false, .http2 = false});
      add_routes(app, files);
      app.listen(arguments.host, static_cast<int>(arguments.port),
                 [&](usquic::ListenSocket* socket) {
                   if (socket != nullptr && ++listening == worker.count()) tell_url(arguments.port);
                 })
          .run();
    });
    return ended == US_QUIC_OK ? 0 : fail(us_quic_strerror(ended));
  } catch (const std::exception& error) {
    return fail(error.what());
  }
}
