#include "tls/gnutls/verification.h"

#include <arpa/inet.h>
#include <gnutls/x509.h>

#include <array>
#include <cstdint>
#include <vector>

#include "tls/gnutls/gnutls_handles.h"
#include "usquic/error.h"

namespace usquic::tls::gnutls {
namespace {

// GnuTLS 3.7 takes no longer chain; it copies the list before it looks at the length.
constexpr unsigned max_chain_length = 16;
constexpr unsigned max_names_in_text = 3;

// 112 bits: RSA from 2048, as Debian's OpenSSL asks too.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"  // inside GnuTLS's macro
constexpr unsigned verify_flags = GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_MEDIUM);
#pragma GCC diagnostic pop

// A name to verify against, in GnuTLS's form; holds the bytes of an address.
class NameElement {
 public:
  explicit NameElement(const std::string& name) {
    if (inet_pton(AF_INET, name.c_str(), address_.data()) == 1) {
      set(GNUTLS_DT_IP_ADDRESS, address_.data(), 4);
    } else if (inet_pton(AF_INET6, name.c_str(), address_.data()) == 1) {
      set(GNUTLS_DT_IP_ADDRESS, address_.data(), 16);
    } else {
      set(GNUTLS_DT_DNS_HOSTNAME, reinterpret_cast<const std::uint8_t*>(name.c_str()), name.size());
    }
  }
  NameElement(const NameElement&) = delete;
  NameElement& operator=(const NameElement&) = delete;

  const gnutls_typed_vdata_st& get() const { return element_; }
  bool is_dns_name() const { return element_.type == GNUTLS_DT_DNS_HOSTNAME && element_.size > 0; }

 private:
  void set(gnutls_vdata_types_t type, const std::uint8_t* data, std::size_t size) {
    element_.type = type;
    element_.data = const_cast<unsigned char*>(data);
    element_.size = static_cast<unsigned>(size);
  }

  std::array<std::uint8_t, 16> address_{};
  gnutls_typed_vdata_st element_{};
};

std::string address_text(const std::uint8_t* bytes, std::size_t length) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(length == 4 ? AF_INET : AF_INET6, bytes, text.data(), text.size());
  return text.data();
}

std::string common_name(gnutls_x509_crt_t certificate) {
  std::array<char, 256> name{};
  std::size_t size = name.size();
  const int result =
      gnutls_x509_crt_get_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name.data(), &size);
  return result == 0 ? std::string(name.data(), size) : "nobody";
}

// Whether GnuTLS saw a DNS name in subjectAltName. Where it sees none it falls back on the common name, which
// RFC 9110 section 4.3.4 rules out, and none of its flags switches that off. Some versions end their search
// at a name that does not fit 256 bytes, and so does this one: what is found here was seen there.
bool has_dns_name(gnutls_x509_crt_t certificate) {
  for (unsigned i = 0;; ++i) {
    std::array<std::uint8_t, 256> name{};
    std::size_t size = name.size();
    const int type = gnutls_x509_crt_get_subject_alt_name(certificate, i, name.data(), &size, nullptr);
    if (type == GNUTLS_SAN_DNSNAME) return true;
    if (type < 0) return false;
  }
}

// "a.example, b.example and others": whom a certificate is for.
std::string names_of(gnutls_x509_crt_t certificate) {
  std::string names;
  unsigned shown = 0;
  for (unsigned i = 0;; ++i) {
    std::array<std::uint8_t, 256> name{};
    std::size_t size = name.size();
    const int type = gnutls_x509_crt_get_subject_alt_name(certificate, i, name.data(), &size, nullptr);
    if (type == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) break;
    if (type == GNUTLS_E_SHORT_MEMORY_BUFFER) continue;
    if (type < 0) break;
    const bool is_address = type == GNUTLS_SAN_IPADDRESS && (size == 4 || size == 16);
    if (type != GNUTLS_SAN_DNSNAME && !is_address) continue;
    if (shown == max_names_in_text) return names + " and others";
    if (shown++ > 0) names += ", ";
    names += is_address ? address_text(name.data(), size)
                        : std::string(reinterpret_cast<const char*>(name.data()), size);
  }
  if (shown > 0) return names;
  return "no host by its subjectAltName, and its common name (" + common_name(certificate) +
         ") does not count";
}

std::string gnutls_text(unsigned status) {
  Datum text;
  if (gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, text.out(), 0) < 0) return {};
  std::string_view line = text.text();
  while (line.ends_with('\0') || line.ends_with(' ')) line.remove_suffix(1);
  return std::string(line);
}

