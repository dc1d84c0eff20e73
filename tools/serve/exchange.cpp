#include "serve/exchange.h"

#include <fmt/format.h>

#include "clock.h"

namespace usquic::tools::serve {
namespace {

// RFC 9114 8.1.
constexpr std::uint64_t kH3InternalError = 0x102;

}  // namespace

// A chunk in the library's hands, and the exchange that hears when it comes back.
struct Exchange::SentChunk {
  BodyChunk chunk;
  std::shared_ptr<Exchange> exchange;
};

Exchange::Exchange(ExchangeHost& host, Http3Response& response, std::shared_ptr<BufferShare> share)
    : host_(host), response_(&response), stream_(response.native()), share_(std::move(share)) {}

void Exchange::send(Response answer) {
  status_ = answer.status;
  const fmt::format_int status(answer.status);
  response_->writeStatus({status.data(), status.size()});
  for (const Field& field : answer.fields) response_->writeHeader(field.name, field.value);
  if (answer.body.empty()) {
    response_->endWithoutBody();
    conclude();
    return;
  }
  total_bytes_ = answer.body_length();
  reader_.emplace(std::move(answer.body), host_.buffer_pool(), share_);
  progress_ms_ = monotonic_ms();
  resume();
  if (response_ == nullptr) return;
  response_->onAborted([self = shared_from_this()] { self->conclude(); });
  response_->onWritable([self = shared_from_this()](std::uint64_t) {
    self->resume();
    return true;
  });
}

void Exchange::resume() {
  if (response_ == nullptr || !reader_) return;
  if (refused_) {
    BodyChunk chunk = std::move(*refused_);
    refused_.reset();
    if (!write_chunk(std::move(chunk))) return;
  }
  while (response_ != nullptr) {
    BodyReader::Result next = reader_->next();
    if (auto* chunk = std::get_if<BodyChunk>(&next)) {
      if (!write_chunk(std::move(*chunk))) return;
    } else if (std::holds_alternative<BodyReader::NoBuffer>(next)) {
      host_.wait_for_buffer(shared_from_this());
      return;
    } else {
      give_up(kH3InternalError);
      return;
    }
  }
}

// Returns: whether it was taken.
bool Exchange::write_chunk(BodyChunk chunk) {
  auto sent = std::make_unique<SentChunk>(SentChunk{std::move(chunk), shared_from_this()});
  const std::string_view bytes(static_cast<const char*>(sent->chunk.data()), sent->chunk.length());
  const std::size_t length = bytes.size();
  ++outstanding_;
  const auto [is_taken, is_whole] =
      response_->tryEndStatic(bytes, total_bytes_, &Exchange::release_chunk, sent.get());
  if (!is_taken) {
    --outstanding_;
    refused_.emplace(std::move(sent->chunk));
    return false;
  }
  static_cast<void>(sent.release());  // release_chunk deletes it, or did
  accepted_bytes_ += length;
  if (is_whole) conclude();
  return true;
}

void Exchange::release_chunk(void* user) {
  const std::unique_ptr<SentChunk> sent(static_cast<SentChunk*>(user));
  const std::shared_ptr<Exchange> exchange = std::move(sent->exchange);
  exchange->progress_ms_ = monotonic_ms();
  --exchange->outstanding_;
  exchange->host_.on_buffer_released();
}

void Exchange::conclude() {
  if (response_ == nullptr) return;
  response_ = nullptr;
  refused_.reset();
  reader_.reset();
  host_.on_answered(*this);
}

std::optional<std::int64_t> Exchange::stalled_since_ms() const {
  if (outstanding_ == 0 && !refused_) return std::nullopt;
  return progress_ms_;
}

void Exchange::give_up(std::uint64_t code) {
  if (response_ == nullptr && outstanding_ == 0) return;
  us_quic_stream_close_with(stream_, code);
  conclude();
}

}  // namespace usquic::tools::serve
