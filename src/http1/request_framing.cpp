#include "http1/request_framing.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string_view>

#include "base/ascii.h"
#include "http/field_rules.h"

namespace usquic::http1 {
namespace {

using http::FieldName;

// Each option is compared with each field, so that many of both would cost much.
constexpr std::size_t max_connection_options = 32;
// Larger ones do not fit where lengths are kept with a sign (http/field_rules.h).
constexpr std::uint64_t max_content_length = 999'999'999'999'999'999;

// RFC 9112 section 6.1: chunked is the last coding, and the only one that is understood here.
class TransferCodings {
 public:
  void add(std::string_view value) {
    ++lines_;
    is_chunked_ = lines_ == 1 && equals_ignoring_case(value, "chunked");
    while (true) {
      const std::string_view coding = next_list_item(value);
      if (coding.empty()) break;
      has_codings_ = true;
      is_ambiguous_ = is_ambiguous_ || ends_chunked_ || !http::is_token(coding);
      ends_chunked_ = equals_ignoring_case(coding, "chunked");
      has_others_ = has_others_ || !ends_chunked_;
    }
  }

  bool is_given() const { return lines_ > 0; }

  Failure refuse() const {
    if (is_chunked_) return {};
    if (is_ambiguous_ || !has_codings_ || !has_others_) return bad_request("Transfer-Encoding is malformed");
    return {501, "a transfer coding is not supported"};
  }

 private:
  std::size_t lines_ = 0;
  bool is_chunked_ = false;  // by one line that says nothing else
  bool has_codings_ = false;
  bool has_others_ = false;
  bool ends_chunked_ = false;
  bool is_ambiguous_ = false;  // something follows chunked, or is no coding
};

class FramingReader {
 public:
  FramingReader(FieldList& fields, int minor_version) : fields_(fields), minor_version_(minor_version) {}

  Failure read(RequestFraming& framing) {
    for (FieldLine& line : fields_.lines()) {
      if (const Failure failure = look_at(line)) return failure;
    }
    if (codings_.is_given()) {
      // RFC 9112 section 6.1: either could be meant to let a request through a proxy unseen.
      if (minor_version_ == 0) return bad_request("Transfer-Encoding came with HTTP/1.0");
      if (content_length_) return bad_request("Transfer-Encoding and Content-Length came together");
      if (const Failure failure = codings_.refuse()) return failure;
      framing.is_chunked = true;
    }
    framing.content_length = content_length_;
    framing.keeps_alive = !says_close_ && (minor_version_ > 0 || says_keep_alive_);
    return {};
  }

 private:
  Failure look_at(FieldLine& line) {
    const std::string_view value = fields_.value(line);
    switch (line.known) {
      case FieldName::content_length:
        return look_at_length(value);
      case FieldName::te:
        line.is_left_out = !equals_ignoring_case(value, "trailers");
        return {};
      case FieldName::host:
        line.is_left_out = true;
        return {};
      case FieldName::connection_specific:
        line.is_left_out = true;
        if (fields_.name(line) == "transfer-encoding") codings_.add(value);
        return fields_.name(line) == "connection" ? look_at_options(value) : Failure{};
      default:
        return {};
    }
  }

  // RFC 9112 section 6.3: one number. A list of equal ones could be read as one, and is not.
  Failure look_at_length(std::string_view value) {
    if (content_length_) return bad_request("Content-Length came twice");
    content_length_ = parse_number(value);
    const bool is_valid = content_length_ && *content_length_ <= max_content_length;
    return is_valid ? Failure{} : bad_request("Content-Length is no number");
  }

  // RFC 9110 section 7.6.1.
  Failure look_at_options(std::string_view value) {
    while (true) {
      const std::string_view option = next_list_item(value);
      if (option.empty()) return {};
      if (++options_ > max_connection_options) return bad_request("Connection has too many options");
      if (equals_ignoring_case(option, "close")) {
        says_close_ = true;
      } else if (equals_ignoring_case(option, "keep-alive")) {
        says_keep_alive_ = true;
      } else {
        leave_out(option);
      }
    }
  }

  // What frames the message stays where it is; a te field that may stay has been looked at, or will be.
  void leave_out(std::string_view name) {
    for (FieldLine& line : fields_.lines()) {
      if (line.known == FieldName::te || line.known == FieldName::content_length) continue;
      if (equals_ignoring_case(fields_.name(line), name)) line.is_left_out = true;
    }
  }

  FieldList& fields_;
  const int minor_version_;
  TransferCodings codings_;
  std::optional<std::uint64_t> content_length_;
  std::size_t options_ = 0;
  bool says_close_ = false;
  bool says_keep_alive_ = false;
};

// Those that say where the message ends, where it goes, who sent it, or what its content is.
constexpr std::string_view never_in_trailers[] = {
    "authorization", "cache-control", "content-encoding",    "content-range", "content-type", "cookie",
    "expect",        "max-forwards",  "proxy-authorization", "range",         "trailer",
};

}  // namespace

Failure read_framing(FieldList& fields, int minor_version, RequestFraming& framing) {
  return FramingReader(fields, minor_version).read(framing);
}

void leave_out_of_trailers(FieldList& fields) {
  for (FieldLine& line : fields.lines()) {
    line.is_left_out = line.known != FieldName::other && line.known != FieldName::priority;
    if (line.is_left_out) continue;
    line.is_left_out = std::find(std::begin(never_in_trailers), std::end(never_in_trailers),
                                 fields.name(line)) != std::end(never_in_trailers);
  }
}

}  // namespace usquic::http1