Verdict untrusted(Alert alert, const std::string& reason) {
  return {US_QUIC_E_CERT_UNTRUSTED, alert, reason};
}

// The gravest finding wins: a chain that leads nowhere says nothing about dates or names.
Verdict verdict_of(unsigned status, gnutls_x509_crt_t leaf, const std::string& server_name) {
  if (status == 0) return {};
  if ((status & GNUTLS_CERT_REVOKED) != 0)
    return untrusted(Alert::certificate_revoked, "it has been revoked");
  if ((status & (GNUTLS_CERT_SIGNER_NOT_FOUND | GNUTLS_CERT_SIGNER_NOT_CA)) != 0)
    return untrusted(Alert::unknown_ca, "its issuer is unknown");
  constexpr unsigned dates = GNUTLS_CERT_EXPIRED | GNUTLS_CERT_NOT_ACTIVATED;
  constexpr unsigned explained = dates | GNUTLS_CERT_UNEXPECTED_OWNER | GNUTLS_CERT_INVALID;
  if ((status & ~explained) != 0 || (status & explained) == GNUTLS_CERT_INVALID)
    return untrusted(Alert::bad_certificate, gnutls_text(status));
  if ((status & GNUTLS_CERT_EXPIRED) != 0)
    return {US_QUIC_E_CERT_EXPIRED, Alert::certificate_expired, "certificate has expired"};
  if ((status & GNUTLS_CERT_NOT_ACTIVATED) != 0)
    return {US_QUIC_E_CERT_EXPIRED, Alert::certificate_expired, "certificate is not yet valid"};
  return {US_QUIC_E_CERT_NAME, Alert::bad_certificate,
          "certificate is for " + names_of(leaf) + ", not for " + server_name};
}

Verdict verify(gnutls_session_t session, const Trust& trust, const char* purpose,
               const std::string& server_name) {
  unsigned count = 0;
  const gnutls_datum_t* peers = gnutls_certificate_get_peers(session, &count);
  if (peers == nullptr || count == 0) return {US_QUIC_E_CERT_REQUIRED, Alert::certificate_required, ""};
  if (gnutls_certificate_type_get2(session, GNUTLS_CTYPE_PEERS) != GNUTLS_CRT_X509)
    return untrusted(Alert::unsupported_certificate, "it is not an X.509 certificate");
  if (count > max_chain_length) return untrusted(Alert::bad_certificate, "its chain is too long");

  std::vector<CertificateHandle> chain;
  std::vector<gnutls_x509_crt_t> list;
  // Before there is a certificate that a failed allocation could lose.
  chain.reserve(count);
  list.reserve(count);
  for (unsigned i = 0; i < count; ++i) {
    gnutls_x509_crt_t certificate = nullptr;
    if (gnutls_x509_crt_init(&certificate) < 0) return untrusted(Alert::internal_error, "out of memory");
    chain.emplace_back(certificate);
    list.push_back(certificate);
    if (gnutls_x509_crt_import(certificate, &peers[i], GNUTLS_X509_FMT_DER) < 0)
      return untrusted(Alert::bad_certificate, "it is malformed");
  }

  const NameElement name(server_name);
  std::array<gnutls_typed_vdata_st, 2> elements{};
  elements[0].type = GNUTLS_DT_KEY_PURPOSE_OID;
  elements[0].data = reinterpret_cast<unsigned char*>(const_cast<char*>(purpose));
  elements[1] = name.get();
  unsigned status = 0;
  const int result =
      gnutls_x509_trust_list_verify_crt2(trust.native(), list.data(), count, elements.data(),
                                         server_name.empty() ? 1 : 2, verify_flags, &status, nullptr);
  if (result < 0) return untrusted(Alert::bad_certificate, gnutls_strerror(result));
  if (name.is_dns_name() && !has_dns_name(list.front()))
    status |= GNUTLS_CERT_INVALID | GNUTLS_CERT_UNEXPECTED_OWNER;
  return verdict_of(status, list.front(), server_name);
}

}  // namespace

Verdict verify_server(gnutls_session_t session, const Trust& trust, const std::string& server_name) {
  return verify(session, trust, GNUTLS_KP_TLS_WWW_SERVER, server_name);
}

Verdict verify_client(gnutls_session_t session, const Trust& trust) {
  return verify(session, trust, GNUTLS_KP_TLS_WWW_CLIENT, {});
}

}  // namespace usquic::tls::gnutls
