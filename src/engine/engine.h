// THE SEAM between the sockets and a protocol engine. Nothing above it may know which engine is built in.
//
// An engine is sans-I/O: it opens no socket, reads no clock, takes its randomness and the time of day from
// its Config (TLS has its own). It works above HTTP/3 framing: connection, stream, header section, body
// bytes, fin, reset, datagram.
//
// Call order. The caller runs receive() for what came in, expire() when deadline() has come, and flush()
// once an iteration while wants_flush(). The engine delivers events to the EventHandler from inside these
// three calls only. From inside an EventHandler callback the caller may call anything on Connection and
// Stream, and Endpoint::connect: such calls only record what is wanted (no callback runs inside them,
// nothing is sent, nothing is freed); the next flush() acts. receive(), expire(), flush() and the destructor
// are never called from an EventHandler callback.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/bytes.h"
#include "base/log.h"
#include "base/random.h"
#include "base/result.h"
#include "base/time.h"
#include "base/wall_clock.h"
#include "crypto/cipher_source.h"
#include "engine/option_list.h"
#include "usquic/quic.h"

namespace usquic::tls {
class Context;
}
namespace usquic::transport {
class SharedHandshakes;
}

namespace usquic::engine {

// Where packets of a connection go. `socket` is the caller's, opaque here, and one for a
// connection's whole life.
struct Path {
  Address local;
  Address remote;
  void* socket = nullptr;
};

// ECN codepoint (RFC 3168 section 5): 0 not-ECT, 1 ECT(1), 2 ECT(0), 3 CE.
using Ecn = std::uint8_t;

struct Datagram {
  const Path* path;
  Bytes bytes;
  Ecn ecn = 0;
};

// Where flush() puts packets: runs of equal-size packets for one path, ready for UDP segmentation offload.
class SendBatch {
 public:
  // Bytes that reserve() gives at least when it gives any: a full run.
  static constexpr std::size_t run_capacity = 65535;

  // Memory for a run of packets through `socket`. Empty when the socket takes no more now: the engine keeps
  // what it has to send.
  virtual MutableBytes reserve(void* socket) = 0;
  // The first `length` bytes of the memory last reserved are packets of `segment_size` bytes each; the last
  // may be smaller. At most 64 packets and 65,507 bytes. The batch owns them: they are sent, once, in order,
  // or the socket dies.
  virtual void commit(const Path& path, Ecn ecn, std::size_t length, std::size_t segment_size) = 0;

 protected:
  ~SendBatch() = default;
};

// A complete response as HTTP/3 frames, the same for every connection: its field section refers to no
// dynamic table (RFC 9204 section 3.2). A connection that has such a table may send `fields` by it instead.
struct PreparedResponse {
  std::vector<std::uint8_t> bytes;  // HEADERS; if there is a body, DATA behind it, whose payload comes last
  std::size_t body_length = 0;
  std::span<const us_quic_header_t> fields;  // the owner's, as long as the response; empty: not known

  Bytes body() const { return Bytes(bytes).last(body_length); }
};

enum class Direction { bidirectional, unidirectional };

// One stream. The caller must not use it after on_stream_close() returned or after it called detach().
class Stream {
 public:
  // The caller's handle; set by it (in on_stream_open for the peer's streams, by create_stream for its own).
  void* user = nullptr;

  virtual std::int64_t id() const = 0;  // -1 before it is open
  virtual bool is_local() const = 0;
  virtual bool is_unidirectional() const = 0;
  virtual bool is_early() const { return false; }  // the peer opened it in 0-RTT data
  // WebTransport: the ID of the CONNECT stream whose session it belongs to, or -1. What is written and read on such a
  // stream is the application's alone, without HTTP/3's frames.
  virtual std::int64_t session_id() const { return -1; }
  // A server's: its request asks for a session.
  virtual bool is_session_request() const { return false; }

