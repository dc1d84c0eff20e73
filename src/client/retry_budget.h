// Whether a request may be sent again after an attempt failed (RFC 9110 section 9.2.2).
#pragma once

namespace usquic::client {

class RetryBudget {
 public:
  // What ended the attempt.
  enum class Cause {
    refused,               // GOAWAY or H3_REQUEST_REJECTED: it was not processed (RFC 9114 section 4.1.1)
    connection_lost,       // the server may have processed what was sent
    connection_timed_out,  // the same; one timeout may have been the network's
    violation,             // the server broke the protocol, and will do so again
  };

  // The next attempt begins: nothing of it was sent yet.
  void begin_attempt() { was_sent_ = false; }
  // It goes out: from here on the server may process it.
  void attempt_sent() { was_sent_ = true; }
  // Takes one retry where that is safe. is_repeatable: a request that may be processed twice. Returns: whether
  // the request is to be sent again.
  bool take(Cause cause, bool is_repeatable);
  // The target of a redirect is another request.
  void renew() { retries_ = 0; }

 private:
  int retries_ = 0;
  bool was_sent_ = false;
  bool has_timed_out_ = false;
};

}  // namespace usquic::client
