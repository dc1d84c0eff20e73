#include "get/command.h"

#include <memory>

#include "get/options.h"
#include "get/run.h"
#include "version_arguments.h"

namespace usquic::tools::get {
namespace {

void add_request_options(CLI::App& parser, Options& options) {
  parser.add_option("-X,--request", options.method, "Method")->type_name("METHOD");
  parser.add_option("-H,--header", options.headers, "Header 'Name: value'; 'Name:' leaves a default out")
      ->allow_extra_args(false)
      ->type_name("LINE");
  parser.add_option("-d,--data", options.data, "POST this; @FILE without its line ends, @- standard input")
      ->allow_extra_args(false);
  parser.add_option("--data-binary", options.binary_data, "POST this; @FILE as it is, @- standard input")
      ->allow_extra_args(false);
  parser.add_option("-T,--upload-file", options.upload_file, "PUT this file; - = standard input")
      ->type_name("FILE");
  parser.add_flag("-I,--head", options.is_head, "HEAD: show the headers alone");
  parser.add_option("-r,--range", options.range, "Bytes to ask for, such as 0-99")->type_name("RANGE");
  parser.add_option("-A,--user-agent", options.user_agent, "User agent to name");
  parser.add_flag("-L,--location", options.follows_redirects, "Follow redirects");
  parser.add_option("--max-redirs", options.max_redirects, "With -L: at most so many")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  parser.add_flag("--path-as-is", options.keeps_path, "Leave /../ and /./ in the path");
}

void add_output_options(CLI::App& parser, Options& options) {
  parser.add_option("-o,--output", options.outputs, "Write to FILE; once for each URL; - = standard output")
      ->allow_extra_args(false)
      ->type_name("FILE");
  parser.add_flag("-O,--remote-name", options.has_remote_name, "Write to files named as in the URLs");
  parser.add_option("--output-dir", options.output_directory, "Folder for the files of -o and -O")
      ->type_name("DIR");
  parser.add_flag("-i,--include", options.includes_headers, "Show the response's headers too");
  parser.add_flag("-f,--fail", options.fails_on_status,
                  "Status 400 and above is an error (22) without output");
  parser.add_flag("-v,--verbose", options.is_verbose, "Tell on standard error what happens");
  parser.add_flag("-s,--silent", options.is_silent, "No progress, no error texts");
  parser.add_flag("-S,--show-error", options.shows_errors, "With -s: error texts all the same");
  parser
      .add_option("-w,--write-out", options.write_out,
                  "Print this after each transfer: %{http_code} %{size_download} %{time_total} ...")
      ->type_name("FORMAT");
}

void add_version_options(CLI::App& parser, Options& options) {
  const auto others = add_version_arguments(parser, options.version);
  auto* fallback = parser.add_flag_callback(
      "--fallback", [&options] { options.version = VersionChoice::Fallback; },
      "HTTP/3, or HTTP/2 or HTTP/1.1 where it fails or connects later than TCP does");
  for (CLI::Option* other : others) fallback->excludes(other);
}

void add_connection_options(CLI::App& parser, Options& options) {
  auto* insecure = parser.add_flag("-k,--insecure", options.is_insecure, "Take any certificate");
  parser.add_option("--cacert", options.ca_file, "Trust these (PEM) instead of the system's roots")
      ->type_name("FILE")
      ->excludes(insecure);
  parser.add_option("-E,--cert", options.certificate_file, "Client certificate (PEM)")->type_name("FILE");
  parser.add_option("--key", options.key_file, "Its private key (PEM)")->type_name("FILE");
  parser.add_option("--pass", options.passphrase, "Passphrase of the key");
  parser.add_option("--curves", options.groups, "Groups of the key exchange, as X25519MLKEM768:x25519")
      ->type_name("LIST");
  parser.add_option("--resolve", options.resolve, "HOST:PORT:ADDRESS to use instead of a lookup")
      ->allow_extra_args(false);
  parser.add_option("-m,--max-time", options.max_seconds, "Seconds that all may take")
      ->check(CLI::NonNegativeNumber);
  parser.add_option("--connect-timeout", options.connect_seconds, "Seconds that connecting may take")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  parser.add_option("--parallel-max", options.parallel, "Transfers to files at a time")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
}

}  // namespace

Command add_command(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* parser = app.add_subcommand("get", "Fetch URLs over HTTP/3, or over TCP, with curl's habits");
  parser->add_option("URL", options->urls, "What to fetch")->required();
  add_version_options(*parser, *options);
  add_request_options(*parser, *options);
  add_output_options(*parser, *options);
  add_connection_options(*parser, *options);
  parser->footer(
      "URLs of one origin share a connection; those that go to files run in parallel.\n"
      "Exit codes are curl's: 3 malformed URL, 6 unknown host, 7 refused, 18 body cut off, 22 with --fail,\n"
      "23 cannot write, 28 timeout, 35 TLS, 47 redirects, 60 certificate, 16 and 92 HTTP/2, 95 HTTP/3 "
      "error;\n"
      "2 = bad command line. See docs/tool.md.\n"
      "Examples:\n"
      "  usquic get https://localhost:4433/ --cacert ~/.local/state/usquic/cert.pem\n"
      "  usquic get --fallback https://example.com/\n"
      "  usquic get -O https://example.com/a.iso -O https://example.com/b.iso\n"
      "  tar c . | usquic get -T - https://example.com/upload");
  return {parser, [options] { return run_get(*options); }};
}

}  // namespace usquic::tools::get
