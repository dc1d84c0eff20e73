// What the user asked of usquic echo.
#pragma once

#include <cstddef>
#include <string>

namespace usquic::tools::echo {

struct ServerOptions {
  std::string host;  // "" = any address
  int port = 4434;
  std::string certificate_file;
  std::string key_file;
  std::string passphrase;
  std::string alpn = "echo";
  bool is_quiet = false;
};

struct ClientOptions {
  std::string host = "localhost";
  int port = 4434;
  std::string alpn = "echo";
  std::string data;
  bool has_data = false;
  std::size_t count = 0;  // 0 = one stream with data or standard input; else a check
  std::size_t size = 1024;
  std::size_t in_flight = 100;
  bool uses_datagrams = false;
  std::string ca_file;
  double max_seconds = 30;
  bool is_insecure = false;
};

}  // namespace usquic::tools::echo
