// HTTP/3 spoken by a hand-driven peer: any bytes on any stream.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/http3_wire.h"
#include "support/raw_peer.h"

namespace usquic::test {

struct StreamRecord;

// Types of unidirectional streams (RFC 9114 section 6.2, RFC 9204 section 4.2).
inline constexpr std::uint64_t type_control_stream = 0x0;
inline constexpr std::uint64_t type_push_stream = 0x1;
inline constexpr std::uint64_t type_encoder_stream = 0x2;
inline constexpr std::uint64_t type_decoder_stream = 0x3;

// Frame types (RFC 9114 section 7.2).
namespace h3frame {
enum Type : std::uint64_t {
  data = 0x0,
  headers = 0x1,
  cancel_push = 0x3,
  settings = 0x4,
  push_promise = 0x5,
  goaway = 0x7,
  max_push_id = 0xd,
  priority_update = 0xf0700,
};
}  // namespace h3frame

struct Http3Frame {
  std::uint64_t type = 0;
  std::string payload;
};

// Whole frames at the front of a stream's bytes.
std::vector<Http3Frame> read_http3_frames(std::string_view bytes);

// Identifiers and values (RFC 9114 section 7.2.4).
std::string wire_settings(std::initializer_list<std::pair<std::uint64_t, std::uint64_t>> settings);

// A GET of "/" with `more` fields behind.
WireFields get_fields(const WireFields& more = {});

// A handler for an engine's server: 200, without a body.
void answer_ok(StreamRecord& s);

class RawHttp3 {
 public:
  // The peer's handshake is done. Streams of type control (with `settings` frames), encoder and decoder open.
  explicit RawHttp3(RawPeer& peer, const std::string& control = wire_settings({}));
  // The same without any stream.
  struct Bare {};
  RawHttp3(RawPeer& peer, Bare) : peer_(peer), is_server_(peer.is_server()) {}

  // A unidirectional stream of this type; its id. The bytes may lack a type: then it is up to them.
  std::uint64_t open(std::string_view bytes, bool fin = false);
  std::uint64_t open(std::uint64_t type, std::string_view bytes = {}, bool fin = false);
  void control(std::string_view bytes) { peer_.write(control_, bytes); }
  void encoder(std::string_view bytes) { peer_.write(encoder_, bytes); }
  void decoder(std::string_view bytes) { peer_.write(decoder_, bytes); }
  std::uint64_t control_id() const { return control_; }
  std::uint64_t encoder_id() const { return encoder_; }
  std::uint64_t decoder_id() const { return decoder_; }

  // The next request stream of a client, with these bytes first.
  std::uint64_t request(std::string_view bytes, bool fin = true);
  std::uint64_t get(const WireFields& more = {}) { return request(wire_headers(get_fields(more))); }

  // What came on a stream as an HTTP/3 message: its status, and all its DATA.
  std::optional<int> status(std::uint64_t id) const;
  std::string body(std::uint64_t id) const;

  RawPeer& peer() { return peer_; }

 private:
  std::vector<Http3Frame> frames(std::uint64_t id) const;

  RawPeer& peer_;
  bool is_server_;
  std::uint64_t control_ = 0, encoder_ = 0, decoder_ = 0;
  std::uint64_t unidirectional_ = 0;  // opened so far
  std::uint64_t requests_ = 0;
};

}  // namespace usquic::test
