#include "http1/head_reader.h"

#include <optional>
#include <string>

#include "http1/kept_memory.h"
#include "http1/request_framing.h"
#include "http1/request_target.h"

namespace usquic::http1 {

HeadReader::HeadReader(std::string_view scheme, const ParserLimits& limits)
    : scheme_(scheme), limits_(limits), fields_(buffer_, limits.max_section_bytes) {}

Progress HeadReader::read(Bytes& input) {
  if (part_ == Part::request_line) {
    if (const Progress progress = read_request_line(input); progress != Progress::complete) return progress;
    part_ = Part::fields;
  }
  const Progress progress = fields_.read(input);
  if (progress == Progress::failed) return fail(fields_.failure());
  if (progress == Progress::partial) return progress;
  const Failure failure = finish();
  return failure ? fail(failure) : Progress::complete;
}

Progress HeadReader::read_request_line(Bytes& input) {
  for (;;) {
    switch (buffer_.take_line(input, max_request_line_bytes(limits_.max_target_bytes))) {
      case LineBuffer::Status::partial:
        return Progress::partial;
      case LineBuffer::Status::too_long: {
        const auto begin = buffer_.line();
        return fail(refuse_long_line({begin.data(), begin.size()}));
      }
      case LineBuffer::Status::bare_line_feed:
        return fail(bad_request("the request line ends without CR"));
      case LineBuffer::Status::complete:
        break;
    }
    if (!buffer_.line().empty()) break;
    // RFC 9112 section 2.2: some clients send an empty line behind a body.
    buffer_.drop_line();
    if (++empty_lines_ > limits_.max_empty_lines) return fail(bad_request("too many empty lines"));
  }
  const Failure failure = keep_request_line();
  return failure ? fail(failure) : Progress::complete;
}

Failure HeadReader::keep_request_line() {
  const auto bytes = buffer_.line();
  RequestLine line;
  if (const Failure f = parse_request_line({bytes.data(), bytes.size()}, limits_.max_target_bytes, line))
    return f;
  minor_version_ = line.minor_version;
  RequestTarget target;
  if (const Failure failure = parse_target(line.method, scheme_, line.target, target)) return failure;
  head_.is_connect = line.method == "CONNECT";
  head_.is_head = line.method == "HEAD";
  method_ = buffer_.place_of(line.method);
  authority_ = buffer_.place_of(target.authority);
  bool fits = fields_.count_field(std::string_view(":method").size(), line.method.size());
  if (!head_.is_connect) {
    fits = fits && fields_.count_field(std::string_view(":scheme").size(), scheme_.size()) &&
           fields_.count_field(std::string_view(":path").size(), target.root.size() + target.path.size());
  }
  if (!fits) return {431, "the header section is too large"};
  path_ = target.root.empty() ? buffer_.place_of(target.path)
                              : buffer_.keep(std::string(target.root).append(target.path));
  return {};
}

Failure HeadReader::finish() {
  std::string_view host;
  if (const Failure failure = find_host(host)) return failure;
  RequestFraming framing;
  if (const Failure failure = read_framing(fields_, minor_version_, framing)) return failure;
  is_chunked_ = framing.is_chunked;
  head_.content_length = framing.content_length;
  head_.has_body = framing.is_chunked || framing.content_length.value_or(0) > 0;
  head_.is_version_1_0 = minor_version_ == 0;
  // RFC 9110 section 9.3.6: CONNECT has no content, and what follows it may be for the tunnel.
  if (head_.is_connect && (framing.is_chunked || framing.content_length)) {
    return bad_request("CONNECT came with content");
  }
  head_.keeps_alive = framing.keeps_alive && !head_.is_connect;
  make_fields(host);
  return {};
}

// RFC 9112 section 3.2: one valid Host, which HTTP/1.0 may leave out. The target's authority goes before it.
Failure HeadReader::find_host(std::string_view& host) {
  const FieldLine* found = nullptr;
  for (const FieldLine& line : fields_.lines()) {
    if (line.known != http::FieldName::host) continue;
    if (found != nullptr) return bad_request("Host came twice");
    found = &line;
  }
  if (found != nullptr) {
    host = fields_.value(*found);
    if (!is_authority(host)) return bad_request("Host is no host and port");
  } else if (minor_version_ > 0) {
    return bad_request("Host is missing");
  }
  if (authority_.length > 0) host = buffer_.text(authority_);
  return {};
}

void HeadReader::make_fields(std::string_view host) {
  section_.reserve(fields_.lines().size() + 4);
  section_.push_back(make_field(":method", buffer_.text(method_)));
  if (!head_.is_connect) section_.push_back(make_field(":scheme", scheme_));
  if (!host.empty()) section_.push_back(make_field(":authority", host));
  if (!head_.is_connect) section_.push_back(make_field(":path", buffer_.text(path_)));
  fields_.append_to(section_);
  head_.fields = section_;
}

void HeadReader::begin_next() {
  buffer_.clear();
  fields_.clear();
  clear_for_next(section_);
  part_ = Part::request_line;
  empty_lines_ = 0;
  head_ = {};
  failure_ = {};
}

std::size_t HeadReader::held_bytes() const {
  return buffer_.held_bytes() + fields_.held_bytes() + section_.capacity() * sizeof(us_quic_header_t);
}

Progress HeadReader::fail(Failure failure) {
  failure_ = failure;
  return Progress::failed;
}

}  // namespace usquic::http1
