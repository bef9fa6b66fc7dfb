/// One RTCPeerConnection: signalling states, transceivers and operations as JSEP (RFC 9429)
/// and webrtc-pc have them. What happens on the network is in rtc_network.h.
///
///   Stable ─setLocal(offer)─► HaveLocalOffer ─setRemote(answer)─► Stable
///   Stable ─setRemote(offer)─► HaveRemoteOffer ─setLocal(answer)─► Stable
///   HaveLocalOffer ─setRemote(offer)─► HaveRemoteOffer    (an implicit rollback: misuse)
///
/// Operations are chained: one at a time, in the order of the calls, each settled after its
/// own delay. An operation of a connection closed meanwhile never settles, as in browsers.
/// Illegal calls are rejected with the DOMException that browsers use. The scenarios of
/// tests/vectors/rtc hold all this against Chromium and Firefox.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>

#include "tests/support/rtc_types.h"
#include "tests/support/sdp_model.h"

namespace groupcall::sim {

class RtcNetwork;

/// The credentials of both ends that one agreed offer and answer fixed.
struct IceSession {
  std::string local;
  std::string remote;
  bool operator==(const IceSession&) const = default;
};

/// What flows into a receiver, and since when.
enum class Flow : std::uint8_t { Nothing, Muted, Live };

struct Transceiver {
  MediaKind kind = MediaKind::Audio;
  std::string mid;     ///< empty until negotiated
  std::string stream;  ///< the sender's MediaStream id
  bool sends = true;   ///< `direction`
  bool receives = true;
  bool sending = false;  ///< `currentDirection`
  bool receiving = false;
  bool by_add_track = false;  ///< only such ones are taken over by a remote offer
  bool track_shown = false;
  bool inactive = false;
  std::shared_ptr<LocalTrack> track;

  Flow flow = Flow::Nothing;
  std::shared_ptr<LocalTrack> source;  ///< the far side's, while something flows
  Instant flow_since{};
  std::int64_t live_us = 0;  ///< received so far
  std::int64_t muted_us = 0;
};

/// The state of ICE, DTLS and SCTP of one end; RtcNetwork moves it.
struct RtcTransport {
  TransportState reported = TransportState::New;
  std::optional<IceSession> session;       ///< agreed last
  std::optional<IceSession> up_session;    ///< carries packets
  std::optional<IceSession> dead_session;  ///< failed: only a restart leads on
  std::optional<IceSession> deaf_session;  ///< nothing arrives on it, though what we send does
  std::weak_ptr<class RtcConnection> peer;
  bool established = false;
  EventLoop::Ticket checks;
  EventLoop::Ticket disconnecting;
  EventLoop::Ticket failing;
  EventLoop::Ticket recovering;
  Instant last_report{};

  bool channel_created = false;
  bool channel_open = false;
  bool draining = false;
  std::deque<std::string> outgoing;
};

class RtcConnection : public std::enable_shared_from_this<RtcConnection> {
 public:
  RtcConnection(RtcNetwork& network, std::string host, std::string seed, RtcObserver& observer);

  // The page's calls, named as in webrtc-pc.
  void add_transceiver(MediaKind kind, std::string stream);
  void add_track(std::shared_ptr<LocalTrack> track, std::string stream);
  void create_channel();
  void set_local_description(bool restart, RtcSettled settled);
  void set_remote_description(SessionDescription description, RtcSettled settled);
  void add_ice_candidate(IceCandidate candidate, RtcSettled settled);
  void replace_track(std::size_t slot, std::shared_ptr<LocalTrack> track, RtcSettled settled);
  /// `encodings[0].active` of sender.setParameters(): an inactive one sends nothing.
  void set_active(std::size_t slot, bool active);
  /// `direction = 'sendrecv'` and `sender.setStreams()` of one transceiver.
  void adopt(std::size_t slot, std::string stream);
  /// False (InvalidStateError) unless the channel is open.
  bool send(std::string text);
  /// As close(): the far side gets a DTLS close_notify, if the network lets it through.
  void close();
  /// The process died: nothing is sent any more, not even a goodbye.
  void vanish();

  // What a page can read.
  bool is_open() const { return phase_ != SignallingPhase::Closed; }
  SignallingPhase phase() const { return phase_; }
  const SessionDescription& local_description() const { return local_description_; }
  const std::vector<Transceiver>& transceivers() const { return transceivers_; }
  std::vector<MediaKind> kinds() const;
  bool channel_open() const { return transport_.channel_open; }
  TransportState transport_state() const { return transport_.reported; }
  /// One entry for each receiver that has got something.
  std::vector<SlotSample> stats();

  // What only a model can tell.
  const std::string& host() const { return host_; }
  const std::string& name() const { return name_; }
  bool established() const { return transport_.established; }
  std::shared_ptr<RtcConnection> far_side() const { return transport_.peer.lock(); }
  bool rolled_back() const { return rolled_back_; }

 private:
  friend class RtcNetwork;
  using Apply = std::function<std::optional<RtcError>()>;
  struct Operation {
    Duration takes{0};
    Apply apply;
    RtcSettled settled;
  };

  void reject(RtcError error, RtcSettled settled);
  void chain(Duration takes, Apply apply, RtcSettled settled);
  void start_next();
  void run_front();

  std::optional<RtcError> apply_local(bool restart);
  std::optional<RtcError> apply_remote(const SessionDescription& description);
  std::optional<RtcError> apply_remote_offer(const SdpModel& offer);
  std::optional<RtcError> apply_remote_answer(const SdpModel& answer);
  std::optional<RtcError> apply_candidate(const IceCandidate& candidate);
  std::optional<RtcError> refuse_lines(const SdpModel& remote) const;
  SdpModel describe();
  void take_lines(const SdpModel& offer);
  void agree(const SdpModel& local, const SdpModel& remote);
  void show_tracks(const SdpModel& remote);
  void renew_credentials();
  void gather();
  void gather_one(Duration after, const std::string& line, const std::shared_ptr<int>& left,
                  std::function<void(RtcObserver&)> tell);
  std::string address_line(int number, const std::string& kind) const;
  void end();

  RtcNetwork* network_;
  std::string host_;
  std::string name_;  ///< "bob/2": his second
  Random random_;
  RtcObserver* observer_;

  SignallingPhase phase_ = SignallingPhase::Stable;
  std::deque<Operation> operations_;
  bool busy_ = false;

  std::vector<Transceiver> transceivers_;
  std::string session_id_;
  std::int64_t version_ = 1;
  std::string ufrag_;
  std::string pwd_;
  bool restart_asked_ = false;          ///< until new credentials are agreed on
  std::set<std::string> shown_ufrags_;  ///< local ones that a description of ours has had
  std::optional<SdpModel> local_;       ///< the last one set
  std::optional<SdpModel> remote_;      ///< the last one set, perhaps still unanswered
  std::optional<SdpModel> agreed_remote_;
  std::set<std::string> remote_candidates_;  ///< ufrags for which we know an address
  std::string application_mid_;
  SessionDescription local_description_;
  bool rolled_back_ = false;
  RtcTransport transport_;
};

}  // namespace groupcall::sim
