#include "delivery/delivery.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

#include "delivery/file_response.h"
#include "usquic/http3_codes.h"

namespace usquic::delivery {
namespace {

// Asking takes some microseconds: of a thousand downloads each has its turn every 30 ms.
constexpr std::size_t asked_at_a_time = 32;

}  // namespace

Delivery::Delivery(std::size_t max_buffers, std::size_t max_files, std::int64_t stall_ms,
                   std::function<void()> resume_soon)
    : pool_(max_buffers), files_(max_files), stall_ms_(stall_ms), resume_soon_(std::move(resume_soon)) {}

bool Delivery::may_begin(const Recipient& recipient) const {
  return pool_.may_take(recipient) && files_.may_open(recipient.open_files);
}

std::size_t Delivery::HashKey::operator()(const ConnectionKey& key) const {
  const std::string_view bytes(reinterpret_cast<const char*>(key.id.data()), key.id.size());
  return std::hash<std::string_view>()(bytes);
}

Delivery::ConnectionKey Delivery::key_of(Response& response) {
  ConnectionKey key;
  if (us_quic_stream_t* stream = response.native()) {
    us_quic_connection_id(us_quic_stream_connection(stream), key.id.data(), key.id.size());
    return key;
  }
  key.is_tcp = true;
  const std::string_view address = response.getRemoteAddress();
  const std::uint16_t port = response.getRemotePort();
  std::copy_n(address.begin(), std::min(address.size(), key.id.size() - sizeof(port)), key.id.begin());
  std::memcpy(key.id.data() + key.id.size() - sizeof(port), &port, sizeof(port));
  return key;
}

std::shared_ptr<Recipient> Delivery::recipient_of(Response& response) {
  const ConnectionKey key = key_of(response);
  if (const auto known = recipients_.find(key); known != recipients_.end()) {
    if (auto recipient = known->second.lock()) return recipient;
  }
  std::shared_ptr<Recipient> recipient(new Recipient, [this, key](Recipient* gone) {
    delete gone;
    recipients_.erase(key);
  });
  recipients_.insert_or_assign(key, recipient);
  return recipient;
}

void Delivery::wait_for_buffer(FileResponse& response, Recipient& recipient) {
  line_.join(response, recipient.line);
}

void Delivery::on_buffer_released() {
  if (!line_.is_empty()) resume_soon_();
}

// One round: who finds no descriptor joins the line again.
void Delivery::resume_waiting() {
  for (std::size_t left = line_.size(); left > 0; --left) {
    Waiter* waiter = line_.next(pool_);
    if (waiter == nullptr) return;
    const std::shared_ptr<FileResponse> response = static_cast<FileResponse*>(waiter)->shared_from_this();
    try {
      response->resume();
    } catch (const std::bad_alloc&) {
      response->give_up(US_QUIC_H3_INTERNAL_ERROR);
    }
  }
}

void Delivery::wait_for_disk(FileResponse& response) {
  at_disk_.push_back(response.weak_from_this());
  if (call_after_disk_) call_after_disk_();
}

void Delivery::resume_after_disk() {
  for (std::size_t left = std::min(at_disk_.size(), asked_at_a_time); left > 0; --left) {
    const std::shared_ptr<FileResponse> response = at_disk_.front().lock();
    at_disk_.pop_front();
    if (!response) continue;
    try {
      response->resume_after_disk();
    } catch (const std::bad_alloc&) {
      response->give_up(US_QUIC_H3_INTERNAL_ERROR);
    }
  }
  if (!at_disk_.empty() && call_after_disk_) call_after_disk_();
}

void Delivery::look_after_stalled(std::int64_t now_ms) {
  // Giving one up may end it, and others: each is kept until all were looked at.
  std::vector<std::shared_ptr<FileResponse>> responses;
  responses.reserve(responses_.size());
  for (FileResponse* response : responses_) {
    if (auto alive = response->weak_from_this().lock()) responses.push_back(std::move(alive));
  }
  for (const auto& response : responses) response->note_progress();
  ++looks_;
  for (const auto& response : responses) look_at(response->recipient(), now_ms);
  for (const auto& response : responses) {
    if (line_.is_empty()) break;  // nobody waits for what others let lie
    if (response->lets_lie()) response->give_up(US_QUIC_H3_EXCESSIVE_LOAD);
  }
  resume_waiting();
  if (pool_.in_use() == 0) pool_.drop_spare();
}

void Delivery::look_at(Recipient& recipient, std::int64_t now_ms) const {
  if (std::exchange(recipient.last_look, looks_) == looks_) return;
  recipient.is_stalled = recipient.clock.is_stalled(recipient.held > 0, recipient.taken, now_ms, stall_ms_);
}

}  // namespace usquic::delivery
