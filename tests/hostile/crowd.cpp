#include "crowd.h"

#include <poll.h>

#include <cstdlib>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace usquic::test {
namespace {

us_quic_header_t field(std::string_view name, std::string_view value) {
  return {name.data(), name.size(), value.data(), value.size(), 0};
}

int status_of(us_quic_stream_t* stream) {
  const us_quic_header_t* first = us_quic_stream_header(stream, 0);
  return first == nullptr ? 0 : std::atoi(std::string(first->value, first->value_length).c_str());
}

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Crowd::Clock::now().time_since_epoch())
      .count();
}

}  // namespace

char file_byte(std::uint64_t offset) {
  return static_cast<char>((offset * 2654435761ULL) >> 13);
}

// In the stream's ext memory.
struct Crowd::Request {
  int status;
  bool is_right;
  std::uint64_t received;
  std::int64_t began_ms;
};

Crowd& Crowd::of(us_quic_socket_context_t* context) {
  return **static_cast<Crowd**>(us_quic_socket_context_ext(context));
}

Crowd::Request& Crowd::request_of(us_quic_stream_t* stream) {
  return *static_cast<Request*>(us_quic_stream_ext(stream));
}

Crowd::Crowd(int port, const Manners& manners)
    : manners_(manners), loop_(us_create_loop(nullptr, nullptr, nullptr, nullptr, 0)), port_(port) {
  us_quic_socket_context_options_t options = US_QUIC_OPTIONS_INIT;
  options.reject_unauthorized = 0;
  options.max_stream_data = options.max_stream_data_limit = manners.stream_window;
  options.max_data = options.max_data_limit = manners.connection_window;
  int error = 0;
  context_ = us_create_quic_socket_context(loop_, &options, sizeof(Crowd*), &error);
  if (context_ == nullptr) throw std::runtime_error(us_quic_strerror(error));
  *static_cast<Crowd**>(us_quic_socket_context_ext(context_)) = this;
  set_callbacks();
}

Crowd::~Crowd() {
  on_ended = nullptr;
  us_quic_socket_context_free(context_);
  us_loop_free(loop_);
}

void Crowd::set_callbacks() {
  us_quic_socket_context_on_open(context_, [](us_quic_connection_t* c, int) {
    Crowd& crowd = of(us_quic_connection_context(c));
    crowd.open_.insert(c);
    const auto plan = crowd.plans_.extract(c);
    for (int i = 0; i < plan.mapped().requests; ++i) crowd.ask_over(c, plan.mapped().path);
  });
  us_quic_socket_context_on_close(context_, [](us_quic_connection_t* c, const us_quic_close_info_t* info) {
    Crowd& crowd = of(us_quic_connection_context(c));
    crowd.open_.erase(c);
    crowd.plans_.erase(c);
    crowd.close_code_ = info->code;
    ++crowd.closed_;
  });
  us_quic_socket_context_on_stream_headers(context_, [](us_quic_stream_t* s, int kind, int) {
    if (kind == US_QUIC_HEADERS_MESSAGE) of(us_quic_stream_context(s)).take_head(s);
  });
  us_quic_socket_context_on_stream_data(context_, [](us_quic_stream_t* s, const void* data, std::size_t n) {
    of(us_quic_stream_context(s)).take_data(s, data, n);
  });
  us_quic_socket_context_on_stream_close(context_,
                                         [](us_quic_stream_t* s, const us_quic_stream_close_info_t* info) {
                                           of(us_quic_stream_context(s)).take_close(s, *info);
                                         });
}

void Crowd::connect(int connections, int requests, const std::string& path) {
  for (int i = 0; i < connections; ++i) {
    int error = 0;
    us_quic_connection_t* connection =
        us_quic_socket_context_connect(context_, "127.0.0.1", port_, 0, &error);
    if (connection == nullptr) throw std::runtime_error(us_quic_strerror(error));
    plans_[connection] = {requests, path};
  }
}

