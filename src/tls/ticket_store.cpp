#include "tls/ticket_store.h"

#include <utility>

namespace usquic::tls {

std::string TicketStore::key(std::string_view server_name, unsigned port, std::uint32_t quic_version,
                             const std::vector<std::string>& protocols) {
  std::string text(server_name);
  text.append(1, '\0').append(std::to_string(port));
  text.append(1, '\0').append(std::to_string(quic_version));
  for (const std::string& protocol : protocols) text.append(1, '\0').append(protocol);
  return text;
}

void TicketStore::put(const std::string& key, Ticket ticket) {
  if (capacity_ == 0) return;
  const auto of_key = by_key_.try_emplace(key).first;
  if (of_key->second.size() == capacity_per_key) drop_oldest(of_key);
  of_key->second.push_back(entries_.insert(entries_.end(), Entry{key, std::move(ticket)}));
  if (entries_.size() > capacity_) drop_oldest(by_key_.find(entries_.front().key));
}

std::optional<Ticket> TicketStore::take(const std::string& key, std::time_t now) {
  const auto of_key = by_key_.find(key);
  if (of_key == by_key_.end()) return std::nullopt;
  std::optional<Ticket> found;
  std::vector<Entries::iterator>& tickets = of_key->second;
  while (!found.has_value() && !tickets.empty()) {
    const Entries::iterator newest = tickets.back();
    tickets.pop_back();
    if (newest->ticket.expires > now) found = std::move(newest->ticket);
    entries_.erase(newest);
  }
  if (tickets.empty()) by_key_.erase(of_key);
  return found;
}

void TicketStore::drop_oldest(Index::iterator of_key) {
  std::vector<Entries::iterator>& tickets = of_key->second;
  entries_.erase(tickets.front());
  tickets.erase(tickets.begin());
  if (tickets.empty()) by_key_.erase(of_key);
}

}  // namespace usquic::tls
