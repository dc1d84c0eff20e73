// A client's streams, right and wrong ones, as they are written and given out in pieces. It knows where nghttp3 and we
// may come to different results.
#pragma once

#include <nghttp3/nghttp3.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "http3_ends.h"
#include "input.h"

namespace usquic::fuzz {

class Http3Script {
 public:
  static constexpr std::int64_t encoder_id = 6;

  // Bytes of one stream that are to be delivered.
  struct Stream {
    std::string bytes;
    bool has_begun = false;   // something was written
    bool fin = false;         // behind them
    bool is_over = false;     // all was delivered, or nobody reads it any more
    bool is_refused = false;  // by us
    bool may_differ = false;  // what nghttp3 makes of it
    bool is_head_written = false;
    std::uint64_t type = 0;  // of a unidirectional stream
  };
  struct Piece {
    std::string bytes;
    bool fin;
  };

  // The QPACK encoder's table, and how many streams may wait for it.
  Http3Script(Input& input, std::size_t table_capacity, std::size_t blocked_streams);
  ~Http3Script();
  Http3Script(const Http3Script&) = delete;
  Http3Script& operator=(const Http3Script&) = delete;

  void write_request();
  void write_control();
  // The streams of QPACK, and those that are not known.
  void write_other();
  // The next bytes of a stream, `most` or one more.
  static Piece take(std::int64_t id, Stream& stream, std::size_t most);

  std::map<std::int64_t, Stream> streams;

 private:
  Http3Field field();
  Http3Fields head();
  std::string section(std::int64_t id, Stream& stream, const Http3Fields& fields, bool are_trailers);
  void end(Stream& stream, std::size_t length);
  Stream& begin(std::int64_t id, std::uint64_t type);
  std::string settings(Stream& stream);

  Input& input_;
  nghttp3_qpack_encoder* encoder_ = nullptr;
};

}  // namespace usquic::fuzz
