// The answer's side of an exchange.
#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

#include "app/exchange.h"
#include "base/ascii.h"

namespace usquic::app {

namespace {

// "404" or "404 Not Found"; -1 for what is no status code.
int parse_status(std::string_view status) {
  int code = 0;
  const auto [end, error] = std::from_chars(status.data(), status.data() + status.size(), code);
  const bool ends_well = end == status.data() + status.size() || *end == ' ';
  return error == std::errc() && ends_well && end - status.data() == 3 && code >= 100 ? code : -1;
}

// A number as text, for as long as it lives.
class Digits {
 public:
  explicit Digits(std::uint64_t number)
      : end_(std::to_chars(text_.data(), text_.data() + text_.size(), number).ptr) {}
  std::string_view view() const { return {text_.data(), static_cast<std::size_t>(end_ - text_.data())}; }

 private:
  std::array<char, 20> text_{};
  char* end_;
};

}  // namespace

void Exchange::forget_head() {
  head_.clear();
  trailers_.clear();
  status_ = 200;
  announced_.reset();
  head_is_malformed_ = has_date_ = has_status_ = false;
}

bool Exchange::set_status(std::string_view status) {
  const int code = parse_status(status);
  if (code < 200 || code > 599) {
    head_is_malformed_ = true;
    context_.logger.log(LogLevel::error, "writeStatus: \"%.*s\" is no final status; 500 is sent",
                        static_cast<int>(std::min<std::size_t>(status.size(), 100)), status.data());
    return false;
  }
  status_ = code;
  has_status_ = true;
  return true;
}

void Exchange::add_header(std::string_view name, std::string_view value) {
  if (equals_ignoring_case(name, "content-length")) {
    const std::optional<std::uint64_t> length = parse_number(value);
    if (length && (!announced_ || announced_ == length)) {
      announced_ = length;
      return;
    }
  } else if (head_.add(name, value)) {
    has_date_ = has_date_ || equals_ignoring_case(name, "date");
    return;
  }
  head_is_malformed_ = true;
  context_.logger.log(LogLevel::error, "writeHeader: the field \"%.*s\" is malformed; 500 is sent",
                      static_cast<int>(std::min<std::size_t>(name.size(), 100)), name.data());
}

void Exchange::inform(std::string_view status, const FieldView* fields, std::size_t count) {
  const int code = parse_status(status);
  FieldList list;
  bool is_valid = code >= 100 && code <= 199 && code != 101;
  for (std::size_t i = 0; i < count; ++i) is_valid = list.add(fields[i].first, fields[i].second) && is_valid;
  if (!is_valid) {
    context_.logger.log(LogLevel::error, "writeInformational: a malformed section is not sent");
    return;
  }
  context_.fields.clear();
  context_.fields.push_back(header_of(":status", status.substr(0, 3)));
  list.append_to(context_.fields);
  stream_->send_headers(context_.fields, false);
}

// RFC 9110 sections 9.3.2, 15.3.5 and 15.4.5.
bool Exchange::discards_body() const {
  return traits_.is_head || status_ == 204 || status_ == 304 || is_failure_;
}

// RFC 9110 section 8.6: not with 204, nor with 2xx to CONNECT.
std::optional<std::uint64_t> Exchange::length_field(std::optional<std::uint64_t> length) const {
  if (status_ == 204 || (traits_.is_connect && status_ < 300)) return std::nullopt;
  if (announced_ || status_ == 304) return announced_;
  return length;
}

// send: takes the fields, gives 0 or an error. False: something else was sent, or nothing.
template <class Send>
bool Exchange::send_fields(std::optional<std::uint64_t> length, Send send) {
  if (head_is_malformed_) {
    send_failure();
    return false;
  }
  std::vector<us_quic_header_t>& fields = context_.fields;
  const Digits status(static_cast<std::uint64_t>(status_));
  const std::optional<std::uint64_t> told = length_field(length);
  const Digits digits(told.value_or(0));
  fields.clear();
  fields.push_back(header_of(":status", status.view()));
  head_.append_to(fields);
  if (context_.sends_date && !has_date_) {
    std::timespec now{};
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    fields.push_back(header_of("date", context_.date.at(now.tv_sec)));
  }
  if (told) fields.push_back(header_of("content-length", digits.view()));
  const int error = send(fields);
  if (error == US_QUIC_E_HEADERS) {
    context_.logger.log(LogLevel::error, "a response with fields that HTTP/3 does not allow; 500 is sent");
    send_failure();
    return false;
  }
  head_sent_ = true;
  fail_without_memory(error);
  return error == 0;
}

// What was not taken for want of memory is not taken later either: the stream's end is told instead.
void Exchange::fail_without_memory(std::ptrdiff_t result) {
  if (result == US_QUIC_E_NOMEM) stream_->close_with(StreamError::internal);
}

bool Exchange::send_head(std::optional<std::uint64_t> length, bool end_stream) {
  return send_fields(length, [&](const std::vector<us_quic_header_t>& fields) {
    fin_sent_ = end_stream;
    return stream_->send_headers(fields, end_stream);
  });
}

// The head, and with it all of the body if the stream takes that at once.
bool Exchange::send_whole(std::optional<std::uint64_t> length, std::string_view body) {
  return send_fields(length, [&](const std::vector<us_quic_header_t>& fields) {
    const int error = stream_->send_response(fields, body);
    fin_sent_ = error != US_QUIC_E_TOO_LARGE;
    return fin_sent_ ? error : stream_->send_headers(fields, false);
  });
}

void Exchange::send_failure() {
  const std::array<us_quic_header_t, 2> fields = {header_of(":status", "500"),
                                                  header_of("content-length", "0")};
  stream_->send_headers(fields, true);
  head_sent_ = fin_sent_ = is_failure_ = true;
}

bool Exchange::queue(std::string_view data) {
  written_ += data.size();
  if (discards_body() || fin_sent_ || data.empty()) return true;
  if (overflow_.empty()) {
    const std::ptrdiff_t taken = stream_->write(data);
    fail_without_memory(taken);
    if (taken < 0) return false;  // the stream's end will be told
    data.remove_prefix(static_cast<std::size_t>(taken));
  }
  overflow_.append(data);
  return data.empty();
}

// RFC 9114 section 4.1.2: content-length must be the sum of the bytes in DATA frames. A message that would
// not keep it is cut off, so that nobody takes it for whole.
bool Exchange::exceeds_length(std::uint64_t more, const char* call) {
  if (!announced_ || discards_body() || more <= *announced_ - written_) return false;
  context_.logger.log(LogLevel::error, "%s: more bytes than content-length says; the stream is reset", call);
  cut_off();
  return true;
}

void Exchange::cut_off() {
  phase_ = Phase::aborted;
  stream_->close_with(StreamError::internal);
  drop_handlers();
}

void Exchange::flush_head() {
  if (!head_sent_) send_head(std::nullopt, false);
}

bool Exchange::write_some(std::string_view chunk) {
  if (exceeds_length(chunk.size(), "Response::write")) return false;
  if (!head_sent_) send_head(std::nullopt, false);
  return queue(chunk);
}

// write: gives the stream the data; the bytes taken, or an error.
template <class Write>
std::pair<bool, bool> Exchange::try_end_by(std::string_view data, std::uint64_t total, Write write) {
  if (total == 0) total = announced_.value_or(written_ + data.size());
  if (!announced_ && !head_sent_) announced_ = total;
  if (total != announced_.value_or(total)) total = *announced_;
  if (exceeds_length(data.size(), "Response::tryEnd")) return {false, false};
  if (!head_sent_) send_head(total, discards_body() || (total == 0 && trailers_.empty()));
  if (discards_body()) {
    conclude();
    return {true, true};
  }
  std::ptrdiff_t taken = 0;
  if (overflow_.empty() && !data.empty()) taken = write(data);
  fail_without_memory(taken);
  if (taken > 0) written_ += static_cast<std::uint64_t>(taken);
  const bool is_whole = written_ == total && taken >= 0;
  if (is_whole) conclude();
  return {taken >= 0 && static_cast<std::size_t>(taken) == data.size(), is_whole};
}

std::pair<bool, bool> Exchange::try_end(std::string_view data, std::uint64_t total) {
  return try_end_by(data, total, [this](std::string_view bytes) { return stream_->write(bytes); });
}

std::pair<bool, bool> Exchange::try_end_static(std::string_view data, std::uint64_t total,
                                               void (*release)(void* user), void* user) {
  bool is_held = false;
  const auto [is_taken, is_whole] = try_end_by(data, total, [&](std::string_view bytes) {
    const std::ptrdiff_t taken = stream_->write_static(bytes, release, user);
    is_held = taken > 0;
    return taken;
  });
  // An answer without a body takes the data and needs none of it.
  if (is_taken && !is_held && release != nullptr) release(user);
  return {is_taken, is_whole};
}

void Exchange::end_with(std::string_view data) {
  if (exceeds_length(data.size(), "Response::end")) return;
  if (announced_ && !discards_body() && written_ + data.size() < *announced_) {
    context_.logger.log(LogLevel::error,
                        "Response::end: fewer bytes than content-length says; the stream is reset");
    return cut_off();
  }
  if (!head_sent_) {
    const bool is_unknown = traits_.is_head && data.empty();
    const std::optional<std::uint64_t> length =
        is_unknown ? std::nullopt : std::optional<std::uint64_t>(data.size());
    if (discards_body()) {
      send_head(length, true);
    } else if (trailers_.empty()) {
      send_whole(length, data);
    } else {
      send_head(length, false);
    }
  }
  queue(data);
  conclude();
}

void Exchange::end_without_body(std::optional<std::uint64_t> length) {
  if (head_sent_ || !trailers_.empty()) return end_with({});
  if (length && !announced_) announced_ = length;
  if (!discards_body()) return end_with({});  // only here may a length be told that no body has
  send_head(std::nullopt, true);
  conclude();
}

void Exchange::end_prepared(us_quic_prepared_response_t* prepared) {
  const int error = stream_->send_prepared(prepared);
  head_sent_ = true;
  fin_sent_ = error == 0;
  fail_without_memory(error);
  conclude();
}

void Exchange::answer(int status, std::string_view name, std::string_view value) {
  forget_head();
  status_ = status;
  if (!name.empty()) add_header(name, value);
  end_with({});
}

void Exchange::give_up() {
  phase_ = Phase::aborted;
  stream_->close_with(StreamError::request_cancelled);
  drop_handlers();
}

void Exchange::conclude() {
  phase_ = Phase::ended;
  drop_handlers();
  if (overflow_.empty()) finish_sending();
}

void Exchange::finish_sending() {
  if (!fin_sent_) {
    if (trailers_.empty()) {
      stream_->shutdown();
    } else {
      context_.fields.clear();
      trailers_.append_to(context_.fields);
      const int error = stream_->send_headers(context_.fields, true);
      fail_without_memory(error);
      if (error == US_QUIC_E_HEADERS) {
        context_.logger.log(LogLevel::error, "trailer fields that HTTP/3 does not allow are not sent");
        stream_->shutdown();
      }
    }
    fin_sent_ = true;
  }
  if (read_ended_) return;
  if (traits_.has_body) linger();
  stream_->resume();
}

void Exchange::pump() {
  const std::string_view left = std::string_view(overflow_).substr(overflow_sent_);
  const std::ptrdiff_t taken = stream_->write(left);
  fail_without_memory(taken);
  if (taken <= 0) return;
  overflow_sent_ += static_cast<std::size_t>(taken);
  if (overflow_sent_ == overflow_.size()) {
    overflow_.clear();
    overflow_sent_ = 0;
  } else if (overflow_sent_ > overflow_.size() / 2) {
    overflow_.erase(0, overflow_sent_);
    overflow_sent_ = 0;
  }
}

void Exchange::stream_writable() {
  if (phase_ != Phase::open && (phase_ != Phase::ended || fin_sent_)) return;
  if (!overflow_.empty()) pump();
  if (!overflow_.empty()) return;
  if (phase_ == Phase::ended) return finish_sending();
  if (on_writable) call(on_writable, written_);
}

std::uint64_t Exchange::unsent() const {
  const std::uint64_t in_stream = stream_ != nullptr ? stream_->buffered() : 0;
  return in_stream + overflow_.size() - overflow_sent_;
}

}  // namespace usquic::app
