// A stream of a connection that does not exist in the engine yet (the name is being resolved, addresses are
// raced): records what is wanted, and plays it onto the real stream later.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/engine.h"
#include "http/header_section.h"

namespace usquic::quic {

class PendingStream final : public engine::Stream {
 public:
  struct Protocol {
    bool is_http3_only = false;
    bool is_raw_only = false;
  };

  PendingStream(engine::Direction direction, std::size_t max_bytes, Protocol protocol)
      : direction_(direction), max_bytes_(max_bytes), protocol_(protocol) {}
  ~PendingStream();

  engine::Direction direction() const { return direction_; }
  // A write accepted less than was offered: the writer waits for on_stream_writable.
  bool was_short() const { return was_short_; }
  // Does to `stream` what was done to this one. Error: what could not be done; then the stream cannot be
  // as the application believes.
  Result<void> replay(engine::Stream& stream);

  std::int64_t id() const override { return -1; }
  bool is_local() const override { return true; }
  bool is_unidirectional() const override { return direction_ == engine::Direction::unidirectional; }
  int send_headers(std::span<const us_quic_header_t> fields, bool end_stream) override;
  int send_response(std::span<const us_quic_header_t>, Bytes) override { return US_QUIC_E_STATE; }
  std::ptrdiff_t write(Bytes data) override;
  std::ptrdiff_t write_static(Bytes data, void (*release)(void* user), void* user_data) override;
  std::size_t buffered() const override { return bytes_; }
  int finish() override;
  int reset(std::uint64_t code) override;
  int stop(std::uint64_t code) override;
  int set_priority(int urgency, bool incremental) override;
  int send_datagram(Bytes) override { return US_QUIC_E_STATE; }
  void consume(std::size_t) override {}
  std::span<const us_quic_header_t> headers() const override { return {}; }
  void detach() override;

 private:
  struct Headers {
    http::HeaderSection section;
    bool end_stream;
  };
  struct StaticBytes {
    Bytes data;
    void (*release)(void* user);
    void* user;
  };
  struct Priority {
    int urgency;
    bool incremental;
  };
  using Step = std::variant<Headers, std::vector<std::uint8_t>, StaticBytes>;

  // 0, or why nothing can be written now.
  int check_write() const;
  static int do_step(engine::Stream& stream, Step& step);
  int end(engine::Stream& stream) const;

  engine::Direction direction_;
  std::size_t max_bytes_;
  Protocol protocol_;
  std::vector<Step> steps_;
  std::size_t bytes_ = 0;
  // Beside the steps, so that an ending needs no memory.
  std::optional<Priority> priority_;
  std::optional<std::uint64_t> reset_code_;
  std::optional<std::uint64_t> stop_code_;
  bool has_headers_ = false;
  bool is_finished_ = false;
  bool ends_with_headers_ = false;
  bool was_short_ = false;
};

}  // namespace usquic::quic
