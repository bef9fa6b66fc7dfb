/// The inside of CallCore: brings facts to those whom they concern and carries their
/// decisions out. It owns the room's state; everything else is owned by its parts.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/base/flat_map.h"
#include "core/base/random.h"
#include "core/base/timer_table.h"
#include "core/call/early_offers.h"
#include "core/call/link.h"
#include "core/call/router_records.h"
#include "core/call/snapshot_builder.h"
#include "core/call/timer_key.h"
#include "core/media/local_media.h"
#include "core/media/screen_share.h"
#include "core/public/call_core.h"
#include "core/public/counters.h"
#include "core/room/departed_epochs.h"
#include "core/room/membership.h"
#include "core/room/room_phase.h"
#include "core/room/roster.h"
#include "core/signalling/signalling_session.h"
#include "core/wire/tab_message.h"

namespace groupcall {

class CallCore::Router {
 public:
  explicit Router(CallConfig config);
  Reaction handle(const Event& event, Instant now);

 private:
  // What the user wants (router_room.cpp).
  void on(const JoinRequested& event);
  void on(const LeaveRequested& event);
  void on(const Disposed& event);
  void on(const MicrophoneWanted& event);
  void on(const CameraWanted& event);
  void on(const DeviceChosen& event);
  void on(const ScreenWanted& event);
  void on(const PageClosing& event);

  // Messages of the application, and the data channel (router_messages.cpp).
  void on(const SendRequested& event);
  void on(const ChannelMessage& event);
  void flush_messages(const UserId& user, Link& link);
  void tell_drained();
  void forget_link(const UserId& user, const Epoch& next = {});
  void recall_messages(Link& link);
  void on_request(const UserId& sender, const LinkAddress& address);
  bool send_over_channel(const PeerSignal& signal, bool offline);

  // What is sent to whom, and what is shown (router_uplink.cpp).
  void on(const ViewChanged& event);
  void on_view(Link& link, const TileView& view);
  void tell_view(const UserId& user, Link& link);
  TileView* view_of(const UserId& user);
  static bool not_shown(const Link& link, Slot slot);
  void measure_uplink(const StatsSampled& sampled);
  void share_uplink();

  // Who speaks, how good a link is, and what stands still (router_quality.cpp).
  void on(const LevelsChanged& event);
  void on(const PageHidden& event);
  void watch_levels(bool wanted);
  void measure_quality(const StatsSampled& sampled);
  void note_quality(const LinkSample& sample, Link& link) const;
  void note_sending(const LinkSample& sample, Link& link);
  void say_alive();
  void on_key_frame_asked(ConnectionNumber connection, std::int64_t number, Link& link);
  MediaView remote_view(const UserId& user, Slot slot) const;
  void watch(const UserId& user, Link& link);

  // Peers that do not answer (router_repair.cpp).
  void on_word(Link& link);
  void look_after_unheard(Link& link);
  void repair_foreign(Link& dead);

  // Being reachable (router_reach.cpp).
  void on(const ListenRequested& event);
  void on(const TakeOverRequested& event);
  void on(const InvitationDeclined& event);
  void on(const PageShown& event);
  void on(const TabMessage& event);
  void on_message(wire::Invitation& message);
  void end_ring(const RoomId& room);
  void tell_tabs(const wire::TabText& message);
  const std::string& tab_name();
  void on_tab(const wire::TabAsks& message);
  void on_tab(const wire::TabTells& message);
  void on_tab(const wire::TabJoined& message);
  void ask_tabs();
  void take_over();
  Instant reach_deadline() const;
  void on_reach_deadline();

  // The server (router_room.cpp for the room, router_peers.cpp for what peers say).
  void on(const SocketOpened& event);
  void on(const SocketFrame& event);
  void on(const SocketBinary& event);
  void on(const SocketClosed& event);
  void on(const ApplicationState& event);
  void on(const ApplicationEvent& event);
  void on(const ApplicationAcknowledged& event);
  void on(const NetworkOnline& event);
  void on(const NetworkOffline& event);
  void on(const Slept& event);
  void on(const Woke& event);
  void run_session_events();
  void on_online();
  void on_offline();
  void on_message(wire::Joined& message);
  void on_message(wire::ParticipantJoined& message);
  void on_message(const wire::ParticipantLeft& message);
  void on_message(const wire::TracksUpdated& message);
  void on_message(const wire::ScreenShareStarted& message);
  void on_message(const wire::ScreenShareStopped& message);
  void on_message(wire::OfferReceived& message);
  void on_message(wire::AnswerReceived& message);
  void on_message(wire::CandidateReceived& message);
  void on_message(const wire::RoomError& message);
  void on_message(const wire::ConnectionReplaced&) {}  // the session's, as the next two
  void on_message(const wire::ServerShuttingDown&) {}
  void on_message(const wire::ServerError&) {}

  // The browser (router_peers.cpp, and the devices in call_core.cpp).
  void on(const LocalDescriptionSet& event);
  void on(const RemoteDescriptionSet& event);
  void on(const TrackAttached& event);
  void on(const OperationFailed& event);
  void on(const LocalCandidate& event);
  void on(const CandidateFailed& event);
  void on(const TransportChanged& event);
  void on(const DtlsClosed& event);
  void on(const TextPacked& event);
  void on(const TextUnpacked& event);
  void on(const ChannelOpened& event);
  void on(const ChannelDrained& event);
  void on(const ChannelClosed& event);
  void on(const StatsSampled& event);
  void on(const MediaAcquired& event);
  void on(const MediaFailed& event);
  void on(const LocalTrackEnded& event);
  void on(const DevicesListed& event);

