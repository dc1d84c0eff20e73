// A session of this library against a peer that is none: it offers sessions, sends chains and changes names as this
// library's own never would.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "handshake.h"
#include "support/tls_peer.h"

namespace usquic::tls::test {

inline EncryptionLevel level_of(usquic::test::Level level) {
  switch (level) {
    case usquic::test::Level::early:
      return EncryptionLevel::early_data;
    case usquic::test::Level::handshake:
      return EncryptionLevel::handshake;
    case usquic::test::Level::application:
      return EncryptionLevel::application;
    case usquic::test::Level::initial:
      break;
  }
  return EncryptionLevel::initial;
}

inline usquic::test::Level level_of(EncryptionLevel level) {
  switch (level) {
    case EncryptionLevel::early_data:
      return usquic::test::Level::early;
    case EncryptionLevel::handshake:
      return usquic::test::Level::handshake;
    case EncryptionLevel::application:
      return usquic::test::Level::application;
    case EncryptionLevel::initial:
      break;
  }
  return usquic::test::Level::initial;
}

struct ForeignHandshake {
  using Options = usquic::test::TlsPeer::Options;

  // `session` is of the other role.
  ForeignHandshake(std::unique_ptr<Session> session, const Options& options)
      : own(std::move(session)),
        foreign(options, {.on_message =
                              [this](usquic::test::Level level, std::string_view message) {
                                outgoing_.push_back({level_of(level), std::string(message)});
                              },
                          .on_secrets = [](usquic::test::Level, const std::string&, const std::string&) {},
                          .transport_parameters = [] { return std::string("transport parameters"); }}),
        foreign_is_server_(options.is_server) {}

  void start() {
    if (foreign_is_server_) {
      own.advance();
    } else {
      foreign.start();
    }
  }

  // Messages one way; true when there was any.
  bool to_own() {
    bool any = false;
    for (; !outgoing_.empty(); outgoing_.pop_front(), any = true) own.receive(outgoing_.front());
    return any;
  }
  bool to_foreign() {
    bool any = false;
    while (const std::optional<Peer::Message> message = own.take_message()) {
      foreign.read(level_of(message->level), message->bytes);
      any = true;
    }
    return any;
  }

  ForeignHandshake& run() {
    start();
    return finish();
  }
  ForeignHandshake& finish() {
    bool any = true;
    while (any) {
      any = to_own();
      any = to_foreign() || any;
    }
    return *this;
  }

  bool succeeded() const { return own.is_complete && foreign.is_complete(); }

  Peer own;
  usquic::test::TlsPeer foreign;

 private:
  std::deque<Peer::Message> outgoing_;
  bool foreign_is_server_;
};

}  // namespace usquic::tls::test
