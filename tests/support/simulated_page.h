/// The host of one CallCore: a browser page that does what it is told, and no more.
///
/// Commands run in order and start at once; their completions come later, out of the event
/// loop. Events are handled one after the other, never within one another. There is one
/// timer. Everything that the core may not ask of a browser is a violation:
///   - an operation, connection, socket or request number used twice, or never given out
///   - a call to a connection or socket that is closed or not open yet
///   - whatever RTCPeerConnection rejects, or takes although the project forbids it
///   - sending sound while the microphone is not wanted, or a picture while the camera is not
///   - a wait without a deadline, a deadline that comes without progress, a storm of events
///   - anything left over after leaving
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/public/call_core.h"
#include "tests/support/heap_account.h"
#include "tests/support/journal.h"
#include "tests/support/media_model.h"
#include "tests/support/rtc_network.h"
#include "tests/support/snapshot_store.h"
#include "tests/support/socket_network.h"

namespace groupcall::sim {

struct PageOptions {
  std::string user;
  /// Names this incarnation of the page in the models; a reload has another.
  std::string seed;
  /// How late a timer fires.
  Spread timer_delay = exactly(0ms);
  MediaTiming media;
  /// The page's clock at its birth: the core must not care.
  Duration clock_origin{0};
  std::int64_t join_timeout_ms = 15'000;
  std::int64_t early_offers = 0;
  std::int64_t max_participants = 8;
  bool relay_only = false;
};

class SimulatedPage;

/// The parts of the world that a page touches.
struct PageSurroundings {
  EventLoop* loop = nullptr;
  Journal* journal = nullptr;
  RtcNetwork* rtc = nullptr;
  SocketNetwork* sockets = nullptr;
  /// Brings a text to the other pages of that user: they are tabs of one browser.
  std::function<void(const SimulatedPage* from, const std::string& text)> tell_tabs;
  /// Told of every event that a core has handled, for a record; may be empty.
  std::function<void(const SimulatedPage& page, Instant page_now, const Event& event,
                     const Reaction& reaction)>
      on_handled;
};

struct JoinWish {
  std::string room = "r1";
  std::string group = "g1";
  bool audio = true;
  bool video = true;
};

/// How a promise of join(), leave() or send() was settled.
struct SettledRequest {
  bool resolved = false;
  CallError error;
  Instant at{};
  std::vector<UserId> unreached;  ///< of send()
};

class SimulatedPage : private SocketObserver {
 public:
  SimulatedPage(PageSurroundings around, PageOptions options);
  ~SimulatedPage() override;
  SimulatedPage(const SimulatedPage&) = delete;
  SimulatedPage& operator=(const SimulatedPage&) = delete;

  // What the person does.
  RequestId join(const JoinWish& wish = {});
  RequestId leave();
  RequestId send(const std::string& text, const std::string& to = {});
  void set_microphone(bool on);
  void set_camera(bool on);
  void set_view(const std::string& peer, const TileView& view);
  void set_device(DeviceKind kind, const std::string& id) { post(DeviceChosen{kind, id}); }
  void share_screen(bool on, bool audio = true) { post(ScreenWanted{on, audio, false, {}}); }
  void dispose();
  void listen(bool on) { post(ListenRequested{on}); }
  void take_over() { post(TakeOverRequested{}); }

  // What happens to the page. After close_page() and crash() it is gone.
  void close_page();  ///< `pagehide`, then everything ends
  void crash();       ///< without a word; its system still closes the socket
  void sleep();       ///< events wait, timers too
  void wake();
  void go_offline() { post(NetworkOffline{}); }
  void go_online() { post(NetworkOnline{}); }
  void hide(bool frozen = false) { post(PageHidden{frozen}); }
  void show() { post(PageShown{}); }
  void hear_tab(const std::string& text) { post(TabMessage{text}); }
  void unplug(MediaKind kind);
  void plug_in(MediaKind kind, const std::string& id);  ///< `devicechange`
  void pull_out(const std::string& id);                 ///< "ended", then `devicechange`
  void list_devices();                                  ///< what the page tells once it is loaded
  void stop_screen_in_browser();                        ///< by the bar that says what is shared

  // What can be seen of it.
  const std::string& user() const { return options_.user; }
  bool alive() const { return alive_; }
  bool asleep() const { return asleep_; }
  const SnapshotStore& view() const { return view_; }
  MediaModel& media() { return media_; }
  std::optional<SettledRequest> settled(RequestId request) const;
  /// The messages of the others, in the order in which the application got them.
  const std::vector<DeliverMessage>& messages() const { return messages_; }
  void forget_messages() { messages_.clear(); }
  int times_drained() const { return times_drained_; }
  bool wants_microphone() const { return wants_microphone_; }
  bool wants_camera() const { return wants_camera_; }
  bool wants_screen() const { return wants_screen_; }
  std::size_t open_connections() const;
  /// Null when the core has no such connection open.
  std::shared_ptr<RtcConnection> connection(ConnectionNumber number) const;
  std::shared_ptr<RtcConnection> connection_to(const std::string& peer) const;
  /// Made since the page was opened.
  std::size_t connections_made() const { return connections_made_; }
  std::uint64_t events() const { return events_; }
  /// The most events within a second, those apart which connections and people may cause.
  int busiest_second() const { return busiest_second_; }
  const CallConfig& config() const { return config_; }
  /// What the core holds on to, where the program counts (heap_account.h).
  const HeapAccount& heap() const { return heap_; }
  Instant wake_at() const { return wake_at_; }

