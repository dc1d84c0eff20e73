#include "tls/context.h"

#include <memory>
#include <utility>

#include "tls/libssl/library_context.h"

namespace usquic::tls {

Result<std::unique_ptr<Context>> create_context(const Options& options) {
  auto context = std::make_unique<libssl::LibraryContext>();
  if (Result<void> made = context->initialize(options); !made) return Error{made.error()};
  return std::unique_ptr<Context>(std::move(context));
}

}  // namespace usquic::tls
