#include "serve/identity.h"

#include "base/system_clock.h"

namespace usquic::tools::serve {

std::optional<Failure> Identity::obtain() {
  if (!options_.certificate_file.empty()) return std::nullopt;
  Failure failure;
  development_ = obtain_development_identity(default_state_directory(), unix_seconds(), failure);
  return development_ ? std::nullopt : std::optional(failure);
}

void Identity::fill(AppOptions& app) const {
  app.cert_file_name = development_ ? development_->certificate_file : options_.certificate_file;
  app.key_file_name = development_ ? development_->key_file : options_.key_file;
  app.passphrase = options_.passphrase;
}

}  // namespace usquic::tools::serve
