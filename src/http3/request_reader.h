// Reads request streams: frames (RFC 9114 section 7), the order of a message's parts (section 4.1), and
// whether what comes is well-formed (section 4.1.2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "http3/codec_events.h"
#include "http3/connection_error.h"
#include "http3/message_state.h"
#include "http3/peer_requests.h"
#include "http3/qpack/decoder.h"
#include "http3/repeated_sections.h"

namespace usquic::http3 {

class RequestReader {
 public:
  // What the connection must do about what was read.
  class Delegate {
   public:
    // Stream error: the message is given up in both directions.
    virtual void stream_failed(MessageState& s, std::uint64_t code) = 0;
    // A request's header section is over the limit: answer it (oversized_section.h). The stream is
    // read no further.
    virtual void request_too_large(MessageState& s) = 0;
    // The request said how urgent it is (RFC 9218 section 5).
    virtual void request_priority(MessageState& s, std::string_view value) = 0;

   protected:
    ~Delegate() = default;
  };

  // requests: where those that ask for sessions are counted.
  RequestReader(const CodecOptions& options, PeerRequests& requests, qpack::Decoder& decoder,
                CodecEvents& events, Delegate& delegate)
      : options_(options), requests_(requests), decoder_(decoder), events_(events), delegate_(delegate) {}

  ConnectionError read(MessageState& s, Bytes data, bool fin);
  // Nothing more is read from this stream: what it holds is dropped and credited.
  ConnectionError discard(MessageState& s);
  // Instructions came: what is remembered of sections holds no longer.
  void table_changed() { repeated_.clear(); }
  // The same: a stream that waited for them and was read on, or nullptr when none is left.
  // Call until then.
  ConnectionError read_unblocked(MessageState*& s);

 private:
  ConnectionError step(MessageState& s, Bytes& data, bool fin, std::size_t& overhead);
  ConnectionError begin_frame(MessageState& s);
  ConnectionError begin_section(MessageState& s);
  ConnectionError skip_frame(MessageState& s);
  ConnectionError read_section(MessageState& s, Bytes& data, bool fin, std::size_t& overhead);
  ConnectionError finish_section(MessageState& s, Bytes repeatable, bool end_stream);
  ConnectionError accept_section(MessageState& s, const http::SectionFacts& facts, bool end_stream);
  bool accept_request(MessageState& s, const http::SectionFacts& facts);
  bool accept_response(MessageState& s, const http::SectionFacts& facts, bool end_stream, int& kind);
  ConnectionError read_body(MessageState& s, Bytes& data);
  ConnectionError end(MessageState& s);
  ConnectionError fail(MessageState& s, std::uint64_t code);
  ConnectionError too_large(MessageState& s);
  void stop_holding(MessageState& s);

  const CodecOptions& options_;
  PeerRequests& requests_;
  qpack::Decoder& decoder_;
  CodecEvents& events_;
  Delegate& delegate_;
  RepeatedSections repeated_;
  std::vector<MessageState*> blocked_;  // at most options_.qpack_blocked_streams
};

}  // namespace usquic::http3
