// A request while its handlers run: views of the stream's header section, and the matched route's parameters.
#pragma once

#include <cstdint>
#include <forward_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "app/exchange_stream.h"
#include "usquic/http/request.h"

namespace usquic::app {

class RequestView : public Request {
 public:
  explicit RequestView(ExchangeStream& from);
  RequestView(const RequestView&) = delete;
  RequestView& operator=(const RequestView&) = delete;

  // RFC 9114 section 4.3.1, RFC 9112 section 3.2: "/..." without fragment or malformed escapes, or "*" for
  // OPTIONS; a plain CONNECT has none.
  bool has_valid_path() const { return target.has_value(); }
  bool is_plain_connect() const { return method == "CONNECT" && protocol.empty(); }
  // Of WebTransport.
  bool asks_for_session() const { return method == "CONNECT" && protocol == "webtransport"; }
  // Text that lives as long as this view.
  std::string_view keep(std::string text) const;

  ExchangeStream& stream;
  std::span<const us_quic_header_t> fields;
  std::string_view method, path, url, query, authority, scheme, protocol;
  std::optional<std::string_view> target;  // what routes are found by: `url` in its normal form
  std::optional<std::uint64_t> content_length;
  bool expects_continue = false;
  bool is_yielded = false;
  std::span<const std::string> names;
  std::span<const std::string_view> values;

 private:
  void read(const us_quic_header_t& field);
  std::optional<std::string_view> find_target() const;
  mutable std::forward_list<std::string> kept_;
};

}  // namespace usquic::app
