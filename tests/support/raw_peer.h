// A QUIC peer driven by hand. It completes a real handshake with an engine, of either role, and
// acknowledges what comes; from then on a test sends whatever frames it likes in packets with the real
// keys, and reads what the engine answered. It checks nothing, keeps to no limit and repeats nothing: the
// network must not lose.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "support/packet_keys.h"
#include "support/quic_frames.h"
#include "support/tls_peer.h"
#include "support/transport_parameters.h"

namespace usquic::test {

// A packet that was received and could be read.
struct RawPacket {
  Level level = Level::initial;
  std::uint64_t number = 0;
  bool key_phase = false;
  std::vector<QuicFrame> frames;
};

// CONNECTION_CLOSE as it came.
struct RawClose {
  Level level = Level::initial;
  bool is_application = false;
  std::uint64_t code = 0;
  std::uint64_t frame_type = 0;
  std::string reason;
};

// What came on a stream.
struct RawStream {
  std::string data;
  bool fin = false;
  std::optional<std::uint64_t> reset;    // code of RESET_STREAM
  std::optional<std::uint64_t> stopped;  // code of STOP_SENDING
};

// How a packet differs from a right one.
struct PacketOptions {
  std::optional<std::uint64_t> number;  // else the next one
  unsigned number_bytes = 4;
  std::uint8_t header_xor = 0;  // bits of the first byte to flip, before header protection
  std::optional<std::string> dcid;
  std::optional<std::string> scid;
  std::size_t payload_bytes = 0;  // PADDING up to this
  bool without_frames = false;    // an empty payload
};

class RawPeer {
 public:
  struct Options {
    TlsPeer::Options tls;
    std::uint32_t version = quic_version_1;
    // client: what the server may choose instead (RFC 9368 section 2.3). 0: nothing.
    std::uint32_t other_version = 0;
    std::string scid = "raw-scid";
    std::string first_dcid = "raw-dcid";  // client: what the first Initial goes to
    std::string token;                    // client: in every Initial
    bool acknowledges = true;
    bool follows_retry = true;
    bool sends_handshake_done = true;
    // client: the ClientHello goes in so many CRYPTO frames, the last one first, each in a datagram of its own or all in
    // one. 0: in as few as it takes, in order.
    std::size_t hello_pieces = 0;
    bool puts_pieces_together = false;
    std::function<void(TransportParameters&)> edit_parameters;
    std::function<void(std::string& bytes)> edit_raw_parameters;
    // The TLS messages that this side sends pass here first.
    std::function<void(Level, std::string& message)> edit_message;
  };

  explicit RawPeer(Options options);
  // A client's, to be offered by another: what a ticket that came holds.
  std::string tls_session() const { return tls_.session(); }
  RawPeer(const RawPeer&) = delete;
  RawPeer& operator=(const RawPeer&) = delete;

  // The network's part: where its datagrams go, and from where they seem to come.
  std::function<void(std::string datagram)> transmit;
  Address address;
  void receive(std::string_view datagram);

  void start();  // client: sends the first Initial
  // The handshake is complete and confirmed (RFC 9001 section 4.1.2).
  bool is_ready() const { return is_confirmed_; }
  bool is_handshake_complete() const { return tls_.is_complete(); }

  // One packet in a datagram of its own; several packets coalesced with make_packet() and transmit().
  void send(Level level, std::string_view frames, const PacketOptions& options = {});
  void send(std::string_view frames) { send(Level::application, frames); }
  std::string make_packet(Level level, std::string_view frames, const PacketOptions& options = {});
  // Stream data in order, as many packets as it takes.
  void write(std::uint64_t id, std::string_view data, bool fin = false);
  std::uint64_t written(std::uint64_t id) const;
  bool can_send(Level level) const { return space(level).write.has_value(); }  // has the keys
  void update_keys();  // of what is sent (RFC 9001 section 6)

  // What came.
  const std::optional<RawClose>& close() const { return close_; }
  const std::vector<RawPacket>& packets() const { return packets_; }
  std::size_t count(std::uint64_t frame_type) const;  // frames of this type received at all levels
  const QuicFrame* last(std::uint64_t frame_type) const;
  const std::map<std::uint64_t, RawStream>& streams() const { return streams_; }
  const RawStream& stream(std::uint64_t id) { return streams_[id]; }
  const std::vector<std::string>& unread() const { return unread_; }  // datagrams that no key opens
  std::optional<std::string> retry_token() const { return retry_token_; }
  std::uint64_t bytes_received() const { return bytes_received_; }
  std::uint64_t next_number(Level level) const { return space(level).next; }
  // From now on keeps neither packets nor what comes on streams, only counts of frames, and the last of each type without
  // bytes: for floods.
  void forget() { forgets_ = true; }
  const std::string& client_hello() const { return client_hello_; }

  TransportParameters peer_parameters() const { return TransportParameters::decode(tls_.peer_parameters()); }
  const std::string& scid() const { return options_.scid; }
  bool is_server() const { return options_.tls.is_server; }
  std::uint32_t version() const { return options_.version; }  // the one that is spoken now
  std::string dcid;  // where packets go; the engine's first ID after its first packet
  const std::string& original_dcid() const { return original_dcid_; }

 private:
  struct Space {
    std::optional<PacketKeys> read, write;
    std::uint64_t next = 0;              // packet number
    std::vector<frame::Range> received;  // ascending
    bool owes_acknowledgement = false;
    std::uint64_t crypto_sent = 0;  // offset
    std::string crypto_pending;     // TLS messages not sent yet
    std::uint64_t crypto_read = 0;
  };

  static std::size_t index(Level level) { return static_cast<std::size_t>(level); }
  Space& space(Level level) { return spaces_[index(level)]; }
  const Space& space(Level level) const { return spaces_[index(level)]; }

  std::string transport_parameters();
  void send_hello_in_pieces();
  void set_initial_keys(std::string_view client_dcid);
  std::string_view read_packet(std::string_view datagram);
  void read_retry(std::string_view packet);
  std::optional<std::string> unprotect(Level level, std::string_view packet, std::size_t number_at,
                                       RawPacket& out);
  void take(RawPacket packet);
  void take_frame(Level level, const QuicFrame& f);
  void take_crypto(Level level, const QuicFrame& f);
  void respond();

  Options options_;
  TlsPeer tls_;
  std::array<Space, 4> spaces_;
  std::string original_dcid_;
  bool has_peer_scid_ = false;
  bool is_confirmed_ = false;
  bool write_phase_ = false;
  bool read_phase_ = false;
  std::map<std::uint64_t, std::uint64_t> offsets_;  // of write()
  std::string client_hello_;

  bool forgets_ = false;
  std::vector<RawPacket> packets_;
  std::map<std::uint64_t, std::size_t> counts_;
  std::map<std::uint64_t, QuicFrame> last_;
  std::map<std::uint64_t, RawStream> streams_;
  std::optional<RawClose> close_;
  std::optional<std::string> retry_token_;
  std::vector<std::string> unread_;
  std::uint64_t bytes_received_ = 0;
};

}  // namespace usquic::test
