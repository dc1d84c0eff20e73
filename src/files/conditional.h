// Conditional requests (RFC 9110 section 13).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace usquic::files {

// What tells one version of a file from another.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;  // since 1970
  std::int64_t changed_ns = 0;   // of the inode: unlike the other times nobody can set it

  std::int64_t modified_seconds() const { return modified_ns / 1'000'000'000; }
  bool operator==(const FileIdentity&) const = default;
};

// A strong entity tag: same tag, same bytes, as far as size and modification time tell. They are the same for
// replicas of a file on several servers; inode and ctime are not. variant: tells the codings of a resource
// apart (RFC 9110 8.8.3.3).
std::string make_entity_tag(const FileIdentity& identity, std::string_view variant = "");

struct Validators {
  std::string_view entity_tag;
  std::int64_t last_modified = 0;  // seconds since 1970
};

// Field values as received; empty optional = the field is absent.
struct Conditions {
  std::optional<std::string_view> if_match;
  std::optional<std::string_view> if_unmodified_since;
  std::optional<std::string_view> if_none_match;
  std::optional<std::string_view> if_modified_since;
  std::optional<std::string_view> if_range;
};

enum class Verdict { Proceed, NotModified, PreconditionFailed };

// For GET and HEAD of an existing representation, in the order of RFC 9110 13.2.2.
Verdict evaluate_conditions(const Conditions& conditions, const Validators& validators);

// Whether a Range field is to be honoured (RFC 9110 13.1.5): no If-Range, or one that names
// this very version.
bool range_applies(const Conditions& conditions, const Validators& validators);

}  // namespace usquic::files
