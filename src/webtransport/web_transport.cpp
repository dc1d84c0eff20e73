// The calls of WebTransport and WebTransportStream: each passes on to what is behind them.
#include "usquic/http/web_transport.h"

#include <utility>

#include "webtransport/session.h"
#include "webtransport/stream.h"

namespace usquic {
namespace {

using webtransport::Session;
using webtransport::Stream;

Session& session(WebTransport* transport) {
  return *static_cast<Session*>(transport);
}

const Session& session(const WebTransport* transport) {
  return *static_cast<const Session*>(transport);
}

Stream& stream_behind(WebTransportStream* stream) {
  return *static_cast<Stream*>(stream);
}

const Stream& stream_behind(const WebTransportStream* stream) {
  return *static_cast<const Stream*>(stream);
}

}  // namespace

bool WebTransport::isOpen() const {
  return session(this).is_open();
}

WebTransportStream* WebTransport::openStream() {
  return session(this).open_stream(false);
}

WebTransportStream* WebTransport::openUniStream() {
  return session(this).open_stream(true);
}

int WebTransport::sendDatagram(std::string_view data) {
  return session(this).send_datagram(data);
}

std::size_t WebTransport::getMaxDatagramSize() const {
  return session(this).max_datagram_size();
}

void WebTransport::drain() {
  session(this).drain();
}

void WebTransport::close(std::uint32_t code, std::string_view reason) {
  session(this).close(code, reason);
}

void WebTransport::setUserData(void* data) {
  session(this).user_data = data;
}

void* WebTransport::getUserData() const {
  return session(this).user_data;
}

us_quic_stream_t* WebTransport::native() const {
  return session(this).stream();
}

WebTransport* WebTransportStream::getSession() const {
  return &stream_behind(this).session();
}

bool WebTransportStream::isUnidirectional() const {
  return stream_behind(this).is_unidirectional();
}

bool WebTransportStream::isLocal() const {
  return stream_behind(this).is_local();
}

bool WebTransportStream::isClosed() const {
  return stream_behind(this).is_closed();
}

bool WebTransportStream::write(std::string_view chunk) {
  return stream_behind(this).write(chunk);
}

void WebTransportStream::end(std::string_view chunk) {
  stream_behind(this).end(chunk);
}

std::size_t WebTransportStream::getBufferedAmount() const {
  return stream_behind(this).unsent();
}

void WebTransportStream::reset(std::uint32_t code) {
  stream_behind(this).reset(code);
}

void WebTransportStream::stop(std::uint32_t code) {
  stream_behind(this).stop(code);
}

void WebTransportStream::close(std::uint32_t code) {
  stream_behind(this).close(code);
}

void WebTransportStream::pause() {
  stream_behind(this).pause(true);
}

void WebTransportStream::resume() {
  stream_behind(this).pause(false);
}

WebTransportStream* WebTransportStream::onData(Function<void(std::string_view chunk, bool fin)> handler) {
  stream_behind(this).read_with(std::move(handler));
  return this;
}

WebTransportStream* WebTransportStream::onWritable(Function<void()> handler) {
  stream_behind(this).on_writable = std::move(handler);
  return this;
}

WebTransportStream* WebTransportStream::onReset(Function<void(std::uint32_t code)> handler) {
  stream_behind(this).on_reset = std::move(handler);
  return this;
}

WebTransportStream* WebTransportStream::onStop(Function<void(std::uint32_t code)> handler) {
  stream_behind(this).on_stop = std::move(handler);
  return this;
}

WebTransportStream* WebTransportStream::onClose(Function<void()> handler) {
  stream_behind(this).on_close = std::move(handler);
  return this;
}

void WebTransportStream::setUserData(void* data) {
  stream_behind(this).user_data = data;
}

void* WebTransportStream::getUserData() const {
  return stream_behind(this).user_data;
}

us_quic_stream_t* WebTransportStream::native() const {
  return stream_behind(this).handle();
}

}  // namespace usquic
