// The codec over nghttp3: see http3/codec.h for the contract. Its parts: http3_connection.cpp (life and
// streams), http3_read.cpp (what comes), http3_output.cpp (what goes), http3_send.cpp (the application's calls).
#pragma once

#include <nghttp3/nghttp3.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "http3/codec.h"
#include "http3/nghttp3/control_reader.h"
#include "http3/nghttp3/field_decoder.h"
#include "http3/nghttp3/request_reader.h"
#include "transport/stream_table.h"

namespace usquic::http3 {

class Http3Connection final : public Codec, private RequestReader::Delegate, private ControlReader::Delegate {
 public:
  Http3Connection(const Options& options, BlockPool& pool, Events& events);
  ~Http3Connection() override;
  Http3Connection(const Http3Connection&) = delete;
  Http3Connection& operator=(const Http3Connection&) = delete;

  int init();  // 0 or a negative nghttp3 error
  // A stream's owner destroys it: forget it at once.
  void forget(MessageState& s);

  int bind_streams(std::int64_t control, std::int64_t encoder, std::int64_t decoder) override;
  int read(std::int64_t id, Bytes data, bool fin) override;
  int next_output(std::span<Bytes> views, Output& out) override;
  void forget_output() override;
  void written(std::int64_t id, std::size_t length) override;
  void acknowledged(std::int64_t id, std::size_t length) override;
  void blocked(std::int64_t id) override;
  void unblocked(std::int64_t id) override;
  int no_more_writes(std::int64_t id) override;
  int peer_reset(std::int64_t id) override;
  bool stream_closed(std::int64_t id, std::uint64_t code) override;
  void set_max_client_streams(std::uint64_t count) override;
  int send_request(std::int64_t id, MessageState& s, std::span<const us_quic_header_t> fields) override;
  int send_headers(std::int64_t id, std::span<const us_quic_header_t> fields) override;
  int send_informational(std::int64_t id, std::span<const us_quic_header_t> fields) override;
  int send_trailers(std::int64_t id, std::span<const us_quic_header_t> fields) override;
  void resume(std::int64_t id) override;
  int set_priority(std::int64_t id, int urgency, bool incremental) override;
  int send_shutdown_notice() override;
  int shutdown() override;
  bool is_drained() const override;

 private:
  // Types of unidirectional streams (RFC 9114 section 6.2, RFC 9204 section 4.2).
  enum class StreamType : std::uint8_t { not_known, control, qpack_encoder, qpack_decoder, other };

  // A unidirectional stream of the peer.
  struct PeerStream {
    StreamType type = StreamType::not_known;
    std::uint8_t type_read = 0;  // bytes of the type that came so far
    std::array<std::uint8_t, 8> type_bytes{};
  };

  MessageState* find(std::int64_t id) const;
  void attach(std::int64_t id, MessageState& s);
  bool is_ours_critical(std::int64_t id) const;

  int read_stream(std::int64_t id, Bytes data, bool fin);
  int read_request(std::int64_t id, Bytes data, bool fin);
  int open_request(std::int64_t id, MessageState*& s);
  int register_request(MessageState& s);
  int register_all_requests();
  int register_latest_request();
  bool registers_all() const { return first_registered_ != INT64_MAX; }
  int read_unidirectional(std::int64_t id, Bytes data, bool fin);
  int read_type(std::int64_t id, PeerStream& stream, Bytes& data, bool fin);
  int forward(std::int64_t id, Bytes data, bool fin);
  int read_control_stream(std::int64_t id, Bytes data);
  int read_encoder_stream(Bytes data);
  int drain_decoder() noexcept;

  void stream_failed(MessageState& s, std::uint64_t code) override;
  void request_too_large(MessageState& s) override;
  void request_priority(MessageState& s, std::string_view value) override;
  int priority_update(std::int64_t id, bool& is_ignored) override;

  int announce_settings();
  bool next_control_output(std::span<Bytes> views, Output& out);
  bool next_decoder_output(std::span<Bytes> views, Output& out);
  void count_body(MessageState& s, std::size_t length);
  bool go_on_with_output(std::span<Bytes> views, Output& out);
  std::size_t output_length() const;  // bytes that were offered and are not yet written

  std::span<const nghttp3_nv> to_nv(std::span<const us_quic_header_t> fields);
  int send_final(MessageState& s, std::span<const nghttp3_nv> fields);
  void finish_closing(MessageState& s);
  void close_in_nghttp3(std::int64_t id, std::uint64_t code);

  static nghttp3_callbacks make_callbacks();
  static nghttp3_ssize on_read_data(nghttp3_conn*, std::int64_t, nghttp3_vec* vec, std::size_t count,
                                    std::uint32_t* flags, void*, void* stream_user);
  static int on_acknowledged(nghttp3_conn*, std::int64_t, std::uint64_t length, void*, void* stream_user);
  static int on_stop_sending(nghttp3_conn*, std::int64_t id, std::uint64_t code, void* user, void*);
  static int on_reset_stream(nghttp3_conn*, std::int64_t id, std::uint64_t code, void* user, void*);
  static int on_goaway(nghttp3_conn*, std::int64_t id, void* user);

  const Options options_;
  const std::shared_ptr<const Nghttp3Memory> memory_;
  Events& events_;
  nghttp3_conn* connection_ = nullptr;
  FieldDecoder decoder_;
  RequestReader reader_;
  ControlReader control_reader_;
  // Requests that are known; nullptr = refused, its bytes are dropped.
  transport::StreamTable<MessageState> streams_;
  std::map<std::int64_t, PeerStream> peer_streams_;
  std::vector<nghttp3_nv> nv_;  // reused

  std::int64_t control_id_ = -1, encoder_id_ = -1, decoder_id_ = -1;
  // The control stream begins with the settings, which are written here; what follows is nghttp3's.
  transport::SendBuffer control_out_;
  bool control_blocked_ = false;
  // The decoder stream: its type byte is sent by nghttp3, the instructions are FieldDecoder's.
  transport::SendBuffer decoder_out_;
  bool decoder_type_written_ = false;
  bool decoder_type_acknowledged_ = false;
  bool decoder_blocked_ = false;

  std::array<nghttp3_vec, 16> output_{};  // the latest output, as far as it is not written
  std::size_t output_count_ = 0;
  bool output_fin_ = false;
  std::int64_t output_id_ = -1;
  std::size_t turn_left_ = 0;              // bytes that its stream may still send before others are asked for
  MessageState* output_stream_ = nullptr;  // of the latest request stream that had output

  std::uint64_t max_client_streams_ = 0;
  // Server: the largest request ID so far; and from which ID on nghttp3 has every request that came.
  std::int64_t latest_request_ = -4;
  std::int64_t first_registered_ = INT64_MAX;
  bool refused_by_goaway_ = false;
  bool shutdown_noticed_ = false;
  bool shut_down_ = false;
};

}  // namespace usquic::http3
