// The other side of a connection, by usquic's own interface: it does what µSockets' quic.h has no words for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "usquic/loop.h"

namespace usquic::test {

// Sends one request or, as a server, one answer to the first request; `script` says what, one action a letter:
//   h a message's header section, i a 1xx section, b some body, t trailers with the end, f the end,
//   r RESET_STREAM, s STOP_SENDING
// A server acts when the header section has come, a client when the stream is open.
class RawPeer {
 public:
  static constexpr std::uint64_t code = 0x107;

  RawPeer(us_loop_t* loop, std::string script, const char* cert_file, const char* key_file);
  ~RawPeer();  // before its loop
  RawPeer(const RawPeer&) = delete;
  RawPeer& operator=(const RawPeer&) = delete;

  int listen();
  void connect(int port);
  // More of a script, for the stream that the first part was for.
  void go_on(std::string script);

  std::string received;  // body bytes
  bool is_ended = false;
  bool is_stream_closed = false;
  int stream_error = 0;  // of the stream's close
  std::uint64_t stream_code = 0;

 private:
  void act(void* stream, bool is_client);
  std::string script_;
  void* context_ = nullptr;
  void* stream_ = nullptr;  // the handles' types are not those of the files that include this one
};

}  // namespace usquic::test
