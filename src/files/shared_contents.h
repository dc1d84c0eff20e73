// The bytes of files that are in memory, for the caches of all threads that serve them: what one has read is not
// read again by the others, nor paid for twice.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "files/conditional.h"
#include "files/content_account.h"

namespace usquic::files {

// Keeps no bytes itself: they live as long as a cache or an answer holds them. Thread: any, for every call. Each takes a
// lock, so it is for what a cache does not have yet.
class SharedContents {
 public:
  // The bytes of one file. What a call returned is counted apart from what others got: use_count() tells of the
  // holders that came by this one, on one thread as a rule, and they touch no counter of another thread.
  using Content = std::shared_ptr<const std::string>;

  // limit: bytes of the account.
  explicit SharedContents(std::size_t limit);
  ~SharedContents();
  SharedContents(const SharedContents&) = delete;
  SharedContents& operator=(const SharedContents&) = delete;

  // The bytes of that version of a file, or null when nobody holds them. To be asked only of a version that is
  // settled: an identity that the next change of the file may have too says nothing of its bytes.
  Content find(const FileIdentity& identity) const;
  // Bytes of a version that was settled before they were read, and that are paid for. Where somebody else came first,
  // his are returned, and these are let go.
  Content keep(const FileIdentity& identity, std::string bytes, ContentCharge charge);

  const std::shared_ptr<ContentAccount>& account() const { return account_; }
  // Files that somebody holds.
  std::size_t size() const;

 private:
  struct Register;
  struct Entry;

  static Content hold(std::shared_ptr<const Entry> entry);

  std::shared_ptr<ContentAccount> account_;
  // Of the contents too, which take themselves off it and may outlive this.
  std::shared_ptr<Register> register_;
};

}  // namespace usquic::files
