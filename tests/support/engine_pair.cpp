#include "support/engine_pair.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace usquic::test {

std::uint64_t SeededRandom::next() {
  state_ += 0x9e3779b97f4a7c15ULL;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

void SeededRandom::fill(void* self, std::uint8_t* data, std::size_t length) {
  auto& random = *static_cast<SeededRandom*>(self);
  while (length > 0) {
    const std::uint64_t word = random.next();
    const std::size_t n = std::min(length, sizeof(word));
    std::memcpy(data, &word, n);
    data += n;
    length -= n;
  }
}

std::string HeaderSection::value(std::string_view name) const {
  for (const auto& [field, text] : fields) {
    if (field == name) return text;
  }
  return {};
}

namespace {

ConnectionRecord& record(engine::Connection& c) {
  return *static_cast<ConnectionRecord*>(c.user);
}
StreamRecord& record(engine::Stream& s) {
  return *static_cast<StreamRecord*>(s.user);
}

}  // namespace

void Side::start() {
  auto made_tls = tls::create_context(tls_options);
  CHECK(made_tls);
  endpoint.reset();
  tls = std::move(*made_tls);
  config.tls = tls.get();
  auto made = engine::create_endpoint(config, *this);
  CHECK(made);
  endpoint = std::move(*made);
}

void Side::kill() {
  endpoint.reset();
  for (auto& c : connections) c->handle = nullptr;
  for (auto& s : streams) s->handle = nullptr;
}

ConnectionRecord* Side::connect(const Side& to, std::string_view name) {
  return connect(to.address, name);
}

ConnectionRecord* Side::connect(const Address& to, std::string_view name) {
  const engine::Path path{address, to, this};
  connections.push_back(std::make_unique<ConnectionRecord>());
  ConnectionRecord* c = connections.back().get();
  auto made = endpoint->connect(pair_.now, path, name, c);
  CHECK(made);
  c->handle = *made;
  return c;
}

void Side::note(std::string_view callback) {
  if (!forgets) log.emplace_back(callback);
}

StreamRecord& Side::add_stream(ConnectionRecord& c) {
  streams.push_back(std::make_unique<StreamRecord>());
  StreamRecord& s = *streams.back();
  s.connection = &c;
  c.streams.push_back(&s);
  return s;
}

StreamRecord* Side::create_stream(ConnectionRecord& c, engine::Direction direction, std::int64_t session_id) {
  StreamRecord& s = add_stream(c);
  auto made = c.handle->create_stream(direction, &s, session_id);
  if (!made) return nullptr;
  s.handle = *made;
  s.is_local = true;
  return &s;
}

void Side::close(ConnectionRecord& c, std::uint64_t code, std::string_view reason) {
  engine::Connection* handle = std::exchange(c.handle, nullptr);
  for (StreamRecord* s : c.streams) s->handle = nullptr;
  handle->close(code, reason);
  handle->detach();
}

ConnectionRecord* Side::only_connection() {
  return connections.size() == 1 ? connections.front().get() : nullptr;
}

void Side::on_connection_open(engine::Connection& c) {
  note("connection_open");
  connections.push_back(std::make_unique<ConnectionRecord>());
  ConnectionRecord& r = *connections.back();
  c.user = &r;
  r.handle = &c;
  ++r.opens;
  if (on_open) on_open(r);
}

void Side::on_handshake(engine::Connection& c) {
  note("handshake");
  ++record(c).handshakes;
  if (on_done) on_done(record(c));
}

void Side::on_connection_close(engine::Connection& c, const us_quic_close_info_t& info) {
  note("connection_close");
  ConnectionRecord& r = record(c);
  ++r.closes;
  r.close = info;
  r.close_reason.assign(info.reason, info.reason_length);
  r.close.reason = r.close_reason.c_str();
  if (on_closed) on_closed(r);
  r.handle = nullptr;
}

void Side::on_goaway(engine::Connection& c) {
  note("goaway");
  ++record(c).goaways;
}

void Side::on_datagram(engine::Connection& c, Bytes data) {
  note("datagram");
  record(c).datagrams.emplace_back(as_text(data));
}

void Side::on_stream_open(engine::Connection& c, engine::Stream& s, bool is_local) {
  note("stream_open");
  if (!is_local) s.user = &add_stream(record(c));
  StreamRecord& r = record(s);
  r.handle = &s;
  r.is_local = is_local;
  r.opened = true;
  r.id = s.id();
  if (on_stream) on_stream(r);
}

void Side::on_headers(engine::Stream& s, int kind, bool end_stream) {
  note("headers");
  HeaderSection section{kind, end_stream, {}};
  for (const us_quic_header_t& f : s.headers()) {
    section.fields.emplace_back(std::string(f.name, f.name_length), std::string(f.value, f.value_length));
  }
  record(s).sections.push_back(std::move(section));
  if (on_section) on_section(record(s));
}

void Side::on_body(engine::Stream& s, Bytes data) {
  note("body");
  StreamRecord& r = record(s);
  r.body += as_text(data);
  if (consume_at_once) s.consume(data.size());
  if (on_data) on_data(r, data);
}

void Side::on_end(engine::Stream& s) {
  note("end");
  record(s).ended = true;
  if (on_fin) on_fin(record(s));
}

void Side::on_reset(engine::Stream& s, std::uint64_t code) {
  note("reset");
  record(s).reset = code;
}

void Side::on_stop(engine::Stream& s, std::uint64_t code) {
  note("stop");
  record(s).stopped = code;
}

void Side::on_writable(engine::Stream& s) {
  note("writable");
  ++record(s).writable;
  if (on_stream_writable) on_stream_writable(record(s));
}

void Side::on_stream_datagram(engine::Stream& s, Bytes data) {
  note("stream_datagram");
  record(s).datagrams.emplace_back(as_text(data));
}

void Side::on_stream_close(engine::Stream& s, const us_quic_stream_close_info_t& info) {
  note("stream_close");
  StreamRecord& r = record(s);
  ++r.closes;
  r.close = info;
  if (on_stream_closed) on_stream_closed(r);
  r.handle = nullptr;
  if (!forgets) return;
  std::erase(r.connection->streams, &r);
  std::erase_if(streams, [&r](const auto& kept) { return kept.get() == &r; });
}

MutableBytes Side::reserve(void* socket) {
  CHECK(socket == this);
  if (is_blocked || rooms_left == 0) return {};
  if (rooms_left != SIZE_MAX) --rooms_left;
  room_.resize(run_capacity);
  return room_;
}

void Side::commit(const engine::Path& path, engine::Ecn ecn, std::size_t length, std::size_t segment_size) {
  CHECK(path.socket == this);
  CHECK(segment_size > 0 && length > 0 && length <= 65507 &&
        (length + segment_size - 1) / segment_size <= 64);
  if (!forgets) runs.emplace_back(length, segment_size);
  for (std::size_t at = 0; at < length; at += segment_size) {
    const std::size_t n = std::min(segment_size, length - at);
    pair_.send({pair_.now + pair_.delay, this, address, path.remote,
                std::vector<std::uint8_t>(room_.data() + at, room_.data() + at + n), ecn});
  }
  std::fill(room_.begin(), room_.end(), std::uint8_t{0xdd});  // the batch owns them: nothing may look again
}

namespace {

// Made once: keys take longer than most tests.
const Authority& shared_authority() {
  static const Authority made;
  return made;
}

const Identity& server_identity() {
  static const Identity made = leaf_for(shared_authority(), {"server.test"}, KeyType::ed25519);
  return made;
}

}  // namespace

EnginePair::EnginePair(std::uint64_t seed)
    : random(seed),
      authority(shared_authority()),
      client(*this, *Address::parse("192.0.2.1", 50000)),
      server(*this, *Address::parse("192.0.2.2", 443)) {
  const Identity& identity = server_identity();
  server.tls_options.identity.certificate.text = identity.certificate;
  server.tls_options.identity.key.text = identity.key;
  client.tls_options.trust.text = authority.certificate();
  for (Side* side : {&client, &server}) {
    side->tls_options.alpn = {"echo"};
    random.source().fill(side->tls_options.secret);
    engine::Config& config = side->config;
    config.random = random.source();
    config.wall_clock = WallClock(
        [](void* pair) {
          const auto& self = *static_cast<EnginePair*>(pair);
          return WallTime(self.now.time_since_epoch() + self.wall_offset);
        },
        this);
    random.source().fill(config.secret);
    config.datagrams = true;
  }
}

EnginePair::~EnginePair() = default;

void EnginePair::start() {
  client.start();
  server.start();
  server.endpoint->set_accepting(&server, true);
}

bool EnginePair::join(std::string_view alpn) {
  client.tls_options.alpn = {std::string(alpn)};
  server.tls_options.alpn = {std::string(alpn)};
  start();
  connection = client.connect(server);
  return run(std::chrono::seconds(5), [this] {
    return connection->handshakes == 1 && server.only_connection() != nullptr &&
           server.only_connection()->handshakes == 1;
  });
}

void EnginePair::send(Packet packet) {
  ++datagrams_sent;
  if (!filter || filter(packet)) inject(std::move(packet));
}

void EnginePair::inject(Packet packet) {
  const auto place = std::upper_bound(wire_.begin(), wire_.end(), packet.at,
                                      [](TimePoint at, const Packet& p) { return at < p.at; });
  wire_.insert(place, std::move(packet));
}

void EnginePair::deliver(Side& side, std::vector<Packet>& due) {
  if (side.endpoint == nullptr) return;
  std::deque<engine::Path> paths;
  std::vector<engine::Datagram> datagrams;
  for (Packet& p : due) {
    if (!(p.destination == side.address)) continue;
    paths.push_back({side.address, p.source, &side});
    // A copy of its own: nobody may keep a view of it, nor read beyond its end.
    datagrams.push_back({&paths.back(), p.bytes, p.ecn});
  }
  if (!datagrams.empty()) side.endpoint->receive(now, datagrams);
}

void EnginePair::turn(Side& side) {
  if (side.endpoint == nullptr) return;
  if (side.endpoint->deadline() <= now) side.endpoint->expire(now);
  if (side.endpoint->wants_flush()) side.endpoint->flush(now, side);
}

void EnginePair::step() {
  if (now > seen_) clock += now - seen_;
  seen_ = now;
  std::vector<Packet> due;
  while (!wire_.empty() && wire_.front().at <= now) {
    due.push_back(std::move(wire_.front()));
    wire_.pop_front();
  }
  deliver(client, due);
  deliver(server, due);
  turn(client);
  turn(server);
}

TimePoint EnginePair::next_event() const {
  TimePoint next = wire_.empty() ? never : wire_.front().at;
  for (const Side* side : {&client, &server}) {
    if (side->endpoint == nullptr) continue;
    if (side->endpoint->wants_flush()) return now;
    next = std::min(next, side->endpoint->deadline());
  }
  return std::max(next, now);
}

bool EnginePair::run(Duration most, const std::function<bool()>& done) {
  const TimePoint end = now + most;
  int steps_without_time = 0;
  for (;;) {
    step();
    if (done && done()) return true;
    const TimePoint next = next_event();
    if (next > end) break;
    steps_without_time = next == now ? steps_without_time + 1 : 0;
    CHECK(steps_without_time < 100000);  // an engine that always wants to run and never gets anywhere
    now = next;
  }
  now = end;
  return false;
}

}  // namespace usquic::test