  // All of these as documented for their us_quic_stream_* namesakes: 0 or bytes, or a negative code.
  virtual int send_headers(std::span<const us_quic_header_t> fields, bool end_stream) = 0;
  virtual int send_response(std::span<const us_quic_header_t> fields, Bytes body) = 0;
  virtual std::ptrdiff_t write(Bytes data) = 0;
  virtual std::ptrdiff_t write_static(Bytes data, void (*release)(void* user), void* user_data) = 0;
  // Sends a complete response and ends the stream. true: taken; `frames` stays the caller's and must not
  // change until `release` ran, exactly once, maybe inside this call. false: not in this way, or not now; send_headers() and
  // write_static() send it, or return why they cannot.
  virtual bool send_prepared(const PreparedResponse& /*frames*/, void (* /*release*/)(void* user),
                             void* /*user_data*/) {
    return false;
  }
  virtual std::size_t buffered() const = 0;
  virtual int finish() = 0;
  virtual int reset(std::uint64_t code) = 0;
  virtual int stop(std::uint64_t code) = 0;
  virtual int set_priority(int urgency, bool incremental) = 0;
  virtual int send_datagram(Bytes data) = 0;
  // The largest one that send_datagram() takes now; 0: none.
  virtual std::size_t max_datagram_bytes() const { return 0; }

  // The application took `length` body bytes: the peer gets that much more credit. The engine credits
  // bytes that on_body() delivered and that nobody consumed to the connection when the stream ends.
  virtual void consume(std::size_t length) = 0;
  // The latest header section received; the views live until the next section, on_stream_close() or detach().
  virtual std::span<const us_quic_header_t> headers() const = 0;
  // The caller drops its handle: no callback names this stream again. Bytes written and not reset are still
  // sent; static bytes are still released. The peer is asked to send no more; where this side ended a CONNECT
  // stream, not before it has what was sent.
  virtual void detach() = 0;

 protected:
  ~Stream() = default;
};

// One connection. The caller must not use it after on_connection_close() returned or after
// it called detach().
class Connection {
 public:
  void* user = nullptr;  // the caller's handle

  virtual bool is_client() const = 0;
  virtual const Path& path() const = 0;  // the validated path; its addresses may change, the object stays
  virtual std::string_view alpn() const = 0;
  virtual std::string_view server_name() const = 0;
  virtual Bytes peer_certificate() const = 0;        // the leaf in DER; empty: the peer showed none
  virtual bool is_authorized() const = 0;            // it was verified against the trusted roots
  virtual bool is_resumed() const = 0;               // from a ticket of an earlier connection
  virtual bool has_ticket() const { return false; }  // a client's: one came, for a later connection
  virtual us_quic_tls_t tls_parameters() const = 0;
  // As documented for us_quic_connection_export_keying_material.
  virtual Result<void> export_keying_material(MutableBytes to, std::string_view label,
                                              Bytes context) const = 0;
  virtual Bytes id() const = 0;  // this side's first connection ID
  virtual void stats(us_quic_stats_t& out) const = 0;

