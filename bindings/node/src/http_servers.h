// HTTP servers behind serve(): an App each, whose requests JavaScript answers.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "answer_batch.h"
#include "identity.h"
#include "usquic/http/request.h"
#include "usquic/http/response.h"

namespace usquic::node {

class HttpRoutes;
class Worker;

// All calls on the QUIC thread. Ids that are not known, or over, are passed over.
class HttpServers {
 public:
  explicit HttpServers(Worker& worker);
  ~HttpServers();
  HttpServers(const HttpServers&) = delete;
  HttpServers& operator=(const HttpServers&) = delete;

  // Closes everything, at once.
  void shut();

  struct ServerOptions {
    Identity identity;
    std::uint64_t max_body_bytes = UINT64_MAX;
    // Absent: the library's defaults.
    std::optional<unsigned int> idle_timeout_ms;
    std::optional<unsigned int> http_idle_timeout_ms;
    bool http1 = true;
    bool http2 = true;
    bool http3 = true;
  };
  struct Address {
    std::string host;
    int port = 0;
    bool reuse_port = false;
  };
  // Both return US_QUIC_OK, or an error and in `detail` what the library says of it.
  int create(std::uint32_t id, const ServerOptions& options, std::string& detail);
  int listen(std::uint32_t id, const Address& address, int& bound);
  void stop(std::uint32_t id, bool is_forced);
  HttpRoutes* routes(std::uint32_t id);                      // nullptr: it is over
  us_quic_socket_context_t* native(std::uint32_t id) const;  // nullptr: it is over

  void respond(const Answer& answer);
  void write(std::uint32_t request, std::string bytes);
  // trailers: as an answer's fields.
  void end(std::uint32_t request, std::string_view trailers);
  void abort(std::uint32_t request);
  // Opens the WebTransport session that the request asks for.
  void accept_transport(std::uint32_t request, std::uint32_t session);
  void inform(std::uint32_t request, int status, std::string_view fields);
  void read_body(std::uint32_t request);
  void consumed(std::uint32_t request, std::size_t bytes);

 private:
  struct Server;
  struct Request;

  // What of JavaScript is asked for the answer.
  struct Called {
    std::uint32_t handler;  // of a route
    std::vector<std::string> parameters;
  };

  void take(const Server& server, const Called& called, Response& response, const usquic::Request& request);
  void tell(std::uint32_t server, const Called& called, const Request& taken, const usquic::Request& request);
  Request* find(std::uint32_t id);
  void forget(std::uint32_t id, const char* event);
  void pump(Request& request);
  void wait(Request& request);
  void complete(Request& request);
  void finish_request(const Request& request);
  void finish(std::uint32_t id);

  Worker& worker_;
  // Before the servers, whose end takes them out.
  std::unordered_map<std::uint32_t, std::unique_ptr<Request>> requests_;
  std::unordered_map<std::uint32_t, std::unique_ptr<Server>> servers_;
};

}  // namespace usquic::node
