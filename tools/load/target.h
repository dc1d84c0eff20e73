// One URL under load: where it is, and its requests, made once.
#pragma once

#include <cstdint>
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
  // more_paths: requested in turn with the URL's own, which is the first. body: outlives the target.
  Target(get::Url url, std::vector<std::string> more_paths, get::RequestHead head, const std::string& body);
  // fields() points into it.
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;

  const get::Url& url() const { return url_; }
  // The header section of a request: number counts from 0, and the paths come round. Its texts stay where they
  // are as long as the target.
  const std::vector<us_quic_header_t>& fields(std::uint64_t number) const {
    return sections_[number % sections_.size()];
  }
  // The same in parts, for who makes requests of them.
  std::size_t path_count() const { return sections_.size(); }
  std::string url_text(std::size_t path) const;
  const get::RequestHead& head() const { return head_; }
  const std::string& body() const { return body_; }
  // A response to HEAD tells the length of a body that does not come (RFC 9110 section 9.3.2).
  bool is_head() const { return head_.method == "HEAD"; }

  // Where its host was found to be; "" until then.
  std::string address;

 private:
  void add_section(std::string_view path);

  get::Url url_;
  std::vector<std::string> more_paths_;
  get::RequestHead head_;
  const std::string& body_;
  std::vector<std::vector<us_quic_header_t>> sections_;  // one for each path
};

// The body of every request, read into memory; "" when there is none.
std::variant<std::string, Failure> load_body(const get::BodyPlan& plan);

}  // namespace usquic::tools::load
