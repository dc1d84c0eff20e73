#include "soak_run.h"

#include <poll.h>

#include <charconv>
#include <chrono>
#include <cstring>
#include <stdexcept>

namespace usquic::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr unsigned patience_ms = 3'600'000;

}  // namespace

bool run_until(us_loop_t* loop, const std::function<bool()>& done, int seconds) {
  const Clock::time_point end = Clock::now() + std::chrono::seconds(seconds);
  while (!done()) {
    if (Clock::now() >= end) return false;
    pollfd readable{us_loop_fd(loop), POLLIN, 0};
    poll(&readable, 1, 50);
    us_loop_tick(loop);
  }
  return true;
}

ServerReport wait_for_quiet(us_loop_t* loop, ServerProcess& server, std::uint64_t connections) {
  constexpr int needed = 4;
  constexpr std::chrono::milliseconds between(500);
  ServerReport last = server.report();
  int still = 0;
  Clock::time_point next = Clock::now() + between;
  const auto is_quiet = [&] {
    if (Clock::now() < next) return false;
    next += between;
    const ServerReport now = server.report();
    const bool is_same = now.heap.in_use == last.heap.in_use && now.connections_open <= connections;
    still = is_same ? still + 1 : 0;
    last = now;
    return still >= needed;
  };
  if (!run_until(loop, is_quiet, 60)) throw std::runtime_error("the server does not come to rest");
  return last;
}

us_quic_socket_context_options_t patient_options() {
  us_quic_socket_context_options_t options = US_QUIC_OPTIONS_INIT;
  options.idle_timeout_ms = patience_ms;
  options.handshake_timeout_ms = 60'000;
  return options;
}

std::uint64_t number_from(const char* text, std::uint64_t least) {
  std::uint64_t value = 0;
  const char* end = text + std::strlen(text);
  const auto [last, error] = std::from_chars(text, end, value);
  if (error == std::errc() && last == end && value >= least) return value;
  throw std::runtime_error(std::string(text) + ": a number from " + std::to_string(least) + " on, please");
}

void print_figure(const char* name, double value, const char* unit) {
  std::printf("figure: %s %.6g %s\n", name, value, unit);
  std::fflush(stdout);
}

void Verdict::expect(bool is_fine, const std::string& otherwise) {
  if (is_fine) return;
  is_fine_ = false;
  std::fprintf(stderr, "soak: %s\n", otherwise.c_str());
}

}  // namespace usquic::test
