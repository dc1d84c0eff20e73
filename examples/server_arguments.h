// What the servers among the examples take: NAME [PORT] [--cert FILE --key FILE] [more]
// PORT 0 is any free one; without a certificate one is made for this run.
#pragma once

#include <usquic/http/app.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace example {

struct ServerArguments {
  ServerArguments(int argc, char** argv) {
    bool has_port = false;
    for (int i = 1; i < argc; ++i) {
      const std::string_view word = argv[i];
      if (word == "--cert" && i + 1 < argc) {
        options.cert_file_name = argv[++i];
      } else if (word == "--key" && i + 1 < argc) {
        options.key_file_name = argv[++i];
      } else if (!has_port) {
        port = std::atoi(argv[i]);
        has_port = true;
      } else {
        more.emplace_back(word);
      }
    }
    if (options.cert_file_name.empty()) make_certificate();
  }

  int port = 4433;
  usquic::AppOptions options;
  std::vector<std::string> more;

 private:
  void make_certificate() {
    char cert[4096], key[4096];
    if (us_quic_development_certificate(14, cert, sizeof cert, key, sizeof key, nullptr) != 0) return;
    options.cert = cert;
    options.key = key;
  }
};

// For App::listen.
inline void print_url(usquic::ListenSocket* socket) {
  if (socket == nullptr) {
    std::fprintf(stderr, "cannot listen\n");
    std::exit(1);
  }
  std::printf("https://localhost:%d/\n", socket->port());
  std::fflush(stdout);
}

}  // namespace example
