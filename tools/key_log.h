// SSLKEYLOGFILE: TLS secrets for Wireshark, in the NSS format.
#pragma once

#include <cstdio>
#include <memory>

#include "usquic/quic.h"

namespace usquic::tools {

class KeyLog {
 public:
  // Opens the file that the environment variable names; without one nothing is logged.
  static std::unique_ptr<KeyLog> from_environment();
  ~KeyLog();
  KeyLog(const KeyLog&) = delete;
  KeyLog& operator=(const KeyLog&) = delete;

  // Lets a context log to this file, in whole lines, also where other threads' contexts do. The KeyLog must outlive the
  // context.
  void attach(us_quic_socket_context_options_t& options);

 private:
  explicit KeyLog(std::FILE* file) : file_(file) {}

  std::FILE* file_;
};

}  // namespace usquic::tools
