// Content codings of files that were compressed beforehand (RFC 9110 sections 8.4 and 12.5.3).
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

namespace usquic::files {

enum class ContentCoding { Identity, Brotli, Zstandard, Gzip };

// The codings of precompressed siblings, in the order in which a server likes them.
inline constexpr std::array<ContentCoding, 3> precompressed_codings = {
    ContentCoding::Brotli, ContentCoding::Zstandard, ContentCoding::Gzip};

// The name in content-encoding, and the ending of the sibling's file name.
std::string_view coding_name(ContentCoding coding);
std::string_view coding_suffix(ContentCoding coding);

// The best of `available` (Identity is always there) for an Accept-Encoding field; empty optional = no field.
ContentCoding choose_coding(std::optional<std::string_view> accept_encoding,
                            std::span<const ContentCoding> available);

}  // namespace usquic::files
