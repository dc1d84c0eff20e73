#include "http2/native_fields.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/bytes.h"
#include "support/header_field.h"

namespace usquic::http2 {
namespace {

TEST(NativeFields, AreTheFieldsThatWereGivenHoweverMany) {
  for (const std::size_t count : {0, 1, 24, 25, 100}) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < count; ++i) texts.push_back("text" + std::to_string(i));
    std::vector<us_quic_header_t> fields;
    for (const std::string& text : texts) fields.push_back(test::field(text, text));
    const NativeFields native(fields);
    ASSERT_EQ(native.size(), count);
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_EQ(as_text(as_bytes(native.data()[i].name, native.data()[i].namelen)), texts[i]);
      EXPECT_EQ(as_text(as_bytes(native.data()[i].value, native.data()[i].valuelen)), texts[i]);
    }
  }
}

TEST(NativeFields, SayWhichMayNotBeIndexed) {
  us_quic_header_t fields[] = {test::field("a", "1"), test::field("b", "2")};
  fields[1].flags = US_QUIC_HEADER_NEVER_INDEX;
  const NativeFields native(fields);
  EXPECT_EQ(native.data()[0].flags, NGHTTP2_NV_FLAG_NONE);
  EXPECT_EQ(native.data()[1].flags, NGHTTP2_NV_FLAG_NO_INDEX);
}

}  // namespace
}  // namespace usquic::http2
