// Functions that OpenSSL has as macros with casts of C.
#pragma once

#include <openssl/ssl.h>
#include <openssl/tls1.h>

#include <string>

namespace usquic::tls::openssl {

inline bool set_versions(SSL_CTX* context, int least, int most) {
  return SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, least, nullptr) == 1 &&
         SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, most, nullptr) == 1;
}

inline void set_mode(SSL_CTX* context, long mode) {
  SSL_CTX_ctrl(context, SSL_CTRL_MODE, mode, nullptr);
}

inline bool set_groups(SSL_CTX* context, const std::string& list) {
  return SSL_CTX_ctrl(context, SSL_CTRL_SET_GROUPS_LIST, 0, const_cast<char*>(list.c_str())) == 1;
}

inline void set_session_cache_mode(SSL_CTX* context, long mode) {
  SSL_CTX_ctrl(context, SSL_CTRL_SET_SESS_CACHE_MODE, mode, nullptr);
}

// RFC 6066 section 3.
inline bool set_server_name(SSL* ssl, const std::string& name) {
  return SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                  const_cast<char*>(name.c_str())) == 1;
}

inline bool set_trust(SSL* ssl, X509_STORE* store) {
  return SSL_ctrl(ssl, SSL_CTRL_SET_VERIFY_CERT_STORE, 1, store) == 1;
}

// The signature of this side, or of the peer; nullptr: there is none.
inline const char* signature_name(SSL* ssl, bool is_peers) {
  const char* name = nullptr;
  const int control = is_peers ? SSL_CTRL_GET_PEER_SIGNATURE_NAME : SSL_CTRL_GET_SIGNATURE_NAME;
  return SSL_ctrl(ssl, control, 0, static_cast<void*>(&name)) == 1 ? name : nullptr;
}

}  // namespace usquic::tls::openssl
