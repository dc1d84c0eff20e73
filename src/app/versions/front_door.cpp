// One port number for all versions of HTTP: UDP for HTTP/3, TCP for HTTP/2 and HTTP/1.1, which tell clients of HTTP/3.
#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/app_listener.h"
#include "app/app_server.h"
#include "app/versions/tcp_listener.h"
#include "quic/context_identity.h"

namespace usquic::app {
namespace {

// How often another port is tried that UDP has free, when the TCP port of that number is taken.
constexpr int most_tries = 10;

// RFC 9113 sections 6.5.2 and 6.9.1.
constexpr std::uint64_t max_setting = 0xffffffff;
constexpr std::uint64_t max_window = 0x7fffffff;

http2::Settings http2_settings(const us_quic_socket_context_options_t& options) {
  const auto at_most = [](std::uint64_t value, std::uint64_t most) {
    return static_cast<std::uint32_t>(std::min(value, most));
  };
  http2::Settings settings;
  settings.max_streams = at_most(options.max_streams_bidi, max_setting);
  settings.stream_window = at_most(options.max_stream_data, max_window);
  settings.connection_window = at_most(options.max_data, max_window);
  settings.max_section_bytes = options.max_header_list_size;
  settings.send_buffer_bytes = options.send_buffer_bytes;
  settings.max_resets_per_second = options.max_stream_resets_per_second;
  settings.max_controls_per_second = options.max_control_frames_per_second;
  return settings;
}

class FrontPort final : public OpenPort {
 public:
  // udp: HTTP/3's, or nullptr. Both outlive it.
  FrontPort(tcp::Listener& tcp, OpenPort* udp) : tcp_(tcp), udp_(udp) {}

  int number() const override { return tcp_.local_address().port(); }
  void shut() override {
    tcp_.close();
    if (udp_ != nullptr) udp_->shut();
  }
  us_quic_listen_socket_t* quic() const override { return udp_ != nullptr ? udp_->quic() : nullptr; }

 private:
  tcp::Listener& tcp_;
  OpenPort* const udp_;
};

class FrontDoor final : public AppListener {
 public:
  FrontDoor(AppServer& server, std::unique_ptr<AppListener> http3, const TcpSettings& settings,
            Duration handshake_timeout, const TcpRules& rules)
      : http3_(std::move(http3)),
        tcp_(server, quic::identity_of(*http3_->native()), settings, handshake_timeout),
        rules_(rules) {}

  // By UDP first: workers that share a port learn its number there.
  Result<OpenPort*> listen(const ListenOptions& options) override {
    if (!rules_.has_http3) return listen_by_tcp(options, nullptr);
    for (int tries = 1;; ++tries) {
      Result<OpenPort*> udp = http3_->listen(options);
      if (!udp) return udp;
      ListenOptions same = options;
      same.port = (*udp)->number();
      Result<OpenPort*> both = listen_by_tcp(same, *udp);
      if (both) {
        tell_alternative(same.port);
        return both;
      }
      (*udp)->shut();
      const bool may_try_another = options.port == 0 && both.error() == US_QUIC_E_ADDRESS_IN_USE;
      if (!may_try_another || tries == most_tries) return both;
    }
  }
  Result<void> add_server_name(const std::string& pattern,
                               const us_quic_socket_context_options_t& identity) override {
    return http3_->add_server_name(pattern, identity);
  }
  Result<void> remove_server_name(const std::string& pattern) override {
    return http3_->remove_server_name(pattern);
  }

  void stop_accepting() override {
    tcp_.set_alternative({});
    tcp_.stop_accepting();
    http3_->stop_accepting();
  }
  void close() override {
    tcp_.close();
    http3_->close();
  }
  bool has_open_handshakes() const override {
    return http3_->has_open_handshakes() || tcp_.has_open_handshakes();
  }
  us_quic_socket_context_t* native() const override { return http3_->native(); }
  void share_ports() { is_shared_ = true; }

 private:
  Result<OpenPort*> listen_by_tcp(ListenOptions options, OpenPort* udp) {
    options.reuse_port = options.reuse_port || is_shared_;
    Result<tcp::Listener*> tcp = tcp_.listen(options);
    if (!tcp) return Error{tcp.error()};
    return ports_.emplace_back(std::make_unique<FrontPort>(**tcp, udp)).get();
  }
  void tell_alternative(int port) {
    if (rules_.alternative_max_age_s == 0) return;
    tcp_.set_alternative("h3=\":" + std::to_string(port) +
                         "\"; ma=" + std::to_string(rules_.alternative_max_age_s));
  }

  const std::unique_ptr<AppListener> http3_;
  TcpListener tcp_;  // has the identity of http3_
  const TcpRules rules_;
  std::vector<std::unique_ptr<FrontPort>> ports_;
  bool is_shared_ = false;  // with other workers
};

}  // namespace

Result<std::unique_ptr<AppListener>> create_front_door(AppServer& server,
                                                       const us_quic_socket_context_options_t& options,
                                                       const TcpRules& rules) {
  auto http3 = create_http3_listener(server, options);
  if (!http3) return http3;
  TcpSettings settings;
  settings.has_http1 = rules.has_http1;
  settings.has_http2 = rules.has_http2;
  settings.http1.max_section_bytes = options.max_header_list_size;
  settings.http2 = http2_settings(options);
  settings.send_buffer_bytes = options.send_buffer_bytes;
  settings.header_timeout = std::chrono::milliseconds(options.header_timeout_ms);
  settings.idle_timeout = std::chrono::milliseconds(options.idle_timeout_ms);
  settings.http_idle_timeout = std::chrono::milliseconds(options.http_idle_timeout_ms);
  auto door = std::make_unique<FrontDoor>(server, *std::move(http3), settings,
                                          std::chrono::milliseconds(options.handshake_timeout_ms), rules);
  if (options.group != nullptr) door->share_ports();
  return std::unique_ptr<AppListener>(std::move(door));
}

}  // namespace usquic::app
