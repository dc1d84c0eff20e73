// WebTransport for a game: players tell where they are by datagrams, and the server tells everybody where all are, 20
// times a second. A position that is lost is overtaken by the next one; what must not be lost goes by a stream.
// Run: ./webtransport_game [PORT] [--cert FILE --key FILE], and open the page that it prints, several times.
//
// A player sends datagrams of 4 bytes: x and y. The server sends by a stream, once: the player's number; by datagrams: 6
// bytes for each player, number, x and y. All are 16-bit numbers, the lower byte first.
#include <cstdint>
#include <unordered_map>

#include "webtransport_page.h"

namespace {

constexpr int tick_ms = 50;
constexpr std::size_t bytes_of_player = 6;

struct Player {
  std::uint16_t number = 0;
  std::uint16_t x = 32768;
  std::uint16_t y = 32768;
};

void put(std::string& to, std::uint16_t value) {
  to.push_back(static_cast<char>(value & 0xff));
  to.push_back(static_cast<char>(value >> 8));
}

std::uint16_t number_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[at]) |
                                    static_cast<unsigned char>(bytes[at + 1]) << 8);
}

class Game {
 public:
  void join(usquic::WebTransport* session) {
    Player& player = players_[session];
    player.number = ++last_number_;
    usquic::WebTransportStream* welcome = session->openUniStream();
    if (welcome == nullptr) return;
    std::string number;
    put(number, player.number);
    welcome->end(number);
  }
  void leave(usquic::WebTransport* session) { players_.erase(session); }
  void move(usquic::WebTransport* session, std::string_view to) {
    const auto player = players_.find(session);
    if (player == players_.end() || to.size() != 4) return;
    player->second.x = number_at(to, 0);
    player->second.y = number_at(to, 2);
  }

  // Everybody is told of all players, in as many datagrams as that takes.
  void tell() {
    std::string all;
    for (const auto& [session, player] : players_) {
      put(all, player.number);
      put(all, player.x);
      put(all, player.y);
    }
    for (const auto& [session, player] : players_) tell(session, all);
  }

 private:
  static void tell(usquic::WebTransport* session, std::string_view all) {
    const std::size_t most = session->getMaxDatagramSize() / bytes_of_player * bytes_of_player;
    while (most > 0 && !all.empty()) {
      const std::string_view piece = all.substr(0, most);
      session->sendDatagram(piece);  // one that is not sent is overtaken by the next
      all.remove_prefix(piece.size());
    }
  }

  std::unordered_map<usquic::WebTransport*, Player> players_;
  std::uint16_t last_number_ = 0;
};

void run_ticks(usquic::Loop* loop, Game& game) {
  loop->after(tick_ms, [loop, &game] {
    game.tell();
    run_ticks(loop, game);
  });
}

}  // namespace

int main(int argc, char** argv) {
  const example::ServerArguments arguments(argc, argv);
  Game game;
  usquic::App app(arguments.options);
  app.webTransport(
      "/game",
      {
          .open = [&game](auto* session) { game.join(session); },
          .datagram = [&game](auto* session, std::string_view data) { game.move(session, data); },
          .close = [&game](auto* session, bool, std::uint32_t, std::string_view) { game.leave(session); },
      });
  if (app.loop() != nullptr) run_ticks(app.loop(), game);
  return example::serve_with_page(app, arguments, "/game");
}
