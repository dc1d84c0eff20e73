#include <fmt/format.h>

#include <cstring>
#include <unordered_set>

#include "base/system_clock.h"
#include "echo/conversation.h"

namespace usquic::tools::echo {
namespace {

constexpr int silence_ms = 1000;
// Path MTU discovery (RFC 8899) begins with the connection, and larger datagrams fit once it is through.
constexpr std::int64_t discovery_ms = 3000;
constexpr int retry_ms = 20;

class DatagramCheck : public Conversation {
 public:
  DatagramCheck(const ClientOptions& options, ConversationHost& host, us_loop_t* loop)
      : options_(options), host_(host), silence_(us_create_timer(loop, 0, sizeof(DatagramCheck*))) {
    *static_cast<DatagramCheck**>(us_timer_ext(silence_)) = this;
  }
  ~DatagramCheck() override { us_timer_close(silence_); }

  void on_open(us_quic_connection_t* connection) override {
    connection_ = connection;
    opened_ms_ = monotonic_ms();
    send();
  }

  void on_datagram(std::string_view bytes) override {
    std::uint64_t number = 0;
    if (bytes.size() == size() && bytes.size() >= sizeof number)
      std::memcpy(&number, bytes.data(), sizeof number);
    const auto found = outstanding_.find(number);
    if (bytes.size() != size() || found == outstanding_.end() || bytes != make(number)) {
      return host_.on_done({ExitCode::Receive, "a datagram came back changed"});
    }
    outstanding_.erase(found);
    ++returned_;
    send();
  }

  std::string summary() const override {
    return fmt::format("{} of {} datagrams of {} bytes came back", returned_, options_.count, size());
  }

 private:
  bool is_discovering() const { return monotonic_ms() - opened_ms_ < discovery_ms; }

  // A number is in each, to tell them apart.
  std::size_t size() const { return std::max(options_.size, sizeof(std::uint64_t)); }

  std::string make(std::uint64_t number) const {
    std::string bytes(size(), '\0');
    std::memcpy(bytes.data(), &number, sizeof number);
    for (std::size_t i = sizeof number; i < bytes.size(); ++i) bytes[i] = pattern_byte(number, i);
    return bytes;
  }

  void send() {
    while (sent_ < options_.count && outstanding_.size() < options_.in_flight) {
      const std::string bytes = make(sent_);
      const int error = us_quic_connection_send_datagram(connection_, bytes.data(), bytes.size());
      if (error == US_QUIC_E_AGAIN) break;
      if (error == US_QUIC_E_TOO_LARGE && is_discovering()) {
        return us_timer_set(silence_, on_retry, retry_ms, 0);
      }
      if (error != US_QUIC_OK) return host_.on_done(describe_error(error));
      outstanding_.insert(sent_++);
    }
    if (sent_ == options_.count && outstanding_.empty()) return host_.on_done({ExitCode::Ok, ""});
    us_timer_set(silence_, on_silence, silence_ms, 0);
  }

  static void on_retry(us_timer_t* timer) {
    DatagramCheck& self = **static_cast<DatagramCheck**>(us_timer_ext(timer));
    if (self.connection_ != nullptr) self.send();
  }

  // What is out for so long is lost: its place goes to others.
  static void on_silence(us_timer_t* timer) {
    DatagramCheck& self = **static_cast<DatagramCheck**>(us_timer_ext(timer));
    if (self.connection_ == nullptr) return;
    self.outstanding_.clear();
    // The server's own discovery may be through a moment after the client's.
    if (self.returned_ == 0 && self.is_discovering()) self.sent_ = 0;
    if (self.returned_ == 0 && self.sent_ == self.options_.count) {
      return self.host_.on_done({ExitCode::Timeout, "no datagram came back"});
    }
    self.send();
  }

  const ClientOptions& options_;
  ConversationHost& host_;
  us_timer_t* silence_;
  us_quic_connection_t* connection_ = nullptr;
  std::int64_t opened_ms_ = 0;
  std::unordered_set<std::uint64_t> outstanding_;
  std::size_t sent_ = 0;
  std::size_t returned_ = 0;
};

}  // namespace

std::unique_ptr<Conversation> make_datagram_check(const ClientOptions& options, ConversationHost& host,
                                                  us_loop_t* loop) {
  return std::make_unique<DatagramCheck>(options, host, loop);
}

}  // namespace usquic::tools::echo
