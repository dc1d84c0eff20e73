#include "event_batch.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

namespace usquic::node {
namespace {

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// A Buffer; larger ones take the memory over instead of copying it.
napi_value buffer_of(napi_env env, std::string& data) {
  constexpr std::size_t worth_handing_over = 4096;
  napi_value buffer = nullptr;
  if (data.size() < worth_handing_over) {
    check(env, napi_create_buffer_copy(env, data.size(), data.data(), nullptr, &buffer));
    return buffer;
  }
  auto owned = std::make_unique<std::string>(std::move(data));
  const napi_finalize finalize = [](napi_env, void*, void* hint) { delete static_cast<std::string*>(hint); };
  check(env, napi_create_external_buffer(env, owned->size(), owned->data(), finalize, owned.get(), &buffer));
  static_cast<void>(owned.release());  // the finalizer's now
  return buffer;
}

napi_value array_buffer_of(napi_env env, const std::vector<double>& numbers) {
  napi_value buffer = nullptr;
  void* memory = nullptr;
  const std::size_t size = numbers.size() * sizeof(double);
  check(env, napi_create_arraybuffer(env, size, &memory, &buffer));
  if (size > 0) std::memcpy(memory, numbers.data(), size);
  return buffer;
}

template <class Items, class Convert>
napi_value array_of(napi_env env, Items& items, Convert convert) {
  napi_value array = nullptr;
  check(env, napi_create_array_with_length(env, items.size(), &array));
  std::uint32_t index = 0;
  for (auto& item : items) check(env, napi_set_element(env, array, index++, convert(item)));
  return array;
}

}  // namespace

void EventBatch::put(Tag tag, double value) {
  numbers_.push_back(static_cast<double>(tag));
  numbers_.push_back(value);
}

void EventBatch::begin(const char* name, std::uint32_t id) {
  const auto [known, is_new] = names_.try_emplace(name, names_.size());
  if (is_new) new_names_.push_back(name);
  numbers_.push_back(static_cast<double>(known->second));
  numbers_.push_back(id);
  count_at_ = numbers_.size();
  numbers_.push_back(0);
}

void EventBatch::end() {
  numbers_[count_at_] = static_cast<double>(numbers_.size() - count_at_ - 1) / 2;
}

void EventBatch::add(std::string_view text) {
  if (!is_ascii(text)) {
    put(Tag::other, 0);
    others_.emplace_back(std::string(text));
    return;
  }
  put(Tag::text, static_cast<double>(text.size()));
  text_ += text;
}

void EventBatch::add(Bytes bytes) {
  put(Tag::other, 0);
  others_.emplace_back(std::move(bytes));
}

void EventBatch::add(const ByteStrings& lines) {
  begin_lines();
  for (const std::string& line : lines.values) add_line(line);
  end_lines();
}

void EventBatch::begin_lines() {
  lines_from_ = text_.size();
}

void EventBatch::add_line(std::string_view line) {
  if (text_.size() > lines_from_) text_ += '\n';
  text_ += line;
}

void EventBatch::end_lines() {
  put(Tag::lines, static_cast<double>(text_.size() - lines_from_));
}

void EventBatch::take_from(EventBatch& other) {
  numbers_.swap(other.numbers_);
  text_.swap(other.text_);
  others_.swap(other.others_);
  new_names_.swap(other.new_names_);
}

std::vector<napi_value> EventBatch::to_js(napi_env env) {
  napi_value text = nullptr;
  check(env, napi_create_string_latin1(env, text_.data(), text_.size(), &text));
  const auto other_to_js = [env](auto& item) {
    if (auto* bytes = std::get_if<Bytes>(&item)) return buffer_of(env, bytes->data);
    return node::to_js(env, std::string_view(std::get<std::string>(item)));
  };
  const auto name_to_js = [env](const char* name) { return node::to_js(env, std::string_view(name)); };
  std::vector<napi_value> arguments{array_buffer_of(env, numbers_), text, array_of(env, others_, other_to_js),
                                    array_of(env, new_names_, name_to_js)};
  numbers_.clear();
  text_.clear();
  others_.clear();
  new_names_.clear();
  return arguments;
}

}  // namespace usquic::node
