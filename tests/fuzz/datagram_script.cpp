#include "datagram_script.h"

#include "base/check.h"
#include "change.h"

namespace usquic::fuzz {
namespace {

using namespace test;

us_quic_header_t header(std::string_view name, std::string_view value) {
  return {name.data(), name.size(), value.data(), value.size(), 0};
}

// A record of something alive, or nullptr.
template <class List>
auto* pick_alive(Input& input, const List& list) {
  if (list.empty()) return static_cast<decltype(list.front().get())>(nullptr);
  auto* record = list[input.pick(std::min<std::size_t>(list.size(), 256))].get();
  return record->handle != nullptr ? record : nullptr;
}

}  // namespace

DatagramScript::DatagramScript(Input& input, Target target)
    : input_(input),
      is_http3_(input.flag()),
      target_(target == Target::server ? pair_.server : pair_.client),
      peer_(target == Target::server ? pair_.client : pair_.server) {
  constexpr engine::AddressValidation validations[] = {engine::AddressValidation::under_load,
                                                       engine::AddressValidation::always,
                                                       engine::AddressValidation::never};
  constexpr engine::Congestion algorithms[] = {engine::Congestion::cubic, engine::Congestion::reno,
                                               engine::Congestion::bbr};
  pair_.server.config.address_validation = input.choose(validations);
  for (Side* side : {&pair_.client, &pair_.server}) {
    side->tls_options.alpn = {is_http3_ ? "h3" : "echo"};
    side->config.congestion = input.choose(algorithms);
    side->config.max_streams_bidi = 4;
    side->config.max_stream_data = side->config.max_stream_data_limit = 4000;
    side->config.max_data = side->config.max_data_limit = 10000;
    side->reads_stream_datagrams = true;
  }
  pair_.server.on_fin = [this](StreamRecord& s) { answer(s); };
  pair_.filter = [this](Packet& packet) { return catch_packet(packet); };
  pair_.start();
  pair_.client.connect(pair_.server);
}

// Nothing travels by itself. What is for an address that is not the peer's is lost.
bool DatagramScript::catch_packet(Packet& packet) {
  constexpr std::size_t most = 64;
  if (past_.size() < most) past_.push_back(packet);
  Packets& queue = packet.from == &target_ ? to_peer_ : to_target_;
  if (queue.size() < most) queue.push_back(std::move(packet));
  return false;
}

void DatagramScript::run() {
  constexpr int most = 200;  // one run stays short
  const bool ends_well = input_.flag();
  pair_.step();
  for (int i = 0; i < most && !input_.at_end(); ++i) {
    act();
    pair_.step();
  }
  if (ends_well) recover();
  check_records();
}

void DatagramScript::act() {
  switch (input_.pick(16)) {
    case 0:
    case 1:
    case 2:
      return exchange();
    case 3:
      return deliver_one();
    case 4:
    case 5:
      return deliver_changed();
    case 6:
      return deliver(target_, peer_.address, as_bytes(input_.long_text()));
    case 7:
      return repeat_changed();
    case 8:
      return drop();
    case 9:
      return advance();
    case 10:
      return client_acts();
    case 11:
      return server_acts();
    case 12:
      return deliver_from_elsewhere();
    case 13:
      return deliver_joined();
    case 14:
      return deliver_header_and_more();
    default:
      return disturb();
  }
}

void DatagramScript::exchange() {
  deliver_all(peer_, to_peer_);
  deliver_all(target_, to_target_);
}

void DatagramScript::deliver_all(Side& side, Packets& packets) {
  for (const Packet& p : std::exchange(packets, {})) deliver(side, p.source, p.bytes);
}

// A copy of its own: whoever reads beyond its end is found out.
void DatagramScript::deliver(Side& side, const Address& from, Bytes datagram) {
  const std::vector<std::uint8_t> copy(datagram.begin(), datagram.end());
  const engine::Path path{side.address, from, &side};
  const engine::Datagram d{&path, copy, static_cast<engine::Ecn>(copy.size() & 3)};
  side.endpoint->receive(pair_.now, {&d, 1});
}

void DatagramScript::deliver_one() {
  if (to_target_.empty()) return;
  const Packet p = std::move(to_target_.front());
  to_target_.pop_front();
  deliver(target_, p.source, p.bytes);
}

void DatagramScript::deliver_changed() {
  if (to_target_.empty()) return;
  Packet p = to_target_.front();
  if (input_.flag()) to_target_.pop_front();  // else the right one comes after it
  change(input_, p.bytes);
  deliver(target_, p.source, p.bytes);
}

void DatagramScript::deliver_from_elsewhere() {
  if (to_target_.empty()) return;
  const Packet p = std::move(to_target_.front());
  to_target_.pop_front();
  const std::uint8_t where = input_.byte();
  const auto port = static_cast<std::uint16_t>(where == 0 ? 0 : 40000 + where % 4);
  deliver(target_, *Address::parse(where > 127 ? "2001:db8::7" : "192.0.2.77", port), p.bytes);
}

// Coalesced packets (RFC 9000 section 12.2), with what nobody sent behind.
void DatagramScript::deliver_joined() {
  std::vector<std::uint8_t> joined;
  for (std::size_t i = 1 + input_.pick(3); i > 0 && !to_target_.empty(); --i) {
    joined.insert(joined.end(), to_target_.front().bytes.begin(), to_target_.front().bytes.end());
    to_target_.pop_front();
  }
  const std::string_view more = input_.text();
  joined.insert(joined.end(), more.begin(), more.end());
  deliver(target_, peer_.address, joined);
}

const Packet* DatagramScript::any_past() {
  return past_.empty() ? nullptr : &past_[input_.pick(past_.size())];
}

// The beginning of a real packet: its connection IDs lead somewhere.
void DatagramScript::deliver_header_and_more() {
  const Packet* p = any_past();
  if (p == nullptr) return;
  const std::size_t kept = std::min<std::size_t>(input_.pick(64), p->bytes.size());
  std::vector<std::uint8_t> datagram(p->bytes.begin(), p->bytes.begin() + static_cast<std::ptrdiff_t>(kept));
  const std::string_view more = input_.long_text();
  datagram.insert(datagram.end(), more.begin(), more.end());
  const std::size_t least = input_.flag() ? 1200 : 0;
  if (datagram.size() < least) datagram.resize(least, input_.byte());
  change(input_, datagram);
  deliver(target_, peer_.address, datagram);
}

// Also what the target sent itself.
void DatagramScript::repeat_changed() {
  const Packet* p = any_past();
  if (p == nullptr) return;
  std::vector<std::uint8_t> datagram = p->bytes;
  change(input_, datagram);
  deliver(target_, peer_.address, datagram);
}

void DatagramScript::drop() {
  Packets& queue = input_.flag() ? to_target_ : to_peer_;
  if (!queue.empty()) queue.pop_front();
}

void DatagramScript::advance() {
  constexpr int milliseconds[] = {1, 10, 26, 100, 400, 1500, 11000, 31000};
  pair_.now += std::chrono::milliseconds(input_.choose(milliseconds));
}

void DatagramScript::disturb() {
  Side& side = input_.flag() ? target_ : peer_;
  switch (input_.pick(5)) {
    case 0:
      side.is_blocked = true;
      return;
    case 1:
      side.is_blocked = false;
      side.endpoint->unblocked(&side);
      return;
    case 2: {
      const Address remote = &side == &target_ ? peer_.address : target_.address;
      side.endpoint->path_failed(pair_.now, {side.address, remote, &side}, ECONNREFUSED);
      return;
    }
    case 3:
      if (side.connections.size() < 4 && &side == &pair_.client) side.connect(pair_.server);
      return;
    default:
      pair_.server.endpoint->set_accepting(&pair_.server, input_.flag());
  }
}

void DatagramScript::client_acts() {
  ConnectionRecord* c = pick_alive(input_, pair_.client.connections);
  if (c == nullptr) return;
  switch (input_.pick(8)) {
    case 0:
      return pair_.client.close(*c, input_.byte(), input_.text());
    case 1:
      c->handle->shutdown();
      return;
    case 2:
      c->handle->send_datagram(as_bytes(input_.text()));
      return;
    case 3:
      if (StreamRecord* s = pick_alive(input_, pair_.client.streams)) act_on(pair_.client, *s);
      return;
    default:
      break;
  }
  const auto direction =
      input_.byte() == 1 ? engine::Direction::unidirectional : engine::Direction::bidirectional;
  StreamRecord* s = pair_.client.create_stream(*c, direction);
  if (s == nullptr) return;
  if (is_http3_) {
    const us_quic_header_t request[] = {header(":method", "POST"), header(":scheme", "https"),
                                        header(":authority", "a"), header(":path", "/")};
    s->handle->send_headers(request, false);
  }
  s->handle->write(as_bytes(input_.text()));
  if (input_.flag()) s->handle->finish();
}

void DatagramScript::server_acts() {
  ConnectionRecord* c = pick_alive(input_, pair_.server.connections);
  if (c == nullptr) return;
  switch (input_.pick(4)) {
    case 0:
      return pair_.server.close(*c, input_.byte(), input_.text());
    case 1:
      c->handle->shutdown();
      return;
    case 2:
      c->handle->send_datagram(as_bytes(input_.text()));
      return;
    default:
      if (StreamRecord* s = pick_alive(input_, pair_.server.streams)) act_on(pair_.server, *s);
  }
}

void DatagramScript::act_on(Side& side, StreamRecord& s) {
  switch (input_.pick(7)) {
    case 0:
      s.handle->write(as_bytes(std::string(input_.byte() * 40, 'x')));
      return;
    case 1:
      s.handle->finish();
      return;
    case 2:
      s.handle->reset(input_.byte());
      return;
    case 3:
      s.handle->stop(input_.byte());
      return;
    case 4:
      s.handle->set_priority(static_cast<int>(input_.pick(8)), input_.flag());
      return;
    case 5:
      side.consume_at_once = !side.consume_at_once;
      return;
    default:
      s.handle->detach();
      s.handle = nullptr;
  }
}

// The server's application: everything is answered.
void DatagramScript::answer(StreamRecord& s) {
  if (s.handle == nullptr || s.handle->is_unidirectional()) return;
  const us_quic_header_t response[] = {header(":status", "200")};
  if (is_http3_) s.handle->send_headers(response, false);
  s.write(s.body);
  s.handle->finish();
}

// The network and the sockets are well again: what is left comes to its end, and a new client gets in.
void DatagramScript::recover() {
  for (Side* side : {&pair_.client, &pair_.server}) {
    side->is_blocked = false;
    side->endpoint->unblocked(side);
  }
  pair_.server.endpoint->set_accepting(&pair_.server, true);
  deliver_all(peer_, to_peer_);
  deliver_all(target_, to_target_);
  pair_.filter = nullptr;
  pair_.run(std::chrono::seconds(1));
  const ConnectionRecord* c = pair_.client.connect(pair_.server);
  CHECK(pair_.run(std::chrono::seconds(5), [c] { return c->handshakes == 1; }));
}

void DatagramScript::check_records() const {
  for (const Side* side : {&pair_.client, &pair_.server}) {
    for (const auto& c : side->connections) CHECK(c->opens <= 1 && c->handshakes <= 1 && c->closes <= 1);
    for (const auto& s : side->streams) CHECK(s->closes <= 1);
  }
}

}  // namespace usquic::fuzz
