// A source whose exchanges do what a test says, and events that a test looks at.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "get/exchange.h"

namespace usquic::tools::get {

class ScriptedSource final : public ExchangeSource {
 public:
  struct Begun {
    std::string url;
    FetchOptions request;
    ExchangeEvents* events;
    bool is_over = false;  // the exchange was destroyed
    std::string written;
  };

  std::unique_ptr<Exchange> start(const std::string& url, const FetchOptions& request,
                                  ExchangeEvents& events) override {
    begun.push_back(std::make_unique<Begun>(Begun{url, request, &events, false, ""}));
    return std::make_unique<Scripted>(*begun.back());
  }
  void close_idle() override { ++closed; }

  std::vector<std::unique_ptr<Begun>> begun;
  int closed = 0;

 private:
  class Scripted final : public Exchange {
   public:
    explicit Scripted(Begun& of) : of_(of) {}
    ~Scripted() override { of_.is_over = true; }
    bool write(std::string_view bytes) override {
      of_.written += bytes;
      return true;
    }
    void end() override {}
    std::string_view url() const override { return of_.url; }
    int redirects() const override { return 0; }

   private:
    Begun& of_;
  };
};

// Writes down what it hears; the exchange is the test's.
class HeardEvents final : public ExchangeEvents {
 public:
  void on_sent(const Route& route) override {
    heard.push_back(std::string("sent ") + protocol_name(route.version));
  }
  void on_informational(HttpVersion, const ResponseHead& head) override {
    note("informational", head.status);
  }
  void on_response(HttpVersion, const ResponseHead& head) override { note("response", head.status); }
  void on_data(std::string_view bytes) override { heard.push_back("data " + std::string(bytes)); }
  void on_trailers(const std::vector<Field>&) override { heard.push_back("trailers"); }
  void on_stop() override { heard.push_back("stop"); }
  void on_writable() override { heard.push_back("writable"); }
  void on_end() override { heard.push_back("end"); }
  void on_error(const ExchangeError& error) override {
    heard.push_back("error " + std::to_string(to_int(error.failure.code)) + " " + error.failure.reason);
  }

  std::vector<std::string> heard;

 private:
  void note(const char* what, int status) { heard.push_back(what + (" " + std::to_string(status))); }
};

}  // namespace usquic::tools::get
