#include "load/carrier.h"

#include "load/generator.h"
#include "load/probe.h"
#include "load/tcp_carrier.h"

namespace usquic::tools::load {
namespace {

class Http3Carrier final : public Carrier {
 public:
  std::optional<Failure> probe(const Plan& plan, Target& target) override {
    return load::probe(plan, target, key_log_.get());
  }
  std::unique_ptr<LoadThread> make_thread(const Plan& plan, const Target& target, std::uint64_t index,
                                          Board& board) override {
    return std::make_unique<Generator>(plan, target, index, board, key_log_.get());
  }

 private:
  std::unique_ptr<KeyLog> key_log_ = KeyLog::from_environment();
};

}  // namespace

std::variant<std::unique_ptr<Carrier>, Failure> make_carrier(const Plan& plan) {
  if (plan.version == HttpVersion::Http3) return std::make_unique<Http3Carrier>();
  return make_tcp_carrier();
}

}  // namespace usquic::tools::load
