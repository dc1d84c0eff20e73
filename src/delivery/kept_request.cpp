#include "delivery/kept_request.h"

#include <string_view>

namespace usquic::delivery {
namespace {

std::optional<std::string> copy(const std::optional<std::string_view>& text) {
  return text ? std::optional<std::string>(*text) : std::nullopt;
}

std::optional<std::string_view> view(const std::optional<std::string>& text) {
  return text ? std::optional<std::string_view>(*text) : std::nullopt;
}

}  // namespace

KeptRequest::KeptRequest(const files::Request& request)
    : method_(request.method),
      path_(request.path),
      accept_encoding_(copy(request.accept_encoding)),
      range_(copy(request.range)),
      if_match_(copy(request.conditions.if_match)),
      if_unmodified_since_(copy(request.conditions.if_unmodified_since)),
      if_none_match_(copy(request.conditions.if_none_match)),
      if_modified_since_(copy(request.conditions.if_modified_since)),
      if_range_(copy(request.conditions.if_range)) {}

files::Request KeptRequest::request() const {
  return {.method = method_,
          .path = path_,
          .accept_encoding = view(accept_encoding_),
          .range = view(range_),
          .conditions = {.if_match = view(if_match_),
                         .if_unmodified_since = view(if_unmodified_since_),
                         .if_none_match = view(if_none_match_),
                         .if_modified_since = view(if_modified_since_),
                         .if_range = view(if_range_)}};
}

}  // namespace usquic::delivery
