// HTTP/3 clients behind fetch3(): a Client for each way to trust servers.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "identity.h"
#include "usquic/http/client.h"

namespace usquic::node {

class Worker;

// All calls on the QUIC thread. Ids that are not known, or over, are passed over.
class HttpClients {
 public:
  explicit HttpClients(Worker& worker);
  ~HttpClients();
  HttpClients(const HttpClients&) = delete;
  HttpClients& operator=(const HttpClients&) = delete;

  // Closes everything, at once.
  void shut();

  // Returns US_QUIC_OK, or an error and in `detail` what the library says of it.
  // keep_open_ms: of unused connections; absent: the library's default.
  int create(std::uint32_t id, const Identity& identity, std::optional<int> keep_open_ms,
             std::string& detail);
  // Unused connections close now, the others as soon as they are unused.
  void close_idle(std::uint32_t id);
  // Its requests fail. Emits "clientClosed".
  void close(std::uint32_t id);

  struct Request {
    std::string url;
    std::string method;
    std::vector<std::string> fields;  // name, value, name, value...
    std::string body;
    bool streams_body = false;
    int max_redirects = 0;
  };
  void fetch(std::uint32_t client, std::uint32_t id, const Request& request);
  void write(std::uint32_t id, const std::string& bytes);
  void end(std::uint32_t id);
  void abort(std::uint32_t id);
  // fields: as a request's. The session is told of by WebTransports.
  void connect_transport(std::uint32_t client, std::uint32_t id, const std::string& url,
                         const std::vector<std::string>& fields);
  void consumed(std::uint32_t id, std::size_t bytes);

 private:
  struct Fetch;

  Fetch* find(std::uint32_t id);
  void listen_to(Fetch& fetch);

  Worker& worker_;
  // Before the clients, whose end takes them out.
  std::unordered_map<std::uint32_t, std::unique_ptr<Fetch>> fetches_;
  std::unordered_map<std::uint32_t, std::unique_ptr<Client>> clients_;
};

}  // namespace usquic::node