  // The room (router_room.cpp).
  bool advance(RoomEvent event);
  void start_join(const JoinRequested& wish);
  void send_join();
  void rejoin();
  void check_membership(Membership::Step step);
  void close_early_offers();
  bool full(const wire::Joined& message) const;
  void admit(wire::Joined& message);
  void refuse(CallError error);
  void on_session_halted();
  void begin_withdrawal();
  void leave_again();
  void say_goodbyes();
  void drop_everyone();
  void release_devices();
  void finish();
  void end_now(ErrorCode reason);
  void on_room_deadline();
  void settle_joins(const CallError& error);
  Instant room_deadline() const;

  // Peers (router_peers.cpp).
  bool in_our_room(const RoomId& room);
  Link* link_for_signal(const UserId& sender, const LinkAddress& address, bool is_offer);
  bool list_unannounced(const UserId& user, const Epoch& epoch);
  void tell_epoch(const UserId& peer, const Epoch& theirs);
  void on_foreign_screen(const RoomId& room, const UserId& user, bool on);
  void note_announced(Link* link, Slot slot);
  void sync_links();
  void sync_pair(const UserId& user);
  void remove_participant(const UserId& user, bool for_good = false);
  void look_after_absent(const UserId& user);
  void on_link_deadline(const UserId& user);
  void send_signals();
  Link* present_link(const UserId& user) const;
  Link* find_link(const UserId& user);
  template <class BrowserEvent>
  Link* find_link_of(const BrowserEvent& event);
  void unpack_early_offers(const wire::ParticipantJoined& message, const Epoch& epoch);

  // After each event (call_core.cpp).
  void run_due_timers();
  void run_timer(const TimerKey& key);
  void reconcile();
  void drop_former_tracks();
  void announce();
  void announce_screen();
  void sample_stats();
  void on_stats_deadline();
  void time_arrivals(const LinkSample& sample, Link& link);
  void set_timers();
  void build_patch();
  ParticipantView participant_view(const UserId& user) const;
  SelfView self_view() const;
  void touch(const UserId& user) { touched_[user] = true; }
  void touch_all();

  SignallingSession::Output session_output();
  NegotiationContext negotiation_context();
  LocalMedia::Output media_output();
  wire::PeerMark mark() const { return {wire::kProtocolVersion, epoch_}; }

  CallConfig config_;
  Random random_;
  IdSource ids_;
  Counters counters_;
  Instant now_{};
  bool disposed_ = false;

  SignallingSession session_;
  Roster roster_;
  LocalMedia media_;
  ScreenShare screen_;
  FlatMap<UserId, std::unique_ptr<Link>> links_;
  TimerTable<TimerKey> timers_;
  SnapshotBuilder snapshot_;
  RoomPhase phase_ = RoomPhase::Out;
  RoomView room_;
  CallError error_;
  Epoch epoch_;
  Membership membership_;
  DepartedEpochs departed_;
  std::vector<RequestId> join_requests_;    ///< promises that wait for the admission
  std::vector<RequestId> leave_requests_;   ///< promises that wait for the end
  std::optional<JoinRequested> next_join_;  ///< asked for while the last call was ending
  Instant phase_deadline_ = kNever;         ///< of Joining, Withdrawing, Leaving
  Instant join_again_at_ = kNever;          ///< the server has not confirmed the join by then
  Instant join_held_until_ = kNever;        ///< it waits for its early offers
  EarlyOffers early_;
  std::vector<Unpacking> unpacking_;
  Instant leave_again_at_ = kNever;  ///< of a join that may be under way on the server
  int leaves_sent_ = 0;
  bool join_sent_ = false;              ///< on this socket, not confirmed
  bool ghost_possible_ = false;         ///< a join went out on a socket that was lost
  CallError last_refusal_;              ///< "Failed to join group call", which is retried
  std::optional<Announced> announced_;  ///< since this admission
  FlatMap<UserId, std::unique_ptr<Link>> parked_;  ///< closed, for their messages
  bool send_refused_ = false;                      ///< the application waits for MessagesDrained
  Instant next_repair_at_{};                       ///< our leave and join for older clients
  bool screen_told_ = false;                       ///< by `screen-share-start`

  UplinkShare uplink_;
  std::vector<ViewChanged> views_;  ///< how the page shows each, whether they are here or not

  Speaking self_speaking_;
  bool levels_watched_ = false;
  bool page_hidden_ = false;
  bool page_frozen_ = false;  ///< hidden, and about to be stopped

  // Being reachable.
  bool listening_ = false;   ///< a connection is wanted for invitations, also outside a call
  std::vector<Ring> rings_;  ///< oldest first
  bool rings_changed_ = false;
  std::string tab_;                  ///< names us among the tabs; made when first needed
  Instant tabs_answer_by_ = kNever;  ///< the other tabs have been asked
  bool idle_tab_answered_ = false;
  Instant next_take_over_{};   ///< not by ourselves before then
  bool network_lost_ = false;  ///< and not come back since
  OpId stats_op_;
  Instant stats_at_ = kNever;
  Instant eager_until_{};
  // Of the event at hand.
  Commands commands_;
  std::vector<SessionEvent> session_events_;
  std::vector<PeerSignal> signals_;
  FlatMap<UserId, bool> touched_;  ///< links and tiles to look at again
  bool roster_changed_ = false;
};

}  // namespace groupcall
