// The certificate that the server shows: one that was given, or one for development.
#pragma once

#include <optional>

#include "development_identity.h"
#include "failure.h"
#include "serve/options.h"
#include "usquic/http/app.h"

namespace usquic::tools::serve {

class Identity {
 public:
  explicit Identity(const Options& options) : options_(options) {}

  // Where no certificate was given: one for development, made anew when it is about to expire.
  std::optional<Failure> obtain();
  // The files' names, and what opens them, into the options of an app or of a server name.
  void fill(AppOptions& app) const;
  // Nothing where a certificate was given.
  const std::optional<DevelopmentIdentity>& development() const { return development_; }

 private:
  const Options& options_;
  std::optional<DevelopmentIdentity> development_;
};

}  // namespace usquic::tools::serve
