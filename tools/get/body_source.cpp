#include "get/body_source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

namespace usquic::tools::get {
namespace {

constexpr std::size_t chunk_bytes = 256 * 1024;

Failure cannot_read(const std::string& file, int error) {
  return {ExitCode::Read, fmt::format("{}: {}", file, std::strerror(error))};
}

// What "@file" or a text of -d and --data-binary means, in memory.
std::variant<std::string, Failure> load_data(const std::string& argument, bool strips) {
  if (!argument.starts_with('@')) return argument;
  const std::string file = argument.substr(1);
  std::ifstream stream(file == "-" ? "/dev/stdin" : file, std::ios::binary);
  if (!stream) return cannot_read(file, errno);
  std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  return strips ? strip_line_ends(text) : text;
}

std::variant<BodyPlan, Failure> plan_file(const std::string& file, bool strips) {
  BodyPlan plan;
  plan.file = file;
  plan.strips_line_ends = strips;
  plan.source = BodyPlan::Source::Stream;
  if (file == "-") return plan;
  struct stat status = {};
  if (stat(file.c_str(), &status) != 0) return cannot_read(file, errno);
  if (S_ISDIR(status.st_mode)) return cannot_read(file, EISDIR);
  if (S_ISREG(status.st_mode) && !strips) {
    plan.source = BodyPlan::Source::File;
    plan.length_ = static_cast<std::uint64_t>(status.st_size);
  }
  return plan;
}

}  // namespace

std::string strip_line_ends(std::string_view text) {
  std::string stripped;
  stripped.reserve(text.size());
  for (const char c : text) {
    if (c != '\r' && c != '\n' && c != '\0') stripped.push_back(c);
  }
  return stripped;
}

std::variant<BodyPlan, Failure> plan_body(const Options& options) {
  if (!options.upload_file.empty()) return plan_file(options.upload_file, false);
  const std::size_t pieces = options.data.size() + options.binary_data.size();
  if (pieces == 0) return BodyPlan{};
  const std::string& first = options.data.empty() ? options.binary_data[0] : options.data[0];
  if (pieces == 1 && first.starts_with('@')) {
    auto plan = plan_file(first.substr(1), !options.data.empty());
    if (auto* body = std::get_if<BodyPlan>(&plan)) body->is_form = true;
    return plan;
  }
  BodyPlan plan;
  plan.source = BodyPlan::Source::Memory;
  plan.is_form = true;
  for (std::size_t i = 0; i < pieces; ++i) {
    const bool strips = i < options.data.size();
    auto piece = load_data(strips ? options.data[i] : options.binary_data[i - options.data.size()], strips);
    if (auto* failure = std::get_if<Failure>(&piece)) return *failure;
    if (i > 0) plan.memory.push_back('&');
    plan.memory += std::get<std::string>(piece);
  }
  plan.length_ = plan.memory.size();
  return plan;
}

int BodySource::open(const BodyPlan& plan, std::function<void()> notify) {
  plan_ = &plan;
  if (plan.source == BodyPlan::Source::Memory) chunk_ = plan.memory;
  if (plan.source == BodyPlan::Source::None || plan.source == BodyPlan::Source::Memory) {
    is_drained_ = true;
    return 0;
  }
  int fd = STDIN_FILENO;
  if (plan.file != "-") {
    fd_ = FileDescriptor(::open(plan.file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd_.is_open()) return errno;
    fd = fd_.get();
  }
  if (plan.source == BodyPlan::Source::Stream) {
    pump_ = std::make_unique<InputPump>(fd, std::move(notify));
  }
  return 0;
}

BodySource::State BodySource::fill() {
  if (done_ < chunk_.size()) return State::Ready;
  if (error_ != 0) return State::Failed;
  if (is_drained_) return State::AtEnd;
  done_ = 0;
  return pump_ ? fill_from_pump() : fill_from_file();
}

BodySource::State BodySource::fill_from_file() {
  chunk_.resize(chunk_bytes);
  ssize_t count = 0;
  do {
    count = ::read(fd_.get(), chunk_.data(), chunk_.size());
  } while (count < 0 && errno == EINTR);
  chunk_.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  if (count > 0) return State::Ready;
  is_drained_ = true;
  error_ = count < 0 ? errno : 0;
  return error_ != 0 ? State::Failed : State::AtEnd;
}

BodySource::State BodySource::fill_from_pump() {
  InputPump::Input input = pump_->take();
  chunk_ = plan_->strips_line_ends ? strip_line_ends(input.bytes) : std::move(input.bytes);
  is_drained_ = input.is_at_end;
  error_ = input.error;
  if (!chunk_.empty()) return State::Ready;
  if (error_ != 0) return State::Failed;
  return is_drained_ ? State::AtEnd : State::Waiting;
}

}  // namespace usquic::tools::get
