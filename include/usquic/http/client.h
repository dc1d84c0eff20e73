// Client: requests over HTTP/3, with a connection pool per origin.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "usquic/http/function.h"
#include "usquic/http/loop.h"
#include "usquic/http/web_transport.h"
#include "usquic/quic.h"

namespace usquic {

// Milliseconds, 0 = none. When one runs out, onError gets US_QUIC_E_HANDSHAKE_TIMEOUT (connect) or
// US_QUIC_E_TIMEOUT (the others), and a text that says which. Redirects and retries start anew,
// but for total.
struct Timeouts {
  int connect_ms = 10000;  // until a connection is open
  int first_byte_ms = 0;   // from sending the request until the response's header section
  int idle_ms = 30000;     // without a byte in either direction once it was sent; not while paused
  int total_ms = 0;
};

struct ClientOptions {
  std::string ca_file_name;  // "" = the system's roots
  std::string ca;
  std::string cert_file_name;  // client certificate
  std::string key_file_name;
  std::string passphrase;
  std::string cert;  // the client certificate as PEM texts in memory, where no file is named
  std::string key;
  bool reject_unauthorized = true;
  std::size_t max_connections_per_origin = 1;
  int keep_open_ms = 30000;  // an unused connection closes after this, or when its idle timeout is up
  Timeouts timeouts;
  // Connect to `address` in place of host:port (curl's --resolve).
  struct Resolve {
    std::string host;
    int port = 443;
    std::string address;
  };
  std::vector<Resolve> resolve;
  // Sessions of WebTransport at once on a connection; more to the same server have further connections. 0: none. Where
  // options of the core say webtransport_sessions, that counts.
  std::size_t max_webtransport_sessions = 16;
  // Everything else; nullptr = defaults. Borrowed for the constructor only. While requests are open, PINGs
  // keep their connection open (RFC 9114 section 5.1): after 15 s of silence, or the server's half idle
  // timeout if that is shorter. keep_alive_ms, if it is not 0, takes the place of the 15 s and holds for
  // unused connections too.
  const us_quic_socket_context_options_t* core = nullptr;
};

struct Field {
  std::string name;
  std::string value;
};

struct FetchOptions {
  std::string method = "GET";
  std::vector<Field> headers;
  std::string body;
  bool stream_body = false;  // more body comes by Fetch::write and end
  // 0 = a redirect is a response like any other; so is one without location, and one that asks for a streamed
  // body again. RFC 9110 section 15.4: 303, and POST at 301 and 302, become GET; authorization, cookie and
  // host stay with their origin.
  int max_redirects = 0;
  bool path_as_is = false;  // leave "." and ".." segments of the URL's path there
  int urgency = 3;          // RFC 9218: 0 = first, 7 = last
  bool incremental = false;
  Timeouts timeouts{-1, -1, -1, -1};  // -1 = the client's
};

struct WebTransportOptions {
  std::vector<Field> headers;  // any but pseudo-header fields; host takes the place of :authority
  int open_ms = 10000;         // until the session is open; 0 = without limit
};

// The response's header section.
struct ResponseHead {
  int status = 0;
  std::vector<Field> headers;
  // The first value of a header field (lower-case name), or "".
  std::string_view header(std::string_view lowerCaseName) const;
};

// One request under way. Owned by its client; valid until onEnd or onError returned, or abort() was
// called. Set the callbacks right after fetch(): none runs inside it. Each on… call replaces the handler
// that was there and returns the same fetch, so that calls can be chained. Thread: the loop's, for every
// call and every callback.
class US_API Fetch {
 public:
  // The request goes out on `stream` of an open connection, the body after this; it runs again when the
  // request moves to another connection or follows a redirect. For native calls, such as the peer's address.
  Fetch* onSent(Function<void(us_quic_stream_t* stream)> handler);
  // An informational response (1xx, RFC 9110 section 15.2), such as 103 Early Hints; none or
  // several may come.
  Fetch* onInformational(Function<void(const ResponseHead& head)> handler);
  // The final response's header section, once. `head` is valid while the handler runs.
  Fetch* onResponse(Function<void(const ResponseHead& head)> handler);
  // The next bytes of the response's body, valid while the handler runs. Never empty.
  Fetch* onData(Function<void(std::string_view chunk)> handler);
  // The trailer section, after the body (RFC 9114 section 4.1).
  Fetch* onTrailers(Function<void(const std::vector<Field>& fields)> handler);
  // The response is complete, and the request's body was sent or the server wants no more of it. Exactly one
  // of onEnd and onError runs, last.
  Fetch* onEnd(Function<void()> handler);
  // error: US_QUIC_E_*; text: one line with the reason. A response that is malformed (also one whose
  // body is shorter or longer than its content-length) or header fields that may not be sent, or a
  // redirect to what is no https URL: US_QUIC_E_HEADERS. A malformed URL or method: US_QUIC_E_INVALID.
  // Too many redirects, or a response's header section over max_header_list_size: US_QUIC_E_TOO_LARGE.
  Fetch* onError(Function<void(int error, std::string_view text)> handler);

