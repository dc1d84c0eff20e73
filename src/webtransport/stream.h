// A stream of a session: what is behind a WebTransportStream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "usquic/http/web_transport.h"
#include "webtransport/sending_part.h"
#include "webtransport/stream_events.h"

namespace usquic::webtransport {

class Session;

class Stream final : public WebTransportStream, public StreamEvents {
 public:
  enum class Opener : std::uint8_t { this_side, peer };

  Stream(Session& session, Opener opener, bool is_unidirectional);
  // It has this stream, and lives as long as it. Until onData is set the peer is held back.
  void begin(us_quic_stream_t* stream);

  // ---- For the application (WebTransportStream) ----
  Session& session() const { return session_; }
  us_quic_stream_t* handle() const { return stream_; }
  bool is_unidirectional() const { return is_unidirectional_; }
  bool is_local() const { return opener_ == Opener::this_side; }
  bool is_closed() const { return us_quic_stream_is_closed(stream_) != 0; }
  bool write(std::string_view chunk) { return sending_.write(chunk); }
  void end(std::string_view chunk);
  std::size_t unsent() const { return sending_.waiting() + us_quic_stream_buffered(stream_); }
  void reset(std::uint32_t code);
  void stop(std::uint32_t code);
  void close(std::uint32_t code);
  void pause(bool is_paused);
  void read_with(Function<void(std::string_view chunk, bool fin)> handler);

  Function<void()> on_writable;
  Function<void(std::uint32_t code)> on_reset;
  Function<void(std::uint32_t code)> on_stop;
  Function<void()> on_close;
  void* user_data = nullptr;

  // ---- Events ----
  void take_data(std::string_view chunk) override;
  void take_end() override;
  void peer_reset(std::uint64_t http3_code) override;
  void peer_stopped(std::uint64_t http3_code) override;
  void writable() override;
  void closed(const us_quic_stream_close_info_t& info) override;
  void run_out_of_memory() override;

 private:
  // Only one side writes: the one that opened it.
  bool has_sender() const { return !is_unidirectional_ || is_local(); }
  bool has_receiver() const { return !is_unidirectional_ || !is_local(); }
  // Holds the peer back, or lets it go on, as it should be now.
  void tend_reading();

  Session& session_;
  us_quic_stream_t* stream_ = nullptr;
  const Opener opener_;
  const bool is_unidirectional_;
  SendingPart sending_{nullptr};
  Function<void(std::string_view chunk, bool fin)> on_data_;
  bool has_reader_ = false;  // onData is set
  bool is_paused_ = false;   // by the application
  bool is_held_ = false;     // the stream is paused
};

}  // namespace usquic::webtransport
