// How targets are loaded: the options, checked, in numbers.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <variant>

#include "http_version.h"
#include "load/options.h"
#include "load/target.h"

namespace usquic::tools::load {

struct Plan {
  HttpVersion version = HttpVersion::Http3;
  std::uint64_t threads = 1;
  std::uint64_t connections = 1;
  std::uint64_t streams = 1;
  std::int64_t duration_ns = 0;  // 0 = by count
  std::uint64_t count = 0;       // 0 = by duration
  double rate = 0;               // requests per second; 0 = closed loop
  std::int64_t warm_up_ns = 0;
  std::int64_t timeout_ns = 0;
  std::uint64_t rounds = 1;
  std::uint64_t requests_per_connection = 0;  // 0 = no limit
  bool is_handshakes_only = false;
  bool resumes = false;  // connections offer the tickets of earlier ones
  // A context keeps the session tickets that its connections get. Where connections are replaced all the
  // time, each gets a new context, so that every handshake is a full one.
  bool has_context_per_connection = false;

  get::Options request;
  std::string body;
  // What is trusted where any certificate is taken: one certificate is read far sooner than
  // the system's roots.
  std::string placeholder_root;
  std::deque<Target> targets;  // at places that they keep
};

// Failure: Usage, MalformedUrl, UnsupportedScheme, or Read for a body.
std::variant<std::unique_ptr<Plan>, Failure> make_plan(const Options& options);

}  // namespace usquic::tools::load
