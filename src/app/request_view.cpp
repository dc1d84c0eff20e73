#include "app/request_view.h"

#include <utility>

#include "app/path_normalizing.h"
#include "base/ascii.h"
#include "http/url_decoding.h"

namespace usquic::app {

namespace {

std::string_view name_of(const us_quic_header_t& field) {
  return {field.name, field.name_length};
}

std::string_view value_of(const us_quic_header_t& field) {
  return {field.value, field.value_length};
}

}  // namespace

RequestView::RequestView(ExchangeStream& from) : stream(from), fields(from.headers()) {
  for (const us_quic_header_t& field : fields) read(field);
  const std::size_t question = path.find('?');
  url = path.substr(0, question);
  if (question != std::string_view::npos) query = path.substr(question + 1);
  target = find_target();
}

void RequestView::read(const us_quic_header_t& field) {
  const std::string_view name = name_of(field);
  const std::string_view value = value_of(field);
  if (name == ":method") {
    method = value;
  } else if (name == ":path") {
    path = value;
  } else if (name == ":authority") {
    authority = value;
  } else if (name == ":scheme") {
    scheme = value;
  } else if (name == ":protocol") {
    protocol = value;
  } else if (name == "host") {
    if (authority.empty()) authority = value;
  } else if (name == "content-length") {
    if (const auto length = parse_number(value)) content_length = length;
  } else if (name == "expect") {
    expects_continue = equals_ignoring_case(value, "100-continue");  // RFC 9110 section 10.1.1
  }
}

std::optional<std::string_view> RequestView::find_target() const {
  const auto only_if = [this](bool is_valid) { return is_valid ? std::optional(path) : std::nullopt; };
  if (is_plain_connect()) return only_if(path.empty());
  if (path == "*") return only_if(method == "OPTIONS");
  if (!path.starts_with('/') || path.find('#') != std::string_view::npos) return std::nullopt;
  if (is_normal_path(url)) return url;
  std::optional<std::string> normal = normal_path(url);
  return normal ? std::optional(keep(std::move(*normal))) : std::nullopt;
}

std::string_view RequestView::keep(std::string text) const {
  return kept_.emplace_front(std::move(text));
}

}  // namespace usquic::app

namespace usquic {

using usquic::app::RequestView;
using usquic::http::Plus;

namespace {

const RequestView& view(const Request* request) {
  return *static_cast<const RequestView*>(request);
}

}  // namespace

std::string_view Request::getMethod() const {
  return view(this).method;
}

std::string_view Request::getUrl() const {
  return view(this).url;
}

std::string_view Request::getFullUrl() const {
  return view(this).path;
}

std::string_view Request::getQuery() const {
  return view(this).query;
}

std::string_view Request::getQuery(std::string_view key) {
  const std::string_view value = usquic::http::find_query_field(view(this).query, key).value_or("");
  if (!usquic::http::needs_decoding(value, http::Plus::is_space)) return value;
  return view(this).keep(usquic::http::decode(value, http::Plus::is_space));
}

// RFC 9110 section 5.3; RFC 9114 section 4.2.1 for cookie. Most fields are one line, and need no memory.
std::string_view Request::getHeader(std::string_view lowerCaseName) const {
  const RequestView& self = view(this);
  if (lowerCaseName == "host") return self.authority;
  std::optional<std::string_view> first;
  std::optional<std::string> joined;
  for (const us_quic_header_t& field : self.fields) {
    if (app::name_of(field) != lowerCaseName) continue;
    if (!first) {
      first = app::value_of(field);
      continue;
    }
    if (!joined) joined.emplace(*first);
    joined->append(lowerCaseName == "cookie" ? "; " : ", ").append(app::value_of(field));
  }
  return joined ? self.keep(std::move(*joined)) : first.value_or("");
}

void Request::forEachHeader(Function<void(std::string_view name, std::string_view value)> visit) const {
  for (const us_quic_header_t& field : view(this).fields) {
    if (!app::name_of(field).starts_with(':')) visit(app::name_of(field), app::value_of(field));
  }
}

std::string_view Request::getParameter(std::size_t index) const {
  const RequestView& self = view(this);
  if (index >= self.values.size()) return {};
  const std::string_view value = self.values[index];
  if (value.find(usquic::app::escaped_slash) == std::string_view::npos) return value;
  // The rest of a path has slashes of its own, from which these must be told.
  return self.keep(usquic::app::text_of_part(value, self.names[index] == "*" ? "%2F" : "/"));
}

std::string_view Request::getParameter(std::string_view name) const {
  const RequestView& self = view(this);
  for (std::size_t i = 0; i < self.names.size(); ++i) {
    if (self.names[i] == name) return getParameter(i);
  }
  return {};
}

Request* Request::setYield(bool yield) {
  static_cast<RequestView*>(this)->is_yielded = yield;
  return this;
}

bool Request::getYield() const {
  return view(this).is_yielded;
}

std::string_view Request::getAuthority() const {
  return view(this).authority;
}

std::string_view Request::getScheme() const {
  return view(this).scheme;
}

std::string_view Request::getProtocol() const {
  return view(this).protocol;
}

std::string_view Request::getVersion() const {
  return view(this).stream.version();
}

us_quic_tls_t Request::getTls() const {
  return view(this).stream.tls();
}

bool Request::isEarly() const {
  return view(this).stream.is_early();
}

us_quic_blob_t Request::getClientCertificate() const {
  return view(this).stream.client_certificate();
}

bool Request::isClientAuthorized() const {
  return view(this).stream.is_client_authorized();
}

}  // namespace usquic
