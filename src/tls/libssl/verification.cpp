#include "tls/libssl/verification.h"

#include <arpa/inet.h>
#include <openssl/x509v3.h>

#include <array>
#include <memory>
#include <string_view>

#include "tls/host_name.h"
#include "tls/libssl/error_queue.h"
#include "tls/libssl/handles.h"
#include "usquic/error.h"

namespace usquic::tls::libssl {
namespace {

// As over GnuTLS.
constexpr int max_chain_length = 16;
constexpr unsigned max_names_in_text = 3;

// What is wrong with a chain, all of it.
struct Findings {
  bool is_revoked = false;
  bool has_unknown_issuer = false;
  bool is_expired = false;
  bool is_not_yet_valid = false;
  int other = X509_V_OK;  // the first of them

  void note(int error) {
    switch (error) {
      case X509_V_ERR_CERT_REVOKED:
        is_revoked = true;
        break;
      case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
      case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
      case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      case X509_V_ERR_CERT_UNTRUSTED:
      case X509_V_ERR_INVALID_CA:
        has_unknown_issuer = true;
        break;
      case X509_V_ERR_CERT_HAS_EXPIRED:
        is_expired = true;
        break;
      case X509_V_ERR_CERT_NOT_YET_VALID:
        is_not_yet_valid = true;
        break;
      default:
        if (other == X509_V_OK) other = error;
    }
  }
};

// The place of a Findings in a X509_STORE_CTX.
int findings_index() {
  static const int index = X509_STORE_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

// Notes and goes on, so that the gravest finding is seen.
int on_finding(int is_good, X509_STORE_CTX* context) {
  if (is_good == 1) return 1;
  const int error = X509_STORE_CTX_get_error(context);
  static_cast<Findings*>(X509_STORE_CTX_get_ex_data(context, findings_index()))->note(error);
  return error == X509_V_ERR_OUT_OF_MEM ? 0 : 1;
}

std::string address_text(const ASN1_OCTET_STRING* bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = ASN1_STRING_length(bytes) == 4 ? AF_INET : AF_INET6;
  inet_ntop(family, ASN1_STRING_get0_data(bytes), text.data(), text.size());
  return text.data();
}

std::string common_name(X509* certificate) {
  std::array<char, 256> name{};
  const int length = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName,
                                               name.data(), static_cast<int>(name.size()));
  return length >= 0 ? std::string(name.data(), static_cast<std::size_t>(length)) : "nobody";
}

// "" = it names no host.
std::string text_of(const GENERAL_NAME* name) {
  if (name->type == GEN_DNS) {
    const ASN1_IA5STRING* text = name->d.dNSName;
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
            static_cast<std::size_t>(ASN1_STRING_length(text))};
  }
  if (name->type != GEN_IPADD) return {};
  const int length = ASN1_STRING_length(name->d.iPAddress);
  return length == 4 || length == 16 ? address_text(name->d.iPAddress) : std::string();
}

using NamesHandle = std::unique_ptr<GENERAL_NAMES, ReleaseWith<GENERAL_NAMES_free>>;

// "a.example, b.example and others": whom a certificate is for.
std::string names_of(X509* certificate) {
  const NamesHandle all(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::string names;
  unsigned shown = 0;
  const int count = all == nullptr ? 0 : static_cast<int>(sk_GENERAL_NAME_num(all.get()));
  for (int i = 0; i < count; ++i) {
    const std::string text = text_of(sk_GENERAL_NAME_value(all.get(), i));
    if (text.empty()) continue;
    if (shown == max_names_in_text) return names + " and others";
    if (shown++ > 0) names += ", ";
    names += text;
  }
  if (shown > 0) return names;
  return "no host by its subjectAltName, and its common name (" + common_name(certificate) +
         ") does not count";
}

// RFC 9110 section 4.3.4: the common name does not count.
bool is_for(X509* certificate, const std::string& name) {
  if (is_ip_address(name)) return X509_check_ip_asc(certificate, name.c_str(), 0) == 1;
  constexpr unsigned flags = X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;
  return X509_check_host(certificate, name.data(), name.size(), flags, nullptr) == 1;
}

Verdict untrusted(Alert alert, const std::string& reason) {
  return {US_QUIC_E_CERT_UNTRUSTED, alert, reason};
}

// The gravest finding wins: a chain that leads nowhere says nothing about dates or names.
Verdict verdict_of(const Findings& findings, X509* leaf, const std::string& server_name) {
  if (findings.is_revoked) return untrusted(Alert::certificate_revoked, "it has been revoked");
  if (findings.has_unknown_issuer) return untrusted(Alert::unknown_ca, "its issuer is unknown");
  if (findings.other != X509_V_OK)
    return untrusted(Alert::bad_certificate, X509_verify_cert_error_string(findings.other));
  if (findings.is_expired)
    return {US_QUIC_E_CERT_EXPIRED, Alert::certificate_expired, "certificate has expired"};
  if (findings.is_not_yet_valid)
    return {US_QUIC_E_CERT_EXPIRED, Alert::certificate_expired, "certificate is not yet valid"};
  if (server_name.empty() || is_for(leaf, server_name)) return {};
  return {US_QUIC_E_CERT_NAME, Alert::bad_certificate,
          "certificate is for " + names_of(leaf) + ", not for " + server_name};
}

}  // namespace

Verdict verify(X509_STORE_CTX* context, const std::string& server_name) {
  if (sk_X509_num(X509_STORE_CTX_get0_untrusted(context)) > max_chain_length)
    return untrusted(Alert::bad_certificate, "its chain is too long");
  Findings findings;
  if (X509_STORE_CTX_set_ex_data(context, findings_index(), &findings) != 1)
    return untrusted(Alert::internal_error, "out of memory");
  X509_STORE_CTX_set_verify_cb(context, on_finding);
  const int result = X509_verify_cert(context);
  const QueuedError error = take_error(US_QUIC_E_CERT_UNTRUSTED);
  if (result != 1) {
    const bool is_memory = X509_STORE_CTX_get_error(context) == X509_V_ERR_OUT_OF_MEM;
    return untrusted(is_memory ? Alert::internal_error : Alert::bad_certificate,
                     is_memory ? "out of memory" : error.text);
  }
  return verdict_of(findings, X509_STORE_CTX_get0_cert(context), server_name);
}

}  // namespace usquic::tls::libssl
