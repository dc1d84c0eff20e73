// What the user asked of usquic serve.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "usquic/quic_options.h"

namespace usquic::tools::serve {

struct Options {
  std::string directory = ".";
  std::string host;  // "" = any address
  int port = 4433;
  bool is_http3_only = false;
  std::optional<int> redirect_port;  // of plain HTTP
  std::string certificate_file;
  std::string key_file;
  std::string passphrase;
  std::optional<std::string> secret_file;  // else a new secret with each start
  std::optional<std::string> user;         // "NAME" or "NAME:GROUP", to become
  std::string access_log;                  // "" = none, "-" = standard output
  bool logs_json = false;
  std::vector<std::string> headers;  // lines "Name: value"
  unsigned workers = 1;              // threads that serve: 1 to 256
  bool pins_workers = false;
  int drain_seconds = 30;
  int stall_seconds = 10;                                                              // 1 to 86400
  unsigned http_idle_seconds = us_quic_default_options().http_idle_timeout_ms / 1000;  // 0 = no limit
  bool lists_directories = false;
  bool serves_dotfiles = false;
  bool is_single_page_app = false;
  bool is_quiet = false;
  bool is_verbose = false;
};

}  // namespace usquic::tools::serve
