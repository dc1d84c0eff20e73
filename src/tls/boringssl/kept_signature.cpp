#include "tls/boringssl/kept_signature.h"

namespace usquic::tls::boringssl {
namespace {

// Of an SSL: the number itself, in the place of a pointer.
int signature_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

}  // namespace

void keep_signature(const SSL* ssl) {
  const std::uintptr_t number = SSL_get_signature_algorithm_used(ssl);
  // The info callback gives it as const; without memory for it the scheme stays unknown.
  SSL_set_ex_data(const_cast<SSL*>(ssl), signature_index(), reinterpret_cast<void*>(number));
}

std::uint16_t kept_signature(const SSL* ssl) {
  return static_cast<std::uint16_t>(
      reinterpret_cast<std::uintptr_t>(SSL_get_ex_data(ssl, signature_index())));
}

}  // namespace usquic::tls::boringssl
