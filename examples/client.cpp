// Fetches several URLs at once and prints status, length and URL of each.
// Run: ./client [--cacert FILE] URL...
#include <usquic/http/client.h>

#include <cstdio>

namespace {

struct Result {
  std::string url;
  int status = 0;
  std::size_t length = 0;
  std::string error;
};

void fetch(usquic::Client& client, Result& result) {
  client.fetch(result.url, {.max_redirects = 5})
      ->onResponse([&result](const usquic::ResponseHead& head) { result.status = head.status; })
      ->onData([&result](std::string_view chunk) { result.length += chunk.size(); })
      ->onError([&result](int, std::string_view text) { result.error = text; });
}

}  // namespace

int main(int argc, char** argv) {
  usquic::ClientOptions options;
  options.keep_open_ms = 1;  // run() returns when the last connection has closed
  std::vector<Result> results;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--cacert" && i + 1 < argc)
      options.ca_file_name = argv[++i];
    else
      results.push_back({.url = argv[i]});
  }
  usquic::Client client(options);
  if (client.error() != US_QUIC_OK) {
    std::fprintf(stderr, "client: %s\n", us_quic_strerror(client.error()));
    return 1;
  }
  for (Result& result : results) fetch(client, result);
  client.run();
  int failed = 0;
  for (const Result& result : results) {
    if (result.error.empty()) {
      std::printf("%d %zu %s\n", result.status, result.length, result.url.c_str());
    } else {
      std::fprintf(stderr, "client: %s: %s\n", result.url.c_str(), result.error.c_str());
      ++failed;
    }
  }
  return failed == 0 ? 0 : 1;
}