 private:
  class Port;  ///< one RTCPeerConnection and its observer
  struct Socket {
    LineId line = 0;
    bool open = false;
    bool lost = false;  ///< closed by the far side; the page has not been told yet
  };

  // SocketObserver
  void on_socket_opened(LineId line) override;
  void on_socket_frame(LineId line, const std::string& text) override;
  void on_socket_closed(LineId line, int code, const std::string& reason) override;
  SocketNumber number_of(LineId line) const;

  void post(Event event);
  void drain();
  void handle(const Event& event);
  void take_facts(const Event& event);
  void note_wishes();
  void arm_timer(Instant wake_at, bool progressed);
  Instant page_now() const { return origin_ + (around_.loop->now() - born_) - slept_; }
  void guard_rate();
  void check_invariants();
  void check_deadlines();
  void check_released();
  void check_muted();
  void check_sent(MediaKind kind, bool screen);
  bool wants(const LocalTrack& track) const;
  void violation(const std::string& what);
  RequestId next_request();

  bool names_relay() const;

  void run(const ResolveRequest& command);
  void run(const RejectRequest& command);
  void run(const OpenSocket& command);
  void run(const SendFrame& command);
  void run(const CloseSocket& command);
  void run(const ConnectApplication&) { violation("there is no Socket of an application"); }
  void run(const RenewApplication&) { violation("there is no Socket of an application"); }
  void run(const EmitApplication&) { violation("there is no Socket of an application"); }
  void run(const PostToTabs& command);
  void run(const CreateConnection& command);
  void run(const AssignConnection& command);
  void run(const SetLocalDescription& command);
  void run(const SetRemoteDescription& command);
  void run(const AdoptSlots& command);
  void run(const AddIceCandidate& command);
  void run(const AttachTrack& command);
  void run(const SetParameters& command);
  void run(const RequestKeyFrame& command);
  void run(const WatchLevels&) {}  // nobody here makes a sound
  void run(const CloseConnection& command);
  void run(const SendChannel& command);
  void run(const CollectStats& command);
  void run(const PackText& command);
  void run(const UnpackText& command);
  void run(const AcquireMedia& command);
  void run(const AcquireScreen& command);
  void run(const EnableTrack& command);
  void run(const StopTrack& command);
  void run(const MessageSent& command);
  void run(const DeliverMessage& command) { messages_.push_back(command); }
  void run(const MessagesDrained&) { ++times_drained_; }

  void settle(RequestId request, bool resolved, const CallError& error);
  /// Null, and a violation, unless the connection is open and belongs to `peer`.
  Port* open_port(const UserId& peer, ConnectionNumber connection, const char* what);
  void take_op(OpId op, const char* what);
  void stop_everything(bool graceful);

  PageSurroundings around_;
  PageOptions options_;
  CallConfig config_;
  MediaModel media_;
  HeapAccount heap_;
  std::unique_ptr<CallCore> core_;
  SnapshotStore view_;
  Random random_;

  std::deque<Event> queue_;
  bool handling_ = false;
  bool alive_ = true;
  bool asleep_ = false;
  bool disposed_ = false;
  Instant born_{};
  Instant fell_asleep_{};
  Duration slept_{0};
  Instant origin_{};
  Instant wake_at_ = kNever;
  EventLoop::Ticket timer_;
  int idle_wakes_ = 0;
  std::uint64_t events_ = 0;
  Instant rate_window_{};
  int events_in_window_ = 0;
  int caused_in_window_ = 0;
  int busiest_second_ = 0;

  bool wants_microphone_ = false;
  bool wants_camera_ = false;
  bool wants_screen_ = false;
  bool listens_ = false;  ///< wants a connection for invitations
  std::int64_t last_request_ = 0;
  std::map<RequestId, SettledRequest> settled_;
  std::vector<DeliverMessage> messages_;
  int times_drained_ = 0;
  std::int64_t last_op_ = 0;
  std::int64_t last_socket_ = 0;
  std::map<SocketNumber, Socket> sockets_;
  std::int64_t last_connection_ = 0;
  std::size_t connections_made_ = 0;
  std::map<ConnectionNumber, std::unique_ptr<Port>> ports_;
  void retire(std::unique_ptr<Port> port);
  /// Ports are freed outside of their own callbacks.
  std::vector<std::unique_ptr<Port>> retired_ports_;
};

}  // namespace groupcall::sim
