// Fields that a program notes by index before it sends them as a header section.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "usquic/quic.h"

namespace usquic::compat {

class FieldList {
 public:
  // An index too many, or memory that is used up, spoils the list: get() then has no section.
  void set(int index, std::string_view name, std::string_view value);
  bool empty() const { return fields_.empty() && !is_spoiled_; }
  // Fields 0 to count - 1 into `section`, which lives as long as they do. false: some were not set.
  bool get(int count, std::vector<us_quic_header_t>& section) const;
  // Holds no memory afterwards.
  void release();

 private:
  struct Field {
    std::string name;
    std::string value;
  };
  std::vector<Field> fields_;
  bool is_spoiled_ = false;
};

}  // namespace usquic::compat
