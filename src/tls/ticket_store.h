// Session tickets that a client was given, for resumption (RFC 8446 section 4.6.1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace usquic::tls {

struct Ticket {
  std::string data;            // the TLS library's packed session; holds a secret
  std::time_t expires = 0;     // no use from then on
  bool is_authorized = false;  // what verification found in the handshake that the ticket descends from
};

// Bounded: the ticket kept longest gives way. A ticket is handed out once (RFC 8446 appendix C.4).
class TicketStore {
 public:
  static constexpr std::size_t default_capacity = 1024;
  // One server's tickets must not push out all others.
  static constexpr std::size_t capacity_per_key = 8;

  explicit TicketStore(std::size_t capacity = default_capacity) : capacity_(capacity) {}

  void put(const std::string& key, Ticket ticket);
  // The newest ticket that is still good, taken out.
  std::optional<Ticket> take(const std::string& key, std::time_t now);
  std::size_t size() const { return entries_.size(); }

  // The server, the QUIC version and the protocols that a ticket is good for.
  static std::string key(std::string_view server_name, unsigned port, std::uint32_t quic_version,
                         const std::vector<std::string>& protocols);

 private:
  struct Entry {
    std::string key;
    Ticket ticket;
  };
  using Entries = std::list<Entry>;  // oldest first
  using Index = std::unordered_map<std::string, std::vector<Entries::iterator>>;

  void drop_oldest(Index::iterator of_key);

  std::size_t capacity_;
  Entries entries_;
  Index by_key_;
};

}  // namespace usquic::tls
