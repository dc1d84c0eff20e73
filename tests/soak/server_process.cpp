#include "server_process.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace usquic::test {
namespace {

template <class T>
void send_value(int channel, const T& value) {
  if (write(channel, &value, sizeof value) != sizeof value) throw std::runtime_error("the channel is closed");
}

template <class T>
T receive_value(int channel) {
  T value{};
  if (recv(channel, &value, sizeof value, MSG_WAITALL) != sizeof value) {
    throw std::runtime_error("the server process is gone");
  }
  return value;
}

// One byte on the channel asks for a report; its end ends the process.
void serve(int channel, const DevelopmentCertificate& certificate,
           const us_quic_socket_context_options_t& options) {
  us_loop_t* loop = us_create_loop(nullptr, nullptr, nullptr, nullptr, 0);
  {
    Http3Server server(loop, certificate, "127.0.0.1", options);
    send_value(channel, server.port());
    while (true) {
      std::array<pollfd, 2> ready = {{{us_loop_fd(loop), POLLIN, 0}, {channel, POLLIN, 0}}};
      poll(ready.data(), ready.size(), -1);
      if (ready[0].revents != 0) us_loop_tick(loop);
      if (ready[1].revents == 0) continue;
      char request = 0;
      if (read(channel, &request, 1) != 1) break;
      us_quic_context_stats_t stats{};
      us_quic_socket_context_stats(server.context(), &stats);
      send_value(channel, ServerReport{heap_size(), stats.connections_open, owner_bytes()});
    }
  }
  us_loop_free(loop);
}

}  // namespace

ServerProcess::ServerProcess(const DevelopmentCertificate& certificate,
                             const us_quic_socket_context_options_t& options) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw std::runtime_error("no socket pair");
  }
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("no process");
  if (pid_ == 0) {
    close(ends[0]);
    serve(ends[1], certificate, options);
    std::exit(0);  // with the leak check of a sanitizer
  }
  close(ends[1]);
  channel_ = ends[0];
  port_ = receive_value<int>(channel_);
}

ServerProcess::~ServerProcess() {
  stop();
}

ServerReport ServerProcess::report() {
  send_value(channel_, '?');
  return receive_value<ServerReport>(channel_);
}

int ServerProcess::stop() {
  if (pid_ < 0) return 0;
  close(channel_);
  int status = 0;
  waitpid(std::exchange(pid_, -1), &status, 0);
  return status;
}

}  // namespace usquic::test
