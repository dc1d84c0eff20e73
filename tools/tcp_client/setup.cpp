#include "tcp_client/setup.h"

#include <fmt/format.h>
#include <net/if.h>

#include <new>
#include <utility>

#include "tcp_client/libcurl.h"

namespace usquic::tools::tcp_client {
namespace {

const char* text_or_null(const std::string& text) {
  return text.empty() ? nullptr : text.c_str();
}

// As CURLOPT_RESOLVE wants it, which knows no zones.
std::string address_line(const ClientOptions::Resolve& rule) {
  const std::string address = rule.address.substr(0, rule.address.find('%'));
  const bool is_v6 = address.find(':') != std::string::npos;
  return fmt::format(fmt::runtime(is_v6 ? "{}:{}:[{}]" : "{}:{}:{}"), rule.host, rule.port, address);
}

long scope_of(const std::string& address) {
  const auto percent = address.find('%');
  if (percent == std::string::npos) return 0;
  const std::string zone = address.substr(percent + 1);
  const unsigned index = if_nametoindex(zone.c_str());
  return index != 0 ? static_cast<long>(index) : std::strtol(zone.c_str(), nullptr, 10);
}

long version_of(VersionChoice choice) {
  return choice == VersionChoice::Http11 ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS;
}

std::string tls_library() {
  const curl_version_info_data* info = curl_version_info(CURLVERSION_NOW);
  return info->ssl_version != nullptr ? info->ssl_version : "no TLS";
}

bool has_feature(int feature) {
  return (curl_version_info(CURLVERSION_NOW)->features & feature) != 0;
}

}  // namespace

Setup::Setup(ConnectOptions options) : options_(std::move(options)) {
  if (!load_libcurl().empty()) return;  // missing() tells
  for (const ClientOptions::Resolve& rule : options_.resolve) {
    curl_slist* longer = curl_slist_append(addresses_, address_line(rule).c_str());
    if (longer == nullptr) throw std::bad_alloc();
    addresses_ = longer;
    if (const long scope = scope_of(rule.address); scope != 0) scope_ = scope;
  }
}

Setup::~Setup() {
  curl_slist_free_all(addresses_);
}

std::optional<Failure> Setup::missing() const {
  if (!load_libcurl().empty()) {
    return Failure{ExitCode::Usage, "HTTP/2 and HTTP/1.1 need libcurl: " + load_libcurl()};
  }
  const std::string library = tls_library();
  if (!has_feature(CURL_VERSION_SSL)) return Failure{ExitCode::Usage, "this libcurl has no TLS"};
  if (options_.version == VersionChoice::Http2 && !has_feature(CURL_VERSION_HTTP2)) {
    return Failure{ExitCode::Usage, "this libcurl has no HTTP/2"};
  }
  if (!options_.groups.empty() && library.find("OpenSSL") == std::string::npos) {
    return Failure{ExitCode::Usage, fmt::format("--curves: libcurl over {} cannot choose groups", library)};
  }
  return std::nullopt;
}

void Setup::apply(CURL* easy) const {
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https");
  // As HTTP/3 does: straight to the server, whatever the environment says of proxies, and paths as they are given.
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, version_of(options_.version));
  // Requests wait for a connection that is being made, rather than make another, where it may carry several.
  curl_easy_setopt(easy, CURLOPT_PIPEWAIT, options_.version == VersionChoice::Http11 ? 0L : 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  if (options_.connect_timeout_ms > 0) {
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, options_.connect_timeout_ms);
  }
  if (options_.timeout_ms > 0) curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, options_.timeout_ms);
  if (addresses_ != nullptr) curl_easy_setopt(easy, CURLOPT_RESOLVE, addresses_);
  if (scope_ != 0) curl_easy_setopt(easy, CURLOPT_ADDRESS_SCOPE, scope_);
  apply_trust(easy);
}

void Setup::apply_trust(CURL* easy) const {
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!options_.resumes_sessions) curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, options_.is_insecure ? 0L : 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, options_.is_insecure ? 0L : 2L);
  if (!options_.ca_file.empty()) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, options_.ca_file.c_str());
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);  // the system's are not trusted beside these
  }
  if (!options_.groups.empty()) curl_easy_setopt(easy, CURLOPT_SSL_EC_CURVES, options_.groups.c_str());
  if (options_.certificate_file.empty()) return;
  curl_easy_setopt(easy, CURLOPT_SSLCERT, options_.certificate_file.c_str());
  // A certificate file may hold the key too.
  const std::string& key = options_.key_file.empty() ? options_.certificate_file : options_.key_file;
  curl_easy_setopt(easy, CURLOPT_SSLKEY, key.c_str());
  curl_easy_setopt(easy, CURLOPT_KEYPASSWD, text_or_null(options_.passphrase));
}

}  // namespace usquic::tools::tcp_client
