#include "load/plan.h"

#include <fmt/format.h>

#include <array>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "get/resolve_rule.h"
#include "load/duration_text.h"

namespace usquic::tools::load {
namespace {

Failure usage(std::string reason) {
  return {ExitCode::Usage, std::move(reason)};
}

std::string make_placeholder_root() {
  std::array<char, 4096> certificate = {};
  std::array<char, 4096> key = {};
  const int error = us_quic_development_certificate(1, certificate.data(), certificate.size(), key.data(),
                                                    key.size(), nullptr);
  return error == US_QUIC_OK ? certificate.data() : "";
}

// Reads `text` into ns.
std::optional<Failure> read_duration(std::string_view option, const std::string& text, bool may_be_zero,
                                     std::int64_t& ns) {
  const auto parsed = parse_duration(text);
  if (!parsed || (*parsed == 0 && !may_be_zero)) {
    return usage(fmt::format("{} wants a duration such as 10s, 500ms or 2m, not {}", option, text));
  }
  ns = *parsed;
  return std::nullopt;
}

std::optional<Failure> read_times(const Options& options, Plan& plan) {
  if (plan.count == 0) {
    const std::string& duration = options.duration.empty() ? default_duration : options.duration;
    if (auto failure = read_duration("--duration", duration, false, plan.duration_ns)) return failure;
  }
  if (auto failure = read_duration("--warm-up", options.warm_up, true, plan.warm_up_ns)) return failure;
  return read_duration("--timeout", options.timeout, false, plan.timeout_ns);
}

std::optional<Failure> check_numbers(const Options& options, const Plan& plan) {
  if (plan.connections < plan.threads) {
    return usage(fmt::format("{} threads need as many connections: raise -c, or lower -t", plan.threads));
  }
  if (plan.count != 0 && plan.count < plan.threads) {
    return usage(fmt::format("{} threads need as many requests: raise -n, or lower -t", plan.threads));
  }
  if (options.resumes && !options.is_handshakes_only && options.requests_per_connection == 0) {
    return usage("--resume goes with --handshakes or --requests-per-connection");
  }
  if (plan.is_handshakes_only && (plan.rate > 0 || plan.requests_per_connection > 0)) {
    return usage("--handshakes goes with neither --rate nor --requests-per-connection");
  }
  return std::nullopt;
}

HttpVersion version_of(VersionChoice choice) {
  if (choice == VersionChoice::Http11) return HttpVersion::Http11;
  return choice == VersionChoice::Http2 ? HttpVersion::Http2 : HttpVersion::Http3;
}

std::optional<Failure> check_version(const Plan& plan) {
  if (plan.version == HttpVersion::Http11 && plan.streams > 1) {
    return usage(
        "an HTTP/1.1 connection carries one request at a time: more connections (-c) take the place of -m");
  }
  if (plan.version != HttpVersion::Http3 && plan.resumes) return usage("--resume is for HTTP/3 alone");
  return std::nullopt;
}

std::optional<Failure> apply_resolve_rules(const Options& options, Plan& plan) {
  for (const std::string& text : options.request.resolve) {
    const auto rule = get::parse_resolve_rule(text);
    if (!rule) return usage("--resolve wants HOST:PORT:ADDRESS, not " + text);
    for (Target& target : plan.targets) {
      if (target.url().host == rule->host && target.url().port == rule->port) target.address = rule->address;
    }
  }
  return std::nullopt;
}

// As a request names them.
std::variant<std::vector<std::string>, Failure> read_paths(const Options& options, const get::Url& url,
                                                           DotSegments dots) {
  std::vector<std::string> paths;
  for (const std::string& path : options.paths) {
    if (!path.starts_with('/')) return usage("--path wants a path that begins with /, not " + path);
    auto made = get::parse_url("https://" + url.authority + path, dots);
    if (const auto* failure = std::get_if<Failure>(&made)) {
      return Failure{failure->code, path + ": " + failure->reason};
    }
    paths.push_back(std::get<get::Url>(std::move(made)).target);
  }
  return paths;
}

std::optional<Failure> add_targets(const Options& options, Plan& plan) {
  const auto body = get::plan_body(options.request);
  if (const auto* failure = std::get_if<Failure>(&body)) return *failure;
  auto loaded = load_body(std::get<get::BodyPlan>(body));
  if (auto* failure = std::get_if<Failure>(&loaded)) return std::move(*failure);
  plan.body = std::get<std::string>(std::move(loaded));
  // Read as it is, it is of a known length: content-length goes with every request.
  get::BodyPlan known = std::get<get::BodyPlan>(body);
  if (known.source != get::BodyPlan::Source::None) known.length_ = plan.body.size();
  const DotSegments dots = options.request.keeps_path ? DotSegments::Keep : DotSegments::Remove;
  for (const std::string& text : options.urls) {
    auto url = get::parse_url(text, dots);
    if (const auto* failure = std::get_if<Failure>(&url))
      return Failure{failure->code, text + ": " + failure->reason};
    auto paths = read_paths(options, std::get<get::Url>(url), dots);
    if (auto* failure = std::get_if<Failure>(&paths)) return std::move(*failure);
    auto head = get::build_request_head(options.request, known);
    if (auto* failure = std::get_if<Failure>(&head)) return std::move(*failure);
    plan.targets.emplace_back(std::get<get::Url>(std::move(url)),
                              std::get<std::vector<std::string>>(std::move(paths)),
                              std::get<get::RequestHead>(std::move(head)), plan.body);
  }
  return apply_resolve_rules(options, plan);
}

}  // namespace

std::variant<std::unique_ptr<Plan>, Failure> make_plan(const Options& options) {
  auto plan = std::make_unique<Plan>();
  plan->threads = options.threads;
  plan->connections = options.connections;
  plan->version = version_of(options.request.version);
  const bool has_streams = plan->version != HttpVersion::Http11;
  plan->streams = options.streams != 0 ? options.streams : has_streams ? default_streams : 1;
  plan->count = options.count;
  plan->rate = options.rate;
  plan->rounds = options.rounds != 0 ? options.rounds : options.urls.size() > 1 ? rounds_of_several : 1;
  plan->requests_per_connection = options.requests_per_connection;
  plan->is_handshakes_only = options.is_handshakes_only;
  plan->resumes = options.resumes;
  plan->has_context_per_connection =
      !options.resumes && (options.is_handshakes_only || options.requests_per_connection > 0);
  plan->request = options.request;
  if (options.request.is_insecure) plan->placeholder_root = make_placeholder_root();
  if (auto failure = read_times(options, *plan)) return *failure;
  if (auto failure = check_numbers(options, *plan)) return *failure;
  if (auto failure = check_version(*plan)) return *failure;
  if (auto failure = add_targets(options, *plan)) return *failure;
  return plan;
}

}  // namespace usquic::tools::load
