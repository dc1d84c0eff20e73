// CHECK guards this library's own invariants, in every build. It is never a test of what a peer or
// a user sent.
#pragma once

namespace usquic {

// Writes the place and the condition to standard error and aborts: the process state cannot be trusted.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace usquic

#define CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::usquic::check_failed(#condition, __FILE__, __LINE__))
