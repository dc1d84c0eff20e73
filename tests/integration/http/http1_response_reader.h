// Reads responses of HTTP/1.1 (RFC 9112), for clients in tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "integration/http/raw_body.h"

namespace usquic::test {

class Http1ResponseReader {
 public:
  class Events {
   public:
    // Informational or final; with :status before the fields, whose names are in lower case.
    virtual void on_section(Fields fields) = 0;
    virtual void on_body(std::string_view bytes) = 0;
    virtual void on_trailers(Fields fields) = 0;
    virtual void on_response_end() = 0;

   protected:
    ~Events() = default;
  };

  explicit Http1ResponseReader(Events& events) : events_(events) {}

  // Before each response. has_no_body: it answers HEAD.
  void begin(bool has_no_body);
  void add(std::string_view bytes) { input_ += bytes; }
  // Reads on by one step. false: more has to come, or the response is over.
  bool advance();
  // No more comes.
  void end_input();

  // The response under way has begun to come.
  bool has_begun() const { return state_ != State::status_line || !input_.empty(); }
  // It breaks the rules.
  bool has_failed() const { return has_failed_; }
  // The server does not keep the connection.
  bool is_last() const { return is_last_; }

 private:
  enum class State : std::uint8_t {
    over,
    status_line,
    fields,
    counted,  // left_ bytes of the body
    chunk_size,
    chunk,  // left_ bytes of it
    chunk_end,
    trailers,
    until_end,
  };

  std::optional<std::string> take_line();
  bool read_line();
  bool read_bytes();
  void take_status_line(const std::string& line);
  void take_field(const std::string& line);
  void end_section();
  void take_chunk_size(const std::string& line);
  void finish();
  void fail() { has_failed_ = true; }

  Events& events_;
  State state_ = State::over;
  std::string input_;
  std::uint64_t left_ = 0;
  Fields section_;
  bool has_no_body_ = false;
  bool is_last_ = false;
  bool has_failed_ = false;
};

}  // namespace usquic::test
