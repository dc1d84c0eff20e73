// One URL under load: where it is, and its request, made once.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "failure.h"
#include "get/body_source.h"
#include "get/request_head.h"
#include "get/typed_url.h"
#include "usquic/quic.h"

namespace usquic::tools::load {

class Target {
 public:
  // body: outlives the target.
  Target(get::Url url, get::RequestHead head, const std::string& body);
  // fields() points into it.
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;

  const get::Url& url() const { return url_; }
  // The header section of the request. Its texts stay where they are as long as the target.
  const std::vector<us_quic_header_t>& fields() const { return fields_; }
  const std::string& body() const { return body_; }
  // A response to HEAD tells the length of a body that does not come (RFC 9110 section 9.3.2).
  bool is_head() const { return head_.method == "HEAD"; }

  // Where its host was found to be; "" until then.
  std::string address;

 private:
  void add_field(std::string_view name, std::string_view value);

  get::Url url_;
  get::RequestHead head_;
  const std::string& body_;
  std::vector<us_quic_header_t> fields_;
};

// The body of every request, read into memory; "" when there is none.
std::variant<std::string, Failure> load_body(const get::BodyPlan& plan);

}  // namespace usquic::tools::load
