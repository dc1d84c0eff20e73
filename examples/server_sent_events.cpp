// Server-sent events: every subscriber of /events gets what is posted to /say.
// Run: ./server_sent_events [PORT] [--cert FILE --key FILE], open the URL in two windows.
#include <unordered_set>

#include "server_arguments.h"

namespace {

constexpr std::string_view page = R"(<!doctype html><title>events</title>
<input placeholder="say something" onchange="fetch('/say', {method: 'POST', body: this.value}); this.value = ''">
<ul id="list"></ul>
<script>
  new EventSource("/events").onmessage = (event) => {
    const item = document.createElement("li");
    item.textContent = event.data;
    document.getElementById("list").append(item);
  };
</script>
)";

using Subscribers = std::unordered_set<usquic::Response*>;

void subscribe(Subscribers& subscribers, usquic::Response* res) {
  res->writeHeader("content-type", "text/event-stream")->writeHeader("cache-control", "no-store");
  res->onAborted([&subscribers, res] { subscribers.erase(res); });
  subscribers.insert(res);
  res->write(": welcome\n\n");  // a comment: the response begins at once
}

// One "data:" line for each line of the text, as the format wants it.
std::string event_of(std::string_view text) {
  std::string event = "data: ";
  for (const char c : text) {
    if (c == '\r') continue;
    event += c;
    if (c == '\n') event += "data: ";
  }
  return event + "\n\n";
}

void say(const Subscribers& subscribers, usquic::Response* res) {
  res->onAborted([] {});
  res->onData([&subscribers, res, text = std::string()](std::string_view chunk, bool fin) mutable {
    text.append(chunk);
    if (!fin) return;
    const std::string event = event_of(text);
    for (usquic::Response* subscriber : subscribers) {
      // Who reads too slowly misses events; memory stays bounded.
      if (subscriber->getBufferedAmount() < 65536) subscriber->write(event);
    }
    res->writeStatus("204")->end();
  });
}

}  // namespace

int main(int argc, char** argv) {
  const example::ServerArguments arguments(argc, argv);
  Subscribers subscribers;
  usquic::App app(arguments.options);
  app.get("/",
          [](auto* res, auto*) { res->writeHeader("content-type", "text/html; charset=utf-8")->end(page); })
      .get("/events", [&subscribers](auto* res, auto*) { subscribe(subscribers, res); })
      .post("/say", [&subscribers](auto* res, auto*) { say(subscribers, res); }, {.max_body_bytes = 4096})
      .listen(arguments.port, example::print_url)
      .run();
}
