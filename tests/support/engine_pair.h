// A client engine and a server engine joined by an in-memory network, on virtual time, with a seeded random
// source. The network delays every datagram by the same time; `filter` can drop, change or redirect them.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "support/certificates.h"
#include "tls/context.h"

namespace usquic::test {

// A random source that gives the same bytes for the same seed (SplitMix64).
class SeededRandom {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  RandomSource source() { return RandomSource(&SeededRandom::fill, this); }

 private:
  static void fill(void* self, std::uint8_t* data, std::size_t length);
  std::uint64_t state_;
};

struct ConnectionRecord;

struct HeaderSection {
  int kind = 0;
  bool end_stream = false;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string value(std::string_view name) const;  // "" = not there
};

// What a side was told about one stream.
struct StreamRecord {
  engine::Stream* handle = nullptr;  // nullptr once closed or detached
  ConnectionRecord* connection = nullptr;
  std::int64_t id = -1;
  bool opened = false;
  bool is_local = false;
  std::string body;
  std::vector<HeaderSection> sections;
  bool ended = false;
  std::optional<std::uint64_t> reset;
  std::optional<std::uint64_t> stopped;
  std::vector<std::string> datagrams;
  int writable = 0;
  int closes = 0;
  us_quic_stream_close_info_t close{};

  std::ptrdiff_t write(std::string_view text) { return handle->write(as_bytes(text)); }
};

// What a side was told about one connection.
struct ConnectionRecord {
  engine::Connection* handle = nullptr;  // nullptr once closed or detached
  int opens = 0;
  int handshakes = 0;
  int closes = 0;
  int goaways = 0;
  us_quic_close_info_t close{};
  std::string close_reason;
  std::vector<std::string> datagrams;
  std::vector<StreamRecord*> streams;
};

struct Packet {
  TimePoint at;
  void* from = nullptr;  // the sending socket
  Address source;
  Address destination;
  std::vector<std::uint8_t> bytes;
  engine::Ecn ecn = 0;
};

class EnginePair;

// One endpoint with its TLS context, recording what its engine tells. Hooks run inside the callbacks.
class Side final : public engine::EventHandler, public engine::SendBatch {
 public:
  Side(EnginePair& pair, const Address& own) : address(own), pair_(pair) {}

  // (Re)creates the engine from `config` and `tls_options`: a restart, when there was one.
  void start();
  void kill();

  ConnectionRecord* connect(const Side& server, std::string_view name = "server.test");
  ConnectionRecord* connect(const Address& server, std::string_view name = "server.test");
  StreamRecord* create_stream(ConnectionRecord& c,
                              engine::Direction direction = engine::Direction::bidirectional,
                              std::int64_t session_id = -1);
  void close(ConnectionRecord& c, std::uint64_t code, std::string_view reason = {});  // and detach
  ConnectionRecord* only_connection();

  Address address;
  engine::Config config;
  // A ClientHello of one datagram over every TLS library: X25519MLKEM768 takes two, which tests of that ask for.
  tls::Options tls_options{.groups = {tls::Group::x25519, tls::Group::secp256r1, tls::Group::secp384r1}};
  std::unique_ptr<tls::Context> tls;
  std::unique_ptr<engine::Endpoint> endpoint;
  std::vector<std::unique_ptr<ConnectionRecord>> connections;
  std::vector<std::unique_ptr<StreamRecord>> streams;
  std::vector<std::string> log;                           // names of callbacks, in order
  std::vector<std::pair<std::size_t, std::size_t>> runs;  // length and segment size of each commit
  bool consume_at_once = true;
  bool reads_stream_datagrams = false;
  std::size_t local_payload = 0;      // of every path (payload_within_machine)
  bool is_blocked = false;            // reserve() gives nothing
  std::size_t rooms_left = SIZE_MAX;  // that reserve() still gives
  bool forgets = false;  // keeps no log, no runs, and no record of a stream that closed: for floods

  std::function<void(ConnectionRecord&)> on_open;
  std::function<void(ConnectionRecord&)> on_done;  // on_handshake
  std::function<void(ConnectionRecord&)> on_closed;
  std::function<void(StreamRecord&)> on_stream;
  std::function<void(StreamRecord&)> on_section;
  std::function<void(StreamRecord&, Bytes)> on_data;
  std::function<void(StreamRecord&)> on_fin;
  std::function<void(StreamRecord&)> on_stream_writable;
  std::function<void(StreamRecord&)> on_stream_closed;

 private:
  friend class EnginePair;

  void on_connection_open(engine::Connection& c) override;
  void on_handshake(engine::Connection& c) override;
  void on_connection_close(engine::Connection& c, const us_quic_close_info_t& info) override;
  void on_goaway(engine::Connection& c) override;
  void on_datagram(engine::Connection& c, Bytes data) override;
  bool takes_stream_datagrams() const override { return reads_stream_datagrams; }
  std::size_t payload_within_machine(const engine::Path&) const override { return local_payload; }
  void on_stream_open(engine::Connection& c, engine::Stream& s, bool is_local) override;
  void on_headers(engine::Stream& s, int kind, bool end_stream) override;
  void on_body(engine::Stream& s, Bytes data) override;
  void on_end(engine::Stream& s) override;
  void on_reset(engine::Stream& s, std::uint64_t code) override;
  void on_stop(engine::Stream& s, std::uint64_t code) override;
  void on_writable(engine::Stream& s) override;
  void on_stream_datagram(engine::Stream& s, Bytes data) override;
  void on_stream_close(engine::Stream& s, const us_quic_stream_close_info_t& info) override;

  MutableBytes reserve(void* socket) override;
  void commit(const engine::Path& path, engine::Ecn ecn, std::size_t length,
              std::size_t segment_size) override;

  StreamRecord& add_stream(ConnectionRecord& c);
  void note(std::string_view callback);

  EnginePair& pair_;
  std::vector<std::uint8_t> room_;
};

class EnginePair {
 public:
  static constexpr std::uint64_t default_seed = 1;

  explicit EnginePair(std::uint64_t seed = default_seed);
  ~EnginePair();

  // Starts both engines as configured. The client trusts the server's certificate.
  void start();
  // start(), and a client connection; its handshake is done when this returns true.
  bool join(std::string_view alpn);

  // Runs until nothing happens before `until`, or `done` is true. True: `done` was reached.
  bool run(Duration most, const std::function<bool()>& done = nullptr);
  // One step: deliver, expire and flush what is due now.
  void step();
  TimePoint next_event() const;
  // Puts a datagram of anybody's onto the network, past the filter; not from inside an engine's call.
  void inject(Packet packet);

  TimePoint now{std::chrono::seconds(1000)};
  // Time as all pairs together saw it go by, for engines that read a clock themselves: tests put this in its place.
  // NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables)
  static inline TimePoint clock{std::chrono::seconds(1000)};
  // The time of day is this much after `now`: its change is a clock that was set, or another machine's.
  Duration wall_offset = std::chrono::hours(24 * 365 * 50);
  Duration delay = std::chrono::milliseconds(10);
  SeededRandom random;
  const Authority& authority;  // of all pairs
  Side client;
  Side server;
  ConnectionRecord* connection = nullptr;  // the client's, of join()
  // Each datagram passes here before it travels; false drops it.
  std::function<bool(Packet&)> filter;
  std::uint64_t datagrams_sent = 0;

 private:
  friend class Side;

  void send(Packet packet);
  void deliver(Side& side, std::vector<Packet>& due);
  void turn(Side& side);

  std::deque<Packet> wire_;  // by time
  TimePoint seen_ = now;     // of the latest step
};

}  // namespace usquic::test
