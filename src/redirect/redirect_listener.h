// A plain TCP port that sends every request of HTTP/1.1 on to HTTPS (RFC 9110 section 15.4.9).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/log.h"
#include "base/result.h"
#include "usquic/loop.h"

namespace usquic::redirect {

struct RedirectOptions {
  std::string host;         // an IP address; "" = any
  std::uint16_t port = 80;  // 0 = any that is free
  std::uint16_t https_port = 443;
  std::size_t max_connections = 1024;      // those beyond it are closed at once
  std::uint32_t head_timeout_ms = 10'000;  // for a request's head; then 408
  std::uint32_t idle_timeout_ms = 30'000;  // between requests
};

// Thread: its loop's.
class RedirectListener {
 public:
  RedirectListener();
  // Closes the port; connections close with the loop, or when they are over.
  ~RedirectListener();
  RedirectListener(const RedirectListener&) = delete;
  RedirectListener& operator=(const RedirectListener&) = delete;

  // Returns: the port. Errors: US_QUIC_E_ADDRESS_IN_USE, _ADDRESS, _ACCESS, _RESOLVE, _STATE (it is open), _NOMEM, _IO.
  Result<std::uint16_t> listen(us_loop_t* loop, const RedirectOptions& options, const Logger& log);
  // Nobody is accepted any more, and connections end with what was answered.
  void stop();
  // The same at once.
  void close();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace usquic::redirect
