#include "identity.h"

namespace usquic::node {
namespace {

constexpr std::size_t secret_bytes = 32;

}  // namespace

Identity::Identity(napi_env env, const Options& options)
    : cert(options.text("cert").value_or("")),
      key(options.text("key").value_or("")),
      ca(options.text("ca").value_or("")),
      extra_ca(options.text("extraCa").value_or("")),
      passphrase(options.text("passphrase").value_or("")),
      certificate_hashes(options.bytes("certificateHashes").value_or("")),
      secret(options.bytes("secret").value_or("")),
      requests_cert(options.flag("requestCert")),
      rejects_unauthorized(options.flag("rejectUnauthorized")) {
  if (!secret.empty() && secret.size() != secret_bytes) throw_argument_error(env, "secret");
}

void Identity::apply_to(us_quic_socket_context_options_t& options) const {
  options.cert = {cert.data(), cert.size()};
  options.key = {key.data(), key.size()};
  options.ca = {ca.data(), ca.size()};
  options.passphrase = passphrase.empty() ? nullptr : passphrase.c_str();
  options.request_cert = requests_cert ? 1 : 0;
  options.reject_unauthorized = rejects_unauthorized ? 1 : 0;
  apply_rest_to(options);
}

void Identity::apply_rest_to(us_quic_socket_context_options_t& options) const {
  options.extra_ca = {extra_ca.data(), extra_ca.size()};
  options.certificate_hashes = {certificate_hashes.data(), certificate_hashes.size()};
  if (!secret.empty()) options.secret = reinterpret_cast<const std::uint8_t*>(secret.data());
}

void LastError::attach_to(us_quic_socket_context_options_t& options) {
  text.clear();
  options.log_user = this;
  options.log_level = US_QUIC_LOG_ERROR;
  options.log = [](void* user, int, const char* message) { static_cast<LastError*>(user)->text = message; };
}

}  // namespace usquic::node
