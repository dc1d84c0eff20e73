#include "http3/qpack/static_table.h"

#include <gtest/gtest.h>

#include "http/field_class.h"

namespace usquic::http3 {
namespace {

TEST(StaticTable, FindsEveryEntryByWhatItSays) {
  for (std::size_t i = 0; i < static_table_size; ++i) {
    const us_quic_header_t& field = static_field(i);
    const std::string_view name(field.name, field.name_length), value(field.value, field.value_length);
    EXPECT_EQ(find_in_static_table(name, value).field, i);
    EXPECT_EQ(find_in_static_table(name, "no such value").field, -1);
    EXPECT_GE(find_in_static_table(name, "no such value").name, 0);
    EXPECT_EQ(static_field_class(i), http::classify(name, value));
    EXPECT_TRUE(static_field_class(i).is_valid());
  }
  EXPECT_EQ(find_in_static_table("x-unknown", "").name, -1);
}

}  // namespace
}  // namespace usquic::http3
