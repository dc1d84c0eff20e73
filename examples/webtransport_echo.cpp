// WebTransport: streams and datagrams come back as they were sent. A stream that only the client writes to is answered by
// one that only the server writes to.
// Run: ./webtransport_echo [PORT] [--cert FILE --key FILE], and open the page that it prints.
#include "webtransport_page.h"

namespace {

// What comes by `from` goes back by `to`, no faster than the client takes it.
void echo(usquic::WebTransportStream* from, usquic::WebTransportStream* to) {
  from->onData([from, to](std::string_view data, bool fin) {
    if (fin) {
      to->end(data);
    } else if (!to->write(data)) {
      from->pause();
    }
  });
  to->onWritable([from] { from->resume(); });
}

void answer(usquic::WebTransport* session, usquic::WebTransportStream* stream) {
  if (!stream->isUnidirectional()) return echo(stream, stream);
  // Its bytes are few here: they are kept until the stream ends, as the two streams may close in any order.
  stream->onData([session, all = std::string()](std::string_view data, bool fin) mutable {
    all.append(data);
    if (!fin) return;
    if (usquic::WebTransportStream* back = session->openUniStream()) back->end(all);
  });
}

}  // namespace

int main(int argc, char** argv) {
  const example::ServerArguments arguments(argc, argv);
  usquic::App app(arguments.options);
  app.webTransport(
      "/echo", {
                   .open = [](auto*) { std::puts("a session opened"); },
                   .stream = answer,
                   .datagram = [](auto* session, std::string_view data) { session->sendDatagram(data); },
                   .close =
                       [](auto*, bool is_clean, std::uint32_t code, std::string_view reason) {
                         std::printf("a session closed%s: %u %.*s\n", is_clean ? "" : " with its connection",
                                     code, static_cast<int>(reason.size()), reason.data());
                         std::fflush(stdout);
                       },
               });
  return example::serve_with_page(app, arguments, "/echo");
}
