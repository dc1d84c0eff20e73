// What the user asked of usquic load.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "get/options.h"

namespace usquic::tools::load {

struct Options {
  std::vector<std::string> urls;
  std::vector<std::string> paths;  // requested in turn with each URL's own
  // What a request is, by which version, and who is trusted: version, method, headers, data, binary_data, range, user_agent, ca_file,
  // certificate_file, key_file, passphrase, groups, resolve, is_insecure, keeps_path.
  get::Options request;
  std::uint64_t threads = 1;
  std::uint64_t connections = 10;
  std::uint64_t streams = 0;  // at a time on each connection; 0 = default_streams, with HTTP/1.1 one
  std::string duration;       // "" = default_duration, unless a count is given
  std::uint64_t count = 0;    // of requests (of connections, with handshakes only); 0 = for the duration
  double rate = 0;            // requests per second in total; 0 = as fast as answers come
  std::string warm_up = "0";
  std::string timeout = "30s";
  std::uint64_t rounds = 0;                   // 0 = one, or rounds_of_several with several URLs
  std::uint64_t requests_per_connection = 0;  // 0 = no limit
  bool is_handshakes_only = false;
  bool resumes = false;          // new connections offer the session tickets of earlier ones
  std::vector<int> server_pids;  // of local servers: one for all URLs, or one for each
  std::string json_file;         // "" = none, "-" = standard output, in place of the text
  bool is_live = false;          // also where standard error is no terminal
  bool is_silent = false;
};

inline constexpr const char* default_duration = "10s";
inline constexpr std::uint64_t default_streams = 10;
// An even number, so that each of two URLs is as often first as the other (A B B A).
inline constexpr std::uint64_t rounds_of_several = 4;

}  // namespace usquic::tools::load
