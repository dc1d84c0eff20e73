// The versions of HTTP, as far as a client can tell them apart.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <ostream>
#include <string>

#include "integration/http/raw_client.h"
#include "usquic/http/app.h"
#include "usquic/loop.h"

namespace usquic::test {

// Tests ask what a version can do, never for its name.
struct Version {
  const char* name;
  std::unique_ptr<RawClient> (*make_client)(us_loop_t* loop, const RawClientOptions& options);
  bool AppOptions::*option;  // that an app serves it by

  // Requests run side by side on one connection, whose end is told beforehand.
  bool has_streams = false;
  // A connection outlives its requests that fail.
  bool outlives_failures = false;
  // A client says how many bytes of a response it takes before it reads them.
  bool has_windows = false;
  // A body ends where its stream does, whatever content-length says.
  bool has_ends_of_bodies = false;
  // Clients may limit the header sections that they take.
  bool has_section_limit = false;
  bool has_extended_connect = false;
  bool has_datagram_frames = false;

  // Its error codes; 0 where it has none.
  std::uint64_t no_error = 0;
  std::uint64_t message_error = 0;
  std::uint64_t excessive_load = 0;
  std::uint64_t datagram_error = 0;
};

extern const Version http1;
extern const Version http2;
extern const Version http3;

inline void PrintTo(const Version& version, std::ostream* to) {
  *to << version.name;
}

// What is left of a version over the engine that the program is built with.
Version over_this_engine(Version version);

// Of a suite that runs over each of them; the names of its tests end in /Http1, /Http2 and /Http3.
inline auto every_version() {
  return testing::Values(http1, http2, http3);
}
inline std::string name_of_version(const testing::TestParamInfo<Version>& info) {
  return info.param.name;
}

}  // namespace usquic::test
