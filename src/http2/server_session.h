// A server's side of one connection of HTTP/2 (RFC 9113), without sockets: bytes that came go in, bytes to be sent come out.
// nghttp2 has the frames, HPACK, flow control and the order of responses by priority (RFC 9218).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/bytes.h"
#include "base/chunk_store.h"
#include "base/list.h"
#include "base/result.h"
#include "base/time.h"
#include "http2/flood_guard.h"
#include "http2/settings.h"
#include "http2/stream.h"

struct nghttp2_session;

namespace usquic::http2 {

class SessionMemory;

// Of one thread. Calls of a session do not nest, but for those of its streams.
class ServerSession {
 public:
  class Owner {
   public:
    // For a request that begins. nullptr: it is refused. It lives until its on_close().
    virtual Stream* make_stream() noexcept = 0;
    // A stream has something to be told by tell(), or to be sent.
    virtual void on_work() noexcept = 0;
    // Of what no handler sees: a request that is malformed, a client that floods.
    virtual void on_refusal(std::string_view reason) noexcept = 0;

   protected:
    ~Owner() = default;
  };
  // Where bytes go that are to be sent.
  class Sink {
   public:
    virtual void write(Bytes bytes) = 0;  // may throw std::bad_alloc

   protected:
    ~Sink() = default;
  };

  // frames: memory for the frames of several sessions, which outlives them. Throws std::bad_alloc.
  ServerSession(const Settings& settings, ChunkStore& frames, Owner& owner);
  // Streams that are open are told that they are closed.
  ~ServerSession();
  ServerSession(const ServerSession&) = delete;
  ServerSession& operator=(const ServerSession&) = delete;

  // false: it is over, or memory is used up; what it still has to say is in produce().
  bool receive(Bytes bytes, TimePoint now);
  // Hands over frames until about `most` bytes, or all. false: it failed.
  bool produce(Sink& sink, std::size_t most);
  bool has_output() const;
  // Tells streams what waits for them.
  void tell();
  // Neither side has anything to say any more.
  bool is_over() const;

  // RFC 9113 section 6.8: first a notice, and a round trip later the end of new requests. Both may be called again.
  void announce_end();
  void take_no_more();

  // The client's preface has come, of which a frame is the end (RFC 9113 section 3.4).
  bool has_begun() const { return has_begun_; }
  bool has_streams() const { return !streams_.empty(); }
  // A header section has begun, and did not end.
  bool is_in_head() const { return in_head_ != nullptr; }
  // A stream waits for its client: for more of the request, or for room to send.
  bool awaits_client();

 private:
  friend class Stream;
  friend struct SessionCallbacks;

  struct Delete {
    void operator()(nghttp2_session* session) const;
  };
  struct FrameHead {
    std::int32_t stream_id;
    std::uint8_t type;
    bool is_empty;  // no payload
    bool ends_stream;
  };

  // ---- Of frames that came ----
  void count_frame(const FrameHead& head);
  bool begin_section(std::int32_t id, bool is_request);
  void add_field(std::string_view name, std::string_view value);
  void end_section(Stream& stream, bool ends_stream);
  void take_request(Stream& stream, bool ends_stream);
  void take_trailers(Stream& stream, bool ends_stream);
  void take_data(Stream& stream, Bytes data);
  void take_end(Stream& stream);
  // What is held too. The client gets credit for it on the connection alone.
  void drop_input(Stream& stream);
  void close(Stream& stream);
  // ---- Of frames that went ----
  void end_sent(Stream& stream);
  void reset_sent(std::int32_t id);

  void end_with(ErrorCode code, std::string_view reason);
  void refuse(Stream& stream, ErrorCode code, std::string_view reason);
  void consume(const Stream& stream, std::size_t bytes);
  Stream* find(std::int32_t id) const;

  const Settings settings_;
  Owner& owner_;
  FloodGuard guard_;
  const std::unique_ptr<SessionMemory> memory_;
  std::unique_ptr<nghttp2_session, Delete> session_;
  List<Stream> streams_;
  List<Stream, ForTurn> to_tell_;
  Sink* sink_ = nullptr;       // inside of produce()
  std::size_t room_ = 0;       // for what is still to be handed over there
  TimePoint now_{};            // of the latest receive()
  Stream* in_head_ = nullptr;  // whose section is being read
  bool has_begun_ = false;
  bool is_ending_ = false;  // by this side, for a fault of the client
};

}  // namespace usquic::http2
