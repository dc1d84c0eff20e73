#include "tls/boringssl/session_copy.h"

#include <openssl/bytestring.h>
#include <openssl/mem.h>

#include <cstdint>

namespace usquic::tls::boringssl {
namespace {

// Of the serialized session, as BoringSSL's ssl/ssl_asn1.cc describes it.
constexpr CBS_ASN1_TAG ticket_max_early_data = CBS_ASN1_CONSTRUCTED | CBS_ASN1_CONTEXT_SPECIFIC | 24;

// Appends the elements of a SEQUENCE but one.
bool copy_elements(CBS from, CBB* to, CBS_ASN1_TAG left_out) {
  while (CBS_len(&from) > 0) {
    CBS element;
    CBS_ASN1_TAG tag = 0;
    if (CBS_get_any_asn1_element(&from, &element, &tag, nullptr) != 1) return false;
    if (tag != left_out && CBB_add_bytes(to, CBS_data(&element), CBS_len(&element)) != 1) return false;
  }
  return true;
}

}  // namespace

libssl::SessionHandle copy_without_early_data(const SSL_SESSION& session, const SSL_CTX& context) {
  std::uint8_t* data = nullptr;
  std::size_t length = 0;
  if (SSL_SESSION_to_bytes(&session, &data, &length) != 1) return nullptr;
  const bssl::UniquePtr<std::uint8_t> owner(data);

  CBS whole;
  CBS elements;
  CBS_init(&whole, data, length);
  if (CBS_get_asn1(&whole, &elements, CBS_ASN1_SEQUENCE) != 1) return nullptr;
  bssl::ScopedCBB copy;
  CBB sequence;
  if (CBB_init(copy.get(), length) != 1 || CBB_add_asn1(copy.get(), &sequence, CBS_ASN1_SEQUENCE) != 1 ||
      !copy_elements(elements, &sequence, ticket_max_early_data) || CBB_flush(copy.get()) != 1)
    return nullptr;

  libssl::SessionHandle made(SSL_SESSION_from_bytes(CBB_data(copy.get()), CBB_len(copy.get()), &context));
  if (made == nullptr || SSL_SESSION_early_data_capable(made.get()) == 1) return nullptr;
  return made;
}

}  // namespace usquic::tls::boringssl
