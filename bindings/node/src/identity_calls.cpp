// What JavaScript calls for the certificates of servers.
#include <array>
#include <cstdint>
#include <string>

#include "calls.h"
#include "http_servers.h"
#include "server_identities.h"
#include "sockets.h"

namespace usquic::node {
namespace {

// id, {identities, gone}
napi_value reload_server(Arguments& arguments, Worker& worker) {
  const IdentityChange change(Options(arguments.env(), arguments.value(1)));
  const std::uint32_t id = arguments.id(0);
  ask(arguments, worker, [&](std::string& detail) {
    return change.apply_to(worker.servers().native(id), worker.last_error(), detail);
  });
  return nullptr;
}

napi_value reload_context(Arguments& arguments, Worker& worker) {
  const IdentityChange change(Options(arguments.env(), arguments.value(1)));
  const std::uint32_t id = arguments.id(0);
  ask(arguments, worker, [&](std::string& detail) {
    return change.apply_to(worker.sockets().native(id), worker.last_error(), detail);
  });
  return nullptr;
}

napi_value development_certificate(Arguments& arguments, Worker&) {
  std::array<char, 4096> cert{};
  std::array<char, 4096> key{};
  const int error =
      us_quic_development_certificate(static_cast<unsigned int>(arguments.number(0)), cert.data(),
                                      cert.size(), key.data(), key.size(), nullptr);
  if (error != US_QUIC_OK) throw_quic_error(arguments.env(), error, {});
  return to_js(arguments.env(), ByteStrings{{cert.data(), key.data()}});
}

}  // namespace

void add_identity_entries(Entries& entries) {
  entries.insert(entries.end(),
                 {entry("reloadServer", enter<reload_server>), entry("reloadContext", enter<reload_context>),
                  entry("developmentCertificate", enter<development_certificate>)});
}

}  // namespace usquic::node
