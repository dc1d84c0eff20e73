// One request over TCP, by libcurl.
#pragma once

#include <curl/curl.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tcp_client/connection_report.h"
#include "tcp_client/result.h"
#include "tcp_client/setup.h"
#include "usquic/http/client.h"

namespace usquic::tools::tcp_client {

class Multi;
class SocketMeter;

// The connection that a request is about to go over.
struct Connected {
  std::int64_t id = -1;  // among those of its Multi
  std::string_view ip;
  int port = 0;
  // What libcurl told while it was made; empty where an earlier request made it, or nobody asked.
  const ConnectionReport& report;
};

class Request {
 public:
  // In each of its calls the request may be retired; it is freed soon after.
  class Handler {
   public:
    virtual ~Handler() = default;
    // There is a connection, and nothing of the request has gone out yet. It may come again where libcurl has to
    // begin anew. Returns: whether it goes out now; if not, it fails.
    virtual bool on_connected(const Connected& connection) = 0;
    // Of a header or trailer section, with its end; an empty one ends a header section.
    virtual void on_header_line(std::string_view line) = 0;
    virtual void on_body(std::string_view bytes) = 0;
    // All that was written of the request's body has gone: the time for more.
    virtual void on_body_wanted() = 0;
    // Last.
    virtual void on_done(const Outcome& outcome) = 0;
  };

  enum class Body { None, Streamed };

  // Throws std::bad_alloc. setup outlives it.
  Request(Handler& handler, const Setup& setup);
  ~Request();
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;
  static Request& of(CURL* easy);

  // What is requested: before Multi::begin, and again after on_done. fields: as of FetchOptions. A content-length among
  // them is the length of the body.
  void prepare(const std::string& url, const std::string& method, const std::vector<Field>& fields,
               Body body);
  // What was requested before, once more.
  void prepare_again();
  // Has libcurl tell of connections that it makes.
  void report_connections();
  // Sockets that it opens are counted. The meter outlives the Multi.
  void count_sockets(SocketMeter& meter);
  // It is done when there is a connection, which ends with it. Nothing is requested.
  void only_connect();
  CURL* easy() const { return easy_; }
  // Until it is retired.
  bool is_wanted() const { return handler_ != nullptr; }

  // More of the body. Returns: whether there is room for more; if not, on_body_wanted comes.
  bool write(std::string_view bytes);
  void end();

 private:
  friend class Multi;

  static std::size_t header_callback(char* data, std::size_t size, std::size_t count, void* user);
  static std::size_t body_callback(char* data, std::size_t size, std::size_t count, void* user);
  static std::size_t read_callback(char* to, std::size_t size, std::size_t count, void* user);
  static int connected_callback(void* user, char* ip, char* local_ip, int port, int local_port);
  static curl_socket_t open_callback(void* user, curlsocktype purpose, curl_sockaddr* address);
  static int close_callback(void* user, curl_socket_t fd);
  static int debug_callback(CURL* easy, curl_infotype type, char* data, std::size_t size, void* user);

  void set_method(const std::string& method, Body body);
  void set_fields(const std::vector<Field>& fields);
  void resume_body();
  void detach() { handler_ = nullptr; }
  void finish(CURLcode result);

  Handler* handler_;
  CURL* easy_;
  curl_slist* fields_ = nullptr;
  std::array<char, CURL_ERROR_SIZE> error_text_ = {};
  ConnectionReport report_;
  std::string unsent_;  // of the body
  std::size_t unsent_begin_ = 0;
  bool is_body_ended_ = false;
  bool is_body_awaited_ = false;  // libcurl paused for it
  Multi* multi_ = nullptr;        // while it is under way
  bool is_added_ = false;
};

}  // namespace usquic::tools::tcp_client
