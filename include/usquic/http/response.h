// A response in the making.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "usquic/http/function.h"
#include "usquic/quic.h"

namespace usquic {

class WebTransport;
using FieldView = std::pair<std::string_view, std::string_view>;

// A response that is checked once and sent many times without copying. Belongs to one loop's thread.
class US_API PreparedResponse {
 public:
  // status: "200" or "200 OK". content-length is added, but to 204 and 304; a Date is not. Not valid() when a field is malformed.
  PreparedResponse(std::string_view status, const std::vector<FieldView>& fields, std::string_view body);
  // Also while answers made of it are being sent.
  ~PreparedResponse();
  PreparedResponse(PreparedResponse&& other) noexcept;
  PreparedResponse& operator=(PreparedResponse&& other) noexcept;

  // Whether the fields were well formed and there was memory.
  bool valid() const { return native_ != nullptr; }
  // What it is to the C interface; this object owns it.
  us_quic_prepared_response_t* native() const { return native_; }

 private:
  friend class Response;
  struct Head;
  us_quic_prepared_response_t* native_ = nullptr;
  std::unique_ptr<Head> head_;  // for answers to HEAD: the fields without the body
};

// Valid until it was answered in full, or until onAborted ran; afterwards calls do nothing but log the
// mistake (an assertion in debug builds). All calls on the loop's thread. Handlers that answer later
// must set onAborted.
class US_API Response {
 public:
  // "404" or "404 Not Found" (the text is not sent: HTTP/3 has none). Before the first header or byte.
  Response* writeStatus(std::string_view status);
  // Field names are made lower case. A malformed name or value (CR, LF, NUL) is refused: logged
  // and answered 500.
  Response* writeHeader(std::string_view name, std::string_view value);
  // The same with a number in decimal.
  Response* writeHeader(std::string_view name, std::uint64_t value);
  // An informational response now, such as writeInformational("103", {{"link", "</a.css>; rel=preload"}}).
  Response* writeInformational(std::string_view status, std::initializer_list<FieldView> fields);
  Response* writeInformational(std::string_view status, const std::vector<FieldView>& fields);
  // Sends the header section now; the body follows. Without it the section goes out with the first byte or
  // the end, with one exception: the 2xx of a CONNECT, for which the client waits before it sends, goes out
  // when the handler returns, if that wrote a 2xx status or asked for the client's bytes by onData. A handler
  // that decides later does neither before, and calls flushHeaders then. Once the section was sent, calls
  // that change it are mistakes, and flushHeaders does nothing.
  Response* flushHeaders();

  // Sends a chunk of a body of unknown length. Everything is accepted and buffered.
  // Returns false when more is buffered than the peer takes: wait for onWritable before writing on.
  bool write(std::string_view chunk);
  // As write, without a copy: all of `chunk` is taken, or nothing of it (false: wait for onWritable, then offer it again).
  // Taken data stays the caller's until `release` ran, as with tryEndStatic. Large chunks are worth it.
  bool writeStatic(std::string_view chunk, void (*release)(void* user), void* user);
  // Sends as much of `data` as can be taken now, of a body of `totalSize` bytes (0 = offset + data).
  // Returns {ok, done}: ok = all of data was taken; done = the whole body was. On {false, false} wait for
  // onWritable and continue from getWriteOffset(). Every byte is sent exactly once.
  std::pair<bool, bool> tryEnd(std::string_view data, std::uint64_t totalSize = 0);
  // As tryEnd, without a copy: all of `data` is taken, or nothing of it ({false, false}). Taken data stays
  // the caller's and must not change until `release` ran, which it does exactly once, on the loop's
  // thread: when the bytes are acknowledged or given up, maybe after onAborted. It does not run for data
  // that was not taken.
  std::pair<bool, bool> tryEndStatic(std::string_view data, std::uint64_t totalSize,
                                     void (*release)(void* user), void* user);
  // Ends the response with a last chunk; what cannot be sent yet is buffered. content-length is set when
  // nothing was written before.
  // The request may still be coming in: the rest is taken and dropped, within the bounds of AppOptions'
  // linger_ options; then its stream is stopped with H3_NO_ERROR (RFC 9114 section 4.1).
  void end(std::string_view data = {});
  // Status and fields written before are not sent with a prepared response.
  void end(const PreparedResponse& prepared);
  // Ends without a body; reportedContentLength is sent as content-length (answers to HEAD).
  void endWithoutBody(std::optional<std::uint64_t> reportedContentLength = std::nullopt);
  // Opens the session that the request asks for, with the fields that were written before. The response is over then, and
  // its handlers do not run any more; WebTransportBehavior's open runs soon, before anything else of the session.
  // Returns: nullptr where the request asks for no session (App::webTransport), and where the fields are malformed, which
  // is answered 500.
  WebTransport* acceptWebTransport();
  // A trailer field, sent at the end (RFC 9114 section 4.1). Call before end.
  Response* writeTrailer(std::string_view name, std::string_view value);

