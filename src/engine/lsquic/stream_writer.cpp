#include "engine/lsquic/stream_writer.h"

#include <lsquic.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "engine/lsquic/connection_core.h"
#include "engine/lsquic/stream_set.h"

namespace usquic::engine::lsquic {
namespace {

constexpr std::size_t views_at_once = 16;

}  // namespace

bool StreamWriter::is_over() const {
  return s_.library_ == nullptr || s_.send_.is_reset() || s_.send_.is_fin_sent();
}

bool StreamWriter::has_work() const {
  const LsquicStream::Out& out = s_.out_;
  if (!s_.kind_.can_send() || s_.send_.is_reset() || s_.send_.is_fin_sent()) return false;
  return !out.heads.empty() || out.body.untaken() > 0 || out.trailers || out.fin;
}

void StreamWriter::write() {
  while (!is_over()) {
    const bool is_written =
        write_sections() == Step::done && write_body() == Step::done && write_trailers() == Step::done;
    if (is_over()) break;
    if (is_written && s_.out_.fin) return finish();
    tell_writable();
    if (!is_written || is_over()) break;
    if (has_work()) continue;  // written in the callback
    if (s_.handle_ == LsquicStream::Handle::detached) {
      abandon();
      if (has_work() || is_over()) continue;
    }
    lsquic_stream_flush(s_.library_);
    lsquic_stream_wantwrite(s_.library_, 0);
    return;
  }
  if (is_over() && s_.library_ != nullptr) lsquic_stream_wantwrite(s_.library_, 0);
}

StreamWriter::Step StreamWriter::send(OutgoingSection& section) {
  errno = 0;
  if (section.send(s_.library_) == 0) {
    s_.out_.has_begun = true;
    return Step::done;
  }
  // One that is under way goes first.
  if (errno != EAGAIN) {
    s_.core().fail(from_error(transport::TransportError::internal_error, US_QUIC_E_INTERNAL,
                              "lsquic takes no header section"));
  }
  return Step::blocked;
}

StreamWriter::Step StreamWriter::write_sections() {
  while (!s_.out_.heads.empty()) {
    if (send(s_.out_.heads.front()) == Step::blocked) return Step::blocked;
    s_.out_.heads.pop_front();
  }
  return Step::done;
}

StreamWriter::Step StreamWriter::write_trailers() {
  if (!s_.out_.trailers) return Step::done;
  if (s_.out_.body.accepted() > 0 && !is_buffer_flushed()) return Step::blocked;
  if (send(*s_.out_.trailers) == Step::blocked) return Step::blocked;
  s_.out_.trailers.reset();
  return Step::done;
}

// lsquic puts a header section into the DATA frame that it still has in its buffer (4.9.3), and does not tell whether a
// flush emptied that. But it calls again in the same run only if it did.
bool StreamWriter::is_buffer_flushed() {
  const std::uint64_t run = s_.core().endpoint.runs;
  if (std::exchange(s_.out_.flushed_in, run) == run) return true;
  lsquic_stream_flush(s_.library_);
  return false;
}

StreamWriter::Step StreamWriter::write_body() {
  transport::SendBuffer& body = s_.out_.body;
  while (body.untaken() > 0) {
    std::array<Bytes, views_at_once> views;
    std::array<iovec, views_at_once> parts;
    const std::size_t count = body.peek(views, body.untaken());
    for (std::size_t i = 0; i < count; ++i) {
      parts[i] = {const_cast<std::uint8_t*>(views[i].data()), views[i].size()};
    }
    const ssize_t written = lsquic_stream_writev(s_.library_, parts.data(), static_cast<int>(count));
    if (written < 0) {
      if (errno == ECONNRESET) stopped();
      return Step::blocked;
    }
    if (written == 0) return Step::blocked;
    s_.out_.has_begun = true;
    const auto length = static_cast<std::size_t>(written);
    if (s_.out_.content_left > 0) {
      s_.out_.content_left -= std::min(s_.out_.content_left, static_cast<std::int64_t>(length));
    }
    s_.send_.sent(false);
    body.take(length);
    body.acknowledge(length);  // lsquic has a copy
  }
  return Step::done;
}

void StreamWriter::finish() {
  s_.send_.sent(true);
  s_.streams_.sending_finished(s_);
  lsquic_stream_shutdown(s_.library_, half::writing);
}

void StreamWriter::tell_writable() {
  const std::size_t unsent = s_.buffered();
  const bool has_room = unsent == 0 || unsent < s_.core().config().send_buffer_bytes / 2;
  if (!s_.marks_.wants_writable || !has_room) return;
  if (s_.handle_ != LsquicStream::Handle::held || !s_.core().may_notify()) return;
  s_.marks_.wants_writable = false;
  s_.core().events().on_writable(s_);
}

void StreamWriter::stopped() {
  if (!s_.send_.stopped(0)) return;
  s_.out_.heads.clear();
  s_.out_.trailers.reset();
  s_.out_.body.clear();
  if (s_.handle_ == LsquicStream::Handle::held && s_.core().may_notify()) s_.core().events().on_stop(s_, 0);
}

// Nothing of lsquic's resets a stream that has begun. Where the peer would not see that something is missing, only the
// end of the connection tells it.
void StreamWriter::abandon() {
  LsquicStream::Out& out = s_.out_;
  if (out.fin || s_.send_.is_reset() || !s_.kind_.can_send()) return;
  const bool is_message = s_.core().is_http3();
  if (is_message && !out.has_begun) {
    if (s_.send_.request_reset(0)) s_.streams_.touch(s_);
    return;
  }
  const bool is_empty = !is_message && out.body.accepted() == 0;
  const bool is_measured = is_message && out.content_left >= 0;
  if (is_empty || is_measured) {
    out.fin = true;
    return;
  }
  s_.core().fail(from_error(transport::TransportError::internal_error, US_QUIC_E_UNSUPPORTED,
                            "a stream was given up halfway, which lsquic cannot tell the peer"));
}

}  // namespace usquic::engine::lsquic
