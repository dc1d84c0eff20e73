// A server for the tests of WebTransport: webtransport_server CERT KEY, on a free port, which it prints. What a session
// does is up to its path:
//   /echo           streams and datagrams come back: of a bidirectional stream on it, of a unidirectional one on another
//   /push?streams=N&uni=N&bytes=N   opens streams with so many bytes of a pattern, tells what comes back, and closes the
//                   session when it came on all
//   /datagrams?bytes=N   sends a datagram of the pattern, and one more for each stream that ends
//   /give-up        resets or stops a stream with the code that it says: "reset N" or "stop N"
//   /close?code=N&reason=TEXT   closes the session at the first datagram
//   /client-closes  nothing
//   /drain          asks to end the session soon, and is /echo else
//   /refuse/STATUS  answers with that status
// What happened it prints, a line of JSON each: {"event": "open", "path"}, {"event": "close", "code", ...},
// {"event": "reset", "code"}, {"event": "stop", "code"}, {"event": "pushed", "bytes", "same"}. At SIGTERM it closes all sessions (code 3, "server
// ends") and then its connections, in good order; at SIGINT it closes the connections at once.
#include <usquic/http/app.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_set>
#include <vector>

namespace {

using usquic::WebTransport;
using usquic::WebTransportStream;

void tell(const nlohmann::json& what) {
  std::puts(what.dump().c_str());
  std::fflush(stdout);
}

unsigned long number(std::string_view digits) {
  return std::strtoul(std::string(digits).c_str(), nullptr, 10);
}

std::string pattern(std::size_t length) {
  std::string bytes(length, '\0');
  for (std::size_t i = 0; i < length; ++i) bytes[i] = static_cast<char>(i % 251);
  return bytes;
}

struct Session {
  std::string path;
  unsigned long streams = 0;
  unsigned long unidirectional = 0;
  std::string bytes;
  std::uint32_t code = 0;
  std::string reason;
};

// Those that are open.
std::unordered_set<WebTransport*>& sessions() {
  static std::unordered_set<WebTransport*> all;
  return all;
}

Session* of(WebTransport* session) {
  return static_cast<Session*>(session->getUserData());
}

// What comes on one stream goes out on another, or on the same; the sender is held back while it cannot.
void pipe(WebTransportStream* from, WebTransportStream* to) {
  if (to == nullptr) return from->stop();
  to->onWritable([from] { from->resume(); });
  from->onData([from, to](std::string_view chunk, bool fin) {
    if (fin)
      to->end(chunk);
    else if (!to->write(chunk))
      from->pause();
  });
}

void watch(WebTransportStream* stream) {
  stream->onReset([stream](std::uint32_t code) {
    tell({{"event", "reset"}, {"code", code}});
    if (!stream->isUnidirectional()) stream->end();
  });
  stream->onStop([](std::uint32_t code) { tell({{"event", "stop"}, {"code", code}}); });
}

// Runs `done` with all that came.
void collect(WebTransportStream* stream, usquic::Function<void(std::string&&)> done) {
  auto all = std::make_shared<std::string>();
  stream->onData([all, done = std::move(done)](std::string_view chunk, bool fin) mutable {
    all->append(chunk);
    if (fin) done(std::move(*all));
  });
}

void give_up(WebTransportStream* stream) {
  stream->onData([stream](std::string_view order, bool) {
    const std::size_t space = order.find(' ');
    if (space == std::string_view::npos) return;
    const auto code = static_cast<std::uint32_t>(number(order.substr(space + 1)));
    if (order.substr(0, space) == "reset")
      stream->reset(code);
    else
      stream->stop(code);
  });
}

void push(WebTransport* session) {
  Session& state = *of(session);
  for (unsigned long i = state.streams; i > 0; --i) {
    WebTransportStream* stream = session->openStream();
    stream->end(state.bytes);
    collect(stream, [session, &state](std::string&& echoed) {
      tell({{"event", "pushed"}, {"bytes", echoed.size()}, {"same", echoed == state.bytes}});
      if (--state.streams == 0) session->close();
    });
  }
  for (unsigned long i = state.unidirectional; i > 0; --i) session->openUniStream()->end(state.bytes);
}

void upgraded(usquic::Response* res, usquic::Request* req) {
  auto state = std::make_unique<Session>();
  state->path = req->getUrl();
  state->streams = number(req->getQuery("streams"));
  state->unidirectional = number(req->getQuery("uni"));
  state->bytes = pattern(number(req->getQuery("bytes")));
  state->code = static_cast<std::uint32_t>(number(req->getQuery("code")));
  state->reason = req->getQuery("reason");
  if (WebTransport* session = res->acceptWebTransport()) session->setUserData(state.release());
}

void opened(WebTransport* session) {
  sessions().insert(session);
  const Session& state = *of(session);
  tell({{"event", "open"}, {"path", state.path}});
  if (state.path == "/drain") session->drain();
  if (state.path == "/datagrams") session->sendDatagram(state.bytes);
  push(session);
}

void stream_came(WebTransport* session, WebTransportStream* stream) {
  Session& state = *of(session);
  if (state.path == "/give-up") return give_up(stream);
  if (state.path == "/close") return;
  if (state.path == "/datagrams")
    return collect(stream, [session, &state](std::string&&) { session->sendDatagram(state.bytes); });
  watch(stream);
  pipe(stream, stream->isUnidirectional() ? session->openUniStream() : stream);
}

void datagram_came(WebTransport* session, std::string_view data) {
  const Session& state = *of(session);
  if (state.path == "/close")
    session->close(state.code, state.reason);
  else
    session->sendDatagram(data);
}

void closed(WebTransport* session, bool clean, std::uint32_t code, std::string_view reason) {
  sessions().erase(session);
  const std::unique_ptr<Session> state(of(session));
  tell({{"event", "close"}, {"path", state->path}, {"clean", clean}, {"code", code}, {"reason", reason}});
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: webtransport_server CERT KEY\n");
    return 2;
  }
  sigset_t end;
  sigemptyset(&end);
  sigaddset(&end, SIGTERM);
  sigaddset(&end, SIGINT);
  pthread_sigmask(SIG_BLOCK, &end, nullptr);

  usquic::AppOptions options;
  options.cert_file_name = argv[1];
  options.key_file_name = argv[2];
  usquic::App app(options);
  for (const char* path :
       {"/echo", "/push", "/datagrams", "/give-up", "/close", "/client-closes", "/drain"}) {
    app.webTransport(path, {.upgrade = upgraded,
                            .open = opened,
                            .stream = stream_came,
                            .datagram = datagram_came,
                            .close = closed});
  }
  app.webTransport("/refuse/:status", {.upgrade = [](usquic::Response* res, usquic::Request* req) {
                     res->writeStatus(std::string(req->getParameter("status")))->end();
                   }});
  app.listen("127.0.0.1", 0, [](usquic::ListenSocket* socket) {
    if (socket == nullptr) std::exit(1);
    std::printf("https://127.0.0.1:%d\n", socket->port());
    std::fflush(stdout);
  });
  usquic::Loop* loop = app.loop();
  std::thread waiter([&] {
    int signal = 0;
    sigwait(&end, &signal);
    loop->defer([&app, signal] {
      if (signal == SIGINT) {
        app.closeNow();
        return;
      }
      for (WebTransport* session : std::vector<WebTransport*>(sessions().begin(), sessions().end()))
        session->close(3, "server ends");
      app.close();
    });
  });
  app.run();
  waiter.join();
}