  // Runs when the peer takes more, with the write offset; return true when all was written for now.
  Response* onWritable(Function<bool(std::uint64_t offset)> handler);
  // Chunks of the request body as they come; fin = the last one (maybe empty). Bodies are not buffered: the
  // peer is held back by flow control until onData is set, in the handler or later.
  Response* onData(Function<void(std::string_view chunk, bool fin)> handler);
  // HTTP datagrams of an extended CONNECT (RFC 9297), unreliable and not ordered: what comes in DATAGRAM frames, and in
  // DATAGRAM capsules on the stream. This, onCapsule and onCapsulesEnd say that the stream speaks the Capsule Protocol:
  // its capsules are read here, onData cannot be set, and a 2xx that goes out later has the field capsule-protocol. As
  // with onData, it goes out when the handler returns. A datagram without this handler resets the request, as the
  // client had no reason to send it. It is a mistake for any other request, and where onData was set before. No version
  // of HTTP but 2 and 3 has extended CONNECT.
  Response* onDatagram(Function<void(std::string_view data)> handler);
  // Capsules of all other types; without it they are skipped. A value of more than AppOptions::max_capsule_bytes, or a
  // stream that ends inside of a capsule, resets the request; onAborted runs then.
  Response* onCapsule(Function<void(std::uint64_t type, std::string_view value)> handler);
  // The client ended the stream, behind a whole capsule. This side may still send, and ends the response.
  Response* onCapsulesEnd(Function<void()> handler);
  // Sends a copy as an HTTP datagram: a frame of HTTP/3 where both sides take those (here: with the core's option datagrams,
  // or sessions of WebTransport), else a capsule. Before the 2xx, or without onDatagram and onCapsule, it is a mistake.
  // Returns: 0, or why it is lost: US_QUIC_E_TOO_LARGE; _AGAIN: more waits than the peer takes, or it has not said yet
  // whether it takes frames; _STATE and _CLOSED for mistakes; _NOMEM.
  int sendDatagram(std::string_view data);
  // Bytes of the largest datagram that can be sent now; it changes with the path. 65,536 where they go as capsules. 0: none
  // can.
  std::size_t getMaxDatagramSize() const;
  // Sends a capsule, when sendDatagram may be called. Everything is accepted and buffered, as by write(). false: more is
  // buffered than the peer takes; wait for onWritable before sending on. type: at most 2^62 - 1; 0 is a datagram.
  bool sendCapsule(std::uint64_t type, std::string_view value);
  // Trailer fields of the request, after its body, before the last onData.
  Response* onTrailer(Function<void(std::string_view name, std::string_view value)> handler);
  // The client gave up (RESET_STREAM, STOP_SENDING, connection lost) before the answer was complete, or broke a rule.
  // At most once.
  Response* onAborted(Function<void()> handler);

  // Stops reading the request body; the peer is held back by flow control. Capsules that have come already, and
  // datagrams, still run their handlers.
  Response* pause();
  // Goes on after pause().
  Response* resume();
  // Runs `writes`; what they send goes out together. (Sending is batched per loop iteration anyway.)
  Response* cork(Function<void()> writes);

  // Whether it was answered in full, aborted or closed. Allowed at any time while the app lives.
  bool hasResponded() const;
  // Body bytes accepted so far.
  std::uint64_t getWriteOffset() const;
  // Of these, bytes not yet sent.
  std::uint64_t getBufferedAmount() const;
  // The client's IP address in network byte order: 4 or 16 bytes. Valid as long as the response.
  std::string_view getRemoteAddress();
  // The same as text, such as "192.0.2.1" or "2001:db8::1".
  std::string_view getRemoteAddressAsText();
  // The client's UDP or TCP port.
  std::uint16_t getRemotePort();
  // A pointer of your own that travels with the response. While it is set, the object serves no other request
  // before the stream is closed.
  void setUserData(void* data);
  // What setUserData set last, or nullptr.
  void* getUserData() const;
  // HTTP/3's stream; nullptr once it is gone, and for other versions of HTTP.
  us_quic_stream_t* native() const;
  // Gives up: resets the stream, or ends the connection where that carries one request at a time. onAborted does not
  // run. Allowed at any time: of a response that was answered, what is not sent yet is dropped; setUserData tells
  // whether it is yours still.
  void close();

  Response(const Response&) = delete;
  Response& operator=(const Response&) = delete;

 protected:
  Response() = default;  // the library makes them
  ~Response() = default;
};

}  // namespace usquic
