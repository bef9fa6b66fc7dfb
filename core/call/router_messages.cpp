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
      if (!foreign && !link->messages.full(bytes)) {
        reached.push_back(user);
      } else if (!foreign && (link->hears(now_) || !event.to.empty())) {
        link->messages.note_refused();
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
  for (const UserId& user : reached) {
    present_link(user)->messages.put({0, sent.id, event.to.empty(), event.text}, now_);
    touch(user);
  }
  commands_.push_back(std::move(sent));
}

void CallCore::Router::flush_messages(const UserId& user, Link& link) {
  if (link.channel_open() && is_wanted(phase_))
    link.messages.flush(user, link.channel(), commands_);
}

void CallCore::Router::tell_drained() {
  if (!send_refused_) return;
  for (const auto& [user, link] : links_)
    if (link->messages.refused()) return;
  send_refused_ = false;
  commands_.push_back(MessagesDrained{});
}

// The numbers outlive the link: who was taken for departed may come back with the same epoch.
void CallCore::Router::forget_link(const UserId& user) {
  Link* link = present_link(user);
  if (link == nullptr) return;
  auto context = negotiation_context();
  link->negotiation.close(context);
  if (!link->negotiation.pair().foreign()) {
    parked_messages_.push_back(std::move(link->messages));
    if (parked_messages_.size() > kDepartedEpochs) parked_messages_.erase(parked_messages_.begin());
  }
  links_.erase(user);
}

void CallCore::Router::recall_messages(Link& link) {
  const Epoch& theirs = link.negotiation.pair().theirs;
  for (PairMessages& parked : parked_messages_)
    if (parked.theirs == theirs) link.messages = std::exchange(parked, PairMessages{});
  link.messages.theirs = theirs;
}

// ---- theirs ----------------------------------------------------------------------------

void CallCore::Router::on(const ChannelMessage& event) {
  Link* link = find_link(event.peer);
  if (link == nullptr) return;
  wire::Refusal refusal;
  wire::ChannelText text;
  if (!wire::decode_channel_text(event.text, text, refusal)) {
    wire::count_refusal(refusal, Tally::RefusedChannelTexts, counters_);
  } else if (const auto* goodbye = std::get_if<wire::Goodbye>(&text)) {
    if (goodbye->epoch == link->negotiation.pair().theirs)
      remove_participant(event.peer, /*for_good=*/true);
  } else if (!link->negotiation.owns(event.connection)) {
    counters_.add(Tally::StaleConnectionEvents);
  } else if (const auto* alive = std::get_if<wire::Alive>(&text)) {
    if (event.connection == link->negotiation.media_connection()) link->on_alive(now_);
    link->messages.on_acknowledged(alive->ack, now_);
  } else if (const auto* request = std::get_if<wire::Request>(&text)) {
    on_request(event.peer, request->address);
  } else if (auto* message = std::get_if<wire::Message>(&text);
             link->messages.on_message(message->number, event.text.size(), counters_)) {
    link->alive_at = earlier(link->alive_at, link->messages.acknowledge_at());
    commands_.push_back(DeliverMessage{event.peer, std::move(message->id), message->to_all,
                                       std::move(message->text)});
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
  commands_.push_back(SendChannel{signal.peer, link->channel(),
                                  wire::encode_channel_text(wire::Request{signal.address})});
  return true;
}

}  // namespace groupcall
