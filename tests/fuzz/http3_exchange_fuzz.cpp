// Valid HTTP/3 messages between our codec and nghttp3, in both roles: what one sends the other gives out, whatever
// tables both allow, and whichever stream's bytes come first, in any pieces.
//
// What is not sent, since nghttp3 does not give it out:
// - names over 256 bytes, which end its connection;
// - content-length in responses to CONNECT, in informational ones and in those with status 204: it drops the field;
// - sections of trailers without a field: it does not mention them.
// nghttp3 counts inserts in a prefix by the most that its own encoder was allowed, not by the reader's setting as RFC 9204
// section 4.5.1.1 says: its encoder has that capacity or none.
// nghttp3 evicts entries that were never acknowledged, against RFC 9204 section 2.1.1. In a table of a few entries a
// section may so need more inserts than its prefix can tell of: there its inserts come first.
// That a field is never indexed is not compared: both encoders decide that for some fields themselves.
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "base/check.h"
#include "http3_ends.h"
#include "input.h"

namespace usquic::fuzz {
namespace {

constexpr std::size_t capacities[] = {4096, 0, 100, 300};
constexpr std::size_t blocked_limits[] = {100, 0, 1};
constexpr std::size_t most_requests = 12;
constexpr std::size_t prepared_count = 3;

std::int64_t request_id(std::size_t index) {
  return static_cast<std::int64_t>(index) * 4;
}

// A value that may be sent, of any bytes.
std::string value_of(std::string_view bytes) {
  std::string value = "v";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    value += byte < 0x20 || byte == 0x7f ? '\t' : c;
  }
  return value + "v";
}

class Exchange {
 public:
  explicit Exchange(Input& input)
      : input_(input),
        ours_is_server_(input.flag()),
        our_options_(options(ours_is_server_)),
        their_options_(their_options()),
        ours_(our_options_),
        theirs_(their_options_) {
    for (std::size_t i = 0; i < prepared_count; ++i) {
      prepared_[i].message = response();
      prepared_[i].message.interim.clear();
      prepared_[i].message.trailers.clear();
      prepare(prepared_[i]);
    }
  }

  void run() {
    while (!input_.at_end()) {
      switch (input_.pick(4)) {
        case 0:
          send_request();
          break;
        case 1:
          answer();
          break;
        case 2:
          take();
          break;
        default:
          deliver(input_.byte(), 1 + input_.pick(200));
      }
    }
    finish();
  }

 private:
  struct Prepared {
    Http3Message message;
    std::vector<us_quic_header_t> fields;
    engine::PreparedResponse response;
  };
  // Bytes of one stream on their way.
  struct Wire {
    std::string bytes;
    bool fin = false;
    bool is_over = false;
  };
  struct Request {
    Http3Message request;
    Http3Message response;
    bool is_answered = false;
    bool is_closed = false;
  };

  Http3EndOptions options(bool is_server) {
    return {.is_server = is_server,
            .table_capacity = input_.choose(capacities),
            .blocked_streams = input_.choose(blocked_limits),
            .encoder_capacity = input_.choose(capacities)};
  }

  Http3EndOptions their_options() {
    Http3EndOptions theirs = options(!ours_is_server_);
    if (theirs.encoder_capacity > 0) theirs.encoder_capacity = our_options_.table_capacity;
    return theirs;
  }

  static void prepare(Prepared& prepared) {
    for (const Http3Field& field : prepared.message.head) {
      prepared.fields.push_back(
          {field.name.data(), field.name.size(), field.value.data(), field.value.size(), 0});
    }
    auto response = engine::prepare_response(prepared.fields, as_bytes(prepared.message.body));
    CHECK(static_cast<bool>(response));
    prepared.response = std::move(*response);
    prepared.response.fields = prepared.fields;
  }

  void add_fields(Http3Fields& fields) {
    static const std::string longest(256, 'n');
    static const std::string_view names[] = {"x-a",    "x-longer-name", "cookie", "content-type",
                                             "accept", "etag",          "date",   "authorization",
                                             "server", longest};
    static constexpr std::string_view values[] = {"", "1", "a value that repeats",
                                                  "another value that repeats", "text/plain"};
    for (std::size_t i = input_.pick(8); i > 0; --i) {
      const std::uint8_t what = input_.byte();
      const std::string name(names[what % std::size(names)]);
      const std::string value =
          what < 200 ? std::string(input_.choose(values)) : value_of(input_.take(input_.byte() % 40));
      fields.push_back({name, value, what % 16 == 15});
    }
  }
  static std::string value_of(Bytes bytes) { return fuzz::value_of(as_text(bytes)); }

