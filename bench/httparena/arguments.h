// The command line of the program. What is not given is where HttpArena has it.
#pragma once

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace arena {

struct Arguments {
  std::string host = "::";
  std::string cert = "/certs/server.crt";
  std::string key = "/certs/server.key";
  std::string folder = "/data/static";
  unsigned port = 8443;
  unsigned workers = 0;  // one for each CPU that the program may use
};

inline constexpr const char* usage =
    "usage: httparena [--host ADDRESS] [--port N] [--cert FILE] [--key FILE] [--static FOLDER] [--workers "
    "N]\n";

[[noreturn]] inline void refuse_arguments() {
  std::fputs(usage, stderr);
  std::exit(2);
}

inline unsigned number_argument(std::string_view text, unsigned least, unsigned most) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < least || number > most)
    refuse_arguments();
  return number;
}

inline Arguments read_arguments(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc) refuse_arguments();
    const std::string_view name = argv[i];
    const char* value = argv[i + 1];
    if (name == "--host")
      arguments.host = value;
    else if (name == "--port")
      arguments.port = number_argument(value, 1, 65535);
    else if (name == "--cert")
      arguments.cert = value;
    else if (name == "--key")
      arguments.key = value;
    else if (name == "--static")
      arguments.folder = value;
    else if (name == "--workers")
      arguments.workers = number_argument(value, 0, 256);
    else
      refuse_arguments();
  }
  return arguments;
}

}  // namespace arena
