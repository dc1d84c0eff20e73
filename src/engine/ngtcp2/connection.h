// One QUIC connection over ngtcp2. Its parts stand in several files: connection.cpp (making, reading, time),
// connection_callbacks.cpp (what ngtcp2 calls), connection_streams.cpp (streams), connection_http3.cpp (what
// the HTTP/3 part tells), connection_write.cpp (the packet writer), connection_close.cpp (endings),
// connection_versions.cpp (how a client begins).
#pragma once

#include <ngtcp2/ngtcp2.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/list.h"
#include "engine/engine.h"
#include "engine/ngtcp2/close_info.h"
#include "engine/ngtcp2/endpoint.h"
#include "engine/ngtcp2/stream.h"
#include "engine/ngtcp2/tls_handshake.h"
#include "http3/codec.h"
#include "tls/handshake_messages.h"
#include "transport/black_hole.h"
#include "transport/connection_id_owner.h"
#include "transport/graceful_end.h"
#include "transport/loss_count.h"
#include "transport/packet_run.h"
#include "transport/stream_table.h"

namespace usquic::engine::ngtcp2 {

class QuicConnection final : public engine::Connection,
                             public transport::Route,
                             private http3::Http3::Events,
                             public ListHook<EndpointTag>,
                             public ListHook<FlushTag>,
                             public ListHook<HandshakeTag>,
                             public ListHook<GraveTag> {
 public:
  // What a server connection begins with.
  struct Initial {
    const ngtcp2_pkt_hd& header;
    transport::ConnectionId original_dcid;
    bool is_retried;
    bool is_validated;
  };

  static Result<std::unique_ptr<QuicConnection>> create_client(QuicEndpoint& endpoint, TimePoint now,
                                                               const Path& path,
                                                               std::string_view server_name);
  static Result<std::unique_ptr<QuicConnection>> create_server(QuicEndpoint& endpoint, TimePoint now,
                                                               const Path& path, const Initial& initial);
  ~QuicConnection() override;

  bool is_client() const override { return is_client_; }
  const Path& path() const override { return path_; }
  std::string_view alpn() const override { return alpn_; }
  std::string_view server_name() const override { return server_name_; }
  Bytes peer_certificate() const override;
  bool is_authorized() const override;
  bool is_resumed() const override;
  bool has_ticket() const override;
  Bytes id() const override { return first_id_.bytes(); }
  void stats(us_quic_stats_t& out) const override;
  Result<engine::Stream*> create_stream(Direction direction, void* stream_user) override;
  std::uint64_t max_streams() const override;
  int send_datagram(Bytes data) override;
  void set_keep_alive(Duration after) override;
  void shutdown() override;
  void close(std::uint64_t code, std::string_view reason) override;
  std::optional<us_quic_close_info_t> failure() const override;
  void detach() override;

  // For the endpoint.
  void on_datagram(TimePoint now, const Datagram& datagram) override;
  void on_deadline(TimePoint now) override;
  // false: the socket takes no more, and something is left to write.
  bool flush(TimePoint now, SendBatch& batch);
  void wait_for_socket(TimePoint now);
  void fail_at_flush(CloseReason reason);
  void refuse();  // a server's whose handshake is not complete
  void forget();  // its socket is gone
  SocketState* socket_state() const { return socket_state_; }
  const transport::HandshakeCounts::Key& sender() const { return sender_; }
  TlsHandshake& handshake() { return handshake_; }
  const crypto::PacketCiphers& packet_ciphers() const { return endpoint_.packet_ciphers(); }
  transport::FrameScan& frame_scan() const { return endpoint_.frame_scan(); }
  transport::EarlyResets& early_resets() const { return endpoint_.early_resets(); }
  bool has_early_reset() const;  // in the packet that was scanned last

  // For streams.
  bool is_active() const { return life_ == Life::active; }
  bool is_raw() const { return protocol_ == Protocol::raw; }
  bool is_http3() const { return protocol_ == Protocol::http3; }
  // Or from its `body` as it is.
  bool is_sent_by_codec(const QuicStream& s) const { return http3_ != nullptr && !s.message.has_frames(); }
  std::size_t send_buffer_bytes() const;
  BlockPool& pool() const { return endpoint_.memory().pool(); }
  void touch(QuicStream& s);
  void stream_has_data(QuicStream& s);
  int submit_section(QuicStream& s, http::SectionKind kind, std::span<const us_quic_header_t> fields);
  std::optional<int> submit_whole(QuicStream& s, std::span<const us_quic_header_t> fields, Bytes content);
  bool submit_frames(QuicStream& s, const ResponseFrames& frames, void (*release)(void* user),
                     void* user_data);
  int set_priority(QuicStream& s, int urgency, bool incremental);
  // What a stream ends with when the application walked away from it.
  std::uint64_t abandon_code() const;

 private:
  friend struct ConnectionCallbacks;

  // active -> (closing: CONNECTION_CLOSE is still to be written) -> gone
  enum class Life : std::uint8_t { active, closing, gone };
  enum class Protocol : std::uint8_t { undecided, raw, http3 };
  struct StreamOutput {
    std::int64_t id = -1;
    QuicStream* stream = nullptr;  // when it is not the codec's
    bool fin = false;
    std::size_t count = 0;
    std::size_t length = 0;
  };
  static constexpr std::size_t max_views = 16;
  using Views = std::array<Bytes, max_views>;

  // What a client begins with: every server that this library knows of speaks it.
  static constexpr std::uint32_t first_version = NGTCP2_PROTO_VER_V1;

  QuicConnection(QuicEndpoint& endpoint, const Path& path, bool is_client);

  // connection.cpp
  void read(TimePoint now, const Datagram& datagram);
  int read_packets(TimePoint now, const Datagram& datagram);
  void expire(TimePoint now);
  bool write(TimePoint now, SendBatch& batch);
  void start_tls(std::unique_ptr<tls::Session> session);
  bool register_id(const transport::ConnectionId& id);
  transport::ConnectionId make_id();
  void update_deadline();
  std::uint64_t timestamp(TimePoint now) const { return nanoseconds_since_epoch(now); }
  int on_handshake_completed();
  void offer_token();
  void release_tls();
  bool may_tell() const { return is_known_ && !is_released_ && !is_closed_by_app_; }

  // connection_versions.cpp
  int begin_as_client(TimePoint now, std::uint32_t version);
  bool begin_again(TimePoint now);

  // connection_streams.cpp
  QuicStream* find_stream(std::int64_t id) const;
  QuicStream* add_peer_stream(std::int64_t id);
  void open_pending_streams();
  void open_pending(List<QuicStream, PendingTag>& pending);
  bool settle_opened(QuicStream& s);
  void apply_touched();
  void apply(QuicStream& s);
  void deliver_body(QuicStream& s, Bytes data);
  void credit(std::int64_t id, std::uint64_t length);
  void close_stream(QuicStream& s, const us_quic_stream_close_info_t& info);
  void close_stream_by_id(std::int64_t id, std::optional<std::uint64_t> code);
  bool had_last_word(const QuicStream& s) const;
  us_quic_stream_close_info_t close_info_of(const QuicStream& s) const;
  void close_all_streams(int reason);
  int peer_stopped(std::int64_t id, std::uint64_t code);
  void after_sending(QuicStream& s);
  void tell_stream_events();
  void destroy(QuicStream& s);
  bool may_tell(const QuicStream& s) const { return may_tell() && !s.is_detached_ && !s.is_closed_; }

  // connection_limits.cpp
  int count_wasted_stream();
  int act_on(const transport::FrameScan& frames);
  int fail_for_excess(const char* text);  // to be returned to ngtcp2
  void await_headers(QuicStream& s);
  TimePoint headers_deadline();
  void end_late_headers(TimePoint now);
  TimePoint unused_deadline() const;

  // connection_keep_alive.cpp
  void apply_keep_alive();

  // connection_http3.cpp
  int start_http3();
  int fail_http3(int result);  // to be returned to ngtcp2
  int read_http3(std::int64_t id, Bytes data, bool fin);
  void continue_shutdown(TimePoint now);
  void wait_for_handshake(TimePoint now);
  void close_when_drained(TimePoint now);
  bool is_drained() const;
  http3::Http3Stream* http3_request_stream(std::int64_t id) override;
  void http3_headers(http3::Http3Stream& s, int kind, bool end_stream) override;
  void http3_body(http3::Http3Stream& s, Bytes data) override;
  void http3_end(http3::Http3Stream& s) override;
  void http3_reset_stream(std::int64_t id, std::uint64_t code) override;
  void http3_stop_sending(std::int64_t id, std::uint64_t code) override;
  void http3_consumed(std::int64_t id, std::size_t length) override;
  void http3_goaway(std::int64_t first_unprocessed_id) override;
  void http3_closed(http3::Http3Stream& s) override;

  // connection_write.cpp
  bool write_packets(TimePoint now, SendBatch& batch);
  ngtcp2_ssize write_packet(MutableBytes room, ngtcp2_path& path, ngtcp2_pkt_info& info, TimePoint now);
  bool write_datagrams(MutableBytes room, ngtcp2_path& path, ngtcp2_pkt_info& info, TimePoint now,
                       ngtcp2_ssize& written);
  int next_output(Views& views, StreamOutput& out);
  int next_codec_output(Views& views, StreamOutput& out);
  void next_own_output(Views& views, StreamOutput& out);
  void stream_written(const StreamOutput& out, std::size_t length, bool is_packet_done);
  void stream_blocked(const StreamOutput& out);
  int stream_refused(const StreamOutput& out);
  std::size_t max_datagram_bytes() const;
  std::size_t path_payload() const;  // bytes of the largest packet that the path is taken to carry

  // connection_close.cpp
  template <class Work>
  void end_without_memory(Work work);
  void end_for_memory();
  void end_by_library(TimePoint now, int result);
  void end(CloseReason reason);                  // and say CONNECTION_CLOSE
  void end_silently(const CloseReason& reason);  // the peer knows, or is not there
  void begin_closing();
  void tell_closed(const CloseReason& reason);
  bool write_close(TimePoint now, SendBatch& batch);
  void leave_behind(TimePoint now, std::vector<std::uint8_t> packet);
  void become_gone();
  void release_handle();
  std::uint64_t no_error_code() const;

  QuicEndpoint& endpoint_;
  const DeadlinePlace deadline_place_;
  SocketState* socket_state_;
  Path path_;
  Address local_for_ngtcp2_;
  std::unique_ptr<tls::Session> session_;  // a server's goes when the handshake is complete
  TlsHandshake handshake_{*this};
  ngtcp2_conn* conn_ = nullptr;
  std::uint64_t expiry_ = UINT64_MAX;  // of conn_, since packets were last written
  std::uint32_t offered_version_ = 0;  // by a server that does not speak the client's first one
  const bool is_client_;
  const transport::HandshakeCounts::Key sender_;  // where its first packet came from
  Life life_ = Life::active;
  Protocol protocol_ = Protocol::undecided;
  bool is_known_ = false;          // the sink has heard of it
  bool is_released_ = false;       // the caller will not use it again
  bool is_closed_by_app_ = false;  // close() was called: the sink hears no more
  bool is_handshake_complete_ = false;
  bool owes_finished_ = false;  // a client whose handshake is complete and whose Finished is not written yet
  bool was_reset_statelessly_ = false;
  bool peer_is_going_away_ = false;
  std::optional<CloseReason> failure_;   // to be ended with at the next chance
  CloseReason close_reason_;             // what CONNECTION_CLOSE says
  const CloseReason* ending_ = nullptr;  // while the streams' ends are being told: why; no new streams
  tls::TlsMessages tls_messages_;
  std::vector<std::uint8_t> peer_certificate_;  // a server's; a client asks its session, as for the next two
  bool is_authorized_ = false;
  bool is_resumed_ = false;
  transport::ConnectionId first_id_;
  std::vector<transport::ConnectionId> ids_;
  std::vector<transport::ResetTokenTable::Token> peer_reset_tokens_;
  std::string alpn_;
  std::string server_name_;
  std::unique_ptr<http3::Http3> http3_;
  transport::GracefulEnd graceful_end_;
  TimePoint latest_request_end_ = never;  // a server's; of none so far, its handshake
  Duration keep_alive_;

  transport::StreamTable<QuicStream> streams_;  // owned
  List<QuicStream, PendingTag> pending_bidi_;   // owned
  List<QuicStream, PendingTag> pending_uni_;    // owned
  List<QuicStream, SendableTag> sendable_;      // not the codec's
  bool is_codec_first_ = false;  // packets take turns, so that neither kind of stream waits for the other
  List<QuicStream, TouchedTag> touched_;
  List<QuicStream, EventTag> eventful_;
  List<QuicStream, HeadersTag> awaited_headers_;  // the oldest first
  std::optional<transport::RateLimit> control_frames_;
  std::optional<transport::RateLimit> wasted_streams_;
  std::size_t pending_bidi_count_ = 0;
  // Not there before the first one: an empty deque holds half a kilobyte.
  std::optional<std::deque<std::vector<std::uint8_t>>> datagrams_;
  transport::HeldPacket held_packet_;
  transport::BlackHole black_hole_;
  transport::LossCount losses_;

  std::uint64_t bytes_sent_ = 0;
  std::uint64_t bytes_received_ = 0;
  std::uint64_t packets_sent_ = 0;
  std::uint64_t packets_received_ = 0;
  std::uint64_t streams_opened_ = 0;
  std::uint64_t peer_uni_streams_ = 0;
};

}  // namespace usquic::engine::ngtcp2
