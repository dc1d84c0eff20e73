#include "redirect/redirect_connection.h"

#include <array>
#include <charconv>
#include <ctime>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include "http1/field_list.h"
#include "http1/response_writer.h"
#include "redirect/https_location.h"

namespace usquic::redirect {
namespace {

constexpr int permanent_redirect = 308;  // RFC 9110 section 15.4.9: the method stays
constexpr int bad_request = 400;
constexpr int request_timeout = 408;
// What a client may still send to a connection that has said its last (RFC 9112 section 9.6).
constexpr Duration linger_time = std::chrono::seconds(2);

std::string_view value_of(const http1::RequestHead& head, std::string_view name) {
  for (const us_quic_header_t& each : head.fields) {
    if (std::string_view(each.name, each.name_length) == name) return {each.value, each.value_length};
  }
  return {};
}

}  // namespace

RedirectConnection::RedirectConnection(std::shared_ptr<RedirectShare> share, tcp::Connection& tcp)
    : share_(std::move(share)), tcp_(tcp), parser_("http", parser_limits, *this) {
  share_->connections.push_back(this);
}

void RedirectConnection::on_open(tcp::Connection& /*tcp*/) {
  await(Awaited::request);
}

// Memory that is used up ends the connection.
void RedirectConnection::on_data(tcp::Connection& /*tcp*/, Bytes data) {
  try {
    take(data);
  } catch (const std::bad_alloc&) {
    tcp_.abort();
  }
}

void RedirectConnection::on_end(tcp::Connection& /*tcp*/) {
  if (awaited_ != Awaited::end) end();
}

void RedirectConnection::on_writable(tcp::Connection& /*tcp*/) {
  tcp_.resume();
}

void RedirectConnection::on_deadline(tcp::Connection& /*tcp*/) {
  if (awaited_ == Awaited::end) return tcp_.close();
  if (awaited_ == Awaited::request) return end();
  try {
    refuse(request_timeout, "its head is late");
  } catch (const std::bad_alloc&) {
    tcp_.abort();
  }
}

void RedirectConnection::on_close(tcp::Connection& /*tcp*/, int /*error*/) {
  delete this;
}

// One after the other. The rest of a request that has a body is dropped: the connection ends with the answer.
void RedirectConnection::take(Bytes data) {
  bool is_answered = false;
  while (awaited_ != Awaited::end && !data.empty()) {
    data = data.subspan(parser_.feed(data));
    if (const std::optional<int> status = parser_.failed_status()) {
      return refuse(*status, parser_.failure_text());
    }
    if (!persists_) return end();
    if (!parser_.is_request_over()) continue;
    is_answered = true;
    parser_.begin_next();
  }
  if (awaited_ == Awaited::end) return;
  const Awaited next = parser_.is_between_requests() ? Awaited::request : Awaited::head;
  if (is_answered || next != awaited_) await(next);
}

void RedirectConnection::await(Awaited next) {
  awaited_ = next;
  Duration most = share_->idle_timeout;
  if (next == Awaited::head) most = share_->head_timeout;
  if (next == Awaited::end) most = linger_time;
  tcp_.set_deadline(most);
}

void RedirectConnection::on_request(const http1::RequestHead& head) {
  std::optional<std::string> location;
  if (!head.is_connect) {
    location = https_location(value_of(head, ":authority"), value_of(head, ":path"), share_->https_port);
  }
  persists_ = head.keeps_alive && !head.has_body && location.has_value();
  if (location) return answer(head, permanent_redirect, *location);
  log_refusal(bad_request, head.is_connect ? "nobody is connected from here" : "it names no host");
  answer(head, bad_request, {});
}

void RedirectConnection::answer(const http1::RequestHead& head, int status, std::string_view location) {
  std::array<char, 3> text{};
  std::to_chars(text.data(), text.data() + text.size(), status);
  const std::array<us_quic_header_t, 3> fields = {
      http1::make_field(":status", {text.data(), text.size()}),
      http1::make_field("date", share_->date.at(std::time(nullptr))),
      http1::make_field("location", location)};
  http1::ResponseWriter writer(head);
  if (!persists_) writer.end_connection();
  const std::span<const us_quic_header_t> all(fields);
  share_->output.clear();
  static_cast<void>(writer.head(location.empty() ? all.first(2) : all, 0, share_->output));
  static_cast<void>(writer.end(share_->output));  // nothing is wrong with these
  if (!tcp_.write(share_->output)) tcp_.pause();
}

void RedirectConnection::refuse(int status, std::string_view reason) {
  log_refusal(status, reason);
  persists_ = false;
  answer({}, status, {});
  end();
}

void RedirectConnection::log_refusal(int status, std::string_view reason) const {
  share_->log.log(LogLevel::info, "HTTP/1.1: a request from %s is refused with %d: %.*s",
                  tcp_.socket().remote_address().to_string().c_str(), status, static_cast<int>(reason.size()),
                  reason.data());
}

void RedirectConnection::end() {
  tcp_.write_end();
  tcp_.resume();
  await(Awaited::end);
}

}  // namespace usquic::redirect
