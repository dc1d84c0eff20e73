// us_quic_socket_context_options_t, checked and turned into what the modules below want.
#pragma once

#include <memory>

#include "base/log.h"
#include "base/result.h"
#include "engine/engine.h"
#include "quic/group/group.h"
#include "tls/context.h"
#include "usquic/quic.h"

namespace usquic::quic {

// Options by where they act; engine/option_list.h says which one arrives where.
struct ContextConfig {
  unsigned int connection_ext_size = 0;
  unsigned int stream_ext_size = 0;
  engine::Config engine;  // without `tls`
  tls::Options tls;
  Logger log;
  bool is_http3_only = false;
  bool is_raw_only = false;
  std::shared_ptr<Group> group;     // the context is its worker engine.worker_index
  bool needs_worker_index = false;  // to listen on a port that it shares with others
};

// US_QUIC_E_INVALID for a value out of range; a log line names the field.
Result<ContextConfig> read_options(const us_quic_socket_context_options_t& options);

// The certificate, key and passphrase of the options alone.
tls::IdentitySource read_identity(const us_quic_socket_context_options_t& options);

}  // namespace usquic::quic
