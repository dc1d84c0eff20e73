// What all workers of a server use.
#pragma once

#include <memory>
#include <optional>

#include "files/file_service.h"
#include "key_log.h"
#include "serve/access_log.h"
#include "serve/console.h"
#include "serve/identity.h"
#include "serve/options.h"
#include "serve/secret_file.h"
#include "serve/worker_limits.h"

namespace usquic::tools::serve {

// Made before the workers run, and from then on the same for all: only console, access log and key log change, and
// these may be used on any thread.
struct SharedParts {
  explicit SharedParts(const Options& chosen) : options(chosen), identity(chosen) {}

  const Options& options;
  Console console;
  AccessLog access_log;
  std::unique_ptr<KeyLog> key_log = KeyLog::from_environment();
  Identity identity;
  // Null with one worker, whose app opens the files by their names.
  std::shared_ptr<const IdentityTexts> texts;
  std::optional<Secret> secret;
  files::FileServiceOptions files;  // the bytes of files are among them, and what lists take
  WorkerLimits limits;
};

}  // namespace usquic::tools::serve
