// Who a context is, and whom it trusts, from JavaScript options.
#pragma once

#include <optional>
#include <string>

#include "usquic/quic.h"
#include "values.h"

namespace usquic::node {

struct Identity {
  std::string cert;
  std::string key;
  std::string ca;
  std::string extra_ca;
  std::string passphrase;
  std::string certificate_hashes;  // that are trusted in the place of roots
  std::string secret;              // 32 bytes, or "" = random
  bool requests_cert = false;
  bool rejects_unauthorized = true;

  // {cert, key, ca, extraCa, passphrase, certificateHashes, secret, requestCert, rejectUnauthorized}. Throws.
  explicit Identity(napi_env env, const Options& options);
  // Views of this, which must outlive the options' use.
  void apply_to(us_quic_socket_context_options_t& options) const;
  // What AppOptions and ClientOptions leave to the core.
  void apply_rest_to(us_quic_socket_context_options_t& options) const;
};

// The library's last error line: the detail of what a creating call returned. It outlives every context.
struct LastError {
  std::string text;
  // Also forgets what was said before.
  void attach_to(us_quic_socket_context_options_t& options);
};

}  // namespace usquic::node
