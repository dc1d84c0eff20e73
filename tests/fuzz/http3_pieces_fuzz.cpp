// The bytes of HTTP/3 streams tell the same in whatever pieces they come.
#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "base/check.h"
#include "http3/codec.h"
#include "input.h"

namespace usquic::fuzz {
namespace {

using usquic::http3::Codec;
using usquic::http3::ConnectionError;
using usquic::http3::MessageState;

struct Chunk {
  std::int64_t id;
  std::string_view bytes;
  bool fin;
};

// What was told of one stream.
struct Told {
  std::string sections;
  std::string body;
  bool has_ended = false;
  bool is_reset = false;
  std::uint64_t stop_code = 0;
  friend bool operator==(const Told&, const Told&) = default;
};

class Reader final : public http3::CodecEvents {
 public:
  Reader() {
    const http3::CodecOptions options{.is_server = true, .max_header_list_size = 2048};
    http3_ = std::make_unique<Codec>(options, pool_, *this);
    CHECK(static_cast<bool>(http3_->bind_streams({3, 7, 11}, {{0x21, 1}, 0x21, 2})));
    http3_->set_max_client_streams(100);
  }
  ~Reader() {
    for (const auto& [id, s] : streams_) http3_->stream_closed(id);
  }

  void read(const std::vector<Chunk>& chunks, std::size_t piece) {
    for (const Chunk& chunk : chunks) {
      std::string_view left = chunk.bytes;
      do {
        const std::string_view now = left.substr(0, piece);
        left.remove_prefix(now.size());
        if (told[chunk.id].stop_code != 0) break;
        result = http3_->read(chunk.id, as_bytes(now), chunk.fin && left.empty());
        if (result != ConnectionError::none) return;
      } while (!left.empty());
    }
  }

  bool has_stopped() const {
    return std::ranges::any_of(told, [](const auto& each) { return each.second.stop_code != 0; });
  }

  std::map<std::int64_t, Told> told;
  ConnectionError result = ConnectionError::none;

 private:
  static std::int64_t id_of(http3::MessageState& s) { return *static_cast<const std::int64_t*>(s.owner); }
  Told& told_of(http3::MessageState& s) { return told[id_of(s)]; }

  http3::MessageState* http3_request_stream(std::int64_t id) override {
    auto& s = streams_[id];
    s.id = id;
    s.http3 = std::make_unique<http3::MessageState>(&s.id, pool_);
    return s.http3.get();
  }
  // end_stream depends on the pieces: FIN may come by itself.
  void http3_headers(http3::MessageState& s, int kind, bool) override {
    std::string& text = told_of(s).sections;
    text += std::to_string(kind) + "\n";
    for (const us_quic_header_t& h : s.headers()) {
      text.append(h.name, h.name_length).append("=").append(h.value, h.value_length).append("\n");
    }
  }
  void http3_body(http3::MessageState& s, Bytes data) override { told_of(s).body += as_text(data); }
  void http3_end(http3::MessageState& s) override { told_of(s).has_ended = true; }
  void http3_reset_stream(std::int64_t id, std::uint64_t) override { told[id].is_reset = true; }
  void http3_stop_sending(std::int64_t id, std::uint64_t code) override { told[id].stop_code = code; }
  void http3_consumed(std::int64_t, std::size_t) override {}
  void http3_goaway(std::int64_t) override {}

  struct Stream {
    std::int64_t id = -1;
    std::unique_ptr<http3::MessageState> http3;
  };
  BlockPool pool_;
  std::unique_ptr<http3::Codec> http3_;
  std::map<std::int64_t, Stream> streams_;
};

// Of a client.
constexpr std::int64_t request_ids[] = {0, 4};
constexpr std::int64_t ids[] = {0, 4, 2, 6, 10};

std::vector<Chunk> chunks_of(Input& input) {
  std::vector<Chunk> chunks;
  std::map<std::int64_t, bool> is_over;
  while (!input.at_end()) {
    const std::uint8_t what = input.byte();
    const std::int64_t id = ids[what % std::size(ids)];
    const bool fin = what >= 200;
    const std::string_view bytes = input.long_text();
    if (!is_over[id] && !(bytes.empty() && !fin)) chunks.push_back({id, bytes, fin});
    is_over[id] = is_over[id] || fin;
  }
  return chunks;
}

}  // namespace
}  // namespace usquic::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace usquic::fuzz;
  Input input(data, size);
  const std::size_t piece = 1 + input.pick(20);
  const std::vector<Chunk> chunks = chunks_of(input);
  Reader whole, split;
  whole.read(chunks, SIZE_MAX);
  split.read(chunks, piece);
  constexpr auto none = usquic::http3::ConnectionError::none;
  // A stream that is told to stop is read no further: what is wrong behind that place shows only where it came with it.
  CHECK((whole.result == none) == (split.result == none) || whole.has_stopped() || split.has_stopped());
  if (whole.result != none || split.result != none) return 0;
  // Of the unidirectional streams nothing is told but a wish to stop, and that not when FIN came
  // with the type.
  for (const std::int64_t id : request_ids) CHECK(whole.told[id] == split.told[id]);
  return 0;
}
