#include "serve/start_text.h"

#include <fmt/format.h>

#include <cstdio>
#include <string_view>

#include "socket_address_text.h"

namespace usquic::tools::serve {

std::string render_start_text(const Options& options, const ListeningPorts& ports,
                              const std::optional<DevelopmentIdentity>& development) {
  const bool is_any =
      options.host.empty() || options.host == "0.0.0.0" || options.host == "::" || options.host == "*";
  const std::string_view host = is_any ? "127.0.0.1" : std::string_view(options.host);
  const std::string authority = authority_text(host, ports.https);
  // The first line is for programs too: its form stays.
  std::string text = fmt::format("usquic serve: https://{}/\n", authority);
  if (options.is_quiet) return text;
  text += fmt::format("  folder    {}\n", options.directory);
  if (options.workers > 1) text += fmt::format("  workers   {}\n", options.workers);
  if (ports.redirect != 0)
    text += fmt::format("  redirects http://{}/\n", authority_text(host, ports.redirect));
  if (!development) return text;
  text += fmt::format(
      "  certificate for trying out: {2}\n"
      "  fetch it with\n"
      "    usquic get --cacert {2} https://{0}/\n"
      "    curl --http3-only --cacert {2} https://{0}/\n"
      "{3}"
      "    chromium --user-data-dir=/tmp/usquic-chromium --origin-to-force-quic-on={4} \\\n"
      "      --ignore-certificate-errors-spki-list={1} https://{4}/\n",
      authority, development->public_key_hash, development->certificate_file,
      options.is_http3_only
          ? ""
          : fmt::format("    curl --cacert {} https://{}/\n", development->certificate_file, authority),
      authority_text(is_any ? "localhost" : host, ports.https));
  if (!development->certificate_hash.empty()) {
    text += fmt::format(
        "  for WebTransport in a page\n"
        "    serverCertificateHashes: [{{ algorithm: \"sha-256\",\n"
        "      value: Uint8Array.from(atob(\"{}\"), c => c.charCodeAt(0)) }}]\n",
        development->certificate_hash);
  }
  return text;
}

void print_start_text(const Options& options, const ListeningPorts& ports,
                      const std::optional<DevelopmentIdentity>& development) {
  const std::string text = render_start_text(options, ports, development);
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

}  // namespace usquic::tools::serve
