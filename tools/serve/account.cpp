#include "serve/account.h"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace usquic::tools::serve {
namespace {

constexpr std::size_t record_bytes = 64 * 1024;  // of an entry of the user database, with its texts

std::optional<Account> find_user(const std::string& name, Failure& failure) {
  std::vector<char> texts(record_bytes);
  passwd record{};
  passwd* found = nullptr;
  const int error = getpwnam_r(name.c_str(), &record, texts.data(), texts.size(), &found);
  if (found != nullptr) return Account{name, record.pw_uid, record.pw_gid};
  const char* reason = error == 0 ? "no such user" : std::strerror(error);
  failure = {ExitCode::Usage, fmt::format("--user: {}: {}", name, reason)};
  return std::nullopt;
}

std::optional<gid_t> find_group(const std::string& name, Failure& failure) {
  std::vector<char> texts(record_bytes);
  group record{};
  group* found = nullptr;
  const int error = getgrnam_r(name.c_str(), &record, texts.data(), texts.size(), &found);
  if (found != nullptr) return record.gr_gid;
  const char* reason = error == 0 ? "no such group" : std::strerror(error);
  failure = {ExitCode::Usage, fmt::format("--user: group {}: {}", name, reason)};
  return std::nullopt;
}

Failure cannot(const Account& account, const char* step) {
  return {ExitCode::Failure,
          fmt::format("cannot become {}: {}: {}", account.user, step, std::strerror(errno))};
}

bool has_become(const Account& account) {
  uid_t real_user = 0, effective_user = 0, saved_user = 0;
  gid_t real_group = 0, effective_group = 0, saved_group = 0;
  return getresuid(&real_user, &effective_user, &saved_user) == 0 &&
         getresgid(&real_group, &effective_group, &saved_group) == 0 && real_user == account.uid &&
         effective_user == account.uid && saved_user == account.uid && real_group == account.gid &&
         effective_group == account.gid && saved_group == account.gid && setuid(0) != 0 && setgid(0) != 0;
}

}  // namespace

std::optional<Account> find_account(std::string_view text, Failure& failure) {
  const std::size_t colon = text.find(':');
  std::optional<Account> account = find_user(std::string(text.substr(0, colon)), failure);
  if (!account) return std::nullopt;
  if (colon != std::string_view::npos) {
    const auto group = find_group(std::string(text.substr(colon + 1)), failure);
    if (!group) return std::nullopt;
    account->gid = *group;
  }
  if (account->uid == 0 || account->gid == 0) {
    failure = {ExitCode::Usage, fmt::format("--user: {}: that is root still", text)};
    return std::nullopt;
  }
  if (geteuid() != 0) {
    failure = {ExitCode::Usage, fmt::format("--user: {}: only root can become somebody else", text)};
    return std::nullopt;
  }
  return account;
}

std::optional<Failure> forbid_new_privileges(const Account& account) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return cannot(account, "no_new_privs");
  return std::nullopt;
}

std::optional<Failure> become(const Account& account) {
  // The groups first: afterwards there is no right to change them.
  if (setgroups(1, &account.gid) != 0) return cannot(account, "setgroups");
  if (setresgid(account.gid, account.gid, account.gid) != 0) return cannot(account, "setresgid");
  if (setresuid(account.uid, account.uid, account.uid) != 0) return cannot(account, "setresuid");
  if (auto failure = forbid_new_privileges(account)) return failure;
  if (has_become(account)) return std::nullopt;
  return Failure{ExitCode::Failure,
                 fmt::format("cannot become {}: root's rights could be had again", account.user)};
}

}  // namespace usquic::tools::serve
