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
#include "http/priority.h"
#include "http3/message_state.h"
#include "transport/header_timeouts.h"
#include "transport/receive_credit.h"
#include "transport/send_schedule.h"
#include "transport/stream_state.h"

namespace usquic::engine::ngtcp2 {

struct ConnectionCore;
class StreamSet;

struct PendingTag {};   // local, not open yet
struct SendableTag {};  // has something to send and credit to send it
struct TouchedTag {};   // the application asked for something that the next flush does
struct EventTag {};     // a callback is due at the end of the flush

class QuicStream final : public engine::Stream,
                         public Pooled,
                         public ListHook<PendingTag>,
                         public ListHook<SendableTag>,
                         public ListHook<TouchedTag>,
                         public ListHook<EventTag>,
                         public transport::HeaderWait {
 public:
  // The application's handle: held until its end is notified, or until the application drops it.
  enum class Handle : std::uint8_t { held, closed, detached };

  QuicStream(StreamSet& streams, std::int64_t id, transport::StreamKind kind);
  ~QuicStream();

  std::int64_t id() const override { return id_; }
  bool is_local() const override { return kind_.is_local; }
  bool is_unidirectional() const override { return kind_.is_unidirectional; }
  std::int64_t session_id() const override { return kind_.session_id; }
  bool is_session_request() const override { return message.is_session_request(); }
  int send_headers(std::span<const us_quic_header_t> fields, bool end_stream) override;
  int send_response(std::span<const us_quic_header_t> fields, Bytes body) override;
  std::ptrdiff_t write(Bytes data) override;
  std::ptrdiff_t write_static(Bytes data, void (*release)(void* user), void* user_data) override;
  bool send_prepared(const PreparedResponse& frames, void (*release)(void* user), void* user_data) override;
  std::size_t buffered() const override;
  int finish() override;
  int reset(std::uint64_t code) override;
  int stop(std::uint64_t code) override;
  int set_priority(int urgency, bool incremental) override;
  int send_datagram(Bytes data) override;
  std::size_t max_datagram_bytes() const override;
  void consume(std::size_t length) override;
  std::span<const us_quic_header_t> headers() const override { return message.headers(); }
  void detach() override;

  // The peer has the next `length` bytes of what was sent.
  void output_acknowledged(std::size_t length);
  // Raw streams take turns, and those of sessions.
  transport::SendRank send_rank() const;

 private:
  struct Marks {
    bool is_blocked = false;        // no stream credit
    bool wants_writable = false;    // a write accepted less than offered
    bool stop_is_due = false;       // on_stop is to be notified at the end of the flush
    bool is_priority_ours = false;  // the application set it, whatever the peer says
  };

  friend class StreamSet;
  friend class Http3Driver;
  friend class PacketWriter;
  friend struct ConnectionCallbacks;

  ConnectionCore& core() const;
  bool is_open_here() const;
  int check_sending() const;
  bool is_message() const;
  void set_priority(http::Priority priority);
  std::size_t room(std::size_t wanted);
  void end_detached_sending();

  http3::MessageState message;  // raw streams use its `output` and `fin` alone
  StreamSet& streams_;
  std::int64_t id_;
  const transport::StreamKind kind_;
  Handle handle_ = Handle::held;
  Marks marks_;
  http::Priority priority_;
  transport::SendState send_;
  transport::ReceiveState receive_;
  transport::ReceiveCredit credit_;
  std::optional<std::uint64_t> close_code_;  // that ngtcp2 closed it with
};

}  // namespace usquic::engine::ngtcp2
