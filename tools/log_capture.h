// The library's log, kept for error messages and shown when the user asks for it.
#pragma once

#include <cstdio>
#include <string>

#include "usquic/quic.h"

namespace usquic::tools {

class LogCapture {
 public:
  explicit LogCapture(int shown_level) : shown_level_(shown_level) {}

  // The LogCapture must outlive the context.
  void attach(us_quic_socket_context_options_t& options) {
    options.log_user = this;
    options.log_level = shown_level_ > US_QUIC_LOG_ERROR ? shown_level_ : US_QUIC_LOG_ERROR;
    options.log = [](void* user, int level, const char* message) {
      auto* self = static_cast<LogCapture*>(user);
      if (level == US_QUIC_LOG_ERROR) self->last_error_ = message;
      if (level <= self->shown_level_) std::fprintf(stderr, "* %s\n", message);
    };
  }

  const std::string& last_error() const { return last_error_; }

 private:
  int shown_level_;
  std::string last_error_;
};

}  // namespace usquic::tools
