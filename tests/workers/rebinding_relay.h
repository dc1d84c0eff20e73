// A network between clients and a server that gives each client another address and port in the middle, as a NAT does
// that forgot it.
#pragma once

#include <netinet/in.h>

#include <atomic>
#include <cstddef>
#include <map>
#include <thread>
#include <vector>

namespace usquic::test {

class RebindingRelay {
 public:
  // switch_after: bytes that a client got from the server before its address changes, once.
  RebindingRelay(int server_port, std::size_t switch_after);
  ~RebindingRelay();
  RebindingRelay(const RebindingRelay&) = delete;
  RebindingRelay& operator=(const RebindingRelay&) = delete;

  int port() const { return port_; }
  // Clients whose address changed.
  int switched() const { return switched_; }

 private:
  struct Flow {
    sockaddr_in client{};
    int upstream = -1;
    std::size_t bytes = 0;
    bool is_switched = false;
  };

  void run();
  int open_upstream(const char* address) const;
  void from_client();
  void from_server(Flow& flow);

  const int server_port_;
  const std::size_t switch_after_;
  int socket_ = -1;
  int port_ = 0;
  std::map<std::uint16_t, Flow> flows_;  // by the client's port
  std::atomic<int> switched_ = 0;
  std::atomic<bool> is_ending_ = false;
  std::thread thread_;
};

}  // namespace usquic::test
