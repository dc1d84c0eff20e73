// The certificates that a server shows to clients that ask for certain names, and their renewal while it runs.
#pragma once

#include <string>
#include <vector>

#include "identity.h"
#include "usquic/quic.h"
#include "values.h"

namespace usquic::node {

struct ServerIdentity {
  std::string pattern;  // a host name, "*." and a domain, or "*": all names that have none of their own
  std::string cert;
  std::string key;
  std::string passphrase;
};

// What a server shows beside what it shows already, or in its place, and the patterns that it shows nothing of their
// own for any more.
struct IdentityChange {
  std::vector<ServerIdentity> shown;
  std::vector<std::string> gone;

  // {identities: [pattern, cert, key, passphrase or "", pattern...], gone: [pattern...]}
  explicit IdentityChange(const Options& options);
  // All of it or nothing. Connections that are open stay as they are. last_error: the context's. Returns US_QUIC_OK, or
  // an error and in `detail` for which pattern, and what the library says of it.
  int apply_to(us_quic_socket_context_t* context, LastError& last_error, std::string& detail) const;
};

}  // namespace usquic::node
