// An answer that is the same for every request, as far as it may be (RFC 9110 section 13.1.2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "files/http_message.h"
#include "usquic/http/request.h"
#include "usquic/http/response.h"

namespace usquic::delivery {

// Belongs to one loop's thread.
class StaticAnswer {
 public:
  // fields: without content-length, names in lower case. Where etag is among them, and the status is 200, clients that have
  // that version are answered 304.
  StaticAnswer(int status, std::vector<files::Field> fields, std::string body);

  // Whether the fields were well formed.
  bool is_valid() const;
  // Whether the client of a GET or HEAD has what it would get.
  bool is_known_to(const Request& request) const;
  // is_known: what is_known_to() said. Null where the body is too large to be sent so; valid until the next call.
  const PreparedResponse* prepared(bool is_known, std::int64_t unix_seconds);
  // The answer itself, whose body shares its bytes with all others.
  files::Response make(bool is_known, std::string_view method) const;

 private:
  struct Version {
    files::Response answer;
    std::optional<PreparedResponse> prepared;  // with the date of that second
    std::int64_t unix_seconds = 0;
  };

  std::string entity_tag_;  // "": there is none
  Version whole_;
  Version not_modified_;
};

}  // namespace usquic::delivery
