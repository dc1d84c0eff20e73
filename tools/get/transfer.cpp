#include "get/transfer.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstring>
#include <vector>

#include "ascii.h"
#include "clock.h"
#include "get/narration.h"

namespace usquic::tools::get {
namespace {

constexpr std::uint64_t kH3NoError = 0x100;
constexpr std::uint64_t kH3RequestCancelled = 0x10c;

void tell(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace

Transfer::Transfer(TransferHost& host, const Options& options, Url url, HeaderList headers,
                   const BodyPlan& body, Output output)
    : host_(host),
      options_(options),
      url_(std::move(url)),
      headers_(std::move(headers)),
      plan_(body),
      output_(std::move(output)) {}

void Transfer::start(us_quic_connection_t* connection) {
  connection_ = connection;
  ++attempts_;
  int error = 0;
  stream_ = us_quic_connection_create_stream(connection, sizeof(Transfer*), &error);
  if (stream_ == nullptr) return fail(describe_error(error));
  *static_cast<Transfer**>(us_quic_stream_ext(stream_)) = this;
  std::vector<us_quic_header_t> section;
  for (const auto& [name, value] : headers_) {
    section.push_back({name.data(), name.size(), value.data(), value.size(), 0});
  }
  const bool has_body = plan_.source != BodyPlan::Source::None;
  is_body_sent_ = !has_body;
  error = us_quic_stream_send_headers(stream_, section.data(), section.size(), has_body ? 0 : 1);
  if (error != US_QUIC_OK) return fail(describe_error(error));
  if (options_.is_verbose) tell(narrate_request(headers_));
  if (!has_body) return;
  body_ = std::make_unique<BodySource>();
  if (const int failed = body_->open(plan_, us_quic_socket_context_loop(us_quic_stream_context(stream_)))) {
    return fail({ExitCode::Read, fmt::format("{}: {}", plan_.file, std::strerror(failed))});
  }
  send_body();
}

void Transfer::send_body() {
  if (is_done_ || is_body_sent_ || stream_ == nullptr || !body_) return;
  BodySource::State state = body_->fill();
  while (state == BodySource::State::Ready) {
    const std::string_view bytes = body_->peek();
    const std::ptrdiff_t accepted = us_quic_stream_write(stream_, bytes.data(), bytes.size());
    if (accepted < 0) return;  // on_stop or on_stream_close tells why
    body_->consume(static_cast<std::size_t>(accepted));
    sent_ += static_cast<std::uint64_t>(accepted);
    if (static_cast<std::size_t>(accepted) < bytes.size()) return;  // on_stream_writable comes
    state = body_->fill();
  }
  if (state == BodySource::State::Failed) {
    fail({ExitCode::Read, fmt::format("{}: {}", plan_.file, std::strerror(body_->error()))});
  } else if (state == BodySource::State::AtEnd) {
    is_body_sent_ = true;
    us_quic_stream_shutdown(stream_);
  }
}

void Transfer::on_headers(int kind) {
  if (is_done_) return;
  if (first_byte_ms_ == 0) first_byte_ms_ = monotonic_ms();
  if (options_.is_verbose) tell(narrate_section(stream_, "< ", "\n"));
  const bool shows = options_.includes_headers || options_.is_head;
  if (kind == US_QUIC_HEADERS_MESSAGE) on_final_headers();
  if (is_done_ || !shows) return;
  write(narrate_section(stream_, "", "\r\n"));
}

void Transfer::on_final_headers() {
  status_ = static_cast<int>(parse_number(received_field(stream_, ":status")).value_or(0));
  content_type_ = received_field(stream_, "content-type");
  expected_ = parse_number(received_field(stream_, "content-length"));
  if (options_.fails_on_status && status_ >= 400) {
    fail({ExitCode::HttpStatus, fmt::format("the server answered {}", status_)});
  } else if (const int error = output_.open(); error != 0) {
    fail({ExitCode::Write, fmt::format("{}: {}", output_.path(), std::strerror(error))});
  }
}

void Transfer::on_data(std::string_view bytes) {
  if (is_done_) return;
  received_ += bytes.size();
  write(bytes);
}

bool Transfer::write(std::string_view bytes) {
  // Informational sections may come before the output is open.
  int error = output_.open();
  if (error == 0) error = output_.write(bytes);
  if (error == 0) return true;
  fail({ExitCode::Write, fmt::format("{}: {}", output_.path(), std::strerror(error))});
  return false;
}

bool Transfer::response_has_body() const {
  return headers_[0].second != "HEAD" && status_ != 204 && status_ != 304;
}

void Transfer::on_end() {
  if (is_done_) return;
  if (status_ == 0) return fail({ExitCode::Http3, "the answer has no header section"});
  if (expected_ && response_has_body() && received_ != *expected_) {
    return fail(
        {ExitCode::PartialBody, fmt::format("body cut off: {} of {} bytes came", received_, *expected_)});
  }
  // RFC 9114 4.1: the answer is complete; a server may have answered without reading all of the request.
  if (!is_body_sent_) us_quic_stream_reset(stream_, kH3NoError);
  if (const int error = output_.close(); error != 0) {
    return fail({ExitCode::Write, fmt::format("{}: {}", output_.path(), std::strerror(error))});
  }
  finish({ExitCode::Ok, ""});
}

// The server wants no more of the body; its answer may still be on the way.
void Transfer::on_stop() {
  is_body_sent_ = true;
  body_.reset();
}

void Transfer::on_stream_close(const us_quic_stream_close_info_t& info) {
  stream_ = nullptr;
  if (is_done_) return;
  const bool is_untouched = received_ == 0 && status_ == 0;
  const bool can_repeat = plan_.source != BodyPlan::Source::Stream && attempts_ < 3;
  if (info.reason == US_QUIC_E_GOAWAY && is_untouched && can_repeat) {
    body_.reset();
    connection_ = nullptr;
    sent_ = 0;
    host_.on_transfer_refused(*this);
    return;
  }
  // It ended with its connection, whose on_close has the reason and comes next.
  if (info.reason == US_QUIC_E_CLOSED) return;
  fail(describe_stream_close(info));
}

void Transfer::fail(const Failure& failure) {
  if (is_done_) return;
  if (stream_ != nullptr) us_quic_stream_close_with(stream_, kH3RequestCancelled);
  output_.close();
  finish(failure);
}

void Transfer::finish(Failure outcome) {
  is_done_ = true;
  outcome_ = std::move(outcome);
  body_.reset();
  connection_ = nullptr;
  host_.on_transfer_done(*this);
}

}  // namespace usquic::tools::get
