// Uploads of any size in constant memory: what arrives goes back at once, and the sender is held back while
// the receiver is slow. POST /echo: the body comes back. PUT /count: its length does. Run: ./echo_upload
// [PORT] [--cert FILE --key FILE]
#include "server_arguments.h"

namespace {

void echo(usquic::Response* res, usquic::Request* req) {
  const std::string_view type = req->getHeader("content-type");
  if (!type.empty()) res->writeHeader("content-type", type);
  res->onAborted([] {});  // nothing of ours to let go of
  res->onWritable([res](std::uint64_t) {
    res->resume();
    return true;
  });
  res->onData([res](std::string_view chunk, bool fin) {
    if (fin)
      res->end(chunk);
    else if (!res->write(chunk))
      res->pause();  // until onWritable
  });
}

void count(usquic::Response* res, usquic::Request*) {
  res->onAborted([] {});
  res->onData([res, length = std::uint64_t{0}](std::string_view chunk, bool fin) mutable {
    length += chunk.size();
    if (fin) res->end(std::to_string(length) + "\n");
  });
}

}  // namespace

int main(int argc, char** argv) {
  const example::ServerArguments arguments(argc, argv);
  usquic::App app(arguments.options);
  app.get("/",
          [](auto* res, auto*) {
            res->writeHeader("content-type", "text/html; charset=utf-8")
                ->end("<!doctype html><title>echo</title><p>POST to /echo, PUT to /count.");
          })
      .post("/echo", echo)
      .put("/count", count)
      .listen(arguments.port, example::print_url)
      .run();
}
