// Response's calls: each makes sure that the response may still be used, and passes on.
#include "usquic/http/response.h"

#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "app/exchange.h"
#include "app/misuse.h"
#include "app/prepared_head.h"

namespace usquic {

using usquic::app::Exchange;
using usquic::app::ResponseSender;

namespace {

Exchange& exchange_of(Response* response) {
  return *static_cast<Exchange*>(response);
}

const Exchange& exchange_of(const Response* response) {
  return *static_cast<const Exchange*>(response);
}

// The exchange, or nullptr for a call that comes too late.
Exchange* usable(Response* response, const char* call) {
  Exchange& exchange = exchange_of(response);
  if (exchange.is_open()) return &exchange;
  usquic::app::report_misuse(exchange.logger(), call, "the response was answered or aborted before");
  return nullptr;
}

Exchange* before_head(Response* response, const char* call) {
  Exchange* exchange = usable(response, call);
  if (exchange == nullptr || !exchange->response().is_head_sent()) return exchange;
  usquic::app::report_misuse(exchange->logger(), call, "the header section was sent before");
  return nullptr;
}

}  // namespace

Response* Response::writeStatus(std::string_view status) {
  if (Exchange* exchange = before_head(this, "Response::writeStatus"))
    exchange->response().set_status(status);
  return this;
}

Response* Response::writeHeader(std::string_view name, std::string_view value) {
  if (Exchange* exchange = before_head(this, "Response::writeHeader"))
    exchange->response().add_header(name, value);
  return this;
}

Response* Response::writeHeader(std::string_view name, std::uint64_t value) {
  std::array<char, 20> text{};
  const char* end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return writeHeader(name, std::string_view(text.data(), static_cast<std::size_t>(end - text.data())));
}

Response* Response::writeInformational(std::string_view status, std::initializer_list<FieldView> fields) {
  return writeInformational(status, std::vector<FieldView>(fields));
}

Response* Response::writeInformational(std::string_view status, const std::vector<FieldView>& fields) {
  if (Exchange* exchange = before_head(this, "Response::writeInformational")) {
    exchange->response().inform(status, fields.data(), fields.size());
  }
  return this;
}

Response* Response::flushHeaders() {
  if (Exchange* exchange = usable(this, "Response::flushHeaders")) exchange->response().flush_head();
  return this;
}

bool Response::write(std::string_view chunk) {
  Exchange* exchange = usable(this, "Response::write");
  return exchange != nullptr && exchange->settle(exchange->response().write(chunk)).is_taken;
}

bool Response::writeStatic(std::string_view chunk, void (*release)(void* user), void* user) {
  Exchange* exchange = usable(this, "Response::writeStatic");
  if (exchange == nullptr) return false;
  const ResponseSender::Attempt attempt =
      exchange->settle(exchange->response().write_static(chunk, {release, user}));
  // A response without a body takes the chunk and needs none of it.
  if (attempt.is_taken && !attempt.is_held && release != nullptr) release(user);
  return attempt.is_taken;
}

std::pair<bool, bool> Response::tryEnd(std::string_view data, std::uint64_t totalSize) {
  Exchange* exchange = usable(this, "Response::tryEnd");
  if (exchange == nullptr) return {false, false};
  const ResponseSender::Attempt attempt = exchange->settle(exchange->response().try_end(data, totalSize));
  return {attempt.is_taken, attempt.is_complete};
}

std::pair<bool, bool> Response::tryEndStatic(std::string_view data, std::uint64_t totalSize,
                                             void (*release)(void* user), void* user) {
  Exchange* exchange = usable(this, "Response::tryEndStatic");
  if (exchange == nullptr) return {false, false};
  const usquic::app::Loan loan{release, user};
  const ResponseSender::Attempt attempt =
      exchange->settle(exchange->response().try_end(data, totalSize, &loan));
  // A response without a body takes the data and needs none of it.
  if (attempt.is_taken && !attempt.is_held && release != nullptr) release(user);
  return {attempt.is_taken, attempt.is_complete};
}

void Response::end(std::string_view data) {
  Exchange* exchange = usable(this, "Response::end");
  if (exchange != nullptr) exchange->settle(exchange->response().end_with(data));
}

void Response::end(const PreparedResponse& prepared) {
  Exchange* exchange = before_head(this, "Response::end");
  if (exchange == nullptr) return;
  if (!prepared.valid()) {
    usquic::app::report_misuse(exchange->logger(), "Response::end", "the prepared response is not valid");
    return exchange->answer("500");
  }
  ResponseSender& response = exchange->response();
  if (!response.is_answering_head() && !prepared.head_->is_without_body()) {
    exchange->settle(response.end_prepared(prepared.native()));
    return;
  }
  response.forget_head();
  response.set_status(prepared.head_->status);
  for (const auto& [name, value] : prepared.head_->fields) response.add_header(name, value);
  const bool has_length = !prepared.head_->is_without_body();
  exchange->settle(
      response.end_without_body(has_length ? std::optional(prepared.head_->body_bytes) : std::nullopt));
}

void Response::endWithoutBody(std::optional<std::uint64_t> reportedContentLength) {
  if (Exchange* exchange = usable(this, "Response::endWithoutBody")) {
    exchange->settle(exchange->response().end_without_body(reportedContentLength));
  }
}

WebTransport* Response::acceptWebTransport() {
  Exchange* exchange = before_head(this, "Response::acceptWebTransport");
  if (exchange == nullptr || exchange->request().offered_session == nullptr) return nullptr;
  WebTransport* session = exchange->response().accept_session(std::move(exchange->request().offered_session));
  if (session != nullptr) exchange->request().end();  // what follows is the session's
  exchange->settle({.is_taken = true, .is_complete = exchange->response().is_sent()});
  return session;
}

Response* Response::writeTrailer(std::string_view name, std::string_view value) {
  Exchange* exchange = usable(this, "Response::writeTrailer");
  if (exchange != nullptr && !exchange->response().add_trailer(name, value)) {
    exchange->logger().log(LogLevel::error, "writeTrailer: a malformed field is left out");
  }
  return this;
}

Response* Response::onWritable(Function<bool(std::uint64_t offset)> handler) {
  if (Exchange* exchange = usable(this, "Response::onWritable")) exchange->on_writable = std::move(handler);
  return this;
}

Response* Response::onData(Function<void(std::string_view chunk, bool fin)> handler) {
  if (Exchange* exchange = usable(this, "Response::onData")) exchange->read_with(std::move(handler));
  return this;
}

Response* Response::onTrailer(Function<void(std::string_view name, std::string_view value)> handler) {
  if (Exchange* exchange = usable(this, "Response::onTrailer"))
    exchange->request().on_trailer = std::move(handler);
  return this;
}

Response* Response::onAborted(Function<void()> handler) {
  if (Exchange* exchange = usable(this, "Response::onAborted")) exchange->on_aborted = std::move(handler);
  return this;
}

Response* Response::pause() {
  if (Exchange* exchange = usable(this, "Response::pause")) exchange->request().pause();
  return this;
}

Response* Response::resume() {
  if (Exchange* exchange = usable(this, "Response::resume")) exchange->request().resume();
  return this;
}

Response* Response::cork(Function<void()> writes) {
  if (usable(this, "Response::cork") != nullptr) writes();
  return this;
}

bool Response::hasResponded() const {
  return !exchange_of(this).is_open();
}

std::uint64_t Response::getWriteOffset() const {
  return exchange_of(this).response().written();
}

std::uint64_t Response::getBufferedAmount() const {
  return exchange_of(this).response().unsent();
}

std::string_view Response::getRemoteAddress() {
  return exchange_of(this).remote_address().bytes();
}

std::string_view Response::getRemoteAddressAsText() {
  return exchange_of(this).remote_address().text();
}

std::uint16_t Response::getRemotePort() {
  return exchange_of(this).remote_address().port();
}

void Response::setUserData(void* data) {
  if (Exchange* exchange = usable(this, "Response::setUserData")) exchange->user_data = data;
}

void* Response::getUserData() const {
  return exchange_of(this).user_data;
}

us_quic_stream_t* Response::native() const {
  const usquic::app::ExchangeStream* stream = exchange_of(this).stream();
  return stream != nullptr ? stream->native() : nullptr;
}

void Response::close() {
  Exchange& exchange = exchange_of(this);
  if (exchange.is_open() || exchange.is_sending()) exchange.give_up();
}

}  // namespace usquic
