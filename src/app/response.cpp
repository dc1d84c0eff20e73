// Response's calls: each makes sure that the response may still be used, and passes on.
#include "usquic/http/response.h"

#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "app/capsule_sending.h"
#include "app/exchange.h"
#include "app/misuse.h"
#include "app/prepared_head.h"
#include "base/varint.h"

namespace usquic {

using usquic::app::CapsuleReceiver;
using usquic::app::Exchange;
using usquic::app::ResponseSender;
using usquic::app::StreamError;

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
  usquic::app::report_misuse(exchange.context().logger, call, "the response was answered or aborted before");
  return nullptr;
}

Exchange* before_head(Response* response, const char* call) {
  Exchange* exchange = usable(response, call);
  if (exchange == nullptr || !exchange->response().is_head_sent()) return exchange;
  usquic::app::report_misuse(exchange->context().logger, call, "the header section was sent before");
  return nullptr;
}

// What reads the capsules of the request from here on; nullptr where that is a mistake.
CapsuleReceiver* capsules_of(Response* response, const char* call) {
  Exchange* exchange = usable(response, call);
  if (exchange == nullptr) return nullptr;
  const char* why = nullptr;
  if (!exchange->request().is_extended_connect()) {
    why = "the request is no extended CONNECT";
  } else if (exchange->request().offered_session != nullptr) {
    why = "the request asks for a session of WebTransport";
  } else if (exchange->request().has_reader() && exchange->request().capsules() == nullptr) {
    why = "onData reads the stream";
  }
  if (why != nullptr) {
    usquic::app::report_misuse(exchange->context().logger, call, why);
    return nullptr;
  }
  exchange->response().speak_capsules();
  return &exchange->request().read_capsules(exchange->context().max_capsule_bytes);
}

// The exchange whose stream takes capsules, or nullptr.
Exchange* speaks_capsules(Response* response, const char* call) {
  Exchange* exchange = usable(response, call);
  if (exchange == nullptr || usquic::app::may_send_capsules(*exchange)) return exchange;
  usquic::app::report_misuse(exchange->context().logger, call,
                             "no 2xx was sent to an extended CONNECT with onDatagram or onCapsule");
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
    usquic::app::report_misuse(exchange->context().logger, "Response::end",
                               "the prepared response is not valid");
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
    exchange->context().logger.log(LogLevel::error, "writeTrailer: a malformed field is left out");
  }
  return this;
}

Response* Response::onWritable(Function<bool(std::uint64_t offset)> handler) {
  if (Exchange* exchange = usable(this, "Response::onWritable")) exchange->on_writable = std::move(handler);
  return this;
}

Response* Response::onData(Function<void(std::string_view chunk, bool fin)> handler) {
  Exchange* exchange = usable(this, "Response::onData");
  if (exchange == nullptr) return this;
  if (exchange->request().capsules() == nullptr) {
    exchange->read_with(std::move(handler));
  } else {
    usquic::app::report_misuse(exchange->context().logger, "Response::onData",
                               "the capsules of the stream are read");
  }
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

Response* Response::onDatagram(Function<void(std::string_view data)> handler) {
  if (CapsuleReceiver* capsules = capsules_of(this, "Response::onDatagram"))
    capsules->on_datagram = std::move(handler);
  return this;
}

Response* Response::onCapsule(Function<void(std::uint64_t type, std::string_view value)> handler) {
  if (CapsuleReceiver* capsules = capsules_of(this, "Response::onCapsule"))
    capsules->on_capsule = std::move(handler);
  return this;
}

Response* Response::onCapsulesEnd(Function<void()> handler) {
  if (CapsuleReceiver* capsules = capsules_of(this, "Response::onCapsulesEnd"))
    capsules->on_end = std::move(handler);
  return this;
}

int Response::sendDatagram(std::string_view data) {
  Exchange* exchange = speaks_capsules(this, "Response::sendDatagram");
  if (exchange == nullptr) return hasResponded() ? US_QUIC_E_CLOSED : US_QUIC_E_STATE;
  return usquic::app::send_datagram(*exchange, data);
}

std::size_t Response::getMaxDatagramSize() const {
  const Exchange& exchange = exchange_of(this);
  return exchange.is_open() && usquic::app::may_send_capsules(exchange)
             ? usquic::app::max_datagram_bytes(exchange)
             : 0;
}

bool Response::sendCapsule(std::uint64_t type, std::string_view value) {
  Exchange* exchange = speaks_capsules(this, "Response::sendCapsule");
  if (exchange == nullptr) return false;
  if (type <= max_varint) return usquic::app::send_capsule(*exchange, type, value);
  usquic::app::report_misuse(exchange->context().logger, "Response::sendCapsule",
                             "the type is above 2^62 - 1");
  return false;
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
  exchange_of(this).abandon(StreamError::request_cancelled);
}

}  // namespace usquic
