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

void Transfer::start(usquic::Client& client) {
  client_ = &client;
  if (upload_.is_streamed()) {
    const auto notify = [this, loop = client.loop()] { loop->defer([this] { send_body(); }); };
    if (const int error = upload_.open(notify)) {
      return fail({ExitCode::Read, fmt::format("{}: {}", plan_.file, std::strerror(error))});
    }
  }
  fetch();
}

void Transfer::fetch() {
  ++attempts_;
  FetchOptions request;
  request.method = head_.method;
  request.headers = head_.fields;
  request.body = plan_.memory;
  request.stream_body = upload_.is_open();
  request.max_redirects = options_.follows_redirects ? options_.max_redirects : 0;
  request.path_as_is = options_.keeps_path;
  fetch_ = client_->fetch(url_.text(), request);
  fetch_->onSent([this](us_quic_stream_t* stream) { on_sent(stream); })
      ->onInformational([this](const ResponseHead& head) { on_section(head.status, head.headers); })
      ->onResponse([this](const ResponseHead& head) { on_response(head); })
      ->onData([this](std::string_view bytes) { on_data(bytes); })
      ->onTrailers([this](const std::vector<Field>& fields) { on_section(0, fields); })
      ->onEnd([this] { on_end(); })
      ->onError([this](int error, std::string_view text) { on_error(error, text); })
      ->onStop([this] { upload_.stop(); })
      ->onWritable([this] {
        upload_.resume();
        send_body();
      });
}

void Transfer::send_body() {
  if (fetch_ == nullptr || !upload_.is_open()) return;
  const Upload::State state = upload_.send([this](std::string_view bytes) { return fetch_->write(bytes); });
  if (state == Upload::State::Failed) {
    fail({ExitCode::Read, fmt::format("{}: {}", plan_.file, std::strerror(upload_.error()))});
  } else if (state == Upload::State::AtEnd) {
    upload_.stop();
    fetch_->end();
  }
}

void Transfer::on_sent(us_quic_stream_t* stream) {
  const auto url = parseUrl(fetch_->url(), options_.keeps_path ? DotSegments::Keep : DotSegments::Remove);
  host_.on_transfer_sent(*this, std::get<usquic::Url>(url), us_quic_stream_connection(stream));
  if (options_.is_verbose) {
    tell(fetch_->redirects() > 0 ? fmt::format("* redirected to {}\n", fetch_->url())
                                 : narrate_request(url_, head_));
  }
  upload_.note_request_sent();
  send_body();
}

void Transfer::on_section(int status, const std::vector<Field>& fields) {
  if (figures_.first_byte_ms == 0) figures_.first_byte_ms = monotonic_ms();
  if (options_.is_verbose) tell(narrate_section(status, fields, "< ", "\n"));
  if (options_.includes_headers || options_.is_head) write(narrate_section(status, fields, "", "\r\n"));
}

void Transfer::on_response(const ResponseHead& head) {
  figures_.status = head.status;
  figures_.content_type = head.header("content-type");
  figures_.expected = parse_number(head.header("content-length"));
  const bool is_refused = options_.fails_on_status && figures_.status >= 400;
  if (!is_refused) return on_section(head.status, head.headers);
  if (options_.is_verbose) tell(narrate_section(head.status, head.headers, "< ", "\n"));
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
  client_->loop()->defer([this] {
    is_flush_due_ = false;
    if (const int failed = is_done_ ? 0 : output_.flush(); failed != 0) fail_to_write(failed);
  });
}

void Transfer::fail_to_write(int error) {
  fail({ExitCode::Write, fmt::format("{}: {}", output_.path(), std::strerror(error))});
}

void Transfer::on_end() {
  fetch_ = nullptr;
  int error = output_.open();  // an empty body makes an empty file
  if (error == 0) error = output_.close();
  if (error != 0) return fail_to_write(error);
  finish({ExitCode::Ok, ""});
}

void Transfer::on_error(int error, std::string_view text) {
  const int redirects = std::exchange(fetch_, nullptr)->redirects();
  // A file can be read again; the client has tried again with what it can.
  const bool can_repeat = plan_.source == BodyPlan::Source::File && attempts_ < max_attempts;
  if (error == US_QUIC_E_GOAWAY && figures_.status == 0 && can_repeat) return start(*client_);
  if (error == US_QUIC_E_HEADERS && figures_.is_cut()) {
    return fail({ExitCode::PartialBody,
                 fmt::format("body cut off: {} of {} bytes came", figures_.received, *figures_.expected)});
  }
  const bool is_circling = error == US_QUIC_E_TOO_LARGE && figures_.status == 0 &&
                           options_.follows_redirects && redirects >= options_.max_redirects;
  fail({is_circling ? ExitCode::TooManyRedirects : exit_code_of(error), std::string(text)});
}

void Transfer::fail(const Failure& failure) {
  if (is_done_) return;
  if (Fetch* fetch = std::exchange(fetch_, nullptr)) fetch->abort();
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
