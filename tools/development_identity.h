// The certificate for trying things out: made once, kept in the user's state folder, made anew
// before it expires.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "failure.h"

namespace usquic::tools {

struct DevelopmentIdentity {
  std::string certificate_file;
  std::string key_file;
  std::string public_key_hash;  // as Chromium's --ignore-certificate-errors-spki-list wants it
  std::string
      certificate_hash;  // as serverCertificateHashes of WebTransport wants it; "": the file cannot be read
};

// $XDG_STATE_HOME/usquic, or ~/.local/state/usquic. Empty when neither variable helps.
std::string default_state_directory();

// The kept certificate when it holds for two more days, else a new one. unix_seconds: now.
std::optional<DevelopmentIdentity> obtain_development_identity(const std::string& directory,
                                                               std::int64_t unix_seconds, Failure& failure);

}  // namespace usquic::tools
