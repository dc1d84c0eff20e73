// A request and its answer, without the transport that carries them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "files/conditional.h"
#include "files/document_root.h"

namespace usquic::files {

// Borrowed views of what the client sent.
struct Request {
  std::string_view method;
  std::string_view path;
  std::optional<std::string_view> accept_encoding;
  std::optional<std::string_view> range;
  Conditions conditions;
};

struct Field {
  std::string name;  // lower case
  std::string value;
};

// A run of body bytes: of memory or of a file.
struct BodyPart {
  std::shared_ptr<const std::string> memory;
  std::shared_ptr<const OpenFile> file;  // when memory is null
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

struct Response {
  int status = 200;
  std::vector<Field> fields;  // without :status; content-length is among them where it belongs
  std::vector<BodyPart> body;
  // Until when the same request gets the same answer, by the clock that the service was asked with.
  // 0: not known.
  std::int64_t fresh_until_ms = 0;
  // Set: this is no answer yet. The folder whose list is to be made first.
  std::optional<std::string> awaited_listing;

  std::uint64_t body_length() const {
    std::uint64_t total = 0;
    for (const BodyPart& part : body) total += part.length;
    return total;
  }
};

}  // namespace usquic::files
