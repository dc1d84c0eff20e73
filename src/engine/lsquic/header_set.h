// A header section as lsquic decodes it, kept in memory of this side's.
#pragma once

#include <lsquic.h>
#include <lsxpack_header.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/field_rules.h"
#include "usquic/quic.h"

namespace usquic::engine::lsquic {

class HeaderSet {
 public:
  enum class Verdict : std::uint8_t { good, malformed, oversized };

  // most_bytes: as SETTINGS_MAX_FIELD_SECTION_SIZE counts them (RFC 9114 section 4.2.2); 0: no bound.
  explicit HeaderSet(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  // lsquic writes the next field into `scratch`, which is at least this large.
  lsxpack_header* prepare(lsxpack_header* field, std::size_t bytes);
  void add(const lsxpack_header& field);
  // All came: fields() are there.
  void complete();

  // Says what the rules find (RFC 9114 section 4). A request or a response is the first of its stream.
  Verdict check(http::SectionKind kind, http::SectionFacts& facts) const;
  std::span<const us_quic_header_t> fields() const { return fields_; }

 private:
  struct Place {
    std::size_t name, name_length, value, value_length;
  };

  const std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  bool is_oversized_ = false;
  std::vector<char> scratch_;
  lsxpack_header field_{};
  std::string text_;
  std::vector<Place> places_;
  std::vector<us_quic_header_t> fields_;
};

// lsquic's interface for it; its context is the endpoint's Config.
extern const lsquic_hset_if header_set_interface;

// Header fields on their way out, in the form that lsquic wants. Nothing of the caller's is kept.
class OutgoingSection {
 public:
  // Names and values that lsquic cannot carry, as they are longer than it counts, make it invalid.
  explicit OutgoingSection(std::span<const us_quic_header_t> fields);

  bool is_valid() const { return is_valid_; }
  // 0, or -1 and errno.
  int send(lsquic_stream_t* stream);

 private:
  std::vector<char> text_;  // `fields_` point there, also when this is moved
  std::vector<lsxpack_header> fields_;
  bool is_valid_ = true;
};

}  // namespace usquic::engine::lsquic
