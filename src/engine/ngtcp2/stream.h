// One stream: what the application asked for, and what is on its way out. Raw streams and HTTP/3 requests are
// the same type; which it is, its connection knows once the handshake is done.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/list.h"
#include "engine/engine.h"
#include "http3/codec.h"

namespace usquic::engine::ngtcp2 {

class QuicConnection;

struct PendingTag {};   // local, not open yet
struct SendableTag {};  // sent without a codec, has something to send and credit to send it
struct TouchedTag {};   // the application asked for something that the next flush does
struct EventTag {};     // a callback is due at the end of the flush
struct HeadersTag {};   // its request's header section is not whole yet

// A header section that waits for its stream to open.
struct QueuedSection {
  QueuedSection(std::span<const us_quic_header_t> fields, bool ends_stream);
  QueuedSection(QueuedSection&&) = default;

  std::string text;  // names and values, one after the other
  std::vector<us_quic_header_t> fields;
  bool end_stream;
};

class QuicStream final : public engine::Stream,
                         public Pooled,
                         public ListHook<PendingTag>,
                         public ListHook<SendableTag>,
                         public ListHook<TouchedTag>,
                         public ListHook<EventTag>,
                         public ListHook<HeadersTag> {
 public:
  enum class Sent : std::uint8_t { nothing, message, trailers };

  QuicStream(QuicConnection& connection, std::int64_t id, bool is_local, bool is_unidirectional);
  ~QuicStream();

  std::int64_t id() const override { return id_; }
  bool is_local() const override { return is_local_; }
  bool is_unidirectional() const override { return is_unidirectional_; }
  bool is_early() const override { return false; }
  int submit_headers(std::span<const us_quic_header_t> fields, bool end_stream) override;
  int submit_response(std::span<const us_quic_header_t> fields, Bytes body) override;
  std::ptrdiff_t write(Bytes data) override;
  std::ptrdiff_t write_static(Bytes data, void (*release)(void* user), void* user_data) override;
  bool send_frames(const ResponseFrames& frames, void (*release)(void* user), void* user_data) override;
  std::size_t buffered() const override;
  int finish() override;
  int reset(std::uint64_t code) override;
  int stop(std::uint64_t code) override;
  int set_priority(int urgency, bool incremental) override;
  void consume(std::size_t length) override;
  std::span<const us_quic_header_t> headers() const override { return message.headers(); }
  void detach() override;

 private:
  friend class QuicConnection;
  friend struct ConnectionCallbacks;

  int check_sending() const;
  void note_whole();
  std::optional<int> submit_whole(std::span<const us_quic_header_t> fields, Bytes body);
  bool can_send() const { return !is_unidirectional_ || is_local_; }
  bool can_receive() const { return !is_unidirectional_ || !is_local_; }
  std::size_t room(std::size_t wanted);
  void end_detached_sending();

  http3::Http3Stream message;  // raw streams use its `body` and `fin` alone
  QuicConnection& connection_;
  std::int64_t id_;
  const bool is_local_;
  const bool is_unidirectional_;
  bool is_detached_ = false;
  bool is_closed_ = false;         // the engine will say, or said, on_stream_close
  bool is_fin_sent_ = false;       // sent without a codec: the FIN is in a packet
  bool peer_ended_last_ = false;   // raw: its FIN came when ours was sent, maybe in answer to it
  bool is_blocked_ = false;        // no stream credit
  bool is_ended_ = false;          // the peer's FIN was told
  bool wants_writable_ = false;    // a write accepted less than offered
  bool stop_is_due_ = false;       // on_stop is to be told at the end of the flush
  bool was_stopped_ = false;       // the peer sent STOP_SENDING
  bool was_reset_ = false;         // the peer sent RESET_STREAM
  bool is_reset_applied_ = false;  // RESET_STREAM of this side is with ngtcp2
  bool is_stop_applied_ = false;   // STOP_SENDING of this side is with ngtcp2
  Sent sent_ = Sent::nothing;
  std::optional<std::uint64_t> reset_code_;
  std::optional<std::uint64_t> stop_code_;
  std::uint64_t peer_code_ = 0;              // of the peer's RESET_STREAM
  std::uint64_t peer_stop_code_ = 0;         // of its STOP_SENDING
  std::uint64_t unconsumed_ = 0;             // body bytes told and not yet consumed
  std::uint64_t credit_ = 0;                 // consumed bytes that the next flush gives credit for
  std::optional<std::uint64_t> close_code_;  // that ngtcp2 closed it with
  TimePoint headers_due_{};                  // while it waits for its header section
  std::vector<QueuedSection> queued_sections_;
  std::optional<std::pair<int, bool>> queued_priority_;
};

}  // namespace usquic::engine::ngtcp2