  void add_body(Http3Message& message) {
    if (!input_.flag()) return;
    const std::size_t length = input_.integer(2) % 1000;
    message.body.assign(length, static_cast<char>('a' + length % 26));
    if (input_.flag()) message.head.push_back({"content-length", std::to_string(length)});
  }

  void add_trailers(Http3Message& message) {
    if (!input_.flag()) return;
    message.trailers.push_back({"x-trailer", "t"});
    add_fields(message.trailers);
  }

  Http3Message request() {
    static constexpr std::string_view methods[] = {"GET", "POST", "HEAD", "CONNECT"};
    static constexpr std::string_view paths[] = {"/", "/index.html", "/api?q=1", "/a/longer/path"};
    const std::string method(input_.choose(methods));
    Http3Message message;
    message.has_ended = true;
    message.head = {{":method", method}, {":authority", "example.test:443"}};
    if (method == "CONNECT") {
      message.body = std::string(input_.pick(50), 'c');
      add_fields(message.head);
      return message;
    }
    message.head.push_back({":scheme", "https"});
    message.head.push_back({":path", std::string(input_.choose(paths))});
    add_fields(message.head);
    add_body(message);
    add_trailers(message);
    return message;
  }

  Http3Message response() {
    static constexpr std::string_view statuses[] = {"200", "404", "206", "599"};
    Http3Message message;
    message.has_ended = true;
    for (std::size_t i = input_.pick(8); i > 5; --i) {
      message.interim.push_back({{":status", "103"}});
      add_fields(message.interim.back());
    }
    message.head = {{":status", std::string(input_.choose(statuses))}};
    add_fields(message.head);
    add_body(message);
    add_trailers(message);
    return message;
  }

  void send_request() {
    if (requests_.size() == most_requests) return;
    const std::int64_t id = request_id(requests_.size());
    requests_.push_back({request(), {}});
    const Http3Message& message = requests_.back().request;
    if (ours_is_server_) {
      theirs_.send(id, message);
    } else {
      ours_.send(id, message, input_.flag() ? Http3Sending::in_parts : Http3Sending::static_body, nullptr);
    }
  }

  const Http3Message* received(std::size_t index) {
    const auto& told = ours_is_server_ ? ours_.told : theirs_.told;
    const auto known = told.find(request_id(index));
    return known == told.end() ? nullptr : &known->second;
  }

  // Any request of which the server has the head.
  void answer() {
    if (requests_.empty()) return;
    const std::size_t index = input_.pick(requests_.size());
    const Http3Message* message = received(index);
    if (message != nullptr && !message->head.empty()) answer(index);
  }

  void answer(std::size_t index) {
    Request& request = requests_[index];
    if (request.is_answered) return;
    request.is_answered = true;
    const std::int64_t id = request_id(index);
    const Http3Sending how = input_.choose(http3_sendings);
    const std::string& method = request.request.head.front().value;
    // Their messages have bodies and trailers that would not be allowed here.
    const bool is_plain = method == "GET" || method == "POST";
    const Prepared* prepared = is_plain && ours_is_server_ && how == Http3Sending::prepared
                                   ? &prepared_[input_.pick(prepared_count)]
                                   : nullptr;
    request.response = prepared != nullptr ? prepared->message : response();
    if (!is_plain) {
      request.response.body.clear();
      request.response.trailers.clear();
      std::erase_if(request.response.head, [](const Http3Field& f) { return f.name == "content-length"; });
    }
    if (ours_is_server_) {
      ours_.send(id, request.response, how, prepared == nullptr ? nullptr : &prepared->response);
    } else {
      theirs_.send(id, request.response);
    }
  }

  // A transport takes bytes from one of both.
  bool take() {
    const bool from_ours = input_.flag();
    return take(from_ours, 1 + input_.integer(2) % 2000);
  }

