// One connection and its streams in the scripted engine.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "http3/settings.h"
#include "support/scripted_engine.h"

namespace usquic::test {

class ScriptedConnection;
class FrameReader;
class FrameWriter;

class ScriptedStream final : public engine::Stream {
 public:
  ScriptedStream(ScriptedConnection& connection, bool is_local)
      : connection_(connection), is_local_(is_local) {}
  ~ScriptedStream() { drop_unsent(); }

  std::int64_t id() const override { return id_; }
  bool is_local() const override { return is_local_; }
  bool is_unidirectional() const override { return false; }
  int send_headers(std::span<const us_quic_header_t> fields, bool end_stream) override;
  int send_response(std::span<const us_quic_header_t> fields, Bytes body) override;
  std::ptrdiff_t write(Bytes data) override;
  std::ptrdiff_t write_static(Bytes data, void (*release)(void* user), void* user_data) override;
  std::size_t buffered() const override { return unsent_; }
  int finish() override;
  int reset(std::uint64_t code) override;
  int stop(std::uint64_t code) override;
  int set_priority(int, bool) override { return 0; }
  int send_datagram(Bytes data) override;
  void consume(std::size_t length) override;
  std::span<const us_quic_header_t> headers() const override { return fields_; }
  void detach() override;

 private:
  friend class ScriptedConnection;
  // Something to be sent, in order: a header section, or body bytes (copied or static).
  struct Piece {
    bool is_headers = false;
    int headers_kind = 0;
    std::vector<std::uint8_t> bytes;
    Bytes borrowed;
    void (*release)(void* user) = nullptr;
    void* user = nullptr;
    std::size_t sent = 0;
    Bytes view() const { return borrowed.empty() ? Bytes(bytes) : borrowed; }
  };

  bool can_send() const { return !fin_wanted_ && !reset_wanted_ && !was_stopped_; }
  int check_write() const;
  std::size_t room(std::size_t length);
  void drop_unsent();
  void done_with(Piece& piece);
  bool has_output() const;
  bool is_over() const { return (fin_sent_ || reset_sent_) && (fin_received_ || reset_received_); }
  us_quic_stream_close_info_t close_info() const;
  void set_headers(Bytes encoded);

  ScriptedConnection& connection_;
  std::int64_t id_ = -1;
  const bool is_local_;
  bool is_detached_ = false;
  bool is_told_closed_ = false;

  std::deque<Piece> pieces_;
  std::size_t unsent_ = 0;
  std::uint64_t body_sent_ = 0;
  std::uint64_t send_limit_ = 0;
  int sections_sent_ = 0;
  bool fin_wanted_ = false, fin_sent_ = false;
  bool reset_wanted_ = false, reset_sent_ = false;
  bool stop_wanted_ = false, stop_sent_ = false;
  bool wants_writable_ = false;
  bool was_stopped_ = false;
  std::uint64_t reset_code_ = 0, stop_code_ = 0, peer_code_ = 0;

  std::uint64_t consumed_ = 0, limit_told_ = 0;
  bool credit_wanted_ = false;
  bool fin_received_ = false, reset_received_ = false;
  std::vector<std::uint8_t> section_;
  std::vector<us_quic_header_t> fields_;
};

class ScriptedConnection final : public engine::Connection {
 public:
  ScriptedConnection(ScriptedEndpoint& endpoint, bool is_client, std::uint64_t id, const engine::Path& path);

  bool is_client() const override { return is_client_; }
  const engine::Path& path() const override { return path_; }
  std::string_view alpn() const override { return is_open_ ? std::string_view(alpn_) : std::string_view(); }
  std::string_view server_name() const override { return server_name_; }
  Bytes peer_certificate() const override { return {}; }
  bool is_authorized() const override { return false; }
  bool is_resumed() const override { return false; }
  us_quic_tls_t tls_parameters() const override { return {"", "", ""}; }
  Result<void> export_keying_material(MutableBytes, std::string_view, Bytes) const override {
    return Error{US_QUIC_E_UNSUPPORTED};
  }
  Bytes id() const override { return as_bytes(&id_, sizeof(id_)); }
  void stats(us_quic_stats_t& out) const override { out = stats_; }
  Result<engine::Stream*> create_stream(engine::Direction direction, void* stream_user,
                                        std::int64_t session_id) override;
  std::uint64_t max_streams() const override;
  int send_datagram(Bytes data) override;
  Result<std::uint64_t> peer_setting(std::uint64_t id) const override;
  void set_keep_alive(Duration) override {}  // it sends no PINGs
  void shutdown() override { is_draining_ = true; }
  void close(std::uint64_t code, std::string_view reason) override;
  std::optional<us_quic_close_info_t> failure() const override { return failure_; }
  void detach() override;

 private:
  friend class ScriptedEndpoint;
  friend class ScriptedStream;

  http3::Settings own_settings() const;
  int send_stream_datagram(std::int64_t id, Bytes data);
  void receive_stream_datagram(std::int64_t id, Bytes data);
  void receive(Bytes frames);
  void refuse();
  void receive_frame(std::uint8_t type, FrameReader& reader);
  void receive_stream_frame(std::uint8_t type, ScriptedStream& stream, FrameReader& reader);
  ScriptedStream* stream_of(std::uint64_t id);
  bool has_output() const;
  void flush(engine::SendBatch& batch);
  void open_waiting_streams();
  bool fill_packet(FrameWriter& writer);
  void write_control(FrameWriter& writer);
  bool write_stream(ScriptedStream& stream, FrameWriter& writer);
  void notify_writable();
  void close_finished_streams();
  // Tells the streams and then the end; nothing is told after that.
  void end(const us_quic_close_info_t& info);
  void expire(TimePoint now);
  TimePoint deadline() const;
  // Nothing is sent again, so nothing may overflow a receive buffer.
  std::uint64_t congestion_room() const {
    constexpr std::uint64_t most = 64 * 1024;
    return most - std::min(most, data_sent_ - data_acked_);
  }
  bool is_dead() const { return is_detached_ && (is_ended_ || (is_closing_ && !close_wanted_)); }

  ScriptedEndpoint& endpoint_;
  const bool is_client_;
  const std::uint64_t id_;
  engine::Path path_;
  std::string alpn_, server_name_;
  std::vector<std::unique_ptr<ScriptedStream>> streams_;
  std::uint64_t next_stream_ = 0;         // of this side's
  std::uint64_t next_remote_stream_ = 0;  // lowest that the peer has not opened
  std::uint64_t peer_max_streams_ = 0, peer_window_ = 0;
  http3::Settings peer_settings_;  // as HTTP/3 writes them, in the first frame
  std::vector<std::vector<std::uint8_t>> datagrams_;
  struct StreamDatagram {
    std::int64_t id;
    std::vector<std::uint8_t> bytes;
  };
  std::vector<StreamDatagram> stream_datagrams_;
  std::uint64_t data_sent_ = 0, data_acked_ = 0, data_received_ = 0;
  us_quic_stats_t stats_{};
  TimePoint last_activity_;
  int path_error_ = 0;
  std::optional<us_quic_close_info_t> failure_;
  std::uint64_t close_code_ = 0;
  std::string close_reason_;
  bool hello_wanted_ = false, welcome_wanted_ = false, ack_wanted_ = false, goaway_wanted_ = false;
  bool refuse_wanted_ = false;
  bool is_open_ = false, is_draining_ = false, got_goaway_ = false, is_goaway_sent_ = false;
  bool is_closing_ = false, close_wanted_ = false, is_ended_ = false, is_detached_ = false;
  bool is_blocked_ = false;
};

}  // namespace usquic::test
