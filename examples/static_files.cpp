// Files of a folder, read piece by piece as the client takes them. `usquic serve` does the same and much
// more. Run: ./static_files [PORT] [FOLDER] [--cert FILE --key FILE]
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>

#include "server_arguments.h"

namespace {

namespace fs = std::filesystem;

// The file behind a path of a URL, or an empty path: no way out of the folder, also not by a link.
fs::path find_file(const fs::path& folder, std::string_view path) {
  std::error_code error;
  fs::path file = fs::canonical(folder / fs::path(path).relative_path(), error);
  if (!error && fs::is_directory(file, error)) file = fs::canonical(file / "index.html", error);
  if (error || !fs::is_regular_file(file, error)) return {};
  const auto [rest_of_folder, rest] = std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
  return rest_of_folder == folder.end() ? file : fs::path();
}

std::string_view type_of(const fs::path& file) {
  const std::string extension = file.extension().string();
  if (extension == ".html") return "text/html; charset=utf-8";
  if (extension == ".css") return "text/css; charset=utf-8";
  if (extension == ".js") return "text/javascript; charset=utf-8";
  if (extension == ".txt") return "text/plain; charset=utf-8";
  return "application/octet-stream";
}

struct Download {
  std::ifstream file;
  std::uint64_t length;
};

// Sends what is taken now. Returns true when the response is over: `res` is gone then.
bool send_file(usquic::Response* res, Download& download) {
  std::string chunk(65536, '\0');
  for (;;) {
    download.file.seekg(static_cast<std::streamoff>(res->getWriteOffset()));
    download.file.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    const std::string_view read(chunk.data(), static_cast<std::size_t>(download.file.gcount()));
    if (read.empty()) {  // the file got shorter: an incomplete answer must not look complete
      res->close();
      return true;
    }
    download.file.clear();
    const auto [ok, done] =
        res->tryEnd(read.substr(0, download.length - res->getWriteOffset()), download.length);
    if (done || !ok) return done;
  }
}

void serve(const fs::path& folder, usquic::Response* res, usquic::Request* req) {
  const fs::path file = find_file(folder, req->getParameter("*"));
  auto download = std::make_shared<Download>();
  if (!file.empty()) download->file.open(file, std::ios::binary | std::ios::ate);
  if (!download->file.is_open()) {
    res->writeStatus("404")->end("not found\n");
    return;
  }
  download->length = static_cast<std::uint64_t>(download->file.tellg());
  res->writeHeader("content-type", type_of(file));
  if (download->length == 0) return res->end();
  res->onAborted([] {});
  res->onWritable([res, download](std::uint64_t) { return send_file(res, *download); });
  send_file(res, *download);
}

}  // namespace

int main(int argc, char** argv) {
  const example::ServerArguments arguments(argc, argv);
  const fs::path folder = fs::canonical(arguments.more.empty() ? "." : arguments.more.front());
  usquic::App app(arguments.options);
  app.get("/*", [&folder](auto* res, auto* req) { serve(folder, res, req); })
      .listen(arguments.port, example::print_url)
      .run();
}
