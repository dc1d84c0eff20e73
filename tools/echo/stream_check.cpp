#include <fmt/format.h>

#include <algorithm>

#include "echo/conversation.h"

namespace usquic::tools::echo {
namespace {

struct Message {
  std::uint64_t number = 0;
  std::size_t sent = 0;
  std::size_t received = 0;
  bool is_complete = false;
};

class StreamCheck : public Conversation {
 public:
  StreamCheck(const ClientOptions& options, ConversationHost& host) : options_(options), host_(host) {}

  void on_open(us_quic_connection_t* connection) override {
    connection_ = connection;
    start_more();
  }

  void on_stream_writable(us_quic_stream_t* stream) override { send(stream); }

  void on_stream_data(us_quic_stream_t* stream, std::string_view bytes) override {
    Message& message = message_of(stream);
    for (const char byte : bytes) {
      if (message.received >= options_.size || byte != pattern_byte(message.number, message.received)) {
        return host_.on_done({ExitCode::Receive, fmt::format("message {} came back changed at byte {}",
                                                             message.number, message.received)});
      }
      ++message.received;
    }
  }

  void on_stream_end(us_quic_stream_t* stream) override {
    Message& message = message_of(stream);
    message.is_complete = message.received == options_.size;
    if (!message.is_complete) {
      host_.on_done({ExitCode::PartialBody, fmt::format("message {}: {} of {} bytes came back",
                                                        message.number, message.received, options_.size)});
    }
  }

  void on_stream_close(us_quic_stream_t* stream, const us_quic_stream_close_info_t& info) override {
    const Message& message = message_of(stream);
    if (!message.is_complete) {
      if (info.reason != US_QUIC_E_CLOSED) host_.on_done(describe_stream_close(info));
      return;
    }
    ++completed_;
    if (completed_ == options_.count) return host_.on_done({ExitCode::Ok, ""});
    start_more();
  }

  std::string summary() const override {
    return fmt::format("{} of {} messages of {} bytes came back as sent", completed_, options_.count,
                       options_.size);
  }

 private:
  static Message& message_of(us_quic_stream_t* stream) {
    return *static_cast<Message*>(us_quic_stream_ext(stream));
  }

  void start_more() {
    while (started_ < options_.count && started_ - completed_ < options_.in_flight) {
      int error = 0;
      us_quic_stream_t* stream = us_quic_connection_create_stream(connection_, sizeof(Message), &error);
      if (stream == nullptr) return host_.on_done(describe_error(error));
      message_of(stream).number = started_++;
      send(stream);
    }
  }

  void send(us_quic_stream_t* stream) {
    constexpr std::size_t piece_bytes = 64 * 1024;
    Message& message = message_of(stream);
    while (message.sent < options_.size) {
      const std::string piece =
          pattern(message.number, message.sent, std::min(piece_bytes, options_.size - message.sent));
      const std::ptrdiff_t accepted = us_quic_stream_write(stream, piece.data(), piece.size());
      if (accepted < 0) return;
      message.sent += static_cast<std::size_t>(accepted);
      if (static_cast<std::size_t>(accepted) < piece.size()) return;
    }
    us_quic_stream_shutdown(stream);
  }

  const ClientOptions& options_;
  ConversationHost& host_;
  us_quic_connection_t* connection_ = nullptr;
  std::size_t started_ = 0;
  std::size_t completed_ = 0;
};

}  // namespace

std::unique_ptr<Conversation> make_stream_check(const ClientOptions& options, ConversationHost& host) {
  return std::make_unique<StreamCheck>(options, host);
}

}  // namespace usquic::tools::echo
