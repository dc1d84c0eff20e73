// What the WebTransport examples share: a server with a certificate for this run, and a page that knows it by its hash.
#pragma once

#include <usquic/http/app.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

#include "local_page.h"
#include "server_arguments.h"

namespace example {

// The text of NAME.html beside NAME.cpp; it is in the program.
extern const char* const page;

// The hash of the server's certificate, or "" for one from a file, which browsers are to trust as any other.
inline std::string certificate_hash(const usquic::AppOptions& options) {
  std::array<char, 45> hash{};
  const int error = us_quic_certificate_hash(options.cert.data(), options.cert.size(), hash.data());
  return error == US_QUIC_OK ? hash.data() : "";
}

// Listens for sessions, and serves the page, in which {{url}} and {{hash}} are filled in. Runs until the process ends.
inline int serve_with_page(usquic::App& app, const ServerArguments& arguments, const std::string& path) {
  std::optional<LocalPage> local;
  app.listen(arguments.port, [&](usquic::ListenSocket* socket) {
    if (socket == nullptr) return;
    const std::string url = "https://localhost:" + std::to_string(socket->port()) + path;
    const std::string hash = certificate_hash(arguments.options);
    local.emplace(filled_in(filled_in(page, "url", url), "hash", hash), 0);
    std::printf("page          http://localhost:%d/\nWebTransport  %s\n", local->port(), url.c_str());
    if (!hash.empty()) std::printf("serverCertificateHashes, base64 of sha-256: %s\n", hash.c_str());
    std::fflush(stdout);
  });
  if (!local || local->port() == 0) {
    std::fprintf(stderr, "cannot listen: %s\n", us_quic_strerror(app.error()));
    return 1;
  }
  app.run();
  return 0;
}

}  // namespace example
