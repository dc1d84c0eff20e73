// One stream: what the application asked for, and what is on its way out. Raw streams and HTTP/3 requests are the same
// type. It outlives lsquic's stream, until the application lets go of it.
#pragma once

#include <lsquic.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

#include "base/list.h"
#include "engine/engine.h"
#include "engine/lsquic/header_set.h"
#include "http/body_length.h"
#include "http/priority.h"
#include "transport/header_timeouts.h"
#include "transport/receive_credit.h"
#include "transport/send_buffer.h"
#include "transport/stream_state.h"

namespace usquic::engine::lsquic {

// The halves of a stream, as lsquic_stream_shutdown() and on_reset() number them.
namespace half {
inline constexpr int reading = 0;
inline constexpr int writing = 1;
inline constexpr int both = 2;
}  // namespace half

struct ConnectionCore;
class StreamSet;

struct SetTag {};      // of its connection, open
struct PendingTag {};  // local, not open yet
struct TouchedTag {};  // the application asked for something that the next flush does
struct PausedTag {};   // not read on, as the application is behind

class LsquicStream final : public engine::Stream,
                           public ListHook<SetTag>,
                           public ListHook<PendingTag>,
                           public ListHook<TouchedTag>,
                           public ListHook<PausedTag>,
                           public transport::HeaderWait {
 public:
  // The application's handle: held until its end is notified, or until the application drops it.
  enum class Handle : std::uint8_t { held, closed, detached };
  enum class Sent : std::uint8_t { nothing, message, trailers };

  LsquicStream(StreamSet& streams, transport::StreamKind kind);
  ~LsquicStream();

  std::int64_t id() const override { return id_; }
  bool is_local() const override { return kind_.is_local; }
  bool is_unidirectional() const override { return kind_.is_unidirectional; }
  int send_headers(std::span<const us_quic_header_t> fields, bool end_stream) override;
  int send_response(std::span<const us_quic_header_t> fields, Bytes body) override;
  std::ptrdiff_t write(Bytes data) override;
  std::ptrdiff_t write_static(Bytes data, void (*release)(void* user), void* user_data) override;
  std::size_t buffered() const override { return send_.is_reset() ? 0 : out_.body.untaken(); }
  int finish() override;
  int reset(std::uint64_t code) override;
  int stop(std::uint64_t code) override;
  int set_priority(int urgency, bool incremental) override;
  int send_datagram(Bytes data) override;
  void consume(std::size_t length) override;
  std::span<const us_quic_header_t> headers() const override;
  void detach() override;

 private:
  friend class StreamSet;
  friend class StreamReader;
  friend class StreamWriter;

  // What the application sent, in the order in which it goes out.
  struct Out {
    explicit Out(BlockPool& pool) : body(pool) {}
    std::deque<OutgoingSection> heads;
    transport::SendBuffer body;
    std::optional<OutgoingSection> trailers;
    bool fin = false;
    Sent sent = Sent::nothing;       // by the application
    bool has_begun = false;          // lsquic has something of it
    std::uint64_t flushed_in = 0;    // the run of lsquic in which its buffer was last flushed
    std::int64_t content_left = -1;  // of the content-length that was declared; -1: none was
  };
  // What came.
  struct In {
    std::unique_ptr<HeaderSet> latest;
    unsigned waiting_sets = 0;  // that lsquic holds
    bool has_message = false;   // the request, or the final response
    http::BodyLength body;
    bool is_refused = false;  // it is over for lack of sense or for its size, see close_reason
  };
  struct Marks {
    bool wants_writable = false;  // a write accepted less than offered
    bool is_priority_due = false;
    std::optional<int> close_reason;  // instead of what the states say
  };

  ConnectionCore& core() const;
  bool is_open_here() const;
  int check_sending() const;
  int queue_section(http::SectionKind kind, std::span<const us_quic_header_t> fields);
  std::size_t room(std::size_t wanted);
  std::size_t unconsumed_room() const;

  StreamSet& streams_;
  lsquic_stream_t* library_ = nullptr;
  std::int64_t id_ = -1;
  const transport::StreamKind kind_;
  Handle handle_ = Handle::held;
  Marks marks_;
  Out out_;
  In in_;
  http::Priority priority_;
  transport::SendState send_;
  transport::ReceiveState receive_;
  transport::ReceiveCredit credit_;
};

}  // namespace usquic::engine::lsquic
