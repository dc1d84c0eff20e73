// Log lines go to the callback that the owner of a context set; the library itself never prints.
#pragma once

#include <cstdarg>
#include <string_view>

namespace usquic {

enum class LogLevel { error = 1, warning = 2, info = 3, debug = 4 };

class Logger {
 public:
  using Callback = void (*)(void* user, int level, const char* message);

  Logger() = default;
  Logger(Callback callback, void* user, LogLevel most) : callback_(callback), user_(user), most_(most) {}

  bool wants(LogLevel level) const { return callback_ != nullptr && level <= most_; }
  // printf-style; lines over 1 KiB are cut.
  void log(LogLevel level, const char* format, ...) const __attribute__((format(printf, 3, 4)));
  void vlog(LogLevel level, const char* format, std::va_list arguments) const
      __attribute__((format(printf, 3, 0)));

 private:
  Callback callback_ = nullptr;
  void* user_ = nullptr;
  LogLevel most_ = LogLevel::warning;
};

}  // namespace usquic
