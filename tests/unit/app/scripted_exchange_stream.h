// A stream for tests of the app layer's parts: it records the calls, and takes as much as the test says.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/exchange_stream.h"

namespace usquic::test {

class ScriptedExchangeStream final : public app::ExchangeStream {
 public:
  // ---- What the test says ----
  std::vector<us_quic_header_t> received;
  std::size_t room = SIZE_MAX;  // bytes that write takes
  int send_error = US_QUIC_OK;  // of the next section, response or prepared response
  std::ptrdiff_t write_error = 0;
  int datagram_error = US_QUIC_E_UNSUPPORTED;
  std::optional<std::size_t> its_max_datagram_bytes;
  bool takes_complete_responses = true;
  WebTransport* its_session = nullptr;  // what accept_session opens
  us_loop_t* its_loop = nullptr;
  std::uint64_t its_round_trip_us = 1000;

  // ---- What was called, in order: "headers :status=200 ...", "write abc", "shutdown", ... ----
  std::vector<std::string> calls;
  std::vector<std::string> take_calls() { return std::exchange(calls, {}); }

  std::span<const us_quic_header_t> headers() const override { return received; }
  bool is_early() const override { return false; }
  void pause() override { calls.emplace_back("pause"); }
  void resume() override { calls.emplace_back("resume"); }
  void stop(app::StreamError error) override { calls.push_back("stop " + name_of(error)); }

  Result<void> send_headers(std::span<const us_quic_header_t> fields, bool is_last) override {
    return record((is_last ? "last headers" : "headers") + text_of(fields));
  }
  Result<void> send_response(std::span<const us_quic_header_t> fields, std::string_view body) override {
    if (!takes_complete_responses) return Error{US_QUIC_E_TOO_LARGE};
    return record("response" + text_of(fields) + " body=" + std::string(body));
  }
  Result<void> send_prepared(us_quic_prepared_response_t*) override { return record("prepared"); }
  Result<WebTransport*> accept_session(std::span<const us_quic_header_t> fields,
                                       std::shared_ptr<WebTransportBehavior>) override {
    const Result<void> recorded = record("accept" + text_of(fields));
    if (!recorded) return Error{recorded.error()};
    return its_session;
  }
  std::ptrdiff_t write(std::string_view data) override {
    if (write_error < 0) return write_error;
    const std::size_t taken = std::min(room, data.size());
    room -= taken;
    calls.push_back("write " + std::string(data.substr(0, taken)));
    return static_cast<std::ptrdiff_t>(taken);
  }
  std::ptrdiff_t write_static(std::string_view data, void (*)(void* user), void*) override {
    if (write_error < 0) return write_error;
    if (room < data.size()) return 0;
    room -= data.size();
    calls.push_back("static " + std::string(data));
    return static_cast<std::ptrdiff_t>(data.size());
  }
  int send_datagram(std::string_view data) override {
    if (datagram_error == US_QUIC_OK) calls.push_back("datagram " + std::string(data));
    return datagram_error;
  }
  std::optional<std::size_t> max_datagram_bytes() const override { return its_max_datagram_bytes; }
  void shutdown() override { calls.emplace_back("shutdown"); }
  std::size_t buffered() const override { return 7; }
  void close_with(app::StreamError error) override { calls.push_back("close " + name_of(error)); }

  us_loop_t* loop() const override { return its_loop; }
  socklen_t remote_address(sockaddr_in6&) const override { return 0; }
  us_quic_blob_t client_certificate() const override { return {nullptr, 0}; }
  bool is_client_authorized() const override { return false; }
  std::uint64_t round_trip_us() const override { return its_round_trip_us; }
  std::string_view version() const override { return "0.9"; }
  us_quic_tls_t tls() const override { return {"", "", ""}; }
  us_quic_stream_t* native() const override { return nullptr; }

 private:
  Result<void> record(std::string call) {
    const int error = std::exchange(send_error, US_QUIC_OK);
    if (error == US_QUIC_OK) calls.push_back(std::move(call));
    return Result<void>::of_code(error);
  }

  static std::string name_of(app::StreamError error) {
    switch (error) {
      case app::StreamError::none:
        return "none";
      case app::StreamError::request_cancelled:
        return "request_cancelled";
      case app::StreamError::internal:
        return "internal";
      case app::StreamError::malformed:
        return "malformed";
      case app::StreamError::excessive:
        return "excessive";
      case app::StreamError::bad_datagram:
        return "bad_datagram";
    }
    return "?";
  }

  static std::string text_of(std::span<const us_quic_header_t> fields) {
    std::string text;
    for (const us_quic_header_t& field : fields) {
      text += " " + std::string(field.name, field.name_length) + "=" +
              std::string(field.value, field.value_length);
    }
    return text;
  }
};

}  // namespace usquic::test
