#include "delivery/prepared_answer.h"

#include <algorithm>
#include <string>
#include <vector>

#include "http/date.h"

namespace usquic::delivery {

PreparedResponse prepare_answer(const files::Response& answer, std::int64_t unix_seconds) {
  std::vector<FieldView> fields;
  fields.reserve(answer.fields.size() + 1);
  for (const files::Field& field : answer.fields) fields.emplace_back(field.name, field.value);
  const std::string date = http::format_http_date(unix_seconds);
  const bool has_date = std::any_of(answer.fields.begin(), answer.fields.end(),
                                    [](const files::Field& field) { return field.name == "date"; });
  if (!has_date) fields.emplace_back("date", date);
  std::string_view body;
  if (!answer.body.empty()) {
    body = std::string_view(*answer.body[0].memory).substr(answer.body[0].offset, answer.body[0].length);
  }
  return {std::to_string(answer.status), fields, body};
}

}  // namespace usquic::delivery
