#include "echo/command.h"

#include <memory>

#include "certificate_arguments.h"
#include "echo/echo_client.h"
#include "echo/echo_server.h"
#include "echo/options.h"

namespace usquic::tools::echo {
namespace {

Command add_server(CLI::App& echo) {
  auto options = std::make_shared<ServerOptions>();
  CLI::App* parser = echo.add_subcommand("server", "Send back what comes on streams and in datagrams");
  parser->add_option("--host", options->host, "Address to listen on (default: any)");
  parser->add_option("-p,--port", options->port, "UDP port; 0 = any that is free")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  add_certificate_arguments(*parser, options->certificate_file, options->key_file, options->passphrase);
  parser->add_option("--alpn", options->alpn, "Application protocol")->capture_default_str();
  parser->add_flag("-q,--quiet", options->is_quiet, "Print the address alone");
  return {parser, [options] { return run_server(*options); }};
}

Command add_client(CLI::App& echo) {
  auto options = std::make_shared<ClientOptions>();
  CLI::App* parser =
      echo.add_subcommand("client", "Send standard input to an echo server, print what comes back");
  parser->add_option("HOST", options->host, "The server")->capture_default_str();
  parser->add_option("-p,--port", options->port, "UDP port")
      ->check(CLI::Range(1, 65535))
      ->capture_default_str();
  parser->add_option("--alpn", options->alpn, "Application protocol")->capture_default_str();
  parser->add_option_function<std::string>(
      "-d,--data",
      [options](const std::string& text) {
        options->data = text;
        options->has_data = true;
      },
      "Send this instead of standard input");
  auto* count =
      parser->add_option("-n,--count", options->count, "Check: send so many messages, each on a stream")
          ->check(CLI::Range(1, 100'000'000));
  parser->add_option("--size", options->size, "Bytes of each message of a check")
      ->check(CLI::Range(0, 1 << 30))
      ->capture_default_str();
  parser->add_option("--in-flight", options->in_flight, "Messages under way at a time")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  parser
      ->add_flag("--datagrams", options->uses_datagrams,
                 "Check by datagrams; lost ones are counted, not errors")
      ->needs(count);
  auto* insecure = parser->add_flag("-k,--insecure", options->is_insecure, "Take any certificate");
  parser->add_option("--cacert", options->ca_file, "Trust these (PEM) instead of the system's roots")
      ->type_name("FILE")
      ->excludes(insecure);
  parser->add_option("-m,--max-time", options->max_seconds, "Seconds that all may take; 0 = no limit")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  parser->footer(
      "Examples:\n"
      "  echo hello | usquic echo client -k localhost\n"
      "  usquic echo client -k --count 1000 --size 65536 localhost");
  return {parser, [options] { return run_client(*options); }};
}

}  // namespace

std::vector<Command> add_commands(CLI::App& app) {
  CLI::App* echo = app.add_subcommand("echo", "Raw QUIC: an echo server and its client");
  echo->require_subcommand(1);
  std::vector<Command> commands;
  commands.push_back(add_server(*echo));
  commands.push_back(add_client(*echo));
  return commands;
}

}  // namespace usquic::tools::echo