  // More of the body, with stream_body. Buffers everything; false = wait for onWritable before writing on.
  // More than content-length promises ends the fetch with US_QUIC_E_HEADERS.
  bool write(std::string_view chunk);
  // The last of the body, with stream_body. Less than content-length promises ends the fetch as above.
  void end(std::string_view chunk = {});
  // After a write that returned false: all of it was taken.
  Fetch* onWritable(Function<void()> handler);
  // The server wants no more of the body (STOP_SENDING, RFC 9114 section 4.1): what is written after this is
  // dropped. The response still comes.
  Fetch* onStop(Function<void()> handler);
  // Stops reading the response; the server is held back by flow control. Bytes that came already wait.
  void pause();
  // Goes on after pause().
  void resume();
  // Gives up: the stream is reset with H3_REQUEST_CANCELLED, and no callback runs after this.
  void abort();

  // What is fetched: as it was given, or, after a redirect, where that led. Valid as long as the fetch, or
  // until the next redirect.
  std::string_view url() const;
  // How many redirects were followed.
  int redirects() const;
  // Its stream, or nullptr while it waits for a connection.
  us_quic_stream_t* native() const;
};

// Fetches over HTTP/3. Thread: its loop's.
class US_API Client {
 public:
  // loop: shared with others, or nullptr for one of its own. Errors: see error(). `options` is copied.
  explicit Client(const ClientOptions& options = {}, std::shared_ptr<Loop> loop = nullptr);
  // Aborts what is under way: onError runs with US_QUIC_E_CLOSED.
  ~Client();
  // What was moved from can only be destroyed or assigned to.
  Client(Client&& other) noexcept;
  Client& operator=(Client&& other) noexcept;

  // US_QUIC_OK, or the US_QUIC_E_* of the constructor: certificate files, memory. Then every fetch
  // fails with it.
  int error() const;

  // Starts a request. options.headers: any but pseudo-header fields; host takes the place of :authority.
  // Requests wait while connecting and while the server allows no more streams; they are sent again on
  // another connection only when they were never processed (GOAWAY, H3_REQUEST_REJECTED) or are idempotent
  // (RFC 9110 section 9.2.2) without a streamed body and nothing of the response came, at most twice; once
  // when the connection had timed out, and not at all when it ended because the server broke the protocol.
  // Never nullptr: a malformed URL is told by onError.
  Fetch* fetch(std::string_view url, const FetchOptions& options = {});

  // Asks a server for a session of WebTransport. It has a connection together with the client's other sessions and
  // requests to that server, where there is one. No handler runs inside. Of the behavior `upgrade` is not used.
  // What `failed` gets: US_QUIC_E_INVALID (malformed URL), _HEADERS (malformed fields), _UNSUPPORTED (a server without
  // WebTransport over HTTP/3), _REFUSED (with the status of the server's answer), _HANDSHAKE_TIMEOUT (no connection within
  // open_ms), _TIMEOUT (no answer within it), _CLOSED (closed before, or the client is gone), and why there is no
  // connection.
  // Ownership: the client's, until `close` or `failed` returned. Destroying the client ends its sessions; that is told as
  // a lost connection, inside ~Client, or, where that runs in a handler, at the end of the loop's iteration.
  // Never nullptr.
  WebTransport* webTransport(std::string_view url, WebTransportBehavior behavior,
                             const WebTransportOptions& options = {});

  // Unused connections close now, the others as soon as they are unused.
  void closeIdle();
  // Runs the loop until nothing keeps it alive: no request, no open connection, no other user of the loop.
  void run();
  // The loop; nullptr when it could not be made. Owned by the client and whoever else shares it.
  Loop* loop() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace usquic
