#include "tests/support/rtc_network.h"

#include <algorithm>
#include <utility>

namespace groupcall::sim {
namespace {

/// A server that has not been told misses somebody after 45 s, silence then ends it within 7 s;
/// who has slept or been half-open for 70 s hears of it after that.
constexpr Duration kLongestFarewell = 150s;

}  // namespace

std::shared_ptr<RtcConnection> RtcNetwork::open(const std::string& host, RtcObserver& observer) {
  const std::string seed = seed_ + "/rtc/" + host + "/" + std::to_string(++made_[host]);
  auto connection = std::make_shared<RtcConnection>(*this, host, seed, observer);
  auto& all = by_host_[host];
  std::erase_if(all, [](const auto& former) { return former.expired(); });
  all.push_back(connection);
  return connection;
}

template <class Action>
void RtcNetwork::for_each_of(const std::string& host, Action action) {
  const auto all = by_host_[host];  // a copy: the action may open or close some
  for (const auto& weak : all) {
    if (const Pointer connection = weak.lock(); connection && connection->is_open()) {
      action(*connection);
    }
  }
}

std::size_t RtcNetwork::open_connections(const std::string& host) const {
  std::size_t count = 0;
  const auto found = by_host_.find(host);
  if (found == by_host_.end()) return 0;
  for (const auto& weak : found->second) {
    const Pointer connection = weak.lock();
    if (connection && connection->is_open()) ++count;
  }
  return count;
}

// ---- paths ---------------------------------------------------------------------------

bool RtcNetwork::path_up(const std::string& a, const std::string& b) const {
  return cut_.empty() || cut_.count(std::minmax(a, b)) == 0;
}

void RtcNetwork::set_path(const std::string& a, const std::string& b, bool up) {
  if (path_up(a, b) == up) return;
  if (up) {
    cut_.erase(std::minmax(a, b));
  } else {
    cut_.insert(std::minmax(a, b));
  }
  for_each_of(a, [&](RtcConnection& connection) {
    const Pointer peer = connection.far_side();
    if (!peer || peer->host() != b) return up ? try_pair(connection) : void();
    if (up) {
      path_healed(connection);
      path_healed(*peer);
    } else {
      lose_packets(connection);
      lose_packets(*peer);
    }
  });
  if (up) for_each_of(b, [&](RtcConnection& connection) { try_pair(connection); });
}

void RtcNetwork::set_host_paths(const std::string& host, bool up) {
  std::vector<std::string> others;
  for (const auto& [other, connections] : by_host_) {
    if (other != host) others.push_back(other);
  }
  for (const std::string& other : others) set_path(host, other, up);
}

void RtcNetwork::change_address(const std::string& host) {
  for_each_of(host, [&](RtcConnection& connection) {
    const Pointer peer = connection.far_side();
    if (!connection.established() || !peer || !peer->is_open()) return;
    connection.transport_.dead_session = connection.transport_.up_session;
    peer->transport_.dead_session = peer->transport_.up_session;
    lose_packets(connection);
    lose_packets(*peer);
  });
}

void RtcNetwork::lose_one_way(const std::string& from, const std::string& to) {
  for_each_of(to, [&](RtcConnection& connection) {
    const Pointer peer = connection.far_side();
    if (!connection.established() || !peer || peer->host() != from) return;
    connection.transport_.deaf_session = connection.transport_.up_session;
    lose_packets(connection);
    lose_packets(*peer);
  });
}

bool RtcNetwork::is_deaf(const RtcConnection& connection) {
  const RtcTransport& transport = connection.transport_;
  return transport.deaf_session && transport.deaf_session == transport.up_session;
}

bool RtcNetwork::pair_lives(const RtcConnection& connection) const {
  const auto carries = [](const RtcTransport& transport) {
    return transport.established && transport.dead_session != transport.up_session;
  };
  const Pointer peer = connection.far_side();
  return peer && connection.is_open() && peer->is_open() && carries(connection.transport_) &&
         carries(peer->transport_);
}

/// From now on nothing arrives: the ICE agent's patience begins to run.
void RtcNetwork::lose_packets(RtcConnection& connection) {
  RtcTransport& transport = connection.transport_;
  refresh(connection);
  if (!transport.established) return;
  loop_->cancel(transport.recovering);
  loop_->cancel(transport.disconnecting);
  loop_->cancel(transport.failing);
  const auto later = [&](Duration delay, auto action) {
    return loop_->after(delay, [this, weak = connection.weak_from_this(), action] {
      if (const Pointer self = weak.lock(); self && self->is_open()) action(*this, *self);
    });
  };
  transport.disconnecting = later(timing_.disconnected.draw(connection.random_),
                                  [](RtcNetwork& network, RtcConnection& self) {
                                    network.change_state(self, TransportState::Disconnected);
                                  });
  transport.failing =
      later(timing_.failed.draw(connection.random_), [](RtcNetwork& network, RtcConnection& self) {
        self.transport_.established = false;
        self.transport_.dead_session = self.transport_.up_session;
        network.refresh(self);
        network.change_state(self, TransportState::Failed);
      });
}

void RtcNetwork::path_healed(RtcConnection& connection) {
  RtcTransport& transport = connection.transport_;
  refresh(connection);
  pump_channel(connection);
  if (pair_lives(connection)) {
    loop_->cancel(transport.disconnecting);
    loop_->cancel(transport.failing);
    if (transport.reported == TransportState::Disconnected) {
      transport.recovering = loop_->after(timing_.recover.draw(connection.random_),
                                          [this, weak = connection.weak_from_this()] {
                                            const Pointer self = weak.lock();
                                            if (self && self->is_open())
                                              change_state(*self, TransportState::Connected);
                                          });
    }
  }
  try_pair(connection);
}

// ---- pairs ---------------------------------------------------------------------------

void RtcNetwork::shown(RtcConnection& connection) {
  by_ufrag_[connection.ufrag_] = connection.weak_from_this();
}

void RtcNetwork::agreed(RtcConnection& connection, IceSession session) {
  RtcTransport& transport = connection.transport_;
  refresh(connection);
  if (transport.session == session) return;
  transport.session = std::move(session);
  if (!transport.established) {
    change_state(connection, TransportState::Connecting);
    loop_->cancel(transport.failing);
    transport.failing = loop_->after(timing_.never_connected.draw(connection.random_),
                                     [this, weak = connection.weak_from_this()] {
                                       const Pointer self = weak.lock();
                                       if (!self || !self->is_open() || self->established()) return;
                                       change_state(*self, TransportState::Failed);
                                     });
  }
  try_pair(connection);
}

RtcNetwork::Pointer RtcNetwork::partner_of(const RtcConnection& connection) const {
  if (!connection.transport_.session) return nullptr;
  const auto found = by_ufrag_.find(connection.transport_.session->remote);
  return found == by_ufrag_.end() ? nullptr : found->second.lock();
}

bool RtcNetwork::matches(const RtcConnection& one, const RtcConnection& other) const {
  const auto& a = one.transport_.session;
  const auto& b = other.transport_.session;
  if (!one.is_open() || !other.is_open() || !a || !b) return false;
  const bool dead = one.transport_.dead_session == a || other.transport_.dead_session == b;
  return !dead && a->local == b->remote && a->remote == b->local;
}

/// One end can send checks: it knows an address of the other. The other learns from them.
bool RtcNetwork::reaches(const RtcConnection& one, const RtcConnection& other) const {
  return one.remote_candidates_.count(one.transport_.session->remote) > 0 ||
         other.remote_candidates_.count(other.transport_.session->remote) > 0;
}

void RtcNetwork::try_pair(RtcConnection& connection) {
  const Pointer self = connection.shared_from_this();
  const Pointer partner = partner_of(connection);
  if (partner) ++meetings_;
  if (!partner || partner == self || !matches(*self, *partner)) return;
  if (!reaches(*self, *partner) || !path_up(self->host_, partner->host_)) return;
  RtcTransport& transport = self->transport_;
  const bool is_up = transport.established && transport.up_session == transport.session;
  if (is_up && partner->transport_.established) return;
  // Checks that went out on an older session are overtaken by these.
  loop_->cancel(transport.checks);
  loop_->cancel(partner->transport_.checks);
  transport.checks =
      loop_->after(timing_.checks.draw(self->random_),
                   [this, weak = std::weak_ptr(self), weak_partner = std::weak_ptr(partner)] {
                     const Pointer one = weak.lock();
                     const Pointer other = weak_partner.lock();
                     if (one && other) establish(one, other);
                   });
}

void RtcNetwork::establish(const Pointer& one, const Pointer& other) {
  ++meetings_;
  if (!matches(*one, *other) || !path_up(one->host_, other->host_)) return;
  for (const Pointer& end : {one, other}) {
    const Pointer former = end->far_side();
    if (!former || former == one || former == other) continue;
    former->transport_.peer.reset();
    lose_packets(*former);
  }
  for (const auto& [end, peer] : {std::pair(one, other), std::pair(other, one)}) {
    const bool channel_first = chance(end->random_, timing_.channel_first_permille);
    if (channel_first) open_channel(*end, *peer);
    bring_up(*end, peer);
    if (!channel_first) open_channel(*end, *peer);
  }
  refresh(*one);
  pump_channel(*one);
  pump_channel(*other);
}

void RtcNetwork::bring_up(RtcConnection& connection, const Pointer& peer) {
  RtcTransport& transport = connection.transport_;
  stop_timers(connection);
  transport.peer = peer;
  transport.established = true;
  transport.up_session = transport.session;
  change_state(connection, TransportState::Connected);
}

void RtcNetwork::open_channel(RtcConnection& connection, const RtcConnection& peer) {
  RtcTransport& transport = connection.transport_;
  // A channel that only this end has made opens all the same, and nobody hears what it says.
  const bool agreed_on = transport.channel_created && !connection.application_mid_.empty() &&
                         !peer.application_mid_.empty();
  if (!agreed_on || transport.channel_open) return;
  report(connection, timing_.channel_open.draw(connection.random_), "channel opened",
         [&connection](RtcObserver& observer) {
           if (connection.transport_.channel_open) return;
           connection.transport_.channel_open = true;
           observer.on_channel_opened();
         });
}

void RtcNetwork::stop_timers(RtcConnection& connection) {
  RtcTransport& transport = connection.transport_;
  loop_->cancel(transport.checks);
  loop_->cancel(transport.disconnecting);
  loop_->cancel(transport.failing);
  loop_->cancel(transport.recovering);
}

void RtcNetwork::closed(RtcConnection& connection, bool says_goodbye) {
  for (const std::string& ufrag : connection.shown_ufrags_) by_ufrag_.erase(ufrag);
  stop_timers(connection);
  refresh(connection);
  RtcTransport& transport = connection.transport_;
  const Pointer peer = connection.far_side();
  const bool was_pair =
      transport.established && peer && peer->is_open() && peer->far_side().get() == &connection;
  transport.established = false;
  if (peer) ++meetings_;
  if (!was_pair) return;
  refresh(*peer);
  if (says_goodbye && path_up(connection.host_, peer->host_)) {
    report(*peer, timing_.dtls_close.draw(peer->random_), "channel closed",
           [peer = peer.get()](RtcObserver& observer) {
             if (!peer->transport_.channel_open) return;
             peer->transport_.channel_open = false;
             observer.on_channel_closed();
           });
    report(*peer, Duration(0), "dtls closed",
           [](RtcObserver& observer) { observer.on_dtls_closed(); });
  }
  lose_packets(*peer);
  watch_void(*peer);
}

// ---- reports -------------------------------------------------------------------------

void RtcNetwork::change_state(RtcConnection& connection, TransportState state) {
  if (connection.transport_.reported == state) return;
  connection.transport_.reported = state;
  report(connection, timing_.report.draw(connection.random_),
         "transport " + std::to_string(static_cast<int>(state)),
         [state](RtcObserver& observer) { observer.on_transport_changed(state); });
}

void RtcNetwork::report(RtcConnection& connection, Duration delay, std::string_view what,
                        Report report) {
  Instant& last = connection.transport_.last_report;
  last = std::max(last, loop_->now() + delay);
  loop_->in_lane({"report", connection.name()}, what, last,
                 [weak = connection.weak_from_this(), report = std::move(report)] {
                   const Pointer self = weak.lock();
                   if (self && self->is_open()) report(*self->observer_);
                 });
}

std::optional<RtcError> RtcNetwork::injected_error(RtcConnection& connection) {
  const bool asked = reject_next_.erase(connection.host_) > 0;
  if (!asked && !chance(connection.random_, faults_.reject_permille)) return std::nullopt;
  return RtcError{"OperationError", "injected fault", true};
}

bool RtcNetwork::injected_hang(RtcConnection& connection) {
  return hang_next_.erase(connection.host_) > 0 ||
         chance(connection.random_, faults_.hang_permille);
}

// ---- the data channel ----------------------------------------------------------------

/// What was sent leaves the page in one go, once there is a way; it arrives in order.
void RtcNetwork::pump_channel(RtcConnection& connection) {
  RtcTransport& transport = connection.transport_;
  if (transport.draining || transport.outgoing.empty()) return;
  transport.draining = true;
  loop_->after(timing_.drain.draw(connection.random_), [this, weak = connection.weak_from_this()] {
    const Pointer self = weak.lock();
    if (!self || !self->is_open()) return;
    self->transport_.draining = false;
    const Pointer peer = self->far_side();
    const bool flows = pair_lives(*self) && path_up(self->host_, peer->host_) && !is_deaf(*peer);
    if (!flows) return;  // kept until the path heals
    for (std::string& text : self->transport_.outgoing) {
      const std::string label = text;
      report(*peer, timing_.one_way.draw(self->random_), label,
             [peer = peer.get(), text = std::move(text)](RtcObserver& observer) {
               if (peer->transport_.channel_open) observer.on_channel_message(text);
             });
    }
    self->transport_.outgoing.clear();
    report(*self, Duration(0), "channel drained",
           [](RtcObserver& observer) { observer.on_channel_drained(); });
  });
}

// ---- media ---------------------------------------------------------------------------

void RtcNetwork::refresh_host(const std::string& host) {
  for_each_of(host, [&](RtcConnection& connection) { refresh(connection); });
}

/// Books what has flowed into both ends so far, and looks what flows from now on.
void RtcNetwork::refresh(RtcConnection& connection) {
  book(connection);
  if (const Pointer peer = connection.far_side()) book(*peer);
}

void RtcNetwork::book(RtcConnection& connection) {
  const Instant now = loop_->now();
  for (Transceiver& t : connection.transceivers_) {
    if (now > t.flow_since) {
      const std::int64_t span = (now - t.flow_since).count();
      if (t.flow == Flow::Live) t.live_us += span;
      if (t.flow == Flow::Muted) t.muted_us += span;
      if (t.flow == Flow::Live && now > t.source->unwanted_since && connection.observer_) {
        connection.observer_->on_misuse(t.source->id.value +
                                        " was received after its owner had turned it off");
      }
      t.flow_since = now;
    }
    std::shared_ptr<LocalTrack> source = source_of(connection, t);
    const Flow flow = !source ? Flow::Nothing : source->enabled ? Flow::Live : Flow::Muted;
    if (t.flow == Flow::Nothing && flow != Flow::Nothing) {
      t.flow_since = now + timing_.first_frame.draw(connection.random_);
    }
    t.flow = flow;
    t.source = std::move(source);
  }
}

std::shared_ptr<LocalTrack> RtcNetwork::source_of(const RtcConnection& connection,
                                                  const Transceiver& receiver) const {
  if (!receiver.receiving || !pair_lives(connection) || is_deaf(connection)) return nullptr;
  const Pointer peer = connection.far_side();
  if (peer->far_side().get() != &connection) return nullptr;
  if (!path_up(connection.host_, peer->host_)) return nullptr;
  for (const Transceiver& sender : peer->transceivers_) {
    if (sender.mid != receiver.mid) continue;
    const bool sends = sender.sending && sender.track && sender.track->live && !sender.inactive;
    return sends ? sender.track : nullptr;
  }
  return nullptr;
}

/// The far side is gone. Who still sends to it after so long has been told by nobody, or has not
/// listened: everybody who was awake, and not cut off from the server, must have let go.
void RtcNetwork::watch_void(RtcConnection& connection) {
  loop_->after(kLongestFarewell, [weak = connection.weak_from_this()] {
    const Pointer self = weak.lock();
    if (!self || !self->is_open()) return;
    const Pointer peer = self->far_side();
    if (peer && peer->is_open()) return;
    const auto sends = [](const Transceiver& t) { return t.sending && t.track && t.track->live; };
    if (std::any_of(self->transceivers_.begin(), self->transceivers_.end(), sends)) {
      self->observer_->on_misuse("media is still sent to somebody who left long ago");
    }
  });
}

}  // namespace groupcall::sim
