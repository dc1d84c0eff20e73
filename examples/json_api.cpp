// A JSON API over notes in memory, with nlohmann::json.
// GET /notes, POST /notes {"text": ...}, GET /notes/ID, DELETE /notes/ID.
// Run: ./json_api [PORT] [--cert FILE --key FILE]
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>

#include "server_arguments.h"

namespace {

using nlohmann::json;

class Notes {
 public:
  json list() const {
    json all = json::array();
    for (const auto& [id, text] : notes_) all.push_back(note(id, text));
    return all;
  }
  json add(std::string text) {
    const int id = ++last_id_;
    return note(id, notes_[id] = std::move(text));
  }
  // null when there is none.
  json find(int id) const {
    const auto found = notes_.find(id);
    return found == notes_.end() ? json() : note(id, found->second);
  }
  bool remove(int id) { return notes_.erase(id) != 0; }

 private:
  static json note(int id, const std::string& text) { return {{"id", id}, {"text", text}}; }
  std::map<int, std::string> notes_;
  int last_id_ = 0;
};

void answer(usquic::Response* res, std::string_view status, const json& value) {
  // Text that is no UTF-8 is replaced, not thrown about.
  res->writeStatus(status)
      ->writeHeader("content-type", "application/json")
      ->end(value.dump(-1, ' ', false, json::error_handler_t::replace));
}

void answer_none(usquic::Response* res) {
  answer(res, "404", {{"error", "no such note"}});
}

int id_of(usquic::Request* req) {
  const std::string_view text = req->getParameter("id");
  int id = 0;
  std::from_chars(text.data(), text.data() + text.size(), id);
  return id;
}

void add_note(Notes& notes, usquic::Response* res) {
  res->onAborted([] {});
  res->onData([&notes, res, body = std::string()](std::string_view chunk, bool fin) mutable {
    body.append(chunk);
    if (!fin) return;
    const json note = json::parse(body, nullptr, false);
    if (!note.is_object() || !note.contains("text") || !note["text"].is_string())
      return answer(res, "400", {{"error", "wanted: {\"text\": ...}"}});
    answer(res, "201", notes.add(note["text"]));
  });
}

}  // namespace

int main(int argc, char** argv) {
  const example::ServerArguments arguments(argc, argv);
  Notes notes;
  usquic::App app(arguments.options);
  app.get("/notes", [&notes](auto* res, auto*) { answer(res, "200", notes.list()); })
      // Larger bodies are answered 413 before they are read.
      .post("/notes", [&notes](auto* res, auto*) { add_note(notes, res); }, {.max_body_bytes = 64 * 1024})
      .get("/notes/:id",
           [&notes](auto* res, auto* req) {
             const json note = notes.find(id_of(req));
             if (note.is_null()) return answer_none(res);
             answer(res, "200", note);
           })
      .del("/notes/:id",
           [&notes](auto* res, auto* req) {
             if (!notes.remove(id_of(req))) return answer_none(res);
             res->writeStatus("204")->end();
           })
      .listen(arguments.port, example::print_url)
      .run();
}
