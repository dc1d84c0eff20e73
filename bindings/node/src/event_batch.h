// Events on their way to JavaScript, in the form in which it reads them: one array of numbers, one text of one byte a
// character, and a list of what is neither. A batch of any size costs JavaScript three objects.
//
// An event is in `numbers`: its name's index, its id, the count of its items, and two numbers for each item, a tag and
// what the tag asks for. lib/events.js reads it.
#pragma once

#include <node_api.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "values.h"

namespace usquic::node {

// Becomes a Buffer.
struct Bytes {
  std::string data;
};

class EventBatch {
 public:
  // begin, the items in their order, end. name: a literal.
  void begin(const char* name, std::uint32_t id);
  void add(double number) { put(Tag::number, number); }
  void add(bool flag) { put(Tag::flag, flag ? 1 : 0); }
  void add(std::string_view text);
  void add(const ByteStrings& lines);
  void add(Bytes bytes);
  // A line of a list that one `begin_lines` and one `end_lines` hold together: text without line feeds.
  void begin_lines();
  void add_line(std::string_view line);
  void end_lines();
  void end();

  bool is_empty() const { return numbers_.empty(); }
  // What came since the last call is in `other` then, whose names are known to JavaScript already.
  void take_from(EventBatch& other);
  // The arguments of onEvents: numbers, text, others, and the names that are new. Empties the batch, but for its names.
  std::vector<napi_value> to_js(napi_env env);

 private:
  enum class Tag { number, flag, text, lines, other };

  void put(Tag tag, double value);

  std::vector<double> numbers_;
  std::string text_;
  std::vector<std::variant<Bytes, std::string>> others_;
  std::vector<const char*> new_names_;
  std::unordered_map<const char*, std::size_t> names_;
  std::size_t count_at_ = 0;    // of the event that is being written
  std::size_t lines_from_ = 0;  // in text_
};

}  // namespace usquic::node
