// The library's log, kept for error messages and shown when the user asks for it.
#pragma once

#include <cstdio>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "usquic/quic.h"

namespace usquic::tools {

class LogCapture {
 public:
  // show: shows a line, with its end; by default on standard error, which may wait for who reads it.
  explicit LogCapture(int shown_level, std::function<void(std::string_view line)> show = print)
      : shown_level_(shown_level), show_(std::move(show)) {}

  // The LogCapture must outlive the context.
  void attach(us_quic_socket_context_options_t& options) {
    options.log_user = this;
    options.log_level = shown_level_ > US_QUIC_LOG_ERROR ? shown_level_ : US_QUIC_LOG_ERROR;
    options.log = [](void* user, int level, const char* message) {
      auto* self = static_cast<LogCapture*>(user);
      if (level == US_QUIC_LOG_ERROR) self->last_error_ = message;
      if (level <= self->shown_level_) self->show_("* " + std::string(message) + "\n");
    };
  }

  const std::string& last_error() const { return last_error_; }

 private:
  static void print(std::string_view line) { std::fwrite(line.data(), 1, line.size(), stderr); }

  int shown_level_;
  std::function<void(std::string_view line)> show_;
  std::string last_error_;
};

}  // namespace usquic::tools
