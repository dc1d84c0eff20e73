// Routes by the name that a request is for: exact, "*." and a domain (one label), or all others.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "app/router.h"

namespace usquic::app {

// The routes of a name.
struct Domain {
  Router requests;
  Router sessions;  // of WebTransport: requests of one kind never find routes for the other

  bool is_empty() const { return requests.is_empty() && sessions.is_empty(); }
};

class Domains {
 public:
  // Where routes are added from now on; "" = for all other names.
  void select(std::string_view pattern);
  Domain& selected() { return *selected_; }
  // authority: host and maybe port (RFC 3986 section 3.2), in any case. nullptr: nobody has that name, as there are
  // routes for other names and none for all others.
  Domain* find(std::string_view authority);
  Domain& others() { return others_; }

 private:
  Domain others_;
  std::unordered_map<std::string, Domain> domains_;
  Domain* selected_ = &others_;
};

}  // namespace usquic::app
