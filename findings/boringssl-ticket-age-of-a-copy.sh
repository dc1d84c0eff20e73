#!/usr/bin/env bash
# BoringSSL: a session that was copied without early data offers its ticket with a wrong age once it has been serialized.
#
# RFC 8446 section 4.2.11.1: a client hides the age of a ticket by adding ticket_age_add of the NewSessionTicket message.
# SSL_SESSION_copy_without_early_data() is documented to disable early data and nothing else; SSL_SESSION_to_bytes() with
# SSL_SESSION_from_bytes() is how a client keeps sessions.
#
# Expected: the ClientHello offers about the same obfuscated age with the session, with its copy, and with either of them after
# it was serialized and parsed.
# Seen with android-libboringssl 13.0.0 and 14.0.0 (Debian 12 and its backports), and with BoringSSL of August 2026 that was
# built from source: only the serialized copy differs. The copy has the number, but not the mark that it has one, so the number
# is not serialized, and the age goes out as if 0 had been added. A server that looks at the age (GnuTLS 3.7.9 does, for each
# ticket) takes the ticket for stale, and answers by a full handshake.
# Guess before: the four are alike, as each function by itself promises.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for version in 13.0.0+r24-2 14.0.0+r45-2~bpo12+1; do
  for package in android-libboringssl android-libboringssl-dev; do
    apt-get download -q "$package=$version" >/dev/null 2>&1
    dpkg-deb -x "${package}_${version%%+*}"*.deb "$version"
  done
done
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -days 2 \
  -subj /CN=localhost 2>/dev/null

cat >ages.cpp <<'CPP'
#include <openssl/bio.h>
#include <openssl/mem.h>
#include <openssl/ssl.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

bssl::UniquePtr<SSL_SESSION> kept;

int keep(SSL*, SSL_SESSION* session) {
  kept.reset(session);
  return 1;
}

SSL_CTX* context() {
  SSL_CTX* made = SSL_CTX_new(TLS_method());
  SSL_CTX_set_min_proto_version(made, TLS1_3_VERSION);
  SSL_CTX_set_early_data_enabled(made, 1);
  return made;
}

// One connection in memory, until the client has a ticket.
void connect(SSL_CTX* of_client, SSL_CTX* of_server) {
  const bssl::UniquePtr<SSL> client(SSL_new(of_client));
  const bssl::UniquePtr<SSL> server(SSL_new(of_server));
  BIO* near = nullptr;
  BIO* far = nullptr;
  BIO_new_bio_pair(&near, 0, &far, 0);
  SSL_set_bio(client.get(), near, near);
  SSL_set_bio(server.get(), far, far);
  SSL_set_connect_state(client.get());
  SSL_set_accept_state(server.get());
  char byte = 0;
  for (int i = 0; i < 10 && kept == nullptr; ++i) {
    SSL_read(client.get(), &byte, 1);
    SSL_read(server.get(), &byte, 1);
    if (SSL_in_init(server.get()) == 0) SSL_write(server.get(), "x", 1);  // tickets go out with what it has to say
  }
  if (kept == nullptr) std::exit(2);
}

// What a ClientHello says behind the ticket.
std::uint32_t offered_age(SSL_CTX* of_client, SSL_SESSION* session) {
  const bssl::UniquePtr<SSL> client(SSL_new(of_client));
  BIO* in = BIO_new(BIO_s_mem());
  BIO* out = BIO_new(BIO_s_mem());
  SSL_set_bio(client.get(), in, out);
  SSL_set_session(client.get(), session);
  SSL_connect(client.get());
  const std::uint8_t* data = nullptr;
  std::size_t length = 0;
  BIO_mem_contents(out, &data, &length);
  const std::string_view hello(reinterpret_cast<const char*>(data), length);
  const std::uint8_t* ticket = nullptr;
  std::size_t ticket_length = 0;
  SSL_SESSION_get0_ticket(session, &ticket, &ticket_length);
  const std::size_t at = hello.find(std::string_view(reinterpret_cast<const char*>(ticket), ticket_length));
  if (at == std::string_view::npos) std::exit(3);
  std::uint32_t age = 0;
  for (int i = 0; i < 4; ++i) age = age << 8 | data[at + ticket_length + i];
  return age;
}

bssl::UniquePtr<SSL_SESSION> serialized(SSL_SESSION* session, SSL_CTX* of_client) {
  std::uint8_t* data = nullptr;
  std::size_t length = 0;
  if (SSL_SESSION_to_bytes(session, &data, &length) != 1) std::exit(4);
  const bssl::UniquePtr<std::uint8_t> owner(data);
  return bssl::UniquePtr<SSL_SESSION>(SSL_SESSION_from_bytes(data, length, of_client));
}

}  // namespace

int main() {
  SSL_CTX* of_server = context();
  SSL_CTX_use_certificate_chain_file(of_server, "cert.pem");
  SSL_CTX_use_PrivateKey_file(of_server, "key.pem", SSL_FILETYPE_PEM);
  SSL_CTX* of_client = context();
  SSL_CTX_set_session_cache_mode(of_client, SSL_SESS_CACHE_CLIENT);
  SSL_CTX_sess_set_new_cb(of_client, keep);
  connect(of_client, of_server);

  const bssl::UniquePtr<SSL_SESSION> copy(SSL_SESSION_copy_without_early_data(kept.get()));
  const std::uint32_t age = offered_age(of_client, kept.get());
  const auto tell = [&](const char* name, SSL_SESSION* session) {
    const std::uint32_t distance = offered_age(of_client, session) - age;
    const bool is_same = distance + 60000U <= 120000U;  // milliseconds: a minute more or less
    std::printf("%-19s early data %d  age %s\n", name, SSL_SESSION_early_data_capable(session),
                is_same ? "the same" : "another");
  };
  tell("session", kept.get());
  tell("session, serialized", serialized(kept.get(), of_client).get());
  tell("copy", copy.get());
  tell("copy, serialized", serialized(copy.get(), of_client).get());
}
CPP

cat >expected <<'TEXT'
session             early data 1  age the same
session, serialized early data 1  age the same
copy                early data 0  age the same
copy, serialized    early data 0  age another
TEXT
for version in 13.0.0+r24-2 14.0.0+r45-2~bpo12+1; do
  echo "android-libboringssl $version"
  libraries=$(echo "$work/$version"/usr/lib/*-linux-gnu/android)
  g++ -std=c++17 -I"$version/usr/include/android" ages.cpp -o ages -L"$libraries" -lssl -lcrypto -Wl,-rpath,"$libraries"
  ./ages | tee seen
  diff expected seen
done
