// Which version of HTTP a client speaks, on the command line.
#pragma once

#include <CLI/CLI.hpp>
#include <array>

#include "http_version.h"

namespace usquic::tools {

// Returns: the flags, of which at most one may be given.
inline std::array<CLI::Option*, 3> add_version_arguments(CLI::App& parser, VersionChoice& choice) {
  const auto add = [&](const char* name, VersionChoice version, const char* text) {
    return parser.add_flag_callback(
        name, [&choice, version] { choice = version; }, text);
  };
  auto* http11 = add("--http1.1", VersionChoice::Http11, "Speak HTTP/1.1, over TCP");
  auto* http2 = add("--http2", VersionChoice::Http2, "Speak HTTP/2, over TCP");
  auto* http3 = add("--http3", VersionChoice::Http3, "Speak HTTP/3, the default");
  http11->excludes(http2)->excludes(http3);
  http2->excludes(http3);
  return {http11, http2, http3};
}

}  // namespace usquic::tools
