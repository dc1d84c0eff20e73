// Responses that are made while they are sent.
// GET /bytes/N: N bytes with a content-length, made only as fast as the client reads (tryEnd and onWritable).
// GET /lines/N: N lines, one every 10 ms, without a content-length (write). Run: ./streaming [PORT] [--cert
// FILE --key FILE]
#include <algorithm>
#include <charconv>
#include <memory>

#include "server_arguments.h"

namespace {

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// Sends what is taken now. Returns true when the response is complete: `res` is gone then.
bool send_bytes(usquic::Response* res, std::uint64_t total) {
  static constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz";
  for (;;) {
    const std::uint64_t offset = res->getWriteOffset();
    std::string chunk(static_cast<std::size_t>(std::min<std::uint64_t>(65536, total - offset)), ' ');
    for (std::size_t i = 0; i < chunk.size(); ++i) chunk[i] = alphabet[(offset + i) % alphabet.size()];
    const auto [ok, done] = res->tryEnd(chunk, total);
    if (done || !ok) return done;
  }
}

void bytes(usquic::Response* res, usquic::Request* req) {
  const std::uint64_t total = number(req->getParameter("n"));
  res->writeHeader("content-type", "application/octet-stream");
  if (total == 0) return res->end();
  res->onAborted([] {});
  res->onWritable([res, total](std::uint64_t) { return send_bytes(res, total); });
  send_bytes(res, total);
}

// One response of /lines: knows when its client has gone.
struct Lines {
  usquic::Response* res;
  usquic::Loop* loop;
  std::uint64_t left;
};

void next_line(const std::shared_ptr<Lines>& lines) {
  if (lines->res == nullptr) return;
  if (lines->left == 0) return lines->res->end();
  lines->res->write(std::to_string(lines->left--) + " to go\n");
  lines->loop->after(10, [lines] { next_line(lines); });
}

}  // namespace

int main(int argc, char** argv) {
  const example::ServerArguments arguments(argc, argv);
  usquic::App app(arguments.options);
  usquic::Loop* loop = app.loop();
  app.get("/",
          [](auto* res, auto*) {
            res->writeHeader("content-type", "text/html; charset=utf-8")
                ->end("<!doctype html><title>streaming</title><p>/bytes/N and /lines/N.");
          })
      .get("/bytes/:n", bytes)
      .get("/lines/:n",
           [loop](auto* res, auto* req) {
             auto lines = std::make_shared<Lines>(Lines{res, loop, number(req->getParameter("n"))});
             res->onAborted([lines] { lines->res = nullptr; });
             next_line(lines);
           })
      .listen(arguments.port, example::print_url)
      .run();
}
