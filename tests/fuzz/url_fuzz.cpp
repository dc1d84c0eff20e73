// URLs, references to others, percent-decoding and query fields.
#include "usquic/http/url.h"

#include <string>
#include <string_view>
#include <variant>

#include "app/domains.h"
#include "base/check.h"
#include "http/url_decoding.h"
#include "input.h"

namespace usquic::fuzz {
namespace {

// What was taken apart means the same when it is written again.
void check_url(const Url& url) {
  CHECK(url.port >= 1 && url.port <= 65535 && !url.host.empty() && url.target.starts_with('/'));
  for (const DotSegments dots : {DotSegments::Keep, DotSegments::Remove}) {
    const auto again = parseUrl(url.text(), dots);
    const auto* same = std::get_if<Url>(&again);
    CHECK(same != nullptr && same->hasOriginOf(url) && same->authority == url.authority);
    CHECK(dots == DotSegments::Remove || same->target == url.target);
  }
}

void check_resolving(const Url& base, std::string_view reference) {
  const auto resolved = resolveUrl(base, reference);
  if (const auto* url = std::get_if<Url>(&resolved)) {
    check_url(*url);
  } else {
    CHECK(!std::get<UrlError>(resolved).reason.empty());
  }
}

void check_decoding(std::string_view text, usquic::http::Plus plus) {
  const std::string decoded = usquic::http::decode(text, plus);
  CHECK(decoded.size() <= text.size());
  CHECK(usquic::http::needs_decoding(text, plus) || decoded == text);
}

}  // namespace
}  // namespace usquic::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace usquic;
  fuzz::Input input(data, size);
  const auto dots = input.flag() ? DotSegments::Keep : DotSegments::Remove;
  const std::string_view text = input.text();
  const std::string_view reference = input.rest();
  for (const std::string& written : {std::string(text), "https://" + std::string(text)}) {
    const auto parsed = parseUrl(written, dots);
    if (const auto* url = std::get_if<Url>(&parsed)) {
      fuzz::check_url(*url);
      fuzz::check_resolving(*url, reference);
    }
  }
  fuzz::check_resolving({"a.test", 443, "a.test", "/b/c/d;p?q"}, reference);

  fuzz::check_decoding(reference, usquic::http::Plus::is_space);
  fuzz::check_decoding(reference, usquic::http::Plus::is_itself);
  const auto value = usquic::http::find_query_field(reference, text);
  CHECK(!value || reference.find(*value) != std::string_view::npos);
  usquic::app::Domains domains;
  domains.select(text);
  domains.find(reference);
  return 0;
}
