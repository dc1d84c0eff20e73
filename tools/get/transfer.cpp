#include "get/transfer.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "base/system_clock.h"
#include "get/narration.h"

namespace usquic::tools::get {
namespace {

constexpr int max_attempts = 3;

void tell(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace

Transfer::Transfer(TransferHost& host, const Options& options, Url url, RequestHead head,
                   const BodyPlan& body, Output output)
    : host_(host),
      options_(options),
      url_(std::move(url)),
      head_(std::move(head)),
      plan_(body),
      output_(std::move(output)),
      upload_(body) {}

void Transfer::start(ExchangeSource& source, usquic::Loop& loop) {
  source_ = &source;
  loop_ = &loop;
  if (upload_.is_streamed()) {
    const auto notify = [this, &loop] { loop.defer([this] { send_body(); }); };
    if (const int error = upload_.open(notify)) {
      return fail({ExitCode::Read, fmt::format("{}: {}", plan_.file, std::strerror(error))});
    }
  }
  fetch();
}

void Transfer::fetch() {
  ++attempts_;
  is_sent_ = false;
  FetchOptions request;
  request.method = head_.method;
  request.headers = head_.fields;
  request.body = plan_.memory;
  request.stream_body = upload_.is_open();
  request.max_redirects = options_.follows_redirects ? options_.max_redirects : 0;
  request.path_as_is = options_.keeps_path;
  exchange_ = source_->start(url_.text(), request, *this);
}

void Transfer::send_body() {
  if (exchange_ == nullptr || !upload_.is_open() || !is_sent_) return;
  const Upload::State state =
      upload_.send([this](std::string_view bytes) { return exchange_->write(bytes); });
  if (state == Upload::State::Failed) {
    fail({ExitCode::Read, fmt::format("{}: {}", plan_.file, std::strerror(upload_.error()))});
  } else if (state == Upload::State::AtEnd) {
    upload_.stop();
    exchange_->end();
  }
}

void Transfer::on_writable() {
  upload_.resume();
  send_body();
}

void Transfer::on_sent(const Route& route) {
  figures_.version = route.version;
  is_sent_ = true;
  const auto url = parseUrl(exchange_->url(), options_.keeps_path ? DotSegments::Keep : DotSegments::Remove);
  host_.on_transfer_sent(*this, std::get<usquic::Url>(url), route);
  if (options_.is_verbose) {
    tell(exchange_->redirects() > 0 ? fmt::format("* redirected to {}\n", exchange_->url())
                                    : narrate_request(route.version, url_, head_));
  }
  upload_.note_request_sent();
  send_body();
}

void Transfer::on_informational(HttpVersion version, const ResponseHead& head) {
  figures_.version = version;
  show_section(head.status, head.headers);
}

void Transfer::show_section(int status, const std::vector<Field>& fields) {
  if (figures_.first_byte_ms == 0) figures_.first_byte_ms = monotonic_ms();
  if (options_.is_verbose) tell(narrate_section(figures_.version, status, fields, "< ", "\n"));
  if (!options_.includes_headers && !options_.is_head) return;
  write(narrate_section(figures_.version, status, fields, "", "\r\n"));
}

void Transfer::on_response(HttpVersion version, const ResponseHead& head) {
  figures_.version = version;
  figures_.status = head.status;
  figures_.content_type = head.header("content-type");
  figures_.expected = parse_number(head.header("content-length"));
  const bool is_refused = options_.fails_on_status && figures_.status >= 400;
  if (!is_refused) return show_section(head.status, head.headers);
  if (options_.is_verbose) tell(narrate_section(version, head.status, head.headers, "< ", "\n"));
  fail({ExitCode::HttpStatus, fmt::format("the server answered {}", figures_.status)});
}

void Transfer::on_data(std::string_view bytes) {
  figures_.received += bytes.size();
  write(bytes);
}

void Transfer::write(std::string_view bytes) {
  int error = output_.open();
  if (error == 0) error = output_.write(bytes);
  if (error != 0) return fail_to_write(error);
  if (is_flush_due_ || !output_.has_waiting()) return;
  // What comes together is written together, soon.
  is_flush_due_ = true;
  loop_->defer([this] {
    is_flush_due_ = false;
    if (const int failed = is_done_ ? 0 : output_.flush(); failed != 0) fail_to_write(failed);
  });
}

void Transfer::fail_to_write(int error) {
  fail({ExitCode::Write, fmt::format("{}: {}", output_.path(), std::strerror(error))});
}

void Transfer::on_end() {
  exchange_.reset();
  int error = output_.open();  // an empty body makes an empty file
  if (error == 0) error = output_.close();
  if (error != 0) return fail_to_write(error);
  finish({ExitCode::Ok, ""});
}

void Transfer::on_error(const ExchangeError& error) {
  const Failure failure = error.failure;
  const ExchangeError::Kind kind = error.kind;
  exchange_.reset();
  // A file can be read again; the client has tried again with what it can.
  const bool can_repeat = plan_.source == BodyPlan::Source::File && attempts_ < max_attempts;
  if (kind == ExchangeError::Kind::NotProcessed && figures_.status == 0 && can_repeat) {
    return start(*source_, *loop_);
  }
  if (kind == ExchangeError::Kind::Malformed && figures_.is_cut()) {
    return fail({ExitCode::PartialBody,
                 fmt::format("body cut off: {} of {} bytes came", figures_.received, *figures_.expected)});
  }
  fail(failure);
}

void Transfer::fail(const Failure& failure) {
  if (is_done_) return;
  exchange_.reset();
  output_.close();
  finish(failure);
}

void Transfer::finish(Failure outcome) {
  is_done_ = true;
  outcome_ = std::move(outcome);
  upload_.stop();
  host_.on_transfer_done(*this);
}

}  // namespace usquic::tools::get
