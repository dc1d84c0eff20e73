// App: files of a folder from memory, and a short answer to what is uploaded.
//   app_server FOLDER CERT KEY
#include <algorithm>
#include <memory>

#include "site.h"
#include "usquic/http/app.h"

namespace {

// True when the response is over.
bool send_more(usquic::Response* res, std::string_view content) {
  for (;;) {
    const std::size_t sent = res->getWriteOffset();
    const auto [ok, done] =
        res->tryEndStatic(content.substr(sent, bench::piece_bytes), content.size(), nullptr, nullptr);
    if (done || !ok) return done;
  }
}

void send_long(usquic::Response* res, std::string_view content) {
  res->onAborted([] {});
  res->onWritable([res, content](std::uint64_t) { return send_more(res, content); });
  send_more(res, content);
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Arguments arguments(argc, argv);
  usquic::App app({.key_file_name = arguments.key, .cert_file_name = arguments.cert});
  for (const auto& [path, content] : arguments.site) {
    app.get(path, [content = content](auto* res, auto*) {
      res->writeHeader("content-type", "text/plain; charset=utf-8");
      content.size() <= bench::max_prepared ? res->end(content) : send_long(res, content);
    });
  }
  app.post("/*",
           [](auto* res, auto*) {
             res->onAborted([] {});
             res->onData([res](std::string_view, bool fin) {
               if (fin) res->end("thanks");
             });
           })
      .listen("127.0.0.1", 0, [](usquic::ListenSocket* socket) {
        if (socket == nullptr) bench::give_up("cannot listen");
        bench::print_url(socket->port());
      });
  app.run();
  return 0;
}