  // Allowed at any time: a stream that cannot open yet waits for the handshake or for credit. session_id: of the
  // CONNECT stream of an open WebTransport session that the stream is to belong to, or -1; US_QUIC_E_UNSUPPORTED for
  // such a stream without Capabilities::webtransport.
  virtual Result<Stream*> create_stream(Direction direction, void* stream_user,
                                        std::int64_t session_id = -1) = 0;
  // Whether the peer takes WebTransport sessions: US_QUIC_E_AGAIN before its SETTINGS have come, then 0 or
  // US_QUIC_E_UNSUPPORTED.
  virtual int check_webtransport() const { return US_QUIC_E_UNSUPPORTED; }
  virtual std::uint64_t max_streams() const = 0;
  virtual int send_datagram(Bytes data) = 0;  // of a raw connection
  // The largest one that send_datagram() takes now; 0: none.
  virtual std::size_t max_datagram_bytes() const { return 0; }
  // As documented for us_quic_connection_peer_setting.
  virtual Result<std::uint64_t> peer_setting(std::uint64_t id) const = 0;
  // The silence after which a PING is sent, at most half of the idle timeout that both sides agreed on
  // (RFC 9000 section 10.1.2); 0 = none. Config::keep_alive is its first value.
  virtual void set_keep_alive(Duration after) = 0;
  // GOAWAY and drain (HTTP/3), or drain (raw); then the engine closes and runs on_connection_close().
  virtual void shutdown() = 0;
  // Close with an application code. No callback names this connection or its streams again, but the objects
  // stay until detach(). While there is a failure(), the CONNECTION_CLOSE carries that instead.
  virtual void close(std::uint64_t code, std::string_view reason) = 0;
  // Why the connection ends, between the decision and on_connection_close(): inside the on_stream_close()
  // of its streams. The text lives until the callback returns.
  virtual std::optional<us_quic_close_info_t> failure() const = 0;
  // The caller drops its handles of the connection and all its streams. Closes it if close() was not called.
  virtual void detach() = 0;

 protected:
  ~Connection() = default;
};

// What happened, delivered by the engine. Callbacks run the application, inside receive(),
// expire() and flush().
class EventHandler {
 public:
  // A server's: its handshake is complete, or an early stream came. Make a handle, set c.user.
  virtual void on_connection_open(Connection& c) = 0;
  // The handshake is complete and the peer authenticated (also for clients).
  virtual void on_handshake(Connection& c) = 0;
  // The last callback. Also for a connect that failed; not for a server handshake that failed. The streams
  // were closed before.
  virtual void on_connection_close(Connection& c, const us_quic_close_info_t& info) = 0;
  virtual void on_goaway(Connection& c) = 0;
  virtual void on_peer_settings(Connection& /*c*/) {}       // of HTTP/3: they can be asked for
  virtual void on_datagram(Connection& c, Bytes data) = 0;  // of a raw connection
  // Whether datagrams of HTTP/3 streams are read: asked when the handshake of a connection is complete. Without
  // Config::datagrams none come.
  virtual bool takes_stream_datagrams() const { return false; }
  // Bytes of the largest UDP payload that a path carries which does not leave this machine; 0: it leaves it, or that is
  // not known. Asked for once for each connection, before it is made, and not with a Config::max_udp_payload.
  virtual std::size_t payload_within_machine(const Path& /*path*/) const { return 0; }

  // is_local: a stream of create_stream() has its id now. Else the peer opened it: make a handle, set s.user.
  virtual void on_stream_open(Connection& c, Stream& s, bool is_local) = 0;
  virtual void on_headers(Stream& s, int kind, bool end_stream) = 0;  // kind: US_QUIC_HEADERS_*
  virtual void on_body(Stream& s, Bytes data) = 0;
  virtual void on_end(Stream& s) = 0;
  virtual void on_reset(Stream& s, std::uint64_t code) = 0;
  virtual void on_stop(Stream& s, std::uint64_t code) = 0;
  virtual void on_writable(Stream& s) = 0;
  // Of an HTTP/3 stream that was opened, not after its end (RFC 9297 section 2.1).
  virtual void on_stream_datagram(Stream& s, Bytes data) = 0;
  virtual void on_stream_close(Stream& s, const us_quic_stream_close_info_t& info) = 0;

