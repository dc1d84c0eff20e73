// The roots that a context trusts, loaded once and shared by its sessions.
#pragma once

#include <memory>

#include "base/log.h"
#include "base/result.h"
#include "tls/context.h"
#include "tls/libssl/handles.h"

namespace usquic::tls::libssl {

class Trust {
 public:
  // A source that is not given means the system's roots; a system without any trusts nobody, and the log gets a warning.
  // extra: roots beside these. Errors: US_QUIC_E_CERT_FILE, _CERT_PARSE, _NOMEM.
  static Result<std::unique_ptr<Trust>> load(const PemSource& source, const PemSource& extra,
                                             const Logger& log);

  explicit Trust(StoreHandle store) : store_(std::move(store)) {}

  X509_STORE* store() const { return store_.get(); }

 private:
  const StoreHandle store_;
};

}  // namespace usquic::tls::libssl
