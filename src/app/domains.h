// Routes by the name that a request is for: exact, "*." and a domain (one label), or all others.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "app/router.h"

namespace usquic::app {

class Domains {
 public:
  // Where routes are added from now on; "" = for all other names.
  void select(std::string_view pattern);
  Router& selected() { return *selected_; }
  // authority: host and maybe port (RFC 3986 section 3.2), in any case. nullptr: nobody has that name, as there are
  // routes for other names and none for all others.
  Router* find(std::string_view authority);
  Router& others() { return others_; }

 private:
  Router others_;
  std::unordered_map<std::string, Router> routers_;
  Router* selected_ = &others_;
};

}  // namespace usquic::app
