// Tokens, and the tables of connection IDs and stateless reset tokens.
#include "transport/tokens.h"

#include <ngtcp2/ngtcp2.h>

#include <map>
#include <string>
#include <vector>

#include "base/check.h"
#include "change.h"
#include "crypto/quic_versions.h"
#include "input.h"
#include "transport/connection_ids.h"
#include "transport/reset_tokens.h"

namespace usquic::fuzz {
namespace {

using namespace transport;

constexpr std::uint8_t secret[Tokens::secret_bytes] = {1, 2, 3};
const Tokens tokens{secret};

ConnectionId id_of(Input& input) {
  const std::size_t length = input.pick(ConnectionId::max_bytes + 1);
  return ConnectionId(input.take(length));
}

Address address_of(Input& input) {
  const std::uint8_t b = input.byte();
  const std::string host =
      (b & 1) != 0 ? "2001:db8::" + std::to_string(b >> 5) : "192.0.2." + std::to_string(b >> 5);
  return *Address::parse(host, static_cast<std::uint16_t>(1000 + (b >> 1 & 15)));
}

// false: it is what it was.
bool is_changed_by(Input& input, std::vector<std::uint8_t>& token) {
  const std::vector<std::uint8_t> before = token;
  change(input, token);
  return token != before;
}

constexpr WallTime issued{std::chrono::hours(500000)};

// Only the very token, from where it went, in its time, is taken.
void check_retry(Input& input) {
  const Address remote = address_of(input), other = address_of(input);
  const ConnectionId scid = id_of(input), original = id_of(input), other_id = id_of(input);
  const std::uint32_t version = input.flag() ? crypto::quic_version_1 : crypto::quic_version_2;
  const std::uint32_t other_version = input.flag() ? crypto::quic_version_1 : crypto::quic_version_2;
  const auto age = std::chrono::seconds(input.pick(20));
  auto token = tokens.make_retry(issued, version, remote, scid, original);
  CHECK(!token.empty());
  const bool is_changed = is_changed_by(input, token);
  ConnectionId found;
  const bool is_taken = tokens.verify_retry(issued + age, other_version, other, other_id, token, found);
  const bool is_right = !is_changed && other == remote && version == other_version && scid == other_id;
  CHECK(!is_taken || is_right);
  CHECK(!is_right || is_taken == (age < Tokens::retry_lifetime) || age == Tokens::retry_lifetime);
  CHECK(!is_taken || found == original);
  CHECK(is_changed || Tokens::kind(token) == TokenKind::retry);
  CHECK(!tokens.verify_regular(issued, crypto::quic_version_1, remote, token));
}

void check_regular(Input& input) {
  const Address remote = address_of(input), other = address_of(input);
  const auto age = std::chrono::hours(input.pick(48));
  const std::uint32_t version = input.flag() ? crypto::quic_version_1 : crypto::quic_version_2;
  auto token = tokens.make_regular(issued, version, remote);
  CHECK(!token.empty());
  const bool is_changed = is_changed_by(input, token);
  const bool is_taken = tokens.verify_regular(issued + age, version, other, token);
  CHECK(!is_taken ||
        (!is_changed && other.ip_string() == remote.ip_string() && age <= Tokens::regular_lifetime));
  CHECK(is_changed || Tokens::kind(token) == TokenKind::regular);
}

// Any bytes as a token.
void check_forged(Input& input) {
  const Address remote = address_of(input);
  const ConnectionId id = id_of(input);
  const Bytes token = as_bytes(input.rest());
  ConnectionId original;
  Tokens::kind(token);
  CHECK(!tokens.verify_regular(issued, crypto::quic_version_1, remote, token));
  CHECK(!tokens.verify_retry(issued, crypto::quic_version_1, remote, id, token, original));
}

class Place final : public ConnectionIdOwner {
 public:
  Place() : ConnectionIdOwner(Kind::live) {}
  void on_deadline(TimePoint) override {}
};

// A random source of one byte, over and over.
RandomSource sevens() {
  return RandomSource(
      [](void*, std::uint8_t* data, std::size_t length) { std::fill_n(data, length, std::uint8_t{7}); },
      nullptr);
}

// The tables against standard ones.
void check_ids_table(Input& input) {
  ConnectionIdTable ids(sevens());
  Place places[4];
  std::map<std::string, ConnectionIdOwner*> expected;
  while (!input.at_end()) {
    const std::size_t what = input.pick(4);
    Place& place = places[input.pick(4)];
    const ConnectionId id = id_of(input);
    const std::string key(as_text(id.bytes()));
    const auto known = expected.find(key);
    CHECK(ids.find(id.bytes()) == (known == expected.end() ? nullptr : known->second));
    switch (what) {
      case 0:
        CHECK(ids.insert(id, place) == (known == expected.end()));
        expected.emplace(key, &place);
        break;
      case 1:
        ids.replace(id, place);  // what is not there stays away
        if (known != expected.end()) expected[key] = &place;
        break;
      case 2:
        ids.erase(id, place);
        if (known != expected.end() && known->second == &place) expected.erase(known);
        break;
      default:
        CHECK(ids.find(as_bytes(input.text())) == nullptr || !expected.empty());
    }
    CHECK(ids.size() == expected.size());
  }
}

void check_reset_table(Input& input) {
  ResetTokenTable resets(sevens());
  Place places[2];
  std::multimap<std::string, ConnectionIdOwner*> expected;
  while (!input.at_end()) {
    const bool is_new = input.flag();
    Place& place = places[input.pick(2)];
    std::vector<std::uint8_t> datagram(20, 0x40);
    datagram.back() = input.byte();
    const std::uint8_t* token = datagram.data() + datagram.size() - ResetTokenTable::token_bytes;
    const std::string key(as_text({token, ResetTokenTable::token_bytes}));
    const auto [first, last] = expected.equal_range(key);
    if (is_new) {
      resets.insert(token, place);
      expected.emplace(key, &place);
    } else {
      resets.erase(token, place);
      const auto kept = std::find_if(first, last, [&](const auto& entry) { return entry.second == &place; });
      if (kept != last) expected.erase(kept);
    }
    CHECK(resets.find(datagram) == nullptr);  // too short to be a stateless reset
    datagram.insert(datagram.begin(), 10, 0x40);
    CHECK((resets.find(datagram) != nullptr) == expected.contains(key));
  }
}

// Own connection IDs are found again in packets with any header; foreign ones lead nowhere.
void check_ids(Input& input) {
  const Bytes server_id = input.take(input.pick(ConnectionIdFactory::max_server_id_bytes + 1));
  const ConnectionIdFactory factory(server_id, {.index = input.byte()}, RandomSource());
  const ConnectionId id = factory.make();
  CHECK(factory.answers_for(id.bytes()));
  CHECK(id.size() == factory.length());
  std::vector<std::uint8_t> packet{static_cast<std::uint8_t>(input.byte() & 0x7f)};
  packet.insert(packet.end(), id.bytes().begin(), id.bytes().end());
  const std::string_view payload = input.rest();
  packet.insert(packet.end(), payload.begin(), payload.end());
  ngtcp2_version_cid header;
  CHECK(ngtcp2_pkt_decode_version_cid(&header, packet.data(), packet.size(), factory.length()) == 0);
  CHECK(as_text({header.dcid, header.dcidlen}) == as_text(id.bytes()));
}

}  // namespace
}  // namespace usquic::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace usquic;
  fuzz::Input input(data, size);
  constexpr void (*checks[])(fuzz::Input&) = {fuzz::check_retry,       fuzz::check_regular,
                                              fuzz::check_forged,      fuzz::check_ids_table,
                                              fuzz::check_reset_table, fuzz::check_ids};
  input.choose(checks)(input);
  return 0;
}
