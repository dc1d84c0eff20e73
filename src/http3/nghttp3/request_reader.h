// Reads request streams: frames (RFC 9114 section 7), the order of a message's parts (section 4.1), and
// whether what comes is well-formed (section 4.1.2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "http3/codec.h"
#include "http3/nghttp3/field_decoder.h"

namespace usquic::http3 {

class RequestReader {
 public:
  // What the connection must do about what was read.
  class Host {
   public:
    // Stream error: the message is given up in both directions.
    virtual void stream_failed(Http3Stream& s, std::uint64_t code) = 0;
    // A request's header section is over the limit; the stream is read no further.
    virtual void request_too_large(Http3Stream& s) = 0;
    // The request said how urgent it is (RFC 9218 section 5).
    virtual void request_priority(Http3Stream& s, std::string_view value) = 0;

   protected:
    ~Host() = default;
  };

  RequestReader(const Http3::Options& options, FieldDecoder& decoder, Http3::Events& events, Host& host)
      : options_(options), decoder_(decoder), events_(events), host_(host) {}

  // All that return int: 0 or a negative error of the connection.
  int read(Http3Stream& s, Bytes data, bool fin);
  // Nothing more is read from this stream: what it holds is dropped and credited.
  int discard(Http3Stream& s);
  // Instructions came: a stream that waited for them and was read on, or nullptr when none is left. Call
  // until then.
  int read_unblocked(Http3Stream*& s);

 private:
  int step(Http3Stream& s, Bytes& data, bool fin, std::size_t& overhead);
  int begin_frame(Http3Stream& s);
  int begin_section(Http3Stream& s);
  int skip_frame(Http3Stream& s);
  int read_section(Http3Stream& s, Bytes& data, bool fin, std::size_t& overhead);
  int finish_section(Http3Stream& s, bool end_stream);
  bool accept_request(Http3Stream& s);
  bool accept_response(Http3Stream& s, bool end_stream, int& kind);
  void read_body(Http3Stream& s, Bytes& data);
  int end(Http3Stream& s);
  int fail(Http3Stream& s, std::uint64_t code);
  int too_large(Http3Stream& s);
  void stop_holding(Http3Stream& s);

  const Http3::Options& options_;
  FieldDecoder& decoder_;
  Http3::Events& events_;
  Host& host_;
  std::vector<Http3Stream*> blocked_;  // at most FieldDecoder::max_blocked_streams
};

}  // namespace usquic::http3
