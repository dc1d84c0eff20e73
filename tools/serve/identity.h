// The certificate that the server shows: one that was given, or one for development.
#pragma once

#include <memory>
#include <optional>

#include "development_identity.h"
#include "failure.h"
#include "serve/options.h"
#include "usquic/http/app.h"

namespace usquic::tools::serve {

// Certificate and key as texts, read once for all workers. The key is overwritten when it is not needed any more.
struct IdentityTexts {
  IdentityTexts() = default;
  ~IdentityTexts();
  IdentityTexts(const IdentityTexts&) = delete;
  IdentityTexts& operator=(const IdentityTexts&) = delete;

  AppOptions options;  // nothing else is set
};

class Identity {
 public:
  explicit Identity(const Options& options) : options_(options) {}

  // Where no certificate was given: one for development, made anew when it is about to expire.
  std::optional<Failure> obtain();
  // The files' names, and what opens them, into the options of an app.
  void fill(AppOptions& app) const;
  // The files as they are now. Null and a failure where they cannot be read.
  std::shared_ptr<const IdentityTexts> read(Failure& failure) const;
  // What failures are about.
  const std::string& certificate_file() const {
    return development_ ? development_->certificate_file : options_.certificate_file;
  }
  const std::string& key_file() const { return development_ ? development_->key_file : options_.key_file; }
  // Nothing where a certificate was given.
  const std::optional<DevelopmentIdentity>& development() const { return development_; }

 private:
  const Options& options_;
  std::optional<DevelopmentIdentity> development_;
};

}  // namespace usquic::tools::serve
