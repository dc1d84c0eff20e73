#include "webtransport/stream.h"

#include <memory>
#include <utility>

#include "http/run_handler.h"
#include "usquic/webtransport.h"
#include "webtransport/session.h"

namespace usquic::webtransport {
namespace {

using http::run_handler;

// 0 for a code of HTTP/3 itself.
std::uint32_t application_code(std::uint64_t http3_code) {
  std::uint32_t code = 0;
  return us_quic_webtransport_from_http3_code(http3_code, &code) == US_QUIC_OK ? code : 0;
}

}  // namespace

Stream::Stream(Session& session, Opener opener, bool is_unidirectional)
    : session_(session), opener_(opener), is_unidirectional_(is_unidirectional) {}

void Stream::begin(us_quic_stream_t* stream) {
  stream_ = stream;
  if (has_sender()) sending_ = SendingPart(stream);
  attach(stream);
  tend_reading();
}

void Stream::end(std::string_view chunk) {
  if (!chunk.empty()) write(chunk);
  sending_.end();
}

void Stream::writable() {
  if (sending_.pump()) run_handler(on_writable);
}

void Stream::reset(std::uint32_t code) {
  if (!has_sender()) return;
  us_quic_stream_reset(stream_, us_quic_webtransport_to_http3_code(code));
  sending_.give_up();
}

void Stream::stop(std::uint32_t code) {
  if (has_receiver()) us_quic_stream_stop(stream_, us_quic_webtransport_to_http3_code(code));
}

void Stream::close(std::uint32_t code) {
  us_quic_stream_close_with(stream_, us_quic_webtransport_to_http3_code(code));
  sending_.give_up();
}

void Stream::pause(bool is_paused) {
  is_paused_ = is_paused;
  tend_reading();
}

void Stream::read_with(Function<void(std::string_view chunk, bool fin)> handler) {
  has_reader_ = static_cast<bool>(handler);
  on_data_ = std::move(handler);
  tend_reading();
}

void Stream::tend_reading() {
  const bool should_hold = !has_reader_ || is_paused_;
  if (!has_receiver() || is_held_ == should_hold) return;
  is_held_ = should_hold;
  should_hold ? us_quic_stream_pause(stream_) : us_quic_stream_resume(stream_);
}

void Stream::take_data(std::string_view chunk) {
  run_handler(on_data_, chunk, false);
}

void Stream::take_end() {
  run_handler(on_data_, std::string_view(), true);
}

void Stream::peer_reset(std::uint64_t http3_code) {
  run_handler(on_reset, application_code(http3_code));
}

void Stream::peer_stopped(std::uint64_t http3_code) {
  sending_.give_up();
  run_handler(on_stop, application_code(http3_code));
}

void Stream::closed(const us_quic_stream_close_info_t& /*info*/) {
  sending_.give_up();
  run_handler(on_close);
}

void Stream::run_out_of_memory() {
  session_.run_out_of_memory();
}

}  // namespace usquic::webtransport
