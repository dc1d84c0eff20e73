#include "base/host_addresses.h"

#include <netdb.h>

#include <algorithm>
#include <memory>

#include "base/ascii.h"
#include "usquic/error.h"

namespace usquic {
namespace {

Result<Addresses> ask(const std::string& host, std::uint16_t port, int flags) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_DGRAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int result = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (result != 0) return Error{result == EAI_MEMORY ? US_QUIC_E_NOMEM : US_QUIC_E_RESOLVE};
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
  Addresses addresses;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    // A mapped IPv4 address is an IPv4 address: so it stands in what is received too.
    const Address address = Address::from_sockaddr(each->ai_addr, each->ai_addrlen).unmapped();
    const bool is_known = std::find(addresses.begin(), addresses.end(), address) != addresses.end();
    if (address.is_specified() && !is_known) addresses.push_back(address);
  }
  if (addresses.empty()) return Error{US_QUIC_E_RESOLVE};
  return addresses;
}

}  // namespace

std::optional<Address> numeric_address(const std::string& host, std::uint16_t port) {
  Result<Addresses> found = ask(host, port, AI_NUMERICHOST);
  if (!found) return std::nullopt;
  return found->front();
}

Result<Addresses> resolve_now(const std::string& host, std::uint16_t port) {
  Addresses local = localhost_addresses(host, port);
  if (!local.empty()) return local;
  return ask(host, port, 0);
}

Addresses localhost_addresses(const std::string& host, std::uint16_t port) {
  std::string name = to_lower(host);
  if (!name.empty() && name.back() == '.') name.pop_back();
  if (name != "localhost" && !name.ends_with(".localhost")) return {};
  return {*Address::parse("::1", port), *Address::parse("127.0.0.1", port)};
}

Result<Addresses> listen_addresses(const std::string& host, std::uint16_t port) {
  if (!host.empty()) return resolve_now(host, port);
  // A dual-stack socket has both.
  return Addresses{*Address::parse("::", port), *Address::parse("0.0.0.0", port)};
}

bool is_address_missing(int error) {
  return error == US_QUIC_E_ADDRESS || error == US_QUIC_E_IO;
}

}  // namespace usquic
