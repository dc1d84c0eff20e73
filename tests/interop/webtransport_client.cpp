// A client for the tests of WebTransport: webtransport_client URL CA. It asks a server that does what
// webtransport_server.cpp says for sessions, all at once, and prints what it saw, a line of JSON for each check:
// {"check": name, "saw": value}. It ends when all of them are over.
#include <usquic/http/client.h>

#include <cstdio>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace {

using nlohmann::json;
using usquic::WebTransport;
using usquic::WebTransportBehavior;
using usquic::WebTransportStream;

const std::vector<std::size_t> counts{1, 1200, 65'536, 3'000'000};
const std::vector<std::uint32_t> codes{0, 1, 29, 30, 31, 255, 0xffffffff};

std::string pattern(std::size_t length) {
  std::string bytes(length, '\0');
  for (std::size_t i = 0; i < length; ++i) bytes[i] = static_cast<char>(i % 251);
  return bytes;
}

// The length of what came, where it is the pattern.
json describe(const std::string& bytes) {
  if (bytes == pattern(bytes.size())) return bytes.size();
  return std::to_string(bytes.size()) + " bytes, and other ones";
}

void collect(WebTransportStream* stream, usquic::Function<void(std::string&&)> done) {
  auto all = std::make_shared<std::string>();
  stream->onData([all, done = std::move(done)](std::string_view chunk, bool fin) mutable {
    all->append(chunk);
    if (fin) done(std::move(*all));
  });
}

class Checks {
 public:
  Checks(usquic::Client& client, std::string url) : client_(client), url_(std::move(url)) {}

  void start() {
    for (const std::size_t count : counts) {
      echo_bidirectional(count);
      echo_unidirectional(count);
      take_pushed(count);
    }
    for (const std::uint32_t code : codes) {
      give_up("reset", code);
      give_up("stop", code);
    }
    for (const std::size_t count : {1, 100, 1000}) echo_datagram(count);
    closed_by_server();
    close_by_client();
    refused("/refuse/403");
    refused("/none");
    small_streams();
  }

 private:
  void open(const std::string& path, WebTransportBehavior behavior) {
    if (!behavior.failed) {
      behavior.failed = [path](WebTransport*, int, int status, std::string_view text) {
        say("failed", {path, status, text});
      };
    }
    client_.webTransport(url_ + path, std::move(behavior));
  }

  static void say(const std::string& check, const json& saw) {
    std::puts(json{{"check", check}, {"saw", saw}}.dump().c_str());
  }

  void echo_bidirectional(std::size_t count) {
    open("/echo", {.open = [count](WebTransport* session) {
           WebTransportStream* stream = session->openStream();
           stream->end(pattern(count));
           collect(stream, [session](std::string&& bytes) {
             say("bidirectional", describe(bytes));
             session->close();
           });
         }});
  }

  void echo_unidirectional(std::size_t count) {
    open("/echo", {.open = [count](WebTransport* session) { session->openUniStream()->end(pattern(count)); },
                   .stream =
                       [](WebTransport* session, WebTransportStream* stream) {
                         collect(stream, [session](std::string&& bytes) {
                           say("unidirectional", describe(bytes));
                           session->close();
                         });
                       }});
  }

  // Streams that the server opens. It closes the session when the bytes of the bidirectional ones are back.
  void take_pushed(std::size_t count) {
    const std::string bytes = "&bytes=" + std::to_string(count);
    open("/push?streams=2" + bytes, {.stream =
                                         [](WebTransport*, WebTransportStream* stream) {
                                           collect(stream, [stream](std::string&& pushed) {
                                             say("pushed bidirectional", describe(pushed));
                                             stream->end(pushed);
                                           });
                                         },
                                     .close =
                                         [](WebTransport*, bool clean, std::uint32_t code, std::string_view) {
                                           say("pushed", {clean, code});
                                         }});
    open("/push?uni=1" + bytes, {.stream = [](WebTransport* session, WebTransportStream* stream) {
           collect(stream, [session](std::string&& pushed) {
             say("pushed unidirectional", describe(pushed));
             session->close();
           });
         }});
  }

  void give_up(const std::string& what, std::uint32_t code) {
    open("/give-up", {.open = [what, code](WebTransport* session) {
           WebTransportStream* stream = session->openStream();
           const auto told = [what, session](std::uint32_t got) {
             say("server's " + what, got);
             session->close();
           };
           stream->onReset([what, told](std::uint32_t got) {
             if (what == "reset") told(got);
           });
           stream->onStop([what, told](std::uint32_t got) {
             if (what == "stop") told(got);
           });
           stream->onData([](std::string_view, bool) {});
           (void)stream->write(what + " " + std::to_string(code));
         }});
  }

  void echo_datagram(std::size_t count) {
    open("/echo", {.open = [count](WebTransport* session) { session->sendDatagram(pattern(count)); },
                   .datagram =
                       [](WebTransport* session, std::string_view data) {
                         say("datagram", describe(std::string(data)));
                         session->close();
                       }});
  }

  void closed_by_server() {
    open("/close?code=4294967295&reason=last",
         {.open = [](WebTransport* session) { session->sendDatagram("x"); },
          .close =
              [](WebTransport*, bool clean, std::uint32_t code, std::string_view reason) {
                say("closed", {clean, code, reason});
              }});
  }

  void close_by_client() {
    open("/client-closes", {.open = [](WebTransport* session) { session->close(9, "nine"); },
                            .close =
                                [](WebTransport*, bool clean, std::uint32_t code, std::string_view reason) {
                                  say("closes", {clean, code, reason});
                                }});
  }

  void refused(const std::string& path) {
    open(path, {.open = [](WebTransport*) { say("refused", "opened"); },
                .failed =
                    [](WebTransport*, int error, int status, std::string_view) {
                      say("refused", {error == US_QUIC_E_REFUSED, status});
                    }});
  }

  void small_streams() {
    auto left = std::make_shared<int>(1000);
    auto right = std::make_shared<int>(0);
    open("/echo", {.open = [left, right](WebTransport* session) {
           for (int i = 1; i <= 1000; ++i) {
             WebTransportStream* stream = session->openStream();
             const std::string bytes = pattern(static_cast<std::size_t>(1 + i % 100));
             stream->end(bytes);
             collect(stream, [left, right, session, bytes](std::string&& echoed) {
               *right += echoed == bytes ? 1 : 0;
               if (--*left > 0) return;
               say("small streams", *right);
               session->close();
             });
           }
         }});
  }

  usquic::Client& client_;
  const std::string url_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: webtransport_client URL CA\n");
    return 2;
  }
  usquic::ClientOptions options;
  options.ca_file_name = argv[2];
  options.keep_open_ms = 0;
  usquic::Client client(options);
  Checks checks(client, argv[1]);
  checks.start();
  client.run();
}
