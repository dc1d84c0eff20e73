#include "serve/command.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <string>
#include <system_error>

#include "certificate_arguments.h"
#include "serve/options.h"
#include "serve/server.h"
#include "usquic/http/workers.h"

namespace usquic::tools::serve {

namespace {

constexpr unsigned max_workers = 256;

void set_workers(const std::string& text, Options& options) {
  options.pins_workers = text == "auto";
  if (options.pins_workers) {
    options.workers = std::min(availableCpus(), max_workers);
    return;
  }
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, options.workers);
  if (error != std::errc() || rest != end || options.workers < 1 || options.workers > max_workers) {
    throw CLI::ValidationError("--workers", text + " is neither a number from 1 to 256 nor auto");
  }
}

void add_tcp_arguments(CLI::App& parser, Options& options) {
  auto* http3_only =
      parser.add_flag("--http3-only", options.is_http3_only, "Open no TCP port: neither HTTP/2 nor HTTP/1.1");
  parser
      .add_option("--redirect-http", options.redirect_port,
                  "TCP port on which plain HTTP is sent on to HTTPS, often 80; 0 = any that is free")
      ->check(CLI::Range(0, 65535))
      ->type_name("PORT")
      ->excludes(http3_only);
}

}  // namespace

Command add_command(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* parser = app.add_subcommand("serve", "Serve a folder over HTTP/3, HTTP/2 and HTTP/1.1");
  parser->add_option("DIR", options->directory, "The folder")->capture_default_str();
  parser->add_option("--host", options->host, "Address to listen on (default: any, IPv6 and IPv4)");
  parser->add_option("-p,--port", options->port, "UDP and TCP port; 0 = any that is free")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  add_certificate_arguments(*parser, options->certificate_file, options->key_file, options->passphrase);
  parser
      ->add_option("--secret", options->secret_file,
                   "Keep the secret for tokens, tickets and stateless resets in FILE over restarts")
      ->type_name("FILE");
  parser->add_option("--user", options->user, "Become this user when the port is bound and the key is read")
      ->type_name("NAME[:GROUP]");
  parser->add_flag("--listing", options->lists_directories, "List folders that have no index.html");
  parser->add_flag("--dotfiles", options->serves_dotfiles, "Serve names that begin with a dot, as .git");
  parser->add_flag("--spa", options->is_single_page_app, "Answer what is not there with /index.html");
  parser
      ->add_option_function<std::string>(
          "--workers", [options](const std::string& text) { set_workers(text, *options); },
          "Threads that serve, 1 to 256; auto = one for each CPU that may be used, each on its own")
      ->type_name("N")
      ->default_str("1");
  auto* access_log =
      parser->add_option("--access-log", options->access_log, "Log requests to FILE; - = standard output")
          ->type_name("FILE");
  parser->add_flag("--log-json", options->logs_json, "Log each request as a line of JSON")->needs(access_log);
  parser->add_option("-H,--header", options->headers, "Add a field to every response: 'Name: value'")
      ->type_name("LINE")
      ->allow_extra_args(false);
  parser->add_option("--drain", options->drain_seconds, "Seconds that requests in flight get after SIGTERM")
      ->check(CLI::Range(0, 86400))
      ->capture_default_str();
  parser
      ->add_option("--stall-timeout", options->stall_seconds,
                   "Seconds after which a client that takes nothing loses its downloads when others wait")
      ->check(CLI::Range(1, 86400))
      ->type_name("SECONDS")
      ->capture_default_str();
  parser
      ->add_option("--http-idle-timeout", options->http_idle_seconds,
                   "Seconds after which a connection without a request is shut down; 0 = no limit")
      ->check(CLI::Range(0, 86400))
      ->type_name("SECONDS")
      ->capture_default_str();
  add_tcp_arguments(*parser, *options);
  auto* quiet = parser->add_flag("-q,--quiet", options->is_quiet, "Print the address alone");
  parser->add_flag("-v,--verbose", options->is_verbose, "Print the library's log")->excludes(quiet);
  parser->footer(
      "Without --cert a certificate for localhost is made and kept in $XDG_STATE_HOME/usquic.\n"
      "SIGTERM, SIGINT: finish what is in flight, then end; again: end now. SIGHUP: read the certificate "
      "anew.\n"
      "Examples:\n"
      "  usquic serve public --listing\n"
      "  usquic serve --port 443 --cert fullchain.pem --key privkey.pem --access-log access.log /srv/www\n"
      "  usquic serve --port 443 --redirect-http 80 --cert fullchain.pem --key privkey.pem /srv/www\n"
      "  usquic serve --port 443 --cert cert.pem --key key.pem --user www-data /srv/www");
  return {parser, [options] { return run_server(*options); }};
}

}  // namespace usquic::tools::serve
