// Http3Response's calls: each makes sure that the response may still be used, and passes on.
#include "usquic/http/response.h"

#include <array>
#include <charconv>
#include <utility>

#include "app/exchange.h"
#include "app/misuse.h"
#include "app/prepared_head.h"

namespace usquic {

using usquic::app::Exchange;

namespace {

Exchange& exchange_of(Http3Response* response) {
  return *static_cast<Exchange*>(response);
}

const Exchange& exchange_of(const Http3Response* response) {
  return *static_cast<const Exchange*>(response);
}

// The exchange, or nullptr for a call that comes too late.
Exchange* usable(Http3Response* response, const char* call) {
  Exchange& exchange = exchange_of(response);
  if (exchange.is_open()) return &exchange;
  usquic::app::report_misuse(exchange.logger(), call, "the response was answered or aborted before");
  return nullptr;
}

Exchange* before_head(Http3Response* response, const char* call) {
  Exchange* exchange = usable(response, call);
  if (exchange == nullptr || !exchange->is_head_sent()) return exchange;
  usquic::app::report_misuse(exchange->logger(), call, "the header section was sent before");
  return nullptr;
}

}  // namespace

Http3Response* Http3Response::writeStatus(std::string_view status) {
  if (Exchange* exchange = before_head(this, "Http3Response::writeStatus")) exchange->set_status(status);
  return this;
}

Http3Response* Http3Response::writeHeader(std::string_view name, std::string_view value) {
  if (Exchange* exchange = before_head(this, "Http3Response::writeHeader")) exchange->add_header(name, value);
  return this;
}

Http3Response* Http3Response::writeHeader(std::string_view name, std::uint64_t value) {
  std::array<char, 20> text{};
  const char* end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return writeHeader(name, std::string_view(text.data(), static_cast<std::size_t>(end - text.data())));
}

Http3Response* Http3Response::writeInformational(std::string_view status,
                                                 std::initializer_list<FieldView> fields) {
  if (Exchange* exchange = before_head(this, "Http3Response::writeInformational")) {
    exchange->inform(status, fields.begin(), fields.size());
  }
  return this;
}

Http3Response* Http3Response::flushHeaders() {
  if (Exchange* exchange = usable(this, "Http3Response::flushHeaders")) exchange->flush_head();
  return this;
}

bool Http3Response::write(std::string_view chunk) {
  Exchange* exchange = usable(this, "Http3Response::write");
  return exchange != nullptr && exchange->write_some(chunk);
}

std::pair<bool, bool> Http3Response::tryEnd(std::string_view data, std::uint64_t totalSize) {
  Exchange* exchange = usable(this, "Http3Response::tryEnd");
  return exchange != nullptr ? exchange->try_end(data, totalSize) : std::pair(false, false);
}

std::pair<bool, bool> Http3Response::tryEndStatic(std::string_view data, std::uint64_t totalSize,
                                                  void (*release)(void* user), void* user) {
  Exchange* exchange = usable(this, "Http3Response::tryEndStatic");
  return exchange != nullptr ? exchange->try_end_static(data, totalSize, release, user)
                             : std::pair(false, false);
}

void Http3Response::end(std::string_view data) {
  if (Exchange* exchange = usable(this, "Http3Response::end")) exchange->end_with(data);
}

void Http3Response::end(const PreparedResponse& prepared) {
  Exchange* exchange = before_head(this, "Http3Response::end");
  if (exchange == nullptr) return;
  if (!prepared.valid()) {
    usquic::app::report_misuse(exchange->logger(), "Http3Response::end",
                               "the prepared response is not valid");
    return exchange->answer(500);
  }
  if (!exchange->is_answering_head() && !prepared.head_->is_without_body()) {
    return exchange->end_prepared(prepared.native());
  }
  exchange->forget_head();
  exchange->set_status(prepared.head_->status);
  for (const auto& [name, value] : prepared.head_->fields) exchange->add_header(name, value);
  exchange->end_without_body(prepared.head_->body_bytes);
}

void Http3Response::endWithoutBody(std::optional<std::uint64_t> reportedContentLength) {
  if (Exchange* exchange = usable(this, "Http3Response::endWithoutBody")) {
    exchange->end_without_body(reportedContentLength);
  }
}

Http3Response* Http3Response::writeTrailer(std::string_view name, std::string_view value) {
  Exchange* exchange = usable(this, "Http3Response::writeTrailer");
  if (exchange != nullptr && !exchange->add_trailer(name, value)) {
    exchange->logger().log(LogLevel::error, "writeTrailer: a malformed field is left out");
  }
  return this;
}

Http3Response* Http3Response::onWritable(Function<bool(std::uint64_t offset)> handler) {
  if (Exchange* exchange = usable(this, "Http3Response::onWritable"))
    exchange->on_writable = std::move(handler);
  return this;
}

Http3Response* Http3Response::onData(Function<void(std::string_view chunk, bool fin)> handler) {
  if (Exchange* exchange = usable(this, "Http3Response::onData")) exchange->read_with(std::move(handler));
  return this;
}

Http3Response* Http3Response::onTrailer(
    Function<void(std::string_view name, std::string_view value)> handler) {
  if (Exchange* exchange = usable(this, "Http3Response::onTrailer"))
    exchange->on_trailer = std::move(handler);
  return this;
}

Http3Response* Http3Response::onAborted(Function<void()> handler) {
  if (Exchange* exchange = usable(this, "Http3Response::onAborted"))
    exchange->on_aborted = std::move(handler);
  return this;
}

Http3Response* Http3Response::pause() {
  if (Exchange* exchange = usable(this, "Http3Response::pause")) exchange->pause_reading();
  return this;
}

Http3Response* Http3Response::resume() {
  if (Exchange* exchange = usable(this, "Http3Response::resume")) exchange->resume_reading();
  return this;
}

Http3Response* Http3Response::cork(Function<void()> writes) {
  if (usable(this, "Http3Response::cork") != nullptr) writes();
  return this;
}

bool Http3Response::hasResponded() const {
  return exchange_of(this).has_responded();
}

std::uint64_t Http3Response::getWriteOffset() const {
  return exchange_of(this).written();
}

std::uint64_t Http3Response::getBufferedAmount() const {
  return exchange_of(this).unsent();
}

std::string_view Http3Response::getRemoteAddress() {
  return exchange_of(this).remote_address();
}

std::string_view Http3Response::getRemoteAddressAsText() {
  return exchange_of(this).remote_address_text();
}

std::uint16_t Http3Response::getRemotePort() {
  return exchange_of(this).remote_port();
}

void Http3Response::setUserData(void* data) {
  if (Exchange* exchange = usable(this, "Http3Response::setUserData")) exchange->user_data = data;
}

void* Http3Response::getUserData() const {
  return exchange_of(this).user_data;
}

us_quic_stream_t* Http3Response::native() const {
  return exchange_of(this).stream();
}

void Http3Response::close() {
  if (Exchange* exchange = usable(this, "Http3Response::close")) exchange->give_up();
}

}  // namespace usquic
