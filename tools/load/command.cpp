#include "load/command.h"

#include <memory>

#include "load/options.h"
#include "load/run.h"
#include "version_arguments.h"

namespace usquic::tools::load {
namespace {

constexpr std::uint64_t max_count = 1'000'000;

void add_load_options(CLI::App& parser, Options& options) {
  parser.add_option("-c,--connections", options.connections, "Connections, over all threads")
      ->check(CLI::Range(std::uint64_t{1}, max_count))
      ->capture_default_str();
  parser
      .add_option("-m,--streams", options.streams,
                  "Requests at a time on each connection; default 10, with HTTP/1.1 one and no more")
      ->check(CLI::Range(std::uint64_t{1}, max_count));
  parser.add_option("-t,--threads", options.threads, "Threads, each with its own loop")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  auto* duration = parser.add_option("-d,--duration", options.duration,
                                     "How long to measure, such as 10s, 500ms, 2m; default 10s");
  parser.add_option("-n,--requests", options.count, "How many requests to measure, instead of a duration")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 53))
      ->excludes(duration);
  parser
      .add_option(
          "--rate", options.rate,
          "Requests per second in total, sent when they are due whether or not answers come (open loop)")
      ->check(CLI::Range(1e-3, 1e8));
  parser.add_option("--warm-up", options.warm_up, "Load before measuring")->capture_default_str();
  parser.add_option("--timeout", options.timeout, "What a handshake, or a request, may take")
      ->capture_default_str();
  parser.add_flag("--handshakes", options.is_handshakes_only,
                  "No requests: each connection is closed once it is open, and another follows");
  parser
      .add_option("--requests-per-connection", options.requests_per_connection,
                  "Close a connection after so many requests, and open another")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 53));
  parser.add_flag("--resume", options.resumes,
                  "With the two before: offer session tickets; without it every handshake is a full one");
  parser
      .add_option("--rounds", options.rounds,
                  "Rounds for each URL, interleaved A B B A; default 1, with several URLs 4")
      ->check(CLI::Range(1, 10000));
}

void add_request_options(CLI::App& parser, Options& options) {
  get::Options& request = options.request;
  parser.add_option("-X,--method,--request", request.method, "Method")->type_name("METHOD");
  parser.add_option("-H,--header", request.headers, "Header 'Name: value'; 'Name:' leaves a default out")
      ->allow_extra_args(false)
      ->type_name("LINE");
  parser.add_option("--data", request.data, "POST this; @FILE without its line ends, @- standard input")
      ->allow_extra_args(false);
  parser.add_option("--data-binary", request.binary_data, "POST this; @FILE as it is, @- standard input")
      ->allow_extra_args(false);
  parser.add_option("-A,--user-agent", request.user_agent, "User agent to name");
  parser.add_option("--path", options.paths, "Another path of the URL's server, requested in turn with it")
      ->allow_extra_args(false)
      ->type_name("PATH");
  parser.add_flag("--path-as-is", request.keeps_path, "Leave /../ and /./ in the path");
}

void add_connection_options(CLI::App& parser, get::Options& request) {
  auto* insecure = parser.add_flag("-k,--insecure", request.is_insecure, "Take any certificate");
  parser.add_option("--cacert", request.ca_file, "Trust these (PEM) instead of the system's roots")
      ->type_name("FILE")
      ->excludes(insecure);
  parser.add_option("-E,--cert", request.certificate_file, "Client certificate (PEM)")->type_name("FILE");
  parser.add_option("--key", request.key_file, "Its private key (PEM)")->type_name("FILE");
  parser.add_option("--pass", request.passphrase, "Passphrase of the key");
  parser.add_option("--curves", request.groups, "Groups of the key exchange, as X25519MLKEM768:x25519")
      ->type_name("LIST");
  parser.add_option("--resolve", request.resolve, "HOST:PORT:ADDRESS to use instead of a lookup")
      ->allow_extra_args(false);
}

void add_output_options(CLI::App& parser, Options& options) {
  parser
      .add_option("--server-pid", options.server_pids,
                  "Process of a local server: tells its CPU time; once, or once for each URL")
      ->allow_extra_args(false)
      ->check(CLI::PositiveNumber)
      ->type_name("PID");
  parser
      .add_option("--json", options.json_file,
                  "Write all figures as JSON; - = standard output, instead of text")
      ->type_name("FILE");
  auto* live = parser.add_flag("--live", options.is_live,
                               "A line each second on standard error; default where that is a terminal");
  parser.add_flag("-s,--silent", options.is_silent, "No live line")->excludes(live);
}

}  // namespace

Command add_command(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* parser = app.add_subcommand("load", "Load HTTP servers and measure them");
  parser->add_option("URL", options->urls, "What to request; several are measured in turn, side by side")
      ->required();
  add_version_arguments(*parser, options->request.version);
  add_load_options(*parser, *options);
  add_request_options(*parser, *options);
  add_connection_options(*parser, options->request);
  add_output_options(*parser, *options);
  parser->footer(
      "A failed request, or a status of 400 and above, gives the exit code of the first of them, as usquic "
      "get\n"
      "would. Ctrl-C tells what was measured so far. See docs/tool.md.\n"
      "Examples:\n"
      "  usquic load -k https://localhost:4433/ -c 8 -m 32 -d 10s\n"
      "  usquic load -k https://localhost:4433/ -c 10000 -m 1 --rate 100 -d 60s\n"
      "  usquic load -k https://localhost:4433/ --handshakes -c 16\n"
      "  usquic load -k https://localhost:4433/ --http2 -c 8 -m 32 --server-pid 71\n"
      "  usquic load -k https://localhost:4433/ https://localhost:4434/ --server-pid 71 --server-pid 72");
  return {parser, [options] { return run_load(*options); }};
}

}  // namespace usquic::tools::load