 protected:
  ~EventHandler() = default;
};

// What an engine can do beyond what every engine must. A test that skips because of an engine reads this.
struct Capabilities {
  bool local_unidirectional_streams = false;  // create_stream() makes them
  bool virtual_time = false;                  // uses nothing but the `now` handed in
  bool datagrams = false;                     // send_datagram() sends them (RFC 9221)
  bool prepared_responses = false;            // send_prepared() may take them
  bool tls = false;                           // handshakes of some flights, with certificates and tickets
  bool early_data = false;                    // streams of a resumed connection open in 0-RTT data
  bool webtransport = false;                  // streams of sessions
  bool stateless_resets = false;              // answers packets of lost connections (RFC 9000 section 10.3)
  // Resets, stops and closes with the caller's code, whatever was sent before, and tells the peer's. Without it reset()
  // may answer US_QUIC_E_UNSUPPORTED, and codes are 0 or the engine's own.
  bool error_codes = false;
  bool peer_settings = false;     // announces Config::settings, and peer_setting() knows the peer's
  bool stream_datagrams = false;  // of HTTP/3 (RFC 9297), beside those of raw connections
  bool handshake_refusals =
      false;  // clients that may not connect are told CONNECTION_REFUSED, others are silence
  bool address_validation = false;  // Retry (RFC 9000 section 8.1.2), as Config::address_validation says
  bool keep_alive = false;          // set_keep_alive() counts; else Config::keep_alive says whether, not when
  bool long_fields = false;         // takes header fields of any length within Config::max_header_list_size
  bool immediate_mtu_discovery = false;  // begins with the connection (RFC 8899)
  bool any_hello_pieces = false;         // takes a ClientHello in any number of CRYPTO frames, in any order
  bool any_credit = false;               // sends when the peer gives credit byte by byte
  bool frame_limits =
      false;  // sees every frame: Config::max_control_frames_per_second, and bounds of what brings nothing
};

inline constexpr std::size_t secret_bytes = 32;

enum class Congestion { cubic, reno, bbr };
enum class AddressValidation { under_load, always, never };

struct Config {
  tls::Context* tls = nullptr;  // outlives the endpoint
  Logger log;
  RandomSource random;
  WallClock wall_clock;
  std::uint8_t secret[secret_bytes] = {};
  std::vector<std::uint8_t> server_id;  // 0 to 8 bytes
  // This endpoint's index among the processes and contexts that share the secret, absent where it is the
  // only one; and their number, 0 where it is not known.
  std::optional<std::uint8_t> worker_index;
  std::uint32_t worker_count = option_defaults::worker_count;
  // Of workers that are threads of one process; nullptr: its handshakes in flight are all that count.
  std::shared_ptr<transport::SharedHandshakes> shared_handshakes;

  // As documented for the options of these names (usquic/quic_options.h), with their defaults.
  Duration idle_timeout = std::chrono::milliseconds(option_defaults::idle_timeout_ms);
  Duration handshake_timeout = std::chrono::milliseconds(option_defaults::handshake_timeout_ms);
  Duration keep_alive = std::chrono::milliseconds(option_defaults::keep_alive_ms);
  std::uint64_t max_data = option_defaults::max_data;
  std::uint64_t max_data_limit = option_defaults::max_data_limit;
  std::uint64_t max_stream_data = option_defaults::max_stream_data;
  std::uint64_t max_stream_data_limit = option_defaults::max_stream_data_limit;
  std::size_t send_buffer_bytes = option_defaults::send_buffer_bytes;
  std::uint64_t max_streams_bidi = option_defaults::max_streams_bidi;
  std::uint64_t max_streams_uni = option_defaults::max_streams_uni;
  std::size_t max_header_list_size = option_defaults::max_header_list_size;
  std::size_t max_udp_payload = option_defaults::max_udp_payload;
  std::size_t max_handshakes = option_defaults::max_handshakes;
  std::size_t max_handshakes_per_address = option_defaults::max_handshakes_per_address;
  std::uint32_t max_stream_resets_per_second = option_defaults::max_stream_resets_per_second;
  std::uint32_t max_control_frames_per_second = option_defaults::max_control_frames_per_second;
  Duration header_timeout = std::chrono::milliseconds(option_defaults::header_timeout_ms);
  Duration http_idle_timeout = std::chrono::milliseconds(option_defaults::http_idle_timeout_ms);
  bool datagrams = option_defaults::datagrams != 0;
  Congestion congestion = static_cast<Congestion>(option_defaults::congestion);
  AddressValidation address_validation = static_cast<AddressValidation>(option_defaults::address_validation);
  std::size_t qpack_table_capacity = option_defaults::qpack_table_capacity;
  std::size_t qpack_blocked_streams = option_defaults::qpack_blocked_streams;
  std::size_t qpack_encoder_table_capacity = option_defaults::qpack_encoder_table_capacity;
  std::vector<us_quic_setting_t> settings;
  std::size_t webtransport_sessions = option_defaults::webtransport_sessions;
  crypto::CipherSource cipher_source = crypto::CipherSource::fastest;
};

// Its functions are the engine's own, as create_endpoint() and prepare_response() are: a program has one engine,
// the linker chooses it, and no call on the way of a datagram is virtual for its sake.
class Endpoint {
 public:
  virtual ~Endpoint() = default;

