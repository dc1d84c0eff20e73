#include "quic/connect/pending_stream.h"

#include <algorithm>
#include <utility>

#include "http/field_rules.h"

namespace usquic::quic {

namespace {

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
// clang 14 does not deduce for aggregates.
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

}  // namespace

PendingStream::~PendingStream() {
  detach();
}

void PendingStream::detach() {
  for (Step& step : std::exchange(steps_, {})) {
    const auto* bytes = std::get_if<StaticBytes>(&step);
    if (bytes != nullptr && bytes->release != nullptr) bytes->release(bytes->user);
  }
}

int PendingStream::send_headers(std::span<const us_quic_header_t> fields, bool end_stream) {
  if (protocol_.is_raw_only || is_finished_ || reset_code_) return US_QUIC_E_STATE;
  // A client's stream: the request, then its trailers.
  const auto kind = has_headers_ ? http::SectionKind::trailers : http::SectionKind::request;
  if (const int error = http::check_section(kind, fields)) return error;
  steps_.emplace_back(Headers{http::HeaderSection(fields), end_stream});
  has_headers_ = true;
  is_finished_ = ends_with_headers_ = end_stream;
  return 0;
}

int PendingStream::check_write() const {
  if (is_finished_ || reset_code_) return US_QUIC_E_STATE;
  if (protocol_.is_http3_only && !has_headers_) return US_QUIC_E_STATE;
  return 0;
}

std::ptrdiff_t PendingStream::write(Bytes data) {
  if (const int error = check_write()) return error;
  const std::size_t length = std::min(data.size(), max_bytes_ - bytes_);
  if (length < data.size()) was_short_ = true;
  if (length == 0) return 0;
  auto* last = steps_.empty() ? nullptr : std::get_if<std::vector<std::uint8_t>>(&steps_.back());
  if (last == nullptr) last = &std::get<1>(steps_.emplace_back(std::vector<std::uint8_t>{}));
  last->insert(last->end(), data.begin(), data.begin() + static_cast<std::ptrdiff_t>(length));
  bytes_ += length;
  return static_cast<std::ptrdiff_t>(length);
}

std::ptrdiff_t PendingStream::write_static(Bytes data, void (*release)(void* user), void* user_data) {
  if (const int error = check_write()) return error;
  if (data.size() > max_bytes_ - bytes_) {
    was_short_ = true;
    return 0;
  }
  steps_.emplace_back(StaticBytes{data, release, user_data});
  bytes_ += data.size();
  return static_cast<std::ptrdiff_t>(data.size());
}

int PendingStream::finish() {
  if (reset_code_ || is_finished_) return US_QUIC_E_STATE;
  if (protocol_.is_http3_only && !has_headers_) return US_QUIC_E_STATE;
  is_finished_ = true;
  return 0;
}

int PendingStream::reset(std::uint64_t code) {
  if (reset_code_) return US_QUIC_E_STATE;
  reset_code_ = code;
  return 0;
}

int PendingStream::stop(std::uint64_t code) {
  if (is_unidirectional()) return US_QUIC_E_STATE;
  if (!stop_code_) stop_code_ = code;
  return 0;
}

int PendingStream::set_priority(int urgency, bool incremental) {
  priority_ = Priority{urgency, incremental};
  return 0;
}

int PendingStream::do_step(engine::Stream& stream, Step& step) {
  // The real stream has room: as many bytes as were accepted here are below its bound.
  const auto all = [](std::ptrdiff_t accepted, std::size_t length) {
    if (accepted < 0) return static_cast<int>(accepted);
    return static_cast<std::size_t>(accepted) == length ? 0 : US_QUIC_E_INTERNAL;
  };
  return std::visit(
      Overloaded{[&](Headers& h) { return stream.send_headers(h.section.fields(), h.end_stream); },
                 [&](std::vector<std::uint8_t>& bytes) { return all(stream.write(bytes), bytes.size()); },
                 [&](StaticBytes& bytes) {
                   const int result =
                       all(stream.write_static(bytes.data, bytes.release, bytes.user), bytes.data.size());
                   if (result == 0) bytes.release = nullptr;  // the stream's duty now
                   return result;
                 }},
      step);
}

// What comes after all steps, whenever it was asked for.
int PendingStream::end(engine::Stream& stream) const {
  // Priorities mean nothing on a raw stream: not an error that ends it.
  if (priority_) stream.set_priority(priority_->urgency, priority_->incremental);
  int result = 0;
  if (is_finished_ && !ends_with_headers_) result = stream.finish();
  if (result == 0 && reset_code_) result = stream.reset(*reset_code_);
  if (result == 0 && stop_code_) result = stream.stop(*stop_code_);
  return result;
}

Result<void> PendingStream::replay(engine::Stream& stream) {
  int result = 0;
  for (Step& step : steps_) {
    result = do_step(stream, step);
    if (result != 0) break;
  }
  if (result == 0) result = end(stream);
  detach();
  bytes_ = 0;
  return Result<void>::of_code(result);
}

}  // namespace usquic::quic
