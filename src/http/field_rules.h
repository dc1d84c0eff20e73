// Which header sections HTTP/3 allows (RFC 9114 sections 4.2 to 4.4, RFC 9220): the same tables for what is
// sent and for what was received.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "http/field_class.h"
#include "usquic/quic.h"

namespace usquic::http {

// RFC 9110 section 5.6.2; not empty.
bool is_token(std::string_view text);

// Writes a field's name in lower case, as HTTP/3 wants it (RFC 9114 section 4.2), to `to`, which may be where
// the name lies. Returns false when the name is no token; `to` is garbage then.
bool copy_field_name(std::string_view name, char* to);

enum class SectionKind { request, response, informational, trailers };

// What a section says about its message.
struct SectionFacts {
  int status = 0;                    // of a response
  std::int64_t content_length = -1;  // -1: not given
  bool is_head = false;              // request with method HEAD
  bool is_connect = false;           // request with method CONNECT, extended or not
  std::string_view priority;         // value of the priority field (RFC 9218), of a request
  std::string_view protocol;         // value of :protocol (RFC 9220)
};

// The first digit of a response's :status (RFC 9110 section 15), or NUL.
char status_class(std::span<const us_quic_header_t> fields);
// Of a response: its :status is one of 1xx (RFC 9110 section 15.2).
bool is_informational(std::span<const us_quic_header_t> fields);

// A section that is to be sent. Returns 0 or US_QUIC_E_HEADERS.
int check_section(SectionKind kind, std::span<const us_quic_header_t> fields, SectionFacts* facts = nullptr);

// A section that was received; values are without surrounding white space. `response` covers
// informational ones too: facts.status tells. Returns 0 or US_QUIC_E_HEADERS: the message is malformed
// (RFC 9114 section 4.1.2).
int check_received_section(SectionKind kind, std::span<const us_quic_header_t> fields, SectionFacts& facts);

// The same for fields that were classified where they were decoded: their bytes are not read again.
int check_received_section(SectionKind kind, std::span<const us_quic_header_t> fields,
                           std::span<const FieldClass> classes, SectionFacts& facts);

}  // namespace usquic::http
