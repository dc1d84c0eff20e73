#include "http3/qpack/indexing_policy.h"

namespace usquic::http3::qpack {
namespace {

// Indexes of names in the static table (RFC 9204 appendix A).
enum StaticName : int {
  path = 1,
  age = 2,
  content_length = 4,
  cookie = 5,
  if_modified_since = 8,
  if_none_match = 9,
  location = 12,
  set_cookie = 14,
  authorization = 84,
};

// A secret that is so short can be guessed byte by byte by one who makes a client send fields and sees how long
// what comes is. nghttp2 and nghttp3 draw the line here as well.
constexpr std::size_t min_indexed_cookie = 20;

}  // namespace

Indexing indexing_of(SectionRole role, const us_quic_header_t& field, const StaticTableMatch& match) {
  if ((field.flags & US_QUIC_HEADER_NEVER_INDEX) != 0) return Indexing::never;
  const std::string_view value(field.value, field.value_length);
  switch (match.name) {
    case authorization:
      return Indexing::never;
    case cookie:
      return value.size() < min_indexed_cookie ? Indexing::never : Indexing::enter;
    // What is set is sent once.
    case set_cookie:
    // Another one with each response.
    case age:
    case location:
    // They belong to one resource, which is asked for again by the cache's own time only.
    case if_modified_since:
    case if_none_match:
      return Indexing::literal;
    // A query carries what a user wrote, tokens among it.
    case path:
      return value.find('?') == std::string_view::npos ? Indexing::enter : Indexing::literal;
    // Of a response that repeats it repeats, what clients send has a length of its own each time.
    case content_length:
      return role == SectionRole::request ? Indexing::literal : Indexing::enter;
    default:
      return Indexing::enter;
  }
}

}  // namespace usquic::http3::qpack
