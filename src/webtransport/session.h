// A session: what is behind a WebTransport, on both sides.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "usquic/http/web_transport.h"
#include "webtransport/stream_events.h"

namespace usquic::webtransport {

class Session : public WebTransport, public StreamEvents {
 public:
  // A client's, which is opened by opened(), once it is attached.
  explicit Session(std::shared_ptr<WebTransportBehavior> behavior) : behavior_(std::move(behavior)) {}
  // A server's: opens the session that `stream` asks for, with these fields. tell_open is to follow soon.
  // Errors: as us_quic_webtransport_accept.
  static Result<std::shared_ptr<Session>> accept(us_quic_stream_t* stream,
                                                 std::span<const us_quic_header_t> fields,
                                                 std::shared_ptr<WebTransportBehavior> behavior);

  // ---- For the application (WebTransport) ----
  bool is_open() const { return life_ == Life::open; }
  WebTransportStream* open_stream(bool is_unidirectional);
  int send_datagram(std::string_view data);
  std::size_t max_datagram_size() const;
  void drain();
  void close(std::uint32_t code, std::string_view reason);
  // The CONNECT stream; nullptr before there is one, and when it is gone.
  us_quic_stream_t* stream() const { return stream_; }

  // ---- Events ----
  // Runs the open handler, once. Every other event does so first.
  void tell_open();
  void take_stream(us_quic_stream_t* stream);
  void take_datagram(std::string_view data);
  void peer_drains();
  void peer_closed(std::uint32_t code, std::string_view reason);
  void closed(const us_quic_stream_close_info_t& info) override;
  void run_out_of_memory() override;

  void* user_data = nullptr;

 protected:
  // The CONNECT stream is there.
  void begin(us_quic_stream_t* stream);
  bool is_opening() const { return life_ == Life::opening; }
  void opened();
  // Its stream closed before it was open. true: it has another one, and is not over.
  virtual bool begins_anew(const us_quic_stream_close_info_t& /*info*/) { return false; }
  // It is over before it was open; the stream is gone when this returns.
  virtual void not_opened(const us_quic_stream_close_info_t& /*info*/) {}
  // A call, or memory that is used up, ends it before it is open.
  virtual void give_up_opening(int /*error*/) {}
  const WebTransportBehavior& behavior() const { return *behavior_; }
  WebTransportBehavior& behavior() { return *behavior_; }

 private:
  //     opening ---> open --- close, by one side ---> ended ---> over
  //        |           |                                          ^
  //        |           +--- reset, or the connection is lost -----+
  //        +--- refused, or given up -----------------------------+
  enum class Life : std::uint8_t {
    opening,  // a client's that has no answer
    open,
    ended,  // how it ends is decided; its stream is about to close
    over,
  };

  // How it ends, as the close handler gets it.
  struct End {
    bool is_clean = false;
    std::uint32_t code = 0;
    std::string reason;
  };

  void enter(Life next);

  const std::shared_ptr<WebTransportBehavior> behavior_;
  us_quic_stream_t* stream_ = nullptr;
  Life life_ = Life::opening;
  bool is_told_ = false;  // the open handler ran
  End end_;
};

}  // namespace usquic::webtransport
