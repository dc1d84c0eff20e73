// Two ends of an HTTP/3 connection that remember what they were told: our codec and nghttp3. Both have the same
// functions, for a server and for a client.
#pragma once

#include <nghttp3/nghttp3.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/block_pool.h"
#include "engine/engine.h"
#include "http3/codec.h"

namespace usquic::fuzz {

struct Http3Field {
  std::string name;
  std::string value;
  bool is_never_indexed = false;

  bool operator==(const Http3Field&) const = default;
};
using Http3Fields = std::vector<Http3Field>;

// What was told of one stream.
struct Http3Message {
  std::vector<Http3Fields> interim;
  Http3Fields head;
  std::string body;
  Http3Fields trailers;
  bool has_ended = false;
  std::uint64_t refusal = 0;  // the code of STOP_SENDING

  bool operator==(const Http3Message&) const = default;
};

// What a transport takes to send.
struct Http3Piece {
  std::int64_t id = -1;
  std::string bytes;
  bool fin = false;
};

struct Http3EndOptions {
  bool is_server = false;
  bool extended_connect = false;
  std::size_t table_capacity = 0;
  std::size_t blocked_streams = 0;
  std::size_t encoder_capacity = 0;  // of the own table
};

// How our codec is asked to send a response.
enum class Http3Sending : std::uint8_t { in_parts, static_body, in_one, prepared };
constexpr Http3Sending http3_sendings[] = {Http3Sending::in_parts, Http3Sending::static_body,
                                           Http3Sending::in_one, Http3Sending::prepared};

class OurHttp3 final : private usquic::http3::CodecEvents {
 public:
  explicit OurHttp3(const Http3EndOptions& options);
  ~OurHttp3();

  // 0: none.
  std::uint64_t read(std::int64_t id, std::string_view bytes, bool fin);
  // A message with all of its parts. A prepared one must live as long as this.
  void send(std::int64_t id, const Http3Message& message, Http3Sending how,
            const engine::PreparedResponse* prepared);
  // At most `most` bytes.
  Http3Piece next(std::size_t most);
  void close(std::int64_t id);

  std::map<std::int64_t, Http3Message> told;

 private:
  struct Stream;

  void send_head(Stream& stream, const Http3Message& message, Http3Sending how,
                 const engine::PreparedResponse* prepared);
  static Stream& of(http3::MessageState& s) { return *static_cast<Stream*>(s.owner); }
  http3::MessageState* http3_request_stream(std::int64_t id) override;
  void http3_headers(http3::MessageState& s, int kind, bool end_stream) override;
  void http3_body(http3::MessageState& s, Bytes data) override;
  void http3_end(http3::MessageState& s) override;
  void http3_reset_stream(std::int64_t, std::uint64_t) override {}
  void http3_stop_sending(std::int64_t id, std::uint64_t code) override;
  void http3_consumed(std::int64_t, std::size_t) override {}
  void http3_goaway(std::int64_t) override {}

  const bool is_server_;
  BlockPool pool_;
  std::unique_ptr<http3::Codec> codec_;
  std::map<std::int64_t, std::unique_ptr<Stream>> streams_;
};

class TheirHttp3 {
 public:
  explicit TheirHttp3(const Http3EndOptions& options);
  ~TheirHttp3();
  TheirHttp3(const TheirHttp3&) = delete;
  TheirHttp3& operator=(const TheirHttp3&) = delete;

  // 0, or nghttp3's error of the connection.
  int read(std::int64_t id, std::string_view bytes, bool fin);
  void send(std::int64_t id, const Http3Message& message);
  Http3Piece next(std::size_t most);
  void close(std::int64_t id);

  std::map<std::int64_t, Http3Message> told;

 private:
  friend struct TheirHttp3Callbacks;

  // What is left to send of a message.
  struct Outgoing {
    Http3Message message;
    std::size_t sent_body = 0;
  };

  const bool is_server_;
  nghttp3_conn* connection_ = nullptr;
  std::map<std::int64_t, Http3Fields> sections_;  // those that have not ended
  std::map<std::int64_t, Outgoing> outgoing_;
};

}  // namespace usquic::fuzz
