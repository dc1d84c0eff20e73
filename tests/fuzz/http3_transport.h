// The transport below the HTTP/3 codec, played by a fuzz target: it feeds the codec stream data, takes what
// is to be sent, acknowledges it and ends streams, in any order that the contract in codec.h allows, and
// checks what the codec tells.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http3/codec.h"
#include "input.h"

namespace usquic::fuzz {

class Http3Transport final : private usquic::http3::CodecEvents {
 public:
  explicit Http3Transport(Input& input);
  ~Http3Transport();
  Http3Transport(const Http3Transport&) = delete;
  Http3Transport& operator=(const Http3Transport&) = delete;

  // Operations until the input ends or the codec fails.
  void run();

 private:
  using MessageState = usquic::http3::MessageState;

  // A request stream, and what was told about it.
  struct Stream {
    Stream(std::int64_t stream_id, BlockPool& pool) : id(stream_id), http3(this, pool) {}
    const std::int64_t id;
    http3::MessageState http3;
    bool has_message = false, has_trailers = false, has_ended = false;
    bool waits = false;  // stream_closed() returned false
  };
  // A stream as the transport sees it.
  struct Wire {
    std::uint64_t sent = 0, acknowledged = 0;
    bool is_read_over = false, is_write_over = false;
    bool is_stopped = false, is_reset = false;  // as the codec asked
    bool is_closed = false;
  };

  bool http3_is_over() const { return result_ != usquic::http3::ConnectionError::none; }
  void act();
  void read(std::int64_t id, std::string_view bytes, bool fin);
  void read_something();
  void read_request();
  void read_unidirectional();
  void read_datagram();
  void send();
  void send_own();
  void send_stream(Stream& s);
  void acknowledge();
  void end_half();
  void close_streams();
  void close(std::int64_t id);
  void close_writing(std::int64_t id);
  void apply_wishes();
  void answer(Stream& s);
  void request();
  void maybe_answer(Stream& s);
  std::string section();
  std::int64_t request_id();
  std::int64_t unidirectional_id();
  Stream* any_stream();
  static Stream& of(http3::MessageState& s) { return *static_cast<Stream*>(s.owner); }

  http3::MessageState* http3_request_stream(std::int64_t id) override;
  void http3_headers(http3::MessageState& s, int kind, bool end_stream) override;
  void http3_body(http3::MessageState& s, Bytes data) override;
  void http3_end(http3::MessageState& s) override;
  void http3_datagram(http3::MessageState& s, Bytes data) override;
  void http3_reset_stream(std::int64_t id, std::uint64_t code) override;
  void http3_stop_sending(std::int64_t id, std::uint64_t code) override;
  void http3_consumed(std::int64_t id, std::size_t length) override;
  void http3_goaway(std::int64_t id) override;
  void http3_closed(http3::MessageState& s) override;
  void http3_answered(http3::MessageState& s) override;

  Input& input_;
  const bool is_server_;
  const bool answers_inside_;
  const bool reads_datagrams_;
  usquic::http3::ConnectionError result_ = usquic::http3::ConnectionError::none;  // of the call that failed
  BlockPool pool_;
  std::unique_ptr<usquic::http3::Codec> http3_;
  std::map<std::int64_t, std::unique_ptr<Stream>> streams_;
  std::map<std::int64_t, Wire> wires_;
  std::vector<std::int64_t> gone_;  // told by http3_closed()
  std::size_t read_bytes_ = 0, credited_bytes_ = 0;
  std::uint64_t check_sum_ = 0;  // of all that was sent
};

}  // namespace usquic::fuzz
