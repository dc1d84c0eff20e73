#include "static_files.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace arena {

namespace fs = std::filesystem;

namespace {

// Less than half of a stream's send buffer.
constexpr std::size_t piece_bytes = 256 * 1024;

constexpr std::array<std::string_view, 3> coding_names = {"br", "gzip", "identity"};

std::size_t index_of(Coding coding) {
  return static_cast<std::size_t>(coding);
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file) throw std::runtime_error(path.string() + " cannot be read");
  return content;
}

std::string_view type_of(const fs::path& name) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> types = {
      {{".css", "text/css; charset=utf-8"},
       {".html", "text/html; charset=utf-8"},
       {".js", "text/javascript; charset=utf-8"},
       {".json", "application/json"},
       {".svg", "image/svg+xml"},
       {".txt", "text/plain; charset=utf-8"},
       {".webp", "image/webp"},
       {".woff2", "font/woff2"}}};
  const std::string extension = name.extension().string();
  const auto* found =
      std::ranges::find(types, extension, &std::pair<std::string_view, std::string_view>::first);
  return found != types.end() ? found->second : "application/octet-stream";
}

// NAME.br -> {NAME, Brotli}
std::pair<fs::path, Coding> plain_name(fs::path name) {
  if (name.extension() == ".br") return {name.replace_extension(), Coding::Brotli};
  if (name.extension() == ".gz") return {name.replace_extension(), Coding::Gzip};
  return {std::move(name), Coding::Identity};
}

// Takes what is before `end`, and `end` itself, off the front.
std::string_view take_until(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return taken;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

// "q=0", "q=0.", "q=0.000": not acceptable.
bool is_zero_weight(std::string_view parameter) {
  parameter = trimmed(parameter);
  if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) return false;
  const std::string_view value = trimmed(parameter.substr(2));
  return !value.empty() && value.find_first_not_of("0.") == std::string_view::npos;
}

// True when the response is over.
bool send_more(usquic::Response* res, std::string_view content) {
  for (;;) {
    const std::size_t sent = res->getWriteOffset();
    const auto [ok, done] =
        res->tryEndStatic(content.substr(sent, piece_bytes), content.size(), nullptr, nullptr);
    if (done || !ok) return done;
  }
}

void send(usquic::Response* res, std::string_view content) {
  if (content.empty()) return res->end();
  res->onAborted([] {});
  res->onWritable([res, content](std::uint64_t) { return send_more(res, content); });
  send_more(res, content);
}

}  // namespace

bool accepts(std::string_view accept_encoding, std::string_view coding) {
  while (!accept_encoding.empty()) {
    std::string_view member = take_until(accept_encoding, ',');
    if (trimmed(take_until(member, ';')) != coding) continue;
    while (!member.empty()) {
      if (is_zero_weight(take_until(member, ';'))) return false;
    }
    return true;
  }
  return false;
}

StaticFiles::StaticFiles(const fs::path& folder) {
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  if (error) throw std::runtime_error(folder.string() + ": " + error.message());
  for (const fs::directory_entry& entry : entries) {
    if (!entry.is_regular_file()) continue;
    const auto [name, coding] = plain_name(entry.path().filename());
    File& file = files_[name.string()];
    file.type = type_of(name);
    file.forms.at(index_of(coding)) = read_file(entry.path());
    file.is_there = file.is_there || coding == Coding::Identity;
  }
  // A compressed form alone is no file.
  std::erase_if(files_, [](const auto& entry) { return !entry.second.is_there; });
}

void StaticFiles::answer(usquic::Response* res, std::string_view name,
                         std::string_view accept_encoding) const {
  const auto found = files_.find(name);
  if (found == files_.end()) return res->writeStatus("404")->end("not found\n");
  const File& file = found->second;
  bool varies = false;
  Coding chosen = Coding::Identity;
  for (const Coding coding : {Coding::Brotli, Coding::Gzip}) {
    if (file.forms.at(index_of(coding)).empty()) continue;
    varies = true;
    if (chosen == Coding::Identity && accepts(accept_encoding, coding_names.at(index_of(coding))))
      chosen = coding;
  }
  res->writeHeader("content-type", file.type);
  if (chosen != Coding::Identity) res->writeHeader("content-encoding", coding_names.at(index_of(chosen)));
  if (varies) res->writeHeader("vary", "accept-encoding");
  send(res, file.forms.at(index_of(chosen)));
}

}  // namespace arena
