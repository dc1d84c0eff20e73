// An HTTP/3 server in a process of its own, so that its memory can be told from the clients'.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>

#include "http3_peers.h"
#include "memory_owners.h"
#include "process_size.h"

namespace usquic::test {

struct ServerReport {
  HeapSize heap;
  std::uint64_t connections_open = 0;
  OwnerBytes by_owner{};  // all zero in a program that does not count
};

class ServerProcess {
 public:
  // Forks: before this process starts threads.
  ServerProcess(const DevelopmentCertificate& certificate, const us_quic_socket_context_options_t& options);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  pid_t pid() const { return pid_; }
  int port() const { return port_; }
  // Asks and waits: between two iterations of its loop.
  ServerReport report();
  // Ends it in good order; returns what waitpid says.
  int stop();

 private:
  pid_t pid_ = -1;
  int channel_ = -1;
  int port_ = 0;
};

}  // namespace usquic::test
