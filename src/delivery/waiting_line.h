// Who waits for a buffer. A connection that holds none comes first, else it is the connections' turn one
// after the other: a hundred requests of one are no more than one of another.
#pragma once

#include <cstddef>
#include <list>

#include "files/buffer_pool.h"

namespace usquic::delivery {

class WaitingLine;
class Waiter;

// One connection, to the line. It outlives its waiters.
class LineMember {
 public:
  explicit LineMember(files::BufferShare& share) : share_(share) {}
  LineMember(const LineMember&) = delete;
  LineMember& operator=(const LineMember&) = delete;

  bool has_waiters() const { return !waiters_.empty(); }

 private:
  friend class WaitingLine;
  friend class Waiter;

  files::BufferShare& share_;
  std::list<Waiter*> waiters_;
  std::list<LineMember*> place_{this};  // its node, until it is in line
  std::list<LineMember*>::iterator node_ = place_.begin();
};

// One answer that may wait.
class Waiter {
 public:
  Waiter() = default;
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  bool is_in_line() const { return line_ != nullptr; }
  // Before its member goes.
  void leave_line();

 protected:
  ~Waiter() = default;

 private:
  friend class WaitingLine;

  WaitingLine* line_ = nullptr;
  LineMember* member_ = nullptr;
  std::list<Waiter*> place_{this};  // its node, until it is in line
  std::list<Waiter*>::iterator node_ = place_.begin();
};

// Joining and leaving allocate nothing, and take the same time however long the line is.
class WaitingLine {
 public:
  WaitingLine() = default;
  WaitingLine(const WaitingLine&) = delete;
  WaitingLine& operator=(const WaitingLine&) = delete;

  // At the end of its member's waiters. One that is in line stays where it is.
  void join(Waiter& waiter, LineMember& member);
  // The next one that the pool has a buffer for; it has left the line. Null when there is none.
  Waiter* next(const files::BufferPool& pool);
  bool is_empty() const { return members_.empty(); }
  std::size_t size() const { return size_; }

 private:
  friend class Waiter;

  void remove(Waiter& waiter);

  std::list<LineMember*> members_;
  std::size_t size_ = 0;  // waiters
};

}  // namespace usquic::delivery
