// A folder that is served, with the answers that were given lately.
#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "delivery/answer_cache.h"
#include "files/file_service.h"

namespace usquic::delivery {

struct Site {
  explicit Site(files::FileService service) : files(std::move(service)) {}

  files::FileService files;
  AnswerCache answers;
};

// Sites that have work to do, each of them once, and one after the other.
class SiteQueue {
 public:
  void add(const std::shared_ptr<Site>& site) {
    if (std::find(sites_.begin(), sites_.end(), site) == sites_.end()) sites_.push_back(site);
  }
  // Only while it is not empty.
  std::shared_ptr<Site> take() {
    std::shared_ptr<Site> first = std::move(sites_.front());
    sites_.erase(sites_.begin());
    return first;
  }
  bool is_empty() const { return sites_.empty(); }

 private:
  std::vector<std::shared_ptr<Site>> sites_;
};

}  // namespace usquic::delivery
