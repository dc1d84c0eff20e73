#include "http3/qpack/section_identity.h"

#include <cstring>

namespace usquic::http3::qpack {
namespace {

// Nothing that was framed begins so: HEADERS frames, which identify prepared responses, begin with 1.
constexpr std::uint8_t mark = 0xff;
// Of a name and of a value, which are below max_identity_bytes.
constexpr std::size_t lengths_bytes = 2 * sizeof(std::uint16_t);

std::uint8_t* put_bytes(const void* bytes, std::size_t length, std::uint8_t* out) {
  if (length > 0) std::memcpy(out, bytes, length);
  return out + length;
}

}  // namespace

SectionIdentity::SectionIdentity(std::span<const us_quic_header_t> fields) {
  if (fields.empty()) return;
  std::uint8_t* out = bytes_.data();
  *out++ = mark;
  for (const us_quic_header_t& field : fields) {
    const auto room = static_cast<std::size_t>(bytes_.data() + bytes_.size() - out);
    if ((field.flags & US_QUIC_HEADER_NEVER_INDEX) != 0 || field.name_length > room ||
        field.value_length > room || lengths_bytes + field.name_length + field.value_length > room) {
      return;
    }
    const std::array<std::uint16_t, 2> lengths = {static_cast<std::uint16_t>(field.name_length),
                                                  static_cast<std::uint16_t>(field.value_length)};
    out = put_bytes(lengths.data(), sizeof lengths, out);
    out = put_bytes(field.name, field.name_length, out);
    out = put_bytes(field.value, field.value_length, out);
  }
  length_ = static_cast<std::size_t>(out - bytes_.data());
}

}  // namespace usquic::http3::qpack
