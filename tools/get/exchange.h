// One request on its way and its response, whatever version of HTTP carries them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "failure.h"
#include "http_version.h"
#include "usquic/http/client.h"

namespace usquic::tools::get {

// The connection that a request goes over.
struct Route {
  const void* connection = nullptr;  // the same for the same connection
  HttpVersion version = HttpVersion::Http3;
  std::string ip;
  std::string alpn;
  std::string tls;  // "TLS 1.3: cipher suite, group, ..."
  bool is_verified = false;
  bool is_resumed = false;
};

struct ExchangeError {
  enum class Kind {
    Other,
    NotProcessed,  // the server did nothing with it
    Malformed      // among them bodies that are not as long as their content-length
  };

  Failure failure;
  Kind kind = Kind::Other;
};

// As the handlers of usquic::Fetch. In each of them the exchange may be destroyed.
class ExchangeEvents {
 public:
  virtual ~ExchangeEvents() = default;
  // The head goes out next. Again when the request moves to another connection or follows a redirect.
  virtual void on_sent(const Route& route) = 0;
  virtual void on_informational(HttpVersion version, const ResponseHead& head) = 0;
  virtual void on_response(HttpVersion version, const ResponseHead& head) = 0;
  virtual void on_data(std::string_view bytes) = 0;
  virtual void on_trailers(const std::vector<Field>& fields) = 0;
  // The server wants no more of the body.
  virtual void on_stop() = 0;
  virtual void on_writable() = 0;
  // One of these is last.
  virtual void on_end() = 0;
  virtual void on_error(const ExchangeError& error) = 0;
};

class Exchange {
 public:
  // Gives it up if it is not over: no event comes after this.
  virtual ~Exchange() = default;

  // More of a streamed body, after on_sent. Returns: whether it takes more; if not, on_writable comes. All of it is
  // taken in either case.
  virtual bool write(std::string_view bytes) = 0;
  virtual void end() = 0;
  // As it was asked for, or where redirects led.
  virtual std::string_view url() const = 0;
  virtual int redirects() const = 0;
};

// Where exchanges come from: a client of one version of HTTP, or what chooses among such.
class ExchangeSource {
 public:
  virtual ~ExchangeSource() = default;
  // No event comes inside. The source outlives the exchange.
  virtual std::unique_ptr<Exchange> start(const std::string& url, const FetchOptions& request,
                                          ExchangeEvents& events) = 0;
  // Unused connections close now, the others as soon as they are unused.
  virtual void close_idle() = 0;
};

}  // namespace usquic::tools::get
