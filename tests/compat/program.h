// A program as those written for µSockets are: it makes a context, sets all callbacks, and keeps its state in ext memory.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/development_certificate.h"
#include "support/temporary_directory.h"
#include "usquic/compat/usockets_quic.h"

namespace usquic::test {

// PEM files of a development certificate, which clients trust as well.
class CertificateFiles {
 public:
  CertificateFiles();
  us_quic_socket_context_options_t server() const;
  us_quic_socket_context_options_t client() const;
  const char* cert() const { return cert_.c_str(); }
  const char* key() const { return key_.c_str(); }

 private:
  TemporaryDirectory folder_;
  std::string cert_;
  std::string key_;
};

using Fields = std::vector<std::pair<std::string, std::string>>;

// All fields that us_quic_socket_context_get_header gives without a context.
Fields received_fields();
std::string received_field(std::string_view name);
// As µWebSockets' Http3Response does: ext memory first, then a field, and no context.
void note(us_quic_stream_t* s, int index, std::string_view name, std::string_view value);
void note_all(us_quic_stream_t* s, const Fields& fields);
// A whole message. What us_quic_stream_write does not take is lost.
void send_message(us_quic_stream_t* s, const Fields& fields, std::string_view body);

// In each stream's ext memory, made in on_stream_open and destroyed in on_stream_close.
struct StreamState {
  Fields fields;
  std::string body;
  bool is_ended = false;
};
StreamState& state_of(us_quic_stream_t* s);

class Program {
 public:
  using StreamCallback = std::function<void(us_quic_stream_t*)>;

  // Its loop must be freed before it.
  Program(us_loop_t* loop, const us_quic_socket_context_options_t& options);
  ~Program() = default;
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  us_quic_socket_context_t* context() const { return context_; }
  // Its callbacks do nothing more: what they refer to may be gone before the loop.
  void fall_silent();
  // On 127.0.0.1. Returns: the port.
  int listen(int ext_size = sizeof(StreamState));
  us_quic_socket_t* connect(int port, int ext_size = sizeof(StreamState));
  // Opens a stream; `when_open` is for the one that comes for it.
  void request(us_quic_socket_t* connection, StreamCallback when_open, int ext_size = sizeof(StreamState));
  void get(us_quic_socket_t* connection, const std::string& path, const Fields& more = {});

  StreamCallback on_stream_open, on_stream_headers, on_stream_end, on_stream_writable, on_stream_close;
  std::function<void(us_quic_stream_t*, std::string_view)> on_stream_data;
  std::function<void(us_quic_socket_t*)> on_open, on_close;

  std::vector<us_quic_socket_t*> connections;  // open ones
  int opened = 0, closed = 0, streams_opened = 0, streams_closed = 0;
  // Of streams that ended and closed, by the field "name" of the message received on them.
  std::map<std::string, StreamState> done;

 private:
  static Program& of(us_quic_socket_t* s);
  static Program& of(us_quic_stream_t* s) { return of(us_quic_stream_socket(s)); }
  void set_stream_callbacks();
  void set_message_callbacks();

  us_quic_socket_context_t* context_;
  std::deque<StreamCallback> awaited_;
};

}  // namespace usquic::test
