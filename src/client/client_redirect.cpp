#include "client/client_redirect.h"

#include <vector>

namespace usquic::client {
namespace {

bool becomes_get(int status, std::string_view method) {
  if (method == "GET" || method == "HEAD") return false;
  // RFC 9110 sections 15.4.2 and 15.4.3: as all clients do, POST becomes GET; 15.4.4: any method does.
  return status == 303 || ((status == 301 || status == 302) && method == "POST");
}

bool is_about_body(const Field& field) {
  return field.name.starts_with("content-") || field.name == "expect" || field.name == "trailer";
}

// What was meant for one origin only (RFC 9110 section 15.4).
bool is_for_origin(const Field& field) {
  return field.name == "authorization" || field.name == "cookie" || field.name == "proxy-authorization" ||
         field.name == "host";
}

}  // namespace

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool keeps_body(int status, std::string_view method) {
  return !becomes_get(status, method);
}

void follow_redirect(FetchOptions& options, int status, const Url& from, const Url& to) {
  if (becomes_get(status, options.method)) {
    options.method = "GET";
    options.stream_body = false;
    std::erase_if(options.headers, is_about_body);
  }
  if (!from.hasOriginOf(to)) std::erase_if(options.headers, is_for_origin);
}

}  // namespace usquic::client
