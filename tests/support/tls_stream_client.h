// A TLS client over a byte stream, by GnuTLS: what comes goes in by hand, what is to be sent is taken out by hand.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/certificates.h"

struct gnutls_session_int;
struct gnutls_certificate_credentials_st;

namespace usquic::test {

class TlsStreamClient {
 public:
  struct Options {
    std::string server_name = "a.example";
    std::vector<std::string> alpn;
    std::string priority = "NORMAL";  // as GnuTLS spells it
    Identity identity;                // what it shows when it is asked; none by default
    std::string session;              // what session() gave, to be resumed
    std::string ca;                   // PEM: whom it trusts; "": anybody
    std::string address;              // that the certificate must be for when there is no server_name
  };

  TlsStreamClient();
  explicit TlsStreamClient(const Options& options);
  ~TlsStreamClient();
  TlsStreamClient(const TlsStreamClient&) = delete;
  TlsStreamClient& operator=(const TlsStreamClient&) = delete;

  // Makes the ClientHello.
  void start() { advance(); }
  // Takes bytes of the server: goes on with the handshake, or reads what it holds.
  void receive(std::string_view bytes);
  // What is to be sent, taken out.
  std::string take_output();

  void send(std::string_view plain);
  void close();  // close_notify
  void update_keys();
  void renegotiate();  // TLS 1.2: a second handshake

  bool is_open() const { return is_open_; }
  bool has_failed() const { return has_failed_; }
  bool was_closed() const { return was_closed_; }      // the server's close_notify came
  std::optional<int> alert() const { return alert_; }  // that came, but for close_notify
  const std::string& received() const { return received_; }
  std::string take_received();
  // The longest message that came in one record.
  std::size_t longest_record() const { return longest_record_; }

  std::string alpn() const;
  std::string version() const;  // "TLS1.3"
  bool is_resumed() const;
  std::string session() const;             // for another connection, once a ticket has come
  std::string server_certificate() const;  // in DER
  std::string server_common_name() const;  // of its certificate

 private:
  struct Hooks;

  void set_trust(const Options& options);
  void advance();
  void read();
  void note_failure(int result);

  gnutls_session_int* session_ = nullptr;
  gnutls_certificate_credentials_st* credentials_ = nullptr;
  std::string expected_name_;
  std::string incoming_;
  std::size_t taken_ = 0;  // of incoming_
  std::string outgoing_;
  std::string received_;
  std::size_t longest_record_ = 0;
  bool is_open_ = false;
  bool has_failed_ = false;
  bool was_closed_ = false;
  std::optional<int> alert_;
};

}  // namespace usquic::test
