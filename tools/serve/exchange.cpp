#include "serve/exchange.h"

#include <fmt/format.h>

#include <array>

#include "clock.h"

namespace usquic::tools::serve {
namespace {

// RFC 9114 8.1.
constexpr std::uint64_t kH3NoError = 0x100;
constexpr std::uint64_t kH3InternalError = 0x102;

us_quic_header_t header(std::string_view name, std::string_view value) {
  return {name.data(), name.size(), value.data(), value.size(), 0};
}

int send_header_section(us_quic_stream_t* stream, const Response& response, bool ends_stream) {
  constexpr std::size_t kMaxFields = 24;
  std::array<us_quic_header_t, kMaxFields> headers;
  const fmt::format_int status(response.status);
  std::size_t count = 0;
  headers[count++] = header(":status", {status.data(), status.size()});
  for (const Field& field : response.fields) {
    if (count < headers.size()) headers[count++] = header(field.name, field.value);
  }
  return us_quic_stream_send_headers(stream, headers.data(), count, ends_stream ? 1 : 0);
}

}  // namespace

// A chunk in the library's hands, and the exchange that hears when it comes back.
struct Exchange::SentChunk {
  BodyChunk chunk;
  std::shared_ptr<Exchange> exchange;
};

Exchange::Exchange(ExchangeHost& host, us_quic_stream_t* stream, std::shared_ptr<BufferShare> share)
    : host_(host), stream_(stream), share_(std::move(share)) {}

void Exchange::send(Response response) {
  status_ = response.status;
  const bool ends_stream = response.body.empty();
  if (send_header_section(stream_, response, ends_stream) != US_QUIC_OK) {
    us_quic_stream_reset(stream_, kH3InternalError);
    return;
  }
  if (ends_stream) {
    finish();
    return;
  }
  reader_.emplace(std::move(response.body), host_.buffer_pool(), share_);
  progress_ms_ = monotonic_ms();
  resume();
}

void Exchange::resume() {
  if (stream_ == nullptr || !reader_ || is_finished_) return;
  if (refused_) {
    BodyChunk chunk = std::move(*refused_);
    refused_.reset();
    if (!write_chunk(std::move(chunk))) return;
  }
  while (true) {
    BodyReader::Result next = reader_->next();
    if (auto* chunk = std::get_if<BodyChunk>(&next)) {
      if (!write_chunk(std::move(*chunk))) return;
    } else if (std::holds_alternative<BodyReader::NoBuffer>(next)) {
      host_.wait_for_buffer(shared_from_this());
      return;
    } else if (std::holds_alternative<BodyReader::Failed>(next)) {
      give_up(kH3InternalError);
      return;
    } else {
      us_quic_stream_shutdown(stream_);
      finish();
      return;
    }
  }
}

// Returns: whether to go on.
bool Exchange::write_chunk(BodyChunk chunk) {
  auto sent = std::make_unique<SentChunk>(SentChunk{std::move(chunk), shared_from_this()});
  const std::size_t length = sent->chunk.length();
  const std::ptrdiff_t accepted =
      us_quic_stream_write_static(stream_, sent->chunk.data(), length, &Exchange::release_chunk, sent.get());
  if (accepted > 0) {
    accepted_bytes_ += length;
    ++outstanding_;
    static_cast<void>(sent.release());  // release_chunk deletes it
    return true;
  }
  if (accepted == 0) {
    refused_.emplace(std::move(sent->chunk));
  } else {
    reader_.reset();  // stopped or closed by the peer: nobody wants the rest
  }
  return false;
}

void Exchange::release_chunk(void* user) {
  const std::unique_ptr<SentChunk> sent(static_cast<SentChunk*>(user));
  const std::shared_ptr<Exchange> exchange = std::move(sent->exchange);
  exchange->progress_ms_ = monotonic_ms();
  --exchange->outstanding_;
  exchange->host_.on_buffer_released();
}

void Exchange::finish() {
  is_finished_ = true;
  reader_.reset();
  // RFC 9114 4.1: a server that has answered needs no more of the request, and says so without an error.
  if (!is_request_ended_) us_quic_stream_stop(stream_, kH3NoError);
}

void Exchange::on_stream_close() {
  stream_ = nullptr;
  refused_.reset();
  reader_.reset();
}

std::optional<std::int64_t> Exchange::stalled_since_ms() const {
  if (stream_ == nullptr || (outstanding_ == 0 && !refused_)) return std::nullopt;
  return progress_ms_;
}

void Exchange::give_up(std::uint64_t code) {
  if (stream_ == nullptr) return;
  is_finished_ = true;
  reader_.reset();
  refused_.reset();
  us_quic_stream_reset(stream_, code);
  if (!is_request_ended_) us_quic_stream_stop(stream_, code);
}

}  // namespace usquic::tools::serve
