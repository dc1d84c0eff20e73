#include "tls/boringssl/protocols.h"

#include "tls/libssl/library_context.h"

namespace usquic::tls::boringssl {

const std::vector<std::string>& protocols_of(Context& context) {
  // There is one kind of them in a build.
  return static_cast<libssl::LibraryContext&>(context).state().alpn;
}

}  // namespace usquic::tls::boringssl
