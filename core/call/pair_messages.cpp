#include "core/call/pair_messages.h"

namespace groupcall {

// ---- ours ------------------------------------------------------------------------------

bool PairMessages::full(std::size_t bytes) const {
  return outbox_.size() >= limits::kOutboxMessages ||
         outbox_bytes_ + bytes + limits::kMessageFrameBytes > limits::kOutboxBytes;
}

bool PairMessages::roomy() const {
  return outbox_.size() <= limits::kOutboxMessages / 2 && outbox_bytes_ <= limits::kOutboxBytes / 2;
}

void PairMessages::put(wire::ChannelText& message, Instant now) {
  message.number = ++last_number_;
  outbox_.push_back({last_number_, wire::encode_channel_text(message)});
  outbox_bytes_ += outbox_.back().text.size();
  if (stuck_at_ == kNever) wait_again(now);
}

void PairMessages::flush(const UserId& peer, ConnectionNumber channel, Commands& out) {
  if (channel != channel_) {
    channel_ = channel;
    sent_ = 0;
    buffered_ = 0;
  }
  for (; sent_ < outbox_.size(); ++sent_) {
    const std::string& text = outbox_[sent_].text;
    if (buffered_ > 0 && buffered_ + text.size() > limits::kChannelBuffer) return;
    buffered_ += text.size();
    out.push_back(SendChannel{peer, channel, text});
  }
}

void PairMessages::on_drained(ConnectionNumber channel) {
  if (channel == channel_) buffered_ = 0;
}

void PairMessages::on_acknowledged(std::int64_t number, Instant now) {
  std::size_t gone = 0;
  while (gone < outbox_.size() && outbox_[gone].number <= number)
    outbox_bytes_ -= outbox_[gone++].text.size();
  if (gone == 0) return;
  outbox_.erase(outbox_.begin(), outbox_.begin() + static_cast<std::ptrdiff_t>(gone));
  sent_ -= gone < sent_ ? gone : sent_;
  stuck_at_ = kNever;
  if (!outbox_.empty()) wait_again(now);
}

// ---- theirs ----------------------------------------------------------------------------

bool PairMessages::on_message(std::int64_t number, std::size_t bytes, Counters& counters) {
  if (number <= received_) {
    counters.add(Tally::RepeatedMessages);
    return false;
  }
  // Whoever keeps to the bounds of an outbox never gets here.
  if (number - received_ > limits::kOutboxMessages || fresh_ >= limits::kOutboxMessages ||
      fresh_bytes_ + bytes > limits::kOutboxBytes) {
    counters.add(Tally::ExcessMessages);
    return false;
  }
  received_ = number;
  ++fresh_;
  fresh_bytes_ += bytes;
  return true;
}

std::int64_t PairMessages::take_acknowledgement(Instant now) {
  fresh_ = 0;
  fresh_bytes_ = 0;
  acknowledged_at_ = now;
  return received_;
}

Instant PairMessages::acknowledge_at() const {
  const bool waiting =
      fresh_ >= limits::kOutboxMessages / 2 || fresh_bytes_ >= limits::kOutboxBytes / 2;
  return waiting ? acknowledged_at_ + deadlines::kAcknowledge : kNever;
}

}  // namespace groupcall
