// An HTTP/3 server over the public C interface that does to each request what a test says, mistakes included.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/development_certificate.h"
#include "usquic/usquic.h"

namespace usquic::test {

class Http3ScriptServer {
 public:
  using Fields = std::vector<std::pair<std::string, std::string>>;

  struct Exchange {
    us_quic_stream_t* stream = nullptr;
    std::map<std::string, std::string> fields;  // pseudo-headers too
    std::string body;
    bool is_ended = false;

    std::string field(const std::string& name) const;
    void head(int status, const Fields& fields = {}, bool is_end = false);
    // Sends with backpressure: what the stream does not take yet waits here.
    void send(std::string_view bytes);
    void trailers(const Fields& fields);  // after all of `send`; ends it
    void end();
    void respond(int status, const Fields& fields, std::string_view body);

    // Inside.
    void flush();
    std::string unsent;
    bool wants_end = false;
    Fields end_fields;
  };
  using Script = std::function<void(Exchange& exchange)>;

  Http3ScriptServer(us_loop_t* loop, const DevelopmentCertificate& identity,
                    us_quic_socket_context_options_t options = us_quic_default_options(), int port = 0);
  ~Http3ScriptServer();
  Http3ScriptServer(const Http3ScriptServer&) = delete;
  Http3ScriptServer& operator=(const Http3ScriptServer&) = delete;

  int port() const { return us_quic_listen_socket_port(socket_); }
  us_quic_socket_context_t* context() { return context_; }
  std::vector<us_quic_connection_t*> connections;  // open ones
  int accepted = 0;
  int requests = 0;
  std::size_t open_exchanges = 0;
  std::size_t most_exchanges = 0;

  Script on_head;  // when the request's header section came
  Script on_data;  // when more of exchange.body came
  Script on_end;   // when the request is complete
  std::function<void(Exchange&, std::uint64_t code)> on_reset;

  static Http3ScriptServer& of(us_quic_socket_context_t* context);

 private:
  us_quic_socket_context_t* context_ = nullptr;
  us_quic_listen_socket_t* socket_ = nullptr;
};

}  // namespace usquic::test
