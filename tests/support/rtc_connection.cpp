#include "tests/support/rtc_connection.h"

#include <algorithm>
#include <utility>

#include "tests/support/rtc_network.h"

namespace groupcall::sim {
namespace {

// As measured in Chromium against coturn on one machine, and against an address where nobody is.
constexpr Duration kRelayAnswer = 60ms;
constexpr Duration kRelaySilence = 40s;
constexpr Duration kGatherNothing = 1ms;

LineKind line_kind(MediaKind kind) {
  return kind == MediaKind::Audio ? LineKind::Audio : LineKind::Video;
}
MediaKind media_kind(LineKind kind) {
  return kind == LineKind::Audio ? MediaKind::Audio : MediaKind::Video;
}

RtcError wrong_state(std::string message) { return {"InvalidStateError", std::move(message)}; }

const SdpLine* line_of(const SdpModel& sdp, const std::string& mid) {
  for (const SdpLine& line : sdp.lines) {
    if (line.mid == mid) return &line;
  }
  return nullptr;
}

}  // namespace

RtcTiming RtcTiming::varied() {
  RtcTiming timing;
  timing.operation = {1ms, 12ms};
  timing.replace_track = {0ms, 4ms};
  timing.gather = {1ms, 60ms};
  timing.checks = {20ms, 250ms};
  timing.report = {0ms, 3ms};
  timing.one_way = {1ms, 80ms};
  timing.drain = {0ms, 5ms};
  timing.channel_open = {1ms, 30ms};
  timing.channel_first_permille = 500;
  timing.dtls_close = {3ms, 25ms};
  timing.disconnected = {5s, 6s};
  timing.failed = {20s, 22s};
  timing.never_connected = {15s, 17s};
  timing.recover = {50ms, 800ms};
  timing.first_frame = {20ms, 120ms};
  timing.stats = {1ms, 9ms};
  return timing;
}

RtcConnection::RtcConnection(RtcNetwork& network, std::string host, std::string seed,
                             RtcObserver& observer)
    : network_(&network),
      host_(std::move(host)),
      name_(seed.substr(seed.find(host_))),
      random_(seed),
      observer_(&observer) {
  session_id_ = std::to_string(random_.next() >> 1U);
}

// ---- calls ---------------------------------------------------------------------------

void RtcConnection::add_transceiver(MediaKind kind, std::string stream) {
  Transceiver& made = transceivers_.emplace_back();
  made.kind = kind;
  made.stream = std::move(stream);
}

void RtcConnection::add_track(std::shared_ptr<LocalTrack> track, std::string stream) {
  add_transceiver(track->kind, std::move(stream));
  transceivers_.back().by_add_track = true;
  transceivers_.back().track = std::move(track);
}

void RtcConnection::create_channel() { transport_.channel_created = true; }

void RtcConnection::set_local_description(bool restart, RtcSettled settled) {
  chain(
      network_->timing().operation.draw(random_), [this, restart] { return apply_local(restart); },
      std::move(settled));
}

void RtcConnection::set_remote_description(SessionDescription description, RtcSettled settled) {
  chain(
      network_->timing().operation.draw(random_),
      [this, description = std::move(description)] { return apply_remote(description); },
      std::move(settled));
}

void RtcConnection::add_ice_candidate(IceCandidate candidate, RtcSettled settled) {
  chain(
      network_->timing().replace_track.draw(random_),
      [this, candidate = std::move(candidate)] { return apply_candidate(candidate); },
      std::move(settled));
}

void RtcConnection::replace_track(std::size_t slot, std::shared_ptr<LocalTrack> track,
                                  RtcSettled settled) {
  if (track && track->kind != transceivers_.at(slot).kind) {
    return reject({"TypeError", "track of another kind"}, std::move(settled));
  }
  auto apply = [this, slot, track = std::move(track)]() -> std::optional<RtcError> {
    transceivers_.at(slot).track = track;
    network_->refresh(*this);
    return std::nullopt;
  };
  chain(network_->timing().replace_track.draw(random_), std::move(apply), std::move(settled));
}

void RtcConnection::adopt(std::size_t slot, std::string stream) {
  Transceiver& transceiver = transceivers_.at(slot);
  transceiver.stream = std::move(stream);
  transceiver.sends = transceiver.receives = true;
}

void RtcConnection::set_active(std::size_t slot, bool active) {
  transceivers_.at(slot).inactive = !active;
  network_->refresh(*this);
}

bool RtcConnection::send(std::string text) {
  if (!transport_.channel_open) return false;
  transport_.outgoing.push_back(std::move(text));
  network_->pump_channel(*this);
  return true;
}

void RtcConnection::close() {
  if (!is_open()) return;
  end();
  network_->closed(*this, true);
}

void RtcConnection::vanish() {
  if (!is_open()) return;
  end();
  network_->closed(*this, false);
}

void RtcConnection::end() {
  phase_ = SignallingPhase::Closed;
  observer_ = nullptr;
  operations_.clear();
  transport_.outgoing.clear();
}

std::vector<MediaKind> RtcConnection::kinds() const {
  std::vector<MediaKind> kinds;
  for (const Transceiver& transceiver : transceivers_) kinds.push_back(transceiver.kind);
  return kinds;
}

std::vector<SlotSample> RtcConnection::stats() {
  using namespace media_rates;
  network_->refresh(*this);
  std::vector<SlotSample> samples;
  for (std::size_t i = 0; i < transceivers_.size(); ++i) {
    const Transceiver& t = transceivers_[i];
    if (t.live_us + t.muted_us == 0) continue;
    const bool video = t.kind == MediaKind::Video;
    SlotSample sample;
    sample.slot = static_cast<std::int64_t>(i);
    sample.bytes = (t.live_us * (video ? kVideoBytesPerSecond : kAudioBytesPerSecond) +
                    t.muted_us * (video ? kBlackBytesPerSecond : kSilenceBytesPerSecond)) /
                   1'000'000;
    if (video) {
      sample.frames =
          (t.live_us * kFramesPerSecond + t.muted_us * kBlackFramesPerSecond) / 1'000'000;
    }
    samples.push_back(sample);
  }
  return samples;
}

// ---- the operations chain ------------------------------------------------------------

/// Refused before it takes its place in the chain: it overtakes what waits there.
void RtcConnection::reject(RtcError error, RtcSettled settled) {
  network_->loop().after(
      Duration(0), [error = std::move(error), settled = std::move(settled)] { settled(&error); });
}

void RtcConnection::chain(Duration takes, Apply apply, RtcSettled settled) {
  if (!is_open()) return reject(wrong_state("The connection is closed."), std::move(settled));
  operations_.push_back({takes, std::move(apply), std::move(settled)});
  start_next();
}

void RtcConnection::start_next() {
  if (busy_ || operations_.empty() || !is_open()) return;
  busy_ = true;
  if (network_->injected_hang(*this)) return;
  const Duration takes = operations_.front().takes;
  auto task = [weak = weak_from_this()] {
    if (const auto self = weak.lock(); self && self->is_open()) self->run_front();
  };
  if (takes == Duration(0)) {
    network_->loop().after(takes, std::move(task));
  } else {
    network_->loop().in_lane({"operation", name_}, "", network_->loop().now() + takes,
                             std::move(task));
  }
}

void RtcConnection::run_front() {
  const Operation operation = std::move(operations_.front());
  operations_.pop_front();
  busy_ = false;
  std::optional<RtcError> error = network_->injected_error(*this);
  if (!error) error = operation.apply();
  const auto keep_alive = shared_from_this();  // the page may close us in its answer
  operation.settled(error ? &*error : nullptr);
  start_next();
}

// ---- JSEP ----------------------------------------------------------------------------

std::optional<RtcError> RtcConnection::apply_local(bool restart) {
  const bool answers = phase_ == SignallingPhase::HaveRemoteOffer;
  const bool peer_restarted = answers && agreed_remote_ && agreed_remote_->ufrag != remote_->ufrag;
  // Before the first description there is nothing that a restart could replace.
  if (restart && local_) restart_asked_ = true;
  if (ufrag_.empty() || (!answers && restart_asked_) || peer_restarted) renew_credentials();
  if (!answers && transceivers_.empty() && observer_) {
    observer_->on_misuse("an offer without m-lines, from a connection that was to answer");
  }
  local_ = describe();
  local_description_ = {answers ? DescriptionType::Answer : DescriptionType::Offer,
                        write_sdp(*local_)};
  network_->shown(*this);
  if (answers) {
    phase_ = SignallingPhase::Stable;
    agree(*local_, *remote_);
  } else {
    phase_ = SignallingPhase::HaveLocalOffer;
  }
  if (shown_ufrags_.insert(ufrag_).second) gather();
  return std::nullopt;
}

SdpModel RtcConnection::describe() {
  const bool answers = phase_ == SignallingPhase::HaveRemoteOffer;
  SdpModel sdp;
  sdp.session_id = session_id_;
  sdp.version = ++version_;
  if (answers) sdp.answers = remote_->name();
  sdp.ufrag = ufrag_;
  sdp.pwd = pwd_;
  std::size_t next_mid = 0;
  for (Transceiver& t : transceivers_) {
    if (t.mid.empty() && answers) continue;  // not offered: not in the answer
    if (t.mid.empty()) t.mid = std::to_string(next_mid + (application_mid_.empty() ? 0 : 1));
    ++next_mid;
    SdpLine line{line_kind(t.kind), t.mid,    t.sends,
                 t.receives,        t.stream, "track-" + session_id_.substr(0, 6) + "-" + t.mid};
    if (answers) {
      const SdpLine* offered = line_of(*remote_, t.mid);
      line.sends = line.sends && offered && offered->receives;
      line.receives = line.receives && offered && offered->sends;
    }
    sdp.lines.push_back(std::move(line));
  }
  const bool offers_channel = !answers && transport_.channel_created;
  if (application_mid_.empty() && offers_channel) application_mid_ = std::to_string(next_mid);
  if (!application_mid_.empty()) {
    sdp.lines.push_back({LineKind::Application, application_mid_, false, false, {}, {}});
  }
  return sdp;
}

std::optional<RtcError> RtcConnection::apply_remote(const SessionDescription& description) {
  const std::optional<SdpModel> sdp = read_sdp(description.sdp);
  if (!sdp) return RtcError{"OperationError", "Failed to parse SessionDescription."};
  if (remote_ && remote_->session_id != sdp->session_id && observer_) {
    observer_->on_misuse("a description of a fresh remote connection, on a used one");
  }
  return description.type == DescriptionType::Offer ? apply_remote_offer(*sdp)
                                                    : apply_remote_answer(*sdp);
}

std::optional<RtcError> RtcConnection::apply_remote_offer(const SdpModel& offer) {
  if (phase_ == SignallingPhase::HaveLocalOffer) {
    rolled_back_ = true;
    for (Transceiver& t : transceivers_) {
      if (!t.sending && !t.receiving) t.mid.clear();
    }
    if (!agreed_remote_) application_mid_.clear();
    if (observer_) observer_->on_misuse("an offer in have-local-offer: an implicit rollback");
  }
  if (std::optional<RtcError> error = refuse_lines(offer)) return error;
  phase_ = SignallingPhase::HaveRemoteOffer;
  take_lines(offer);
  remote_ = offer;
  show_tracks(offer);
  return std::nullopt;
}

std::optional<RtcError> RtcConnection::apply_remote_answer(const SdpModel& answer) {
  if (phase_ != SignallingPhase::HaveLocalOffer) {
    return wrong_state(
        "Failed to set remote answer sdp: Called in wrong state: " +
        std::string(phase_ == SignallingPhase::Stable ? "stable" : "have-remote-offer"));
  }
  if (answer.lines.size() != local_->lines.size()) {
    return RtcError{"InvalidAccessError", "The number of m-lines differs from the offer's."};
  }
  if (std::optional<RtcError> error = refuse_lines(answer)) return error;
  if (answer.answers != local_->name() && observer_) {
    observer_->on_misuse("an answer to another offer (" + answer.answers + ", ours is " +
                         local_->name() + ")");
  }
  phase_ = SignallingPhase::Stable;
  remote_ = answer;
  agree(*local_, answer);
  show_tracks(answer);
  return std::nullopt;
}

/// The m-lines that exist must come again, in their order.
std::optional<RtcError> RtcConnection::refuse_lines(const SdpModel& remote) const {
  std::size_t i = 0;
  for (const Transceiver& t : transceivers_) {
    if (t.mid.empty()) continue;
    if (i >= remote.lines.size() || remote.lines[i].mid != t.mid ||
        remote.lines[i].kind != line_kind(t.kind)) {
      return RtcError{"InvalidAccessError", "The order of m-lines differs from what was agreed."};
    }
    ++i;
  }
  if (!application_mid_.empty() && !line_of(remote, application_mid_)) {
    return RtcError{"InvalidAccessError", "The m-line of the data channel is missing."};
  }
  return std::nullopt;
}

/// Makes the transceivers that an offer calls for, or takes over those made by addTrack().
void RtcConnection::take_lines(const SdpModel& offer) {
  for (const SdpLine& line : offer.lines) {
    if (line.kind == LineKind::Application) {
      application_mid_ = line.mid;
      continue;
    }
    const auto has_mid = [&](const Transceiver& t) { return t.mid == line.mid; };
    const auto may_take = [&](const Transceiver& t) {
      return t.by_add_track && t.mid.empty() && line_kind(t.kind) == line.kind;
    };
    if (std::any_of(transceivers_.begin(), transceivers_.end(), has_mid)) continue;
    const auto taken = std::find_if(transceivers_.begin(), transceivers_.end(), may_take);
    if (taken != transceivers_.end()) {
      taken->mid = line.mid;
      continue;
    }
    add_transceiver(media_kind(line.kind), "");
    transceivers_.back().mid = line.mid;
    transceivers_.back().sends = false;
  }
}

void RtcConnection::agree(const SdpModel& local, const SdpModel& remote) {
  agreed_remote_ = remote;
  const bool renewed = !transport_.session || transport_.session->local != local.ufrag;
  if (renewed) restart_asked_ = false;
  for (Transceiver& t : transceivers_) {
    const SdpLine* ours = line_of(local, t.mid);
    const SdpLine* theirs = line_of(remote, t.mid);
    t.sending = ours && theirs && ours->sends && theirs->receives;
    t.receiving = ours && theirs && ours->receives && theirs->sends;
  }
  network_->agreed(*this, {local.ufrag, remote.ufrag});
}

void RtcConnection::show_tracks(const SdpModel& remote) {
  for (std::size_t i = 0; i < transceivers_.size(); ++i) {
    const SdpLine* line = line_of(remote, transceivers_[i].mid);
    if (!line || !line->sends || transceivers_[i].track_shown) continue;
    transceivers_[i].track_shown = true;
    if (observer_) observer_->on_track(static_cast<std::int64_t>(i), line->stream);
  }
}

void RtcConnection::renew_credentials() {
  ufrag_ = random_.token().substr(0, 8);
  pwd_ = random_.token();  // in two steps: compilers differ in the order of operands
  pwd_ += random_.token().substr(0, 11);
}

/// Two host candidates for each set of credentials, what the relay says, then the end of gathering.
void RtcConnection::gather() {
  if (local_->lines.empty()) return;
  const RtcAddresses addresses = network_->addresses(host_);
  const int own = addresses.own ? network_->timing().candidates : 0;
  const bool asks = addresses.relay != RtcAddresses::Relay::None;
  auto left = std::make_shared<int>(own + (asks || own == 0 ? 1 : 0));
  for (int i = 0; i < own; ++i) {
    const Duration after = network_->timing().gather.draw(random_);
    gather_one(after, address_line(i + 1, "host"), left, [](RtcObserver&) {});
  }
  if (own == 0 && !asks) gather_one(kGatherNothing, "", left, [](RtcObserver&) {});
  if (!asks) return;
  const auto failed = [](std::int64_t code, const char* text) {
    return [code, text](RtcObserver& observer) { observer.on_candidate_failed(code, text); };
  };
  if (addresses.relay == RtcAddresses::Relay::Works) {
    gather_one(kRelayAnswer, address_line(own + 1, "relay"), left, [](RtcObserver&) {});
  } else if (addresses.relay == RtcAddresses::Relay::Refuses) {
    gather_one(kRelayAnswer, "", left, failed(401, "Unauthorized."));
  } else {
    gather_one(kRelaySilence, "", left, failed(701, "TURN allocate request timed out."));
  }
}

std::string RtcConnection::address_line(int number, const std::string& kind) const {
  return "candidate:" + std::to_string(number) + " 1 udp 2122260223 10.0.0." +
         std::to_string(number) + " 50000 typ " + kind + " generation 0 ufrag " + ufrag_;
}

/// One result of gathering: an address, or, where `line` is empty, none, of which `tell` tells.
void RtcConnection::gather_one(Duration after, const std::string& line,
                               const std::shared_ptr<int>& left,
                               std::function<void(RtcObserver&)> tell) {
  IceCandidate candidate;
  candidate.candidate = line;
  candidate.sdp_mid = local_->lines.front().mid;
  candidate.sdp_m_line_index = 0;
  candidate.username_fragment = ufrag_;
  network_->loop().in_lane({"gather", name_}, line, network_->loop().now() + after,
                           [weak = weak_from_this(), candidate, left, tell = std::move(tell)] {
                             const auto self = weak.lock();
                             if (!self || !self->is_open()) return;
                             tell(*self->observer_);
                             if (!candidate.candidate.empty())
                               self->observer_->on_candidate(candidate);
                             if (--*left == 0) self->observer_->on_candidate(IceCandidate{});
                           });
}

std::optional<RtcError> RtcConnection::apply_candidate(const IceCandidate& candidate) {
  if (!remote_) return wrong_state("The remote description was null");
  if (candidate.candidate.empty()) return std::nullopt;  // end of candidates
  if (!candidate.sdp_mid.empty() && !line_of(*remote_, candidate.sdp_mid)) {
    return RtcError{"OperationError", "No m-line has this mid."};
  }
  const std::string& ufrag = candidate.username_fragment;
  // As strict as Firefox: beside an offer that waits, the description in force counts no more.
  if (!ufrag.empty() && ufrag != remote_->ufrag)
    return RtcError{"OperationError", "No description has this usernameFragment."};
  remote_candidates_.insert(ufrag.empty() ? remote_->ufrag : ufrag);
  network_->try_pair(*this);
  return std::nullopt;
}

}  // namespace groupcall::sim