  void receive(TimePoint now, std::span<const Datagram> datagrams);
  TimePoint deadline() const;
  void expire(TimePoint now);
  // Something wants to be sent (connections whose socket is blocked, see reserve(), do not
  // count until unblocked()).
  bool wants_flush() const;
  // Writes what every such connection has to send now, each within its send quantum.
  void flush(TimePoint now, SendBatch& batch);
  // A socket that was full takes packets again.
  void unblocked(void* socket);

  // server_name: for TLS and verification (a host name or an IP address). on_handshake() or
  // on_connection_close() will follow, never from inside this call.
  Result<Connection*> connect(TimePoint now, const Path& path, std::string_view server_name, void* user);
  // Whether Initials on this socket may make new server connections. false: handshakes under way
  // end with CONNECTION_REFUSED.
  void set_accepting(void* socket, bool accepting);
  // From here on, new clients on this socket get CONNECTION_REFUSED (RFC 9000 section 5.2.2). Handshakes
  // under way may complete; their connections are shut down from their start, as by shutdown().
  void refuse_new_clients(void* socket);
  // A server's handshake is under way on this socket: on_connection_open() may follow.
  bool has_handshakes(void* socket) const;
  // ICMP reported that a peer cannot be reached (errno value): ends connections whose handshake
  // is not complete.
  void path_failed(TimePoint now, const Path& path, int error_number);
  // The socket is being closed: forget every connection on it, also closing ones. The caller closed and
  // detached its own.
  void drop_socket(void* socket);

  // A connection on this socket still has packets of close() to write.
  bool has_unsent_close(void* socket) const;
  // The worker that the datagram is for, of the workers that share the secret; nothing: any will do.
  std::optional<std::uint8_t> worker_of(Bytes datagram) const;
  // The datagram is a new client's first: an Initial packet (RFC 9000 section 17.2.2) that its socket accepts, of no
  // connection that is here.
  bool is_new_client(const Datagram& datagram) const;
  // Bytes of this endpoint's connection IDs, whose last one names the worker.
  std::size_t connection_id_bytes() const;
  const Capabilities& capabilities() const;
  void stats(us_quic_context_stats_t& out) const;
};

// A final response for send_prepared(), in the form of the engine that was chosen. US_QUIC_E_HEADERS:
// RFC 9114 section 4.2 forbids sending this header section; US_QUIC_E_NOMEM.
Result<PreparedResponse> prepare_response(std::span<const us_quic_header_t> fields, Bytes body);

// What workers count together, for Config::shared_handshakes.
std::shared_ptr<transport::SharedHandshakes> create_shared_handshakes(const RandomSource& random);

// The engine that was chosen when the library was built. `events` and what `config` points to
// outlive the endpoint. US_QUIC_E_INVALID: config.settings has one that cannot be announced.
Result<std::unique_ptr<Endpoint>> create_endpoint(const Config& config, EventHandler& events);

}  // namespace usquic::engine
