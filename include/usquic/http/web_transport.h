// WebTransport: sessions of streams and datagrams, on a server (App::webTransport) and on a client
// (Client::webTransport).
//
//   app.webTransport("/echo", {
//       .stream = [](auto*, auto* stream) {
//         stream->onData([stream](std::string_view data, bool fin) { fin ? stream->end(data) : (void)stream->write(data); });
//       },
//       .datagram = [](auto* session, std::string_view data) { session->sendDatagram(data); },
//   });
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "usquic/http/function.h"
#include "usquic/http/request.h"
#include "usquic/http/response.h"
#include "usquic/webtransport.h"

namespace usquic {

class WebTransport;

// A stream of a session. Valid until its onClose handler returned. Calls on one that is closed do nothing. Thread: the
// loop's, for every call and every handler.
class US_API WebTransportStream {
 public:
  // The session that it belongs to.
  WebTransport* getSession() const;
  // Only one side writes: the one that opened it.
  bool isUnidirectional() const;
  // This side opened it.
  bool isLocal() const;
  bool isClosed() const;

  // Everything is accepted and buffered. false: more is buffered than the peer takes; wait for onWritable before
  // writing on. Nothing is written, and false is returned, on a stream that the peer alone writes to, after end(), reset()
  // and close(), and after onStop.
  bool write(std::string_view chunk);
  // The last bytes: the peer sees the end of the stream behind them.
  void end(std::string_view chunk = {});
  // Bytes that were accepted and are not sent yet.
  std::size_t getBufferedAmount() const;

  // Gives up sending: what was not sent is dropped, the peer's onReset gets the code. Browsers know codes up to 255. A peer
  // that nothing of the stream has reached yet is told of none.
  void reset(std::uint32_t code = 0);
  // Gives up reading: the peer's onStop gets the code.
  void stop(std::uint32_t code = 0);
  // Both. onClose runs in this iteration of the loop.
  void close(std::uint32_t code = 0);
  // Stops reading; the peer is held back by flow control.
  void pause();
  void resume();

  // Each replaces the handler that was there and returns the stream.
  // Bytes as they come; fin = the last ones (maybe empty). Until it is set the peer is held back by flow control.
  WebTransportStream* onData(Function<void(std::string_view chunk, bool fin)> handler);
  // After a write that returned false: all of it was taken.
  WebTransportStream* onWritable(Function<void()> handler);
  // The peer gave up sending; bytes may be missing, and no fin comes. code: the peer's, 0 for one of HTTP/3's own.
  WebTransportStream* onReset(Function<void(std::uint32_t code)> handler);
  // The peer gave up reading: what is written is dropped.
  WebTransportStream* onStop(Function<void(std::uint32_t code)> handler);
  // Both directions are over, or the session is. Runs once, last.
  WebTransportStream* onClose(Function<void()> handler);

  void setUserData(void* data);
  // What setUserData set last, or nullptr.
  void* getUserData() const;
  // The stream in the C interface.
  us_quic_stream_t* native() const;

  WebTransportStream(const WebTransportStream&) = delete;
  WebTransportStream& operator=(const WebTransportStream&) = delete;

 protected:
  WebTransportStream() = default;  // the library makes them
  ~WebTransportStream() = default;
};

// A session. Valid until its close (or failed) handler returned. Thread: the loop's, for every call and every handler.
class US_API WebTransport {
 public:
  // false before the server's answer, and from the end of the session on.
  bool isOpen() const;

  // Opens a stream that both sides write to, or this side alone. It can be written to at once, and goes out as soon as
  // the peer's limit of streams allows. nullptr: the session is not open, or memory is used up.
  WebTransportStream* openStream();
  WebTransportStream* openUniStream();

  // Unreliable and not ordered. Returns: 0, or why it is not sent: US_QUIC_E_TOO_LARGE, _AGAIN (too many wait), _INVALID
  // (it is empty: browsers take none), _STATE (not open), _CLOSED.
  int sendDatagram(std::string_view data);
  // Bytes of the largest datagram that can be sent now; it changes with the path. 0: none can.
  std::size_t getMaxDatagramSize() const;

  // Asks the peer to end the session soon.
  void drain();
  // Ends it: its streams are reset, and the peer gets the code and the reason (UTF-8, cut after 1,024 bytes at the end of a
  // character). The close handler runs in this iteration of the loop, with the same code and reason; of a client's that is
  // not open yet `failed` does. Destroying the app or client at once may leave the peer with a lost connection instead.
  void close(std::uint32_t code = 0, std::string_view reason = {});

  void setUserData(void* data);
  // What setUserData set last, or nullptr.
  void* getUserData() const;
  // The CONNECT stream in the C interface; nullptr for a client's that waits for its connection.
  us_quic_stream_t* native() const;

  WebTransport(const WebTransport&) = delete;
  WebTransport& operator=(const WebTransport&) = delete;

 protected:
  WebTransport() = default;  // the library makes them
  ~WebTransport() = default;
};

// Handlers of sessions; each may be left out.
struct WebTransportBehavior {
  // Server: a client asks for a session. The handler answers with Response::acceptWebTransport, then or later (it sets
  // onAborted then), or refuses with any other answer. Without it every session is accepted.
  Function<void(Response* res, Request* req)> upgrade = nullptr;
  // The session is open.
  Function<void(WebTransport* session)> open = nullptr;
  // The peer opened a stream. Without a handler it is closed with code 0.
  Function<void(WebTransport* session, WebTransportStream* stream)> stream = nullptr;
  Function<void(WebTransport* session, std::string_view data)> datagram = nullptr;
  // The peer asks to end the session soon.
  Function<void(WebTransport* session)> drain = nullptr;
  // The session is over; its streams are closed already. Runs once for each session whose open ran, last.
  // isClean: one side closed it with code and reason; else it was reset, its connection lost, or memory used up here, and
  // the code is 0.
  Function<void(WebTransport* session, bool isClean, std::uint32_t code, std::string_view reason)> close =
      nullptr;
  // Client: the session could not be opened: US_QUIC_E_* and a line that says why; status: of a response that refused
  // it, else 0. Runs in place of open and close, last.
  Function<void(WebTransport* session, int error, int status, std::string_view text)> failed = nullptr;
};

}  // namespace usquic
