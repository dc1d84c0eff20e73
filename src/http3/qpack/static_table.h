// The static table of QPACK (RFC 9204 appendix A).
#pragma once

#include <string_view>

namespace usquic::http3 {

struct StaticTableMatch {
  int field = -1;  // index of an entry with this name and value, -1 = none
  int name = -1;   // index of an entry with this name, -1 = none
};

StaticTableMatch find_in_static_table(std::string_view name, std::string_view value);

}  // namespace usquic::http3
