// The server's use of its access log: one line per answer, written soon after it, and what becomes of the log.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "failure.h"
#include "serve/access_log.h"
#include "serve/console.h"
#include "serve/options.h"
#include "serve/soon_call.h"

namespace usquic::tools::serve {

class RequestLog {
 public:
  // Where a request came from, and what it asked for.
  struct Origin {
    std::string client_address;
    std::int64_t began_ms = 0;
    std::string method;
    std::string path;
    std::string referer;
    std::string user_agent;
  };

  RequestLog(const Options& options, Console& console) : options_(options), console_(console) {}

  // Where a log is wanted.
  std::optional<Failure> open();
  bool is_open() const { return log_.is_open(); }
  // Until detach() lines are written in iterations of the loop, else by flush() alone.
  void attach(us_loop_t* loop);
  void detach() { flush_soon_.reset(); }

  void write(const Origin& origin, int status, std::uint64_t body_bytes);
  void flush() { log_.flush(); }
  void reopen() { log_.reopen(); }
  // To be called now and then: tells the console what the log's own thread met with.
  void report();

 private:
  const Options& options_;
  Console& console_;
  AccessLog log_;
  std::optional<SoonCall> flush_soon_;
};

}  // namespace usquic::tools::serve