void Crowd::ask(int requests, const std::string& path) {
  for (us_quic_connection_t* connection : open_) {
    for (int i = 0; i < requests; ++i) ask_over(connection, path);
  }
}

void Crowd::ask_over(us_quic_connection_t* connection, const std::string& path) {
  us_quic_stream_t* stream = us_quic_connection_create_stream(connection, sizeof(Request), nullptr);
  if (stream == nullptr) return;
  Request& request = request_of(stream);
  request.is_right = true;
  const us_quic_header_t fields[] = {field(":method", "GET"), field(":scheme", "https"),
                                     field(":authority", "localhost"), field(":path", path)};
  us_quic_stream_send_headers(stream, fields, 4, manners_.ends_requests ? 1 : 0);
  if (!manners_.reads) us_quic_stream_pause(stream);
  ++tally_.asked;
  ++requests_open_;
  if (gives_up_ == GivesUp::AtOnce) us_quic_stream_close(stream);
}

void Crowd::take_head(us_quic_stream_t* stream) {
  Request& request = request_of(stream);
  request.status = status_of(stream);
  request.began_ms = now_ms();
  ++tally_.heads;
  ++tally_.statuses[request.status];
  if (gives_up_ == GivesUp::AtTheHead) us_quic_stream_close(stream);
}

void Crowd::take_data(us_quic_stream_t* stream, const void* data, std::size_t length) {
  Request& request = request_of(stream);
  const auto* bytes = static_cast<const char*>(data);
  if (request.status == 200) {
    for (std::size_t i = 0; i < length; ++i) {
      request.is_right = request.is_right && bytes[i] == file_byte(request.received + i);
    }
  }
  request.received += length;
  tally_.body_bytes += length;
  if (manners_.bytes_per_second != 0) {
    us_quic_stream_pause(stream);
    paused_.insert(stream);
  }
}

void Crowd::take_close(us_quic_stream_t* stream, const us_quic_stream_close_info_t& info) {
  const Request& request = request_of(stream);
  paused_.erase(stream);
  --requests_open_;
  const bool is_complete = info.reason == US_QUIC_OK;
  const bool is_whole = is_complete && request.status == 200 && request.is_right && request.received > 0;
  if (is_whole) {
    ++tally_.whole;
  } else if (is_complete) {
    ++tally_.refused;
  } else {
    ++tally_.cut;
    ++tally_.codes[info.code];
  }
  if (on_ended) on_ended(us_quic_stream_connection(stream), is_whole);
}

// Those that read slowly go on when their time has come.
void Crowd::read_on() {
  if (paused_.empty()) return;
  const std::int64_t now = now_ms();
  std::erase_if(paused_, [&](us_quic_stream_t* stream) {
    const Request& request = request_of(stream);
    const auto allowed =
        static_cast<std::uint64_t>(now - request.began_ms) * manners_.bytes_per_second / 1000;
    if (request.received > allowed) return false;
    us_quic_stream_resume(stream);
    return true;
  });
}

void Crowd::leave() {
  us_quic_socket_context_close(context_);
}

void Crowd::tick() {
  read_on();
  us_loop_tick(loop_);
}

bool run_until(const std::vector<Crowd*>& crowds, const std::function<bool()>& done, double seconds) {
  const auto end = Crowd::Clock::now() + std::chrono::duration<double>(seconds);
  std::vector<pollfd> polled;
  for (const Crowd* crowd : crowds) polled.push_back({crowd->descriptor(), POLLIN, 0});
  while (!done()) {
    if (Crowd::Clock::now() >= end) return false;
    poll(polled.data(), polled.size(), 5);
    for (Crowd* crowd : crowds) crowd->tick();
  }
  return true;
}

void run_for(const std::vector<Crowd*>& crowds, double seconds) {
  run_until(
      crowds, [] { return false; }, seconds);
}

}  // namespace usquic::test
