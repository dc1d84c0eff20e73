#include "web_transports.h"

#include <utility>

#include "flow.h"
#include "worker.h"

namespace usquic::node {

struct WebTransports::Session {
  std::uint32_t id;
  std::uint32_t server;
  usquic::WebTransport* handle;
  DatagramBacklog datagrams;
};

struct WebTransports::Stream {
  std::uint32_t id;
  WebTransportStream* handle;
  std::size_t unsent = 0;  // bytes that were written while the peer takes no more
  bool is_ending = false;  // once it takes them
  Backlog backlog;
};

WebTransports::WebTransports(Worker& worker) : worker_(worker) {}

WebTransports::~WebTransports() = default;

WebTransports::Session* WebTransports::session_of(const usquic::WebTransport* session) {
  return static_cast<Session*>(session->getUserData());
}

WebTransportBehavior WebTransports::behavior() {
  WebTransportBehavior behavior;
  behavior.open = [this](usquic::WebTransport* session) {
    worker_.emit(Event("open", session_of(session)->id, session->getMaxDatagramSize()));
  };
  behavior.stream = [this](usquic::WebTransport* session, WebTransportStream* stream) {
    take_stream(*session_of(session), stream);
  };
  behavior.datagram = [this](usquic::WebTransport* session, std::string_view data) {
    take_datagram(*session_of(session), data);
  };
  behavior.drain = [this](usquic::WebTransport* session) {
    worker_.emit(Event("drain", session_of(session)->id));
  };
  behavior.close = [this](usquic::WebTransport* session, bool is_clean, std::uint32_t code,
                          std::string_view reason) {
    Session& over = *session_of(session);
    tell_dropped(over);
    worker_.emit(Event("close", over.id, is_clean, code, reason));
    forget(over);
  };
  behavior.failed = [this](usquic::WebTransport* session, int error, int status, std::string_view text) {
    const Session& over = *session_of(session);
    worker_.emit(Event("failed", over.id, error, status, text));
    forget(over);
  };
  return behavior;
}

void WebTransports::adopt(usquic::WebTransport* session, std::uint32_t id, std::uint32_t server) {
  if (session == nullptr) return fail(id, US_QUIC_E_CLOSED);
  auto adopted =
      std::make_unique<Session>(Session{.id = id, .server = server, .handle = session, .datagrams = {}});
  session->setUserData(adopted.get());
  sessions_.emplace(id, std::move(adopted));
}

void WebTransports::fail(std::uint32_t id, int error) {
  worker_.emit(Event("failed", id, error, 0, us_quic_strerror(error)));
}

void WebTransports::forget(const Session& session) {
  sessions_.erase(session.id);
}

WebTransports::Session* WebTransports::find_session(std::uint32_t id) {
  const auto found = sessions_.find(id);
  return found != sessions_.end() ? found->second.get() : nullptr;
}

WebTransports::Stream* WebTransports::find_stream(std::uint32_t id) {
  const auto found = streams_.find(id);
  return found != streams_.end() ? found->second.get() : nullptr;
}

void WebTransports::close(std::uint32_t id, std::uint32_t code, std::string_view reason) {
  if (const Session* session = find_session(id)) session->handle->close(code, reason);
}

// Clients hear of it twice, as browsers take no notice of the first.
void WebTransports::end_all(std::uint32_t server) {
  struct Call {
    WebTransports* transports;
    std::uint32_t server;
  };
  constexpr int patience_ms = 2000;
  bool has_any = false;
  for (const auto& [id, session] : sessions_) {
    if (session->server != server) continue;
    session->handle->drain();
    has_any = true;
  }
  if (!has_any) return;
  us_timer_t* timer = us_create_timer(worker_.loop().native(), 1, sizeof(Call));
  if (timer == nullptr) return close_all(server);
  *static_cast<Call*>(us_timer_ext(timer)) = {this, server};
  us_timer_set(
      timer,
      [](us_timer_t* due) {
        const Call call = *static_cast<Call*>(us_timer_ext(due));
        us_timer_close(due);
        call.transports->close_all(call.server);
      },
      patience_ms, 0);
}

void WebTransports::close_all(std::uint32_t server) {
  for (const auto& [id, session] : sessions_) {
    if (session->server == server) session->handle->close();
  }
}

void WebTransports::take_datagram(Session& session, std::string_view data) {
  if (session.datagrams.add(data.size()))
    worker_.emit(Event("datagram", session.id, Bytes{std::string(data)}));
}

void WebTransports::send_datagram(std::uint32_t id, std::string_view bytes) {
  const Session* session = find_session(id);
  if (session == nullptr) return;
  const bool is_sent = session->handle->sendDatagram(bytes) == US_QUIC_OK;
  worker_.emit(Event("datagramSent", id, is_sent, session->handle->getMaxDatagramSize()));
}

void WebTransports::datagrams_taken(std::uint32_t id, std::size_t datagrams, std::size_t bytes) {
  Session* session = find_session(id);
  if (session == nullptr) return;
  session->datagrams.take(datagrams, bytes);
  tell_dropped(*session);
}

// Not when one is dropped: who does not keep up is not told more.
void WebTransports::tell_dropped(Session& session) {
  const std::uint64_t dropped = session.datagrams.take_dropped();
  if (dropped > 0) worker_.emit(Event("datagramsDropped", session.id, dropped));
}

void WebTransports::take_stream(const Session& session, WebTransportStream* stream) {
  const std::uint32_t id = worker_.new_id();
  worker_.emit(Event("stream", session.id, id, stream->isUnidirectional()));
  listen_to(stream, id);
}

void WebTransports::create_stream(std::uint32_t session, std::uint32_t id, Direction direction) {
  const Session* found = find_session(session);
  WebTransportStream* stream = nullptr;
  if (found != nullptr) {
    usquic::WebTransport* handle = found->handle;
    stream = direction == Direction::both ? handle->openStream() : handle->openUniStream();
  }
  if (stream == nullptr) return worker_.emit(Event("streamClose", id));
  listen_to(stream, id);
}

void WebTransports::listen_to(WebTransportStream* stream, std::uint32_t id) {
  streams_.emplace(id, std::make_unique<Stream>(Stream{.id = id, .handle = stream, .backlog = {}}));
  stream
      ->onWritable([this, id] {
        Stream* sending = find_stream(id);
        if (sending == nullptr) return;
        worker_.emit(Event("sent", id, std::exchange(sending->unsent, 0)));
        if (sending->is_ending) sending->handle->end();
      })
      ->onReset([this, id](std::uint32_t code) { worker_.emit(Event("reset", id, code)); })
      ->onStop([this, id](std::uint32_t code) { worker_.emit(Event("stop", id, code)); })
      ->onClose([this, id] {
        streams_.erase(id);
        worker_.emit(Event("streamClose", id));
      });
}

void WebTransports::read(std::uint32_t id) {
  Stream* stream = find_stream(id);
  if (stream == nullptr) return;
  stream->handle->onData([this, id](std::string_view chunk, bool is_end) {
    Stream* reading = find_stream(id);
    if (reading == nullptr) return;
    if (!chunk.empty()) {
      worker_.emit(Event("data", id, Bytes{std::string(chunk)}));
      if (reading->backlog.add(chunk.size())) reading->handle->pause();
    }
    if (is_end) worker_.emit(Event("end", id));
  });
}

void WebTransports::consumed(std::uint32_t id, std::size_t bytes) {
  Stream* stream = find_stream(id);
  if (stream != nullptr && stream->backlog.take(bytes)) stream->handle->resume();
}

void WebTransports::write(std::uint32_t id, std::string_view bytes) {
  Stream* stream = find_stream(id);
  if (stream == nullptr) return;
  stream->unsent += bytes.size();
  if (stream->handle->write(bytes)) worker_.emit(Event("sent", id, std::exchange(stream->unsent, 0)));
}

// Behind what waits, of which nothing would be told any more.
void WebTransports::end(std::uint32_t id) {
  Stream* stream = find_stream(id);
  if (stream == nullptr) return;
  stream->is_ending = true;
  if (stream->unsent == 0) stream->handle->end();
}

void WebTransports::reset(std::uint32_t id, std::uint32_t code) {
  if (const Stream* stream = find_stream(id)) stream->handle->reset(code);
}

void WebTransports::stop(std::uint32_t id, std::uint32_t code) {
  if (const Stream* stream = find_stream(id)) stream->handle->stop(code);
}

}  // namespace usquic::node
