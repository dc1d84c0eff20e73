#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "echo/conversation.h"
#include "input_pump.h"

namespace usquic::tools::echo {
namespace {

class Pipe : public Conversation {
 public:
  Pipe(const ClientOptions& options, ConversationHost& host, us_loop_t* loop) : host_(host) {
    if (options.has_data) {
      unsent_ = options.data;
      is_input_ended_ = true;
    } else {
      input_ = std::make_unique<InputPump>(STDIN_FILENO, [loop] { us_wakeup_loop(loop); });
    }
  }

  void on_open(us_quic_connection_t* connection) override {
    int error = 0;
    stream_ = us_quic_connection_create_stream(connection, 0, &error);
    if (stream_ == nullptr) return host_.on_done(describe_error(error));
    send();
  }

  void on_wakeup() override { send(); }
  void on_stream_writable(us_quic_stream_t*) override { send(); }

  void on_stream_data(us_quic_stream_t*, std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t count = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return host_.on_done({ExitCode::Write, std::strerror(errno)});
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }

  void on_stream_end(us_quic_stream_t*) override {
    if (is_shut_down_) return host_.on_done({ExitCode::Ok, ""});
    host_.on_done({ExitCode::PartialBody, "the server ended the stream early"});
  }

  void on_stream_close(us_quic_stream_t*, const us_quic_stream_close_info_t& info) override {
    stream_ = nullptr;
    if (info.reason != US_QUIC_OK && info.reason != US_QUIC_E_CLOSED)
      host_.on_done(describe_stream_close(info));
  }

 private:
  void send() {
    if (stream_ == nullptr || is_shut_down_) return;
    while (fill()) {
      const std::ptrdiff_t accepted = us_quic_stream_write(stream_, unsent_.data(), unsent_.size());
      if (accepted < 0) return;
      unsent_.erase(0, static_cast<std::size_t>(accepted));
      if (!unsent_.empty()) return;
    }
    if (!is_input_ended_) return;
    is_shut_down_ = true;
    us_quic_stream_shutdown(stream_);
  }

  // Whether there is something to send.
  bool fill() {
    if (unsent_.empty() && input_ && !is_input_ended_) {
      InputPump::Input input = input_->take();
      unsent_ = std::move(input.bytes);
      is_input_ended_ = input.is_at_end;
    }
    return !unsent_.empty();
  }

  ConversationHost& host_;
  std::unique_ptr<InputPump> input_;
  us_quic_stream_t* stream_ = nullptr;
  std::string unsent_;
  bool is_input_ended_ = false;
  bool is_shut_down_ = false;
};

}  // namespace

std::unique_ptr<Conversation> make_pipe(const ClientOptions& options, ConversationHost& host,
                                        us_loop_t* loop) {
  return std::make_unique<Pipe>(options, host, loop);
}

}  // namespace usquic::tools::echo
