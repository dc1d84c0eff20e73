// A client's streams, right and wrong ones, in pieces and mixed with each other, read by our codec and by nghttp3:
// both find the same messages, or both refuse the stream, or both the connection.
//
// Both read the same bytes in turn. One may find an error before the other has what it looks at, so whichever has
// found none is given the rest of that stream before they are compared.
//
// What may differ, and ends the comparison:
// - fields that one of both drops, or checks by rules of its own: see is_judged_otherwise();
// - a setting that comes twice (RFC 9114 section 7.2.4): nghttp3 looks at some settings only;
// - GOAWAY and MAX_PUSH_ID that are longer than their number;
// - a section that breaks the rules for fields and those of QPACK: nghttp3 does not read behind the first fault.
// PRIORITY_UPDATE is not sent: what is no priority may be an error or not (RFC 9218 section 7.1).
// A message with a wrong length, or that is cut short, ends nghttp3's connection; with us its stream, as RFC 9114
// section 4.1.2 says.
#include <algorithm>
#include <string>

#include "base/check.h"
#include "http3_ends.h"
#include "http3_script.h"
#include "input.h"
#include "usquic/http3_codes.h"

namespace usquic::fuzz {
namespace {

constexpr std::size_t capacities[] = {4096, 0, 100};
constexpr std::size_t blocked_limits[] = {100, 0, 1};

class Comparison {
 public:
  explicit Comparison(Input& input)
      : input_(input),
        options_{.is_server = true,
                 .extended_connect = input.flag(),
                 .table_capacity = input.choose(capacities),
                 .blocked_streams = input.choose(blocked_limits),
                 .encoder_capacity = 0},
        ours_(options_),
        theirs_(options_),
        // More streams wait than may, sometimes.
        script_(input, options_.table_capacity, input.choose(blocked_limits)) {}

  void run() {
    while (!input_.at_end() && is_going_on_) write_or_deliver();
    // What is left, one stream after the other: a section may wait for the encoder stream until then.
    for (auto& [id, stream] : script_.streams) {
      if (!is_going_on_) return;
      deliver(id, stream, SIZE_MAX);
    }
    if (is_going_on_) compare_messages();
  }

 private:
  using Stream = Http3Script::Stream;

  void write_or_deliver() {
    switch (input_.pick(8)) {
      case 0:
      case 1:
        return script_.write_request();
      case 2:
        return script_.write_control();
      case 3:
        return script_.write_other();
      default: {
        if (script_.streams.empty()) return;
        const auto offset = static_cast<std::ptrdiff_t>(input_.pick(script_.streams.size()));
        auto& [id, stream] = *std::next(script_.streams.begin(), offset);
        const std::uint8_t length = input_.byte();
        deliver(id, stream, length > 200 ? SIZE_MAX : 1 + length);
      }
    }
  }

  void deliver(std::int64_t id, Stream& stream, std::size_t most) {
    if (stream.is_over) return;
    const Http3Script::Piece piece = Http3Script::take(id, stream, most);
    if (piece.bytes.empty() && !piece.fin) return;
    const std::uint64_t our_error = ours_.read(id, piece.bytes, piece.fin);
    const int their_error = theirs_.read(id, piece.bytes, piece.fin);
    if (our_error == 0 && their_error == 0) return compare_refusals();
    is_going_on_ = false;
    if (our_error == 0) {
      compare_refusal_by_them(id, their_error);
    } else if (their_error == 0) {
      compare_refusal_by_us(id, our_error);
    } else {
      CHECK(may_differ(id) || is_same(id, our_error, their_error));
    }
  }

  // What comes on the encoder stream lets sections be read that waited for it.
  bool may_differ(std::int64_t id) const {
    if (id != Http3Script::encoder_id) return script_.streams.at(id).may_differ;
    return std::ranges::any_of(script_.streams, [](const auto& known) { return known.second.may_differ; });
  }

  // Gives the rest of what is to be read to one of both, until `is_done`: of this stream, and behind inserts of those
  // that waited for them.
  template <class Peer, class IsDone>
  void read_rest(Peer& peer, std::int64_t id, IsDone is_done) {
    for (auto& [other, stream] : script_.streams) {
      if (other != id && id != Http3Script::encoder_id) continue;
      while (!stream.is_over && !is_done()) {
        const Http3Script::Piece piece = Http3Script::take(other, stream, SIZE_MAX);
        if (piece.bytes.empty() && !piece.fin) break;
        last_error_ = peer.read(other, piece.bytes, piece.fin);
      }
    }
  }

