// An app inside somebody else's event loop: a poll() loop that also has a timer and signals of its own.
// GET /ticks: how often the foreign timer ran. SIGTERM or SIGINT: ends in good order.
// Run: ./foreign_loop [PORT] [--cert FILE --key FILE]
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <csignal>

#include "server_arguments.h"

namespace {

int make_timer() {
  const int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  const itimerspec every_10_ms{{0, 10'000'000}, {0, 10'000'000}};
  timerfd_settime(timer, 0, &every_10_ms, nullptr);
  return timer;
}

int make_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  return signalfd(-1, &set, 0);
}

}  // namespace

int main(int argc, char** argv) {
  const example::ServerArguments arguments(argc, argv);
  const int timer = make_timer();
  const int signals = make_signals();
  std::uint64_t ticks = 0;

  usquic::App app(arguments.options);
  app.get("/ticks", [&ticks](auto* res, auto*) { res->end(std::to_string(ticks) + "\n"); })
      .listen(arguments.port, example::print_url);

  pollfd wanted[] = {{app.loop()->fd(), POLLIN, 0}, {timer, POLLIN, 0}, {signals, POLLIN, 0}};
  bool is_alive = app.loop()->tick();
  while (is_alive) {
    poll(wanted, 3, -1);
    std::uint64_t expired = 0;
    if (read(timer, &expired, sizeof expired) == sizeof expired) ticks += expired;
    if (wanted[2].revents != 0) {
      wanted[2].fd = -1;  // once is enough
      app.close();
    }
    is_alive = app.loop()->tick();  // cheap when there is nothing to do
  }
  close(signals);
  close(timer);
}
