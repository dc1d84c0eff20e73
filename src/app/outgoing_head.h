// The header section of a response while it is made.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "app/field_list.h"

namespace usquic::app {

// The code of "404" or "404 Not Found"; -1 for anything else.
int parse_status(std::string_view status);

class OutgoingHead {
 public:
  void clear();

  // Final statuses only. Returns false for any other text, which makes the head malformed.
  bool set_status(std::string_view status);
  // 200, as if none was set.
  void forget_status() {
    code_ = 200;
    has_status_ = false;
  }
  // Returns false for a malformed field, which makes the head malformed. content-length is kept apart.
  bool add(std::string_view name, std::string_view value);
  // A 2xx to CONNECT says that its stream speaks the Capsule Protocol (RFC 9297 section 3.4).
  void speak_capsules() { speaks_capsules_ = true; }
  // Sets content-length where no field did.
  void announce(std::uint64_t length);

  bool is_malformed() const { return is_malformed_; }
  // The application set a status.
  bool has_status() const { return has_status_; }
  int status() const { return code_; }
  bool has_date() const { return has_date_; }
  // RFC 9110 sections 15.3.5 and 15.4.5.
  bool forbids_body() const { return code_ == 204 || code_ == 304; }
  // The value of content-length, if it was set.
  std::optional<std::uint64_t> announced() const { return announced_; }

  // Appends :status, the fields, `date` unless it is empty, content-length and capsule-protocol. body_length: of the body, where that is
  // known. The views hold until the head changes.
  void append_to(std::vector<us_quic_header_t>& fields, std::string_view date,
                 std::optional<std::uint64_t> body_length, bool is_connect);

 private:
  // RFC 9110 section 8.6: not with 204, nor with 2xx to CONNECT.
  std::optional<std::uint64_t> length_field(std::optional<std::uint64_t> body_length, bool is_connect) const;

  int code_ = 200;
  bool has_status_ = false;
  bool is_malformed_ = false;
  bool has_date_ = false;
  bool speaks_capsules_ = false;
  bool has_capsule_protocol_ = false;
  std::optional<std::uint64_t> announced_;
  FieldList fields_;
  std::array<char, 3> status_text_{};
  std::array<char, 20> length_text_{};
};

}  // namespace usquic::app