  // The code with which a stream of which it read something was refused just now; 0: none.
  template <class Peer>
  std::uint64_t refusal_by(Peer& peer, std::int64_t id) {
    for (const auto& [other, stream] : script_.streams) {
      const bool was_read = other == id || (id == Http3Script::encoder_id && (other & 3) == 0);
      if (was_read && !stream.is_refused && peer.told[other].refusal != 0) return peer.told[other].refusal;
    }
    return 0;
  }

  // We found an error, nghttp3 none yet.
  void compare_refusal_by_us(std::int64_t id, std::uint64_t error) {
    read_rest(theirs_, id, [this] { return last_error_ != 0; });
    if (may_differ(id)) return;
    // It reads no more of a section that breaks the rules for fields.
    if (last_error_ == 0 && refusal_by(theirs_, id) != 0) return;
    CHECK(last_error_ != 0 && is_same(id, error, static_cast<int>(last_error_)));
  }

  // nghttp3 found an error, we none yet; or one of the stream.
  void compare_refusal_by_them(std::int64_t id, int error) {
    read_rest(ours_, id, [this, id] { return last_error_ != 0 || refusal_by(ours_, id) != 0; });
    if (may_differ(id)) return;
    if (last_error_ != 0) {
      CHECK(is_same(id, static_cast<std::uint64_t>(last_error_), error));
      return;
    }
    const std::uint64_t refusal = refusal_by(ours_, id);
    CHECK(error == NGHTTP3_ERR_MALFORMED_HTTP_MESSAGING ? refusal == US_QUIC_H3_MESSAGE_ERROR
                                                        : refusal == US_QUIC_H3_REQUEST_INCOMPLETE);
    CHECK(error == NGHTTP3_ERR_MALFORMED_HTTP_MESSAGING || error == NGHTTP3_ERR_H3_FRAME_UNEXPECTED);
  }

  // Codes of the connection.
  static bool is_same(std::int64_t id, std::uint64_t ours, int error) {
    // Which of the streams that waited for inserts is read first is not the same.
    if (id == Http3Script::encoder_id) return true;
    const std::uint64_t theirs = nghttp3_err_infer_quic_app_error_code(error);
    struct Pair {
      std::uint64_t ours, theirs;
    };
    static constexpr Pair others[] = {
        // A frame's type is cut short (RFC 9114 section 7.1).
        {US_QUIC_H3_FRAME_ERROR, US_QUIC_H3_GENERAL_PROTOCOL_ERROR},
        // CANCEL_PUSH of what was never promised (section 7.2.3), and one that is no number.
        {US_QUIC_H3_ID_ERROR, US_QUIC_H3_FRAME_UNEXPECTED},
        {US_QUIC_H3_FRAME_ERROR, US_QUIC_H3_FRAME_UNEXPECTED},
        // MAX_PUSH_ID that becomes less (section 7.2.7).
        {US_QUIC_H3_ID_ERROR, US_QUIC_H3_FRAME_ERROR},
    };
    return ours == theirs || std::ranges::any_of(others, [ours, theirs](const Pair& pair) {
             return pair.ours == ours && pair.theirs == theirs;
           });
  }

  // What we refuse nghttp3 has refused: it looks at fields as they come, we when all of them are there.
  void compare_refusals() {
    for (auto& [id, stream] : script_.streams) {
      if ((id & 3) != 0 || ours_.told[id].refusal == 0 || stream.is_refused) continue;
      stream.is_refused = stream.is_over = true;
      if (theirs_.told[id].refusal != 0) continue;
      CHECK(stream.may_differ);
      is_going_on_ = false;
    }
  }

  void compare_messages() {
    for (const auto& [id, stream] : script_.streams) {
      if ((id & 3) != 0 || stream.may_differ) continue;
      CHECK(ours_.told[id] == theirs_.told[id]);
    }
  }

  Input& input_;
  const Http3EndOptions options_;
  OurHttp3 ours_;
  TheirHttp3 theirs_;
  Http3Script script_;
  std::int64_t last_error_ = 0;
  bool is_going_on_ = true;
};

}  // namespace
}  // namespace usquic::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  usquic::fuzz::Input input(data, size);
  usquic::fuzz::Comparison(input).run();
  return 0;
}
