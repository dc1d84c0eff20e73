#include "get/run.h"

#include <algorithm>

#include "get/body_source.h"
#include "get/request_head.h"
#include "get/transfer_runner.h"
#include "get/typed_url.h"

namespace usquic::tools::get {
namespace {

ExitCode fail(const Options& options, const Failure& failure, const std::string& about = {}) {
  if (!options.is_silent || options.shows_errors) {
    print_failure("get", about.empty() ? failure.reason : about + ": " + failure.reason);
  }
  return failure.code;
}

// The output of the URL at `index`, as -o, -O and --output-dir say.
std::variant<Output, Failure> choose_output(const Options& options, std::size_t index, const Url& url) {
  std::string path = "-";
  if (index < options.outputs.size()) {
    path = options.outputs[index];
  } else if (options.has_remote_name) {
    path = remote_file_name(url);
    if (path.empty()) return Failure{ExitCode::Write, "the URL has no file name for -O"};
  }
  if (path != "-" && !options.output_directory.empty()) path = options.output_directory + "/" + path;
  return Output(path);
}

}  // namespace

ExitCode run_get(const Options& options) {
  std::vector<ResolveRule> rules;
  for (const std::string& text : options.resolve) {
    auto rule = parse_resolve_rule(text);
    if (!rule) return fail(options, {ExitCode::Usage, "--resolve wants HOST:PORT:ADDRESS, not " + text});
    rules.push_back(std::move(*rule));
  }
  const auto plan = plan_body(options);
  if (const auto* failure = std::get_if<Failure>(&plan)) return fail(options, *failure);
  const auto& body = std::get<BodyPlan>(plan);
  if (body.source == BodyPlan::Source::Stream && options.urls.size() > 1) {
    return fail(options, {ExitCode::Usage, "a body that is read as it is sent goes to one URL only"});
  }
  TransferRunner transfers(options, std::move(rules));
  const DotSegments dots = options.keeps_path ? DotSegments::Keep : DotSegments::Remove;
  for (std::size_t i = 0; i < options.urls.size(); ++i) {
    const std::string& text = options.urls[i];
    auto url = parse_url(text, dots);
    if (const auto* failure = std::get_if<Failure>(&url)) return fail(options, *failure, text);
    auto head = build_request_head(options, body);
    if (const auto* failure = std::get_if<Failure>(&head)) return fail(options, *failure);
    auto output = choose_output(options, i, std::get<Url>(url));
    if (const auto* failure = std::get_if<Failure>(&output)) return fail(options, *failure, text);
    transfers.add(std::move(std::get<Url>(url)), std::move(std::get<RequestHead>(head)), body,
                  std::move(std::get<Output>(output)));
  }
  return transfers.run();
}

}  // namespace usquic::tools::get
