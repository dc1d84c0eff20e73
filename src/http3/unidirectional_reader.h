// Reads the unidirectional streams that the peer opens: what each of them is (RFC 9114 section 6.2), and what comes on
// the critical ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/varint.h"
#include "http3/codec_events.h"
#include "http3/connection_error.h"
#include "http3/control_reader.h"
#include "http3/qpack/encoder.h"
#include "http3/session_streams.h"

namespace usquic::http3 {

class UnidirectionalReader {
 public:
  // That can be open at once, whatever the transport allowed.
  static constexpr std::size_t max_streams = 256;

  class Delegate : public ControlReader::Delegate {
   public:
    // Bytes of the peer's QPACK encoder stream (RFC 9204 section 4.3).
    virtual ConnectionError encoder_instructions(Bytes data) = 0;

   protected:
    ~Delegate() = default;
  };

  // What comes on the peer's decoder stream is for `encoder`, streams of WebTransport sessions are for `sessions`.
  UnidirectionalReader(bool is_server, CodecEvents& events, qpack::Encoder& encoder, SessionStreams& sessions,
                       Delegate& delegate)
      : is_server_(is_server),
        events_(events),
        encoder_(encoder),
        sessions_(sessions),
        delegate_(delegate),
        control_(is_server, delegate) {}

  // Throws std::bad_alloc.
  ConnectionError read(std::int64_t id, Bytes data, bool fin);
  // RESET_STREAM came.
  ConnectionError reset(std::int64_t id);
  // The stream is over in the transport.
  void close(std::int64_t id);
  // A request came, or was sent: the peer may send frames for it.
  void request_opened() { control_.request_opened(); }

 private:
  enum class Type : std::uint8_t { not_known, control, qpack_encoder, qpack_decoder, session, other };

  struct Stream {
    std::int64_t id;
    VarintReader reader;  // of the type, then of the session's ID
    Type type = Type::not_known;

    bool is_critical() const {
      return type == Type::control || type == Type::qpack_encoder || type == Type::qpack_decoder;
    }
  };

  Stream* find(std::int64_t id);
  ConnectionError read_type(Stream& stream, Bytes& data, bool fin);
  ConnectionError read_session_id(Stream& stream, Bytes data, bool fin);
  bool has(Type type) const;

  const bool is_server_;
  CodecEvents& events_;
  qpack::Encoder& encoder_;
  SessionStreams& sessions_;
  Delegate& delegate_;
  ControlReader control_;
  std::vector<Stream> streams_;  // three, of most peers
};

}  // namespace usquic::http3