  bool take(bool from_ours, std::size_t most) {
    const Http3Piece piece = from_ours ? ours_.next(most) : theirs_.next(most);
    if (piece.id < 0) return false;
    Wire& wire = (from_ours ? to_theirs_ : to_ours_)[piece.id];
    CHECK(!wire.fin);
    wire.bytes += piece.bytes;
    wire.fin = piece.fin;
    return true;
  }

  void deliver(std::size_t which, std::size_t most) {
    auto& wires = (which & 1) != 0 ? to_ours_ : to_theirs_;
    if (wires.empty()) return;
    const auto offset = static_cast<std::ptrdiff_t>(which / 2 % wires.size());
    const auto wire = std::next(wires.begin(), offset);
    deliver(&wires == &to_ours_, wire->first, wire->second, most);
  }

  bool deliver(bool to_ours, std::int64_t id, Wire& wire, std::size_t most) {
    const std::int64_t their_encoder = ours_is_server_ ? 6 : 7;
    const bool needs_inserts = to_ours && our_options_.table_capacity < 4096 && (id & 3) == 0;
    if (needs_inserts) deliver(true, their_encoder, to_ours_[their_encoder], SIZE_MAX);
    const std::string piece = wire.bytes.substr(0, most);
    const bool is_last = piece.size() == wire.bytes.size();
    const bool fin = wire.fin && is_last && !wire.is_over;
    if (piece.empty() && !fin) return false;
    wire.bytes.erase(0, piece.size());
    wire.is_over = fin;
    if (to_ours) {
      CHECK(ours_.read(id, piece, fin) == 0);
    } else {
      CHECK(theirs_.read(id, piece, fin) == 0);
    }
    close_what_is_over();
    return true;
  }

  // A stream whose bytes all came, both ways. Those that wait for the encoder stream stay.
  void close_what_is_over() {
    for (std::size_t i = 0; i < requests_.size(); ++i) {
      const std::int64_t id = request_id(i);
      if (requests_[i].is_closed || !ours_.told[id].has_ended || !theirs_.told[id].has_ended) continue;
      const bool is_sent = to_ours_[id].is_over && to_theirs_[id].is_over;
      if (!is_sent) continue;
      requests_[i].is_closed = true;
      ours_.close(id);
      theirs_.close(id);
    }
  }

  void flush() {
    for (bool moved = true; moved;) {
      moved = false;
      for (const bool from_ours : {true, false}) {
        while (take(from_ours, SIZE_MAX)) moved = true;
      }
      for (auto& [id, wire] : to_ours_) moved = deliver(true, id, wire, SIZE_MAX) || moved;
      for (auto& [id, wire] : to_theirs_) moved = deliver(false, id, wire, SIZE_MAX) || moved;
    }
  }

  void finish() {
    flush();
    for (std::size_t i = 0; i < requests_.size(); ++i) answer(i);
    flush();
    for (std::size_t i = 0; i < requests_.size(); ++i) {
      const std::int64_t id = request_id(i);
      const Http3Message& to_server = ours_is_server_ ? ours_.told[id] : theirs_.told[id];
      const Http3Message& to_client = ours_is_server_ ? theirs_.told[id] : ours_.told[id];
      CHECK(says_the_same(to_server, requests_[i].request));
      CHECK(says_the_same(to_client, requests_[i].response));
      CHECK(requests_[i].is_closed);
    }
  }

  static bool says_the_same(Http3Message received, Http3Message sent) {
    for (Http3Message* message : {&received, &sent}) {
      for (Http3Fields& fields : message->interim) forget_indexing(fields);
      forget_indexing(message->head);
      forget_indexing(message->trailers);
    }
    return received == sent;
  }
  static void forget_indexing(Http3Fields& fields) {
    for (Http3Field& field : fields) field.is_never_indexed = false;
  }

  Input& input_;
  const bool ours_is_server_;
  const Http3EndOptions our_options_;
  const Http3EndOptions their_options_;
  std::array<Prepared, prepared_count> prepared_;
  OurHttp3 ours_;
  TheirHttp3 theirs_;
  std::vector<Request> requests_;
  std::map<std::int64_t, Wire> to_ours_;
  std::map<std::int64_t, Wire> to_theirs_;
};

}  // namespace
}  // namespace usquic::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  usquic::fuzz::Input input(data, size);
  usquic::fuzz::Exchange(input).run();
  return 0;
}
