// The user that the server becomes when it has what only root can get: its port, its key.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "failure.h"

namespace usquic::tools::serve {

struct Account {
  std::string user;
  uid_t uid = 0;
  gid_t gid = 0;
};

// From "NAME" or "NAME:GROUP"; without a group it is the user's own. Never root.
std::optional<Account> find_account(std::string_view text, Failure& failure);

// no_new_privs for the calling thread and those that it begins: no program that is executed gets more rights. Each thread
// that runs already has to call it before become().
std::optional<Failure> forbid_new_privileges(const Account& account);

// Becomes that user for good, in all threads: no other groups, no capabilities, no way back, also not by a
// program that is executed. After a failure the process may be neither here nor there, and must end.
std::optional<Failure> become(const Account& account);

}  // namespace usquic::tools::serve
