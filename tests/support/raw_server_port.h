// Hand-driven HTTP/3 servers on a real UDP port of 127.0.0.1: one for each client address, with
// the real keys.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "support/raw_http3.h"
#include "support/raw_peer.h"

namespace usquic::test {

class RawServerPort {
 public:
  RawServerPort(std::string cert, std::string key);
  ~RawServerPort();
  RawServerPort(const RawServerPort&) = delete;
  RawServerPort& operator=(const RawServerPort&) = delete;

  int port() const { return port_; }
  int connections() const { return static_cast<int>(clients_.size()); }
  int requests() const { return requests_; }
  // Reads and answers what came.
  void run();

  // A request that is complete. Returns whether its client is served on: false = it hears nothing any more.
  std::function<bool(RawHttp3& http3, std::uint64_t id)> on_request;

 private:
  struct Client {
    std::unique_ptr<RawPeer> peer;
    std::unique_ptr<RawHttp3> http3;
    std::set<std::uint64_t> seen;
    bool is_dropped = false;
  };

  Client& client_at(std::uint16_t port);
  void serve(Client& client);

  const std::string cert_, key_;
  int fd_ = -1;
  int port_ = 0;
  int requests_ = 0;
  std::map<std::uint16_t, Client> clients_;
};

}  // namespace usquic::test
