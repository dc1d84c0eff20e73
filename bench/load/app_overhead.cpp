// What the app layer costs: server CPU time per request of a hello world on H3App, and of the same on the
// bare C interface. Both send the same fields. Rounds alternate between the two, so that both meet the same
// machine; servers run on one core, the client on another; the medians of the rounds count.
//   app_overhead [ROUNDS [REQUESTS]]
#include <poll.h>
#include <pthread.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "usquic/h3/app.h"
#include "usquic/h3/client.h"

namespace {

constexpr std::size_t in_flight = 100;
constexpr std::string_view body = "Hello, HTTP/3!\n";
constexpr std::string_view content_type = "text/plain";

[[noreturn]] void give_up(const char* what) {
  std::fprintf(stderr, "app_overhead: %s\n", what);
  std::exit(1);
}

// Keeps the calling thread on one core, where there are two.
void pin_to(int core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(core, &cores);
  pthread_setaffinity_np(pthread_self(), sizeof cores, &cores);
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

struct Identity {
  std::array<char, 4096> cert = {};
  std::array<char, 4096> key = {};
};

// ---- The two servers ----

class Server {
 public:
  virtual ~Server() = default;
  virtual int start(const std::shared_ptr<usquic::Loop>& loop, const Identity& identity) = 0;  // the port
  virtual void close() = 0;
};

class AppServer : public Server {
 public:
  int start(const std::shared_ptr<usquic::Loop>& loop, const Identity& identity) override {
    app_ = std::make_unique<usquic::H3App>(
        usquic::H3AppOptions{.key = identity.key.data(), .cert = identity.cert.data()}, loop);
    int port = 0;
    app_->get("/", [](auto* res, auto*) { res->writeHeader("content-type", content_type)->end(body); })
        .listen("127.0.0.1", 0, [&](us_quic_listen_socket_t* socket) {
          if (socket != nullptr) port = us_quic_listen_socket_port(socket);
        });
    return port;
  }
  void close() override { app_.reset(); }

 private:
  std::unique_ptr<usquic::H3App> app_;
};

class BareServer : public Server {
 public:
  int start(const std::shared_ptr<usquic::Loop>& loop, const Identity& identity) override {
    us_quic_socket_context_options_t options = US_QUIC_OPTIONS_INIT;
    options.cert = {identity.cert.data(), std::string_view(identity.cert.data()).size()};
    options.key = {identity.key.data(), std::string_view(identity.key.data()).size()};
    int error = US_QUIC_OK;
    context_ = us_create_quic_socket_context(loop->native(), &options, 0, &error);
    if (context_ == nullptr) give_up(us_quic_strerror(error));
    us_quic_socket_context_on_stream_headers(context_, on_headers);
    us_quic_listen_socket_t* socket =
        us_quic_socket_context_listen(context_, "127.0.0.1", 0, nullptr, 0, &error);
    return socket != nullptr ? us_quic_listen_socket_port(socket) : 0;
  }
  void close() override { us_quic_socket_context_free(std::exchange(context_, nullptr)); }

 private:
  static us_quic_header_t field(std::string_view name, std::string_view value) {
    return {name.data(), name.size(), value.data(), value.size(), 0};
  }

  static bool is_get_of_root(us_quic_stream_t* s) {
    int matches = 0;
    const std::size_t count = us_quic_stream_header_count(s);
    for (std::size_t i = 0; i < count; ++i) {
      const us_quic_header_t& header = *us_quic_stream_header(s, i);
      const std::string_view name(header.name, header.name_length);
      const std::string_view value(header.value, header.value_length);
      if ((name == ":method" && value == "GET") || (name == ":path" && value == "/")) ++matches;
    }
    return matches == 2;
  }

  static void on_headers(us_quic_stream_t* s, int, int) {
    if (!is_get_of_root(s)) return us_quic_stream_close(s);
    const std::array<us_quic_header_t, 4> fields = {
        field(":status", "200"), field("content-type", content_type),
        field("date", "Tue, 24 Nov 2026 12:00:00 GMT"), field("content-length", "15")};
    us_quic_stream_send_headers(s, fields.data(), fields.size(), 0);
    us_quic_stream_write(s, body.data(), body.size());
    us_quic_stream_shutdown(s);
  }

  us_quic_socket_context_t* context_ = nullptr;
};

// A server on a thread of its own.
class Runner {
 public:
  Runner(const char* name, Server& server, const Identity& identity)
      : server_(server), loop_(usquic::Loop::create()) {
    if (loop_ == nullptr) give_up("no loop");
    std::promise<int> started;
    std::future<int> port = started.get_future();
    thread_ = std::thread([&, name, started = std::move(started)]() mutable {
      pin_to(0);
      pthread_setname_np(pthread_self(), name);  // for perf --sort comm
      started.set_value(server_.start(loop_, identity));
      loop_->run();
    });
    port_ = port.get();
    if (port_ == 0) give_up("the server cannot listen");
    if (pthread_getcpuclockid(thread_.native_handle(), &clock_) != 0) give_up("no CPU clock");
  }
  ~Runner() {
    loop_->defer([this] { server_.close(); });
    thread_.join();
  }
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  int port() const { return port_; }
  double cpu_seconds() const {
    timespec time = {};
    clock_gettime(clock_, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
  }

 private:
  Server& server_;
  std::shared_ptr<usquic::Loop> loop_;
  std::thread thread_;
  int port_ = 0;
  clockid_t clock_ = 0;
};

// ---- The client ----

class Load {
 public:
  Load() : client_({.reject_unauthorized = false, .keep_open_ms = 600'000}) {}

  // `count` requests to the server, always in_flight of them at a time.
  void run(int port, std::size_t count) {
    url_ = "https://127.0.0.1:" + std::to_string(port) + "/";
    left_ = count;
    pending_ = 0;
    while (pending_ < in_flight && left_ > 0) send();
    while (pending_ > 0) {
      pollfd readable = {client_.loop()->fd(), POLLIN, 0};
      poll(&readable, 1, -1);
      client_.loop()->tick();
    }
  }

 private:
  void send() {
    --left_;
    ++pending_;
    client_.fetch(url_)
        ->onResponse([](const usquic::H3ResponseHead& head) {
          if (head.status != 200) give_up("a response is not 200");
        })
        ->onEnd([this] {
          --pending_;
          if (left_ > 0) send();
        })
        ->onError([](int, std::string_view text) { give_up(std::string(text).c_str()); });
  }

  usquic::H3Client client_;
  std::string url_;
  std::size_t left_ = 0;
  std::size_t pending_ = 0;
};

std::size_t number(const char* text) {
  const long value = std::strtol(text, nullptr, 10);
  if (value < 1) give_up("ROUNDS and REQUESTS are numbers from 1");
  return static_cast<std::size_t>(value);
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t rounds = argc > 1 ? number(argv[1]) : 50;
  const std::size_t requests = argc > 2 ? number(argv[2]) : 10'000;
  Identity identity;
  const int error = us_quic_development_certificate(1, identity.cert.data(), identity.cert.size(),
                                                    identity.key.data(), identity.key.size(), nullptr);
  if (error != US_QUIC_OK) give_up(us_quic_strerror(error));
  BareServer bare;
  AppServer app;
  const Runner bare_runner("bare", bare, identity);
  const Runner app_runner("app", app, identity);
  const std::array<const Runner*, 2> runners = {&bare_runner, &app_runner};
  pin_to(1);
  Load load;
  for (const Runner* runner : runners) load.run(runner->port(), 2000);  // warm
  std::array<std::vector<double>, 2> microseconds;                      // per request, of each round
  for (std::size_t round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < 2; ++i) {
      const std::size_t which = (i + round) % 2;
      const double before = runners[which]->cpu_seconds();
      load.run(runners[which]->port(), requests);
      const double used = runners[which]->cpu_seconds() - before;
      microseconds[which].push_back(used * 1e6 / static_cast<double>(requests));
    }
  }
  std::printf("server CPU per request, us: median (least - most) of %zu rounds of %zu requests\n", rounds,
              requests);
  const std::array<const char*, 2> names = {"bare C", "H3App"};
  for (std::size_t which = 0; which < 2; ++which) {
    const auto [least, most] = std::minmax_element(microseconds[which].begin(), microseconds[which].end());
    std::printf("%-8s %.2f (%.2f - %.2f)\n", names[which], median(microseconds[which]), *least, *most);
  }
  std::printf("H3App / bare C: %.3f\n", median(microseconds[1]) / median(microseconds[0]));
  return 0;
}
