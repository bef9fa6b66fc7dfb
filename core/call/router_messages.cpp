// Messages of the application, and what else goes over the data channel.
#include <algorithm>

#include "core/call/router.h"
#include "core/wire/json_document.h"

namespace groupcall {

// ---- ours ------------------------------------------------------------------------------

void CallCore::Router::on(const SendRequested& event) {
  std::string quoted;
  wire::encode_text(event.text, quoted);
  const std::size_t bytes = quoted.size() - 2;
  MessageSent sent{event.request, {}, {}};
  std::vector<UserId> reached;
  ErrorCode error = ErrorCode::None;
  if (phase_ != RoomPhase::In && phase_ != RoomPhase::Rejoining) {
    error = ErrorCode::NotInCall;
  } else if (bytes > limits::kMessageBytes) {
    error = ErrorCode::MessageTooLarge;
  } else {
    for (const auto& [user, who] : roster_.all()) {
      if (!event.to.empty() && !(user == event.to)) continue;
      Link* link = present_link(user);
      const bool foreign = link == nullptr || link->negotiation.pair().foreign();
      if (!foreign && !link->messages->full(bytes)) {
        reached.push_back(user);
      } else if (!foreign &&
                 (link->hears(now_) || (!event.to.empty() && link->unheard_at != kNever))) {
        link->messages->note_refused();
        error = ErrorCode::OutboxFull;
      } else {
        sent.unreached.push_back(user);  // nobody else waits for who may never come back
      }
    }
    if (error == ErrorCode::None && reached.empty()) error = ErrorCode::NobodyThere;
  }
  if (error != ErrorCode::None) {
    send_refused_ = send_refused_ || error == ErrorCode::OutboxFull;
    commands_.push_back(RejectRequest{event.request, {error, event.to.value}});
    return;
  }
  sent.id = random_.token();
  wire::ChannelText message{wire::ChannelKind::Message};
  message.id = sent.id;
  message.to_all = event.to.empty();
  message.text = event.text;
  for (const UserId& user : reached) {
    present_link(user)->messages->put(message, now_);
    touch(user);
  }
  commands_.push_back(std::move(sent));
}

void CallCore::Router::flush_messages(const UserId& user, Link& link) {
  if (link.channel_open() && is_wanted(phase_))
    link.messages->flush(user, link.channel(), commands_);
}

void CallCore::Router::tell_drained() {
  if (!send_refused_) return;
  for (const auto& [user, link] : links_)
    if (link->messages->refused() && link->unheard_at != kNever) return;
  for (const auto& [user, link] : links_) link->messages->forget_refused();
  send_refused_ = false;
  commands_.push_back(MessagesDrained{});
}

// The numbers outlive the link: who was taken for departed may come back with the same epoch.
// Not for a late word of a former self, though: `next` is whose link comes instead.
void CallCore::Router::forget_link(const UserId& user, const Epoch& next) {
  std::unique_ptr<Link>* link = links_.find(user);
  if (link == nullptr) return;
  auto context = negotiation_context();
  (*link)->negotiation.close(context);
  if (!(*link)->negotiation.pair().foreign()) {
    auto& parked = parked_[user];
    if (!parked || next.empty() || !(parked->negotiation.pair().theirs == next))
      parked = std::move(*link);
    if (parked_.size() > limits::kParkedLinks) {
      const UserId first = parked_.begin()->first;
      parked_.erase(first == user ? std::next(parked_.begin())->first : first);
    }
  }
  links_.erase(user);
}

void CallCore::Router::recall_messages(Link& link) {
  const auto& pair = link.negotiation.pair();
  const std::unique_ptr<Link>* parked = parked_.find(pair.peer);
  if (parked != nullptr && (*parked)->negotiation.pair().theirs == pair.theirs)
    link.messages.swap((*parked)->messages);
}

// ---- theirs ----------------------------------------------------------------------------

void CallCore::Router::on(const ChannelMessage& event) {
  Link* link = find_link(event.peer);
  if (link == nullptr) return;
  wire::Refusal refusal;
  wire::ChannelText text;
  if (!wire::decode_channel_text(event.text, text, refusal)) {
    wire::count_refusal(refusal, Tally::RefusedChannelTexts, counters_);
  } else if (text.type == wire::ChannelKind::Goodbye) {
    if (text.epoch == link->negotiation.pair().theirs)
      remove_participant(event.peer, /*for_good=*/true);
  } else if (!link->negotiation.owns(event.connection)) {
    counters_.add(Tally::StaleConnectionEvents);
  } else if (text.type == wire::ChannelKind::Alive) {
    auto context = negotiation_context();
    link->on_alive(event.connection, text.deaf, context);
    link->messages->on_acknowledged(text.ack, now_);
  } else if (text.type == wire::ChannelKind::View) {
    on_view(*link, text.view);
  } else if (text.type == wire::ChannelKind::Request) {
    if (!text.address.absent()) on_request(event.peer, text.address);
  } else if (link->messages->on_message(text.number, event.text.size(), counters_)) {
    link->alive_at = earlier(link->alive_at, link->messages->acknowledge_at());
    commands_.push_back(
        DeliverMessage{event.peer, std::move(text.id), text.to_all, std::move(text.text)});
  }
}

void CallCore::Router::on_request(const UserId& sender, const LinkAddress& address) {
  Link* link = link_for_signal(sender, address, false);
  if (link == nullptr) return;
  auto context = negotiation_context();
  link->negotiation.on_request(address, context);
}

// What the peer hears at once it need not hear by way of the server. A restart is asked for where
// the channel may be as dead as the rest, so only if there is no other way.
bool CallCore::Router::send_over_channel(const PeerSignal& signal, bool offline) {
  const PeerRequest request = signal.address.request;
  if (request != PeerRequest::OfferPlease && !(request == PeerRequest::RestartPlease && offline))
    return false;
  const Link* link = present_link(signal.peer);
  if (link == nullptr || !link->channel_open() || !link->hears(now_)) return false;
  if (!offline && link->negotiation.peer_deaf()) return false;  // they would not hear it
  wire::ChannelText text{wire::ChannelKind::Request};
  text.address = signal.address;
  commands_.push_back(SendChannel{signal.peer, link->channel(), wire::encode_channel_text(text)});
  return true;
}

}  // namespace groupcall
