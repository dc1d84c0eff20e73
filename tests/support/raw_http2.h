// A client of HTTP/2 that is driven by hand: it sends any bytes to a server's session, without sockets and on a clock of
// its own, and keeps what comes back. The application behind the session keeps what it is told, and does what the test says.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "http2/server_session.h"
#include "support/http2_wire.h"

struct nghttp2_hd_deflater;
struct nghttp2_hd_inflater;

namespace usquic::test {

struct Http2Frame {
  std::uint8_t type = 0;
  std::uint8_t flags = 0;
  std::uint32_t id = 0;
  std::string payload;
};

// What came for one request.
struct Http2Answer {
  std::vector<std::string> informational;  // status codes
  std::string status;
  WireFields fields;
  std::string body;
  WireFields trailers;
  bool has_ended = false;
  std::optional<std::uint32_t> reset;
};

// A request as the application sees it.
class RecordedHttp2Stream final : public http2::Stream {
 public:
  enum class Event : std::uint8_t { request, body, trailers, end, reset, writable, close };
  using Handler = std::function<void(RecordedHttp2Stream&, Event)>;

  explicit RecordedHttp2Stream(const Handler& handler) : handler_(handler) {}

  std::string request;  // "name=value" lines
  std::string trailers;
  std::string body;
  std::string told;  // the events by their names, those of one kind in a row as one
  bool has_body = false;
  int closes = 0;

 private:
  void on_request(bool has_body) noexcept override;
  void on_body(Bytes data) noexcept override;
  void on_trailers() noexcept override;
  void on_request_end() noexcept override { tell(Event::end); }
  void on_reset() noexcept override { tell(Event::reset); }
  void on_writable() noexcept override { tell(Event::writable); }
  void on_close() noexcept override;
  void tell(Event event);

  const Handler& handler_;
};

// Header blocks with HPACK's dynamic table and Huffman code.
class Http2Encoder {
 public:
  Http2Encoder();
  std::string block(const WireFields& fields);
  // Says in the next block that the table may be this large.
  void resize_table(std::size_t bytes);

 private:
  struct Delete {
    void operator()(nghttp2_hd_deflater* deflater) const;
  };
  std::unique_ptr<nghttp2_hd_deflater, Delete> deflater_;
};

class RawHttp2 final : private http2::ServerSession::Owner, private http2::ServerSession::Sink {
 public:
  using Event = RecordedHttp2Stream::Event;
  struct Bare {};

  // The preface and the settings of both sides are exchanged.
  explicit RawHttp2(const http2::Settings& settings = {}) : RawHttp2(Bare{}, settings) { greet(); }
  // Nothing is sent yet.
  explicit RawHttp2(Bare bare, const http2::Settings& settings = {});
  ~RawHttp2();

  void greet(const std::string& client_settings = h2::settings({}));
  // Hands over bytes and takes what there is to be sent. false: the session is over.
  bool send(std::string_view bytes);
  // In pieces that do not outlive the call. Nothing more is handed over once the session is over.
  bool send(std::string_view bytes, std::size_t piece);
  // Tells streams what is due, and takes frames until there are none.
  void run();
  // Takes frames once, about so many bytes, as a client that reads slowly.
  void take_output(std::size_t most);

  http2::ServerSession& session() { return *session_; }
  // Its streams are told that they are closed.
  void end_session() { session_.reset(); }
  Http2Answer& answer(std::uint32_t id) { return answers_[id]; }
  // The requests in the order in which they began.
  RecordedHttp2Stream& stream(std::size_t index) { return *streams_.at(index); }
  std::size_t stream_count() const { return streams_.size(); }
  const std::vector<Http2Frame>& frames() const { return frames_; }
  // Of a type and a stream.
  std::vector<Http2Frame> frames(unsigned type, std::uint32_t id = 0) const;
  // The sum of the increments that came.
  std::uint64_t credit(std::uint32_t id) const;
  // The code of the last GOAWAY.
  std::optional<std::uint32_t> goaway() const;
  std::string debug_data() const;

  // Called after each event was recorded. At first: answers whole requests with 200.
  RecordedHttp2Stream::Handler handler;
  bool takes_streams = true;
  TimePoint now{std::chrono::hours(1)};
  std::vector<std::string> refusals;
  std::string output;  // all of it

 private:
  struct DeleteInflater {
    void operator()(nghttp2_hd_inflater* inflater) const;
  };

  // ---- http2::ServerSession::Owner ----
  http2::Stream* make_stream() noexcept override;
  void on_work() noexcept override {}
  void on_refusal(std::string_view reason) noexcept override { refusals.emplace_back(reason); }
  // ---- http2::ServerSession::Sink ----
  void write(Bytes bytes) override { output += as_text(bytes); }

  void read_output();
  void take_frame(const Http2Frame& frame);
  void take_section(const Http2Frame& last);

  std::vector<std::unique_ptr<RecordedHttp2Stream>> streams_;
  std::size_t read_ = 0;  // of the output
  std::vector<Http2Frame> frames_;
  std::map<std::uint32_t, Http2Answer> answers_;
  Http2Frame section_;  // the HEADERS frame, with all of its block
  std::unique_ptr<nghttp2_hd_inflater, DeleteInflater> inflater_;
  ChunkStore frames_memory_;
  std::unique_ptr<http2::ServerSession> session_;
};

// Fields of the C interface over fields that outlive them.
std::vector<us_quic_header_t> native_fields(const WireFields& fields);
// A section with a status of 200, whose body follows.
void begin_response(http2::Stream& stream);
// A response with these fields behind a status of 200.
void respond(http2::Stream& stream, std::string_view body = "", const WireFields& more = {});

}  // namespace usquic::test
