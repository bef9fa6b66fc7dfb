#include "tests/support/simulated_page.h"

#include <algorithm>
#include <utility>

#include "tests/support/describe.h"

namespace groupcall::sim {
namespace {

/// More events in one virtual second are a storm, whatever they are about. A new connection takes
/// about 25: candidates, completions, frames; one that is up about 3. Whoever comes back after the
/// server did is told of in about 8: left, offline, joined, tracks, twice the list of who is
/// online, and their first words; a line that was half-open brings all of it at once. What a page's
/// own devices, socket and clicks take came to 41 at most in 24 calls of 2 to 32 people with every
/// fault; twice that is what is left.
constexpr int kEventsPerConnection = 25;
constexpr int kEventsPerPerson = 8;
constexpr int kEventsPerSecond = 80;
/// Old and new connection side by side: that is what replacing one takes.
constexpr std::size_t kConnectionsPerPeer = 2;

CallConfig config_of(const PageOptions& options) {
  CallConfig config;
  config.self.user_id = UserId{options.user};
  config.self.user_info = R"({"fullname":")" + options.user + R"("})";
  config.signalling.url = "http://server.test";
  config.seed = options.seed;
  config.join_timeout_ms = options.join_timeout_ms;
  config.early_offers = options.early_offers;
  config.max_participants = options.max_participants;
  config.relay_only = options.relay_only;
  return config;
}

/// Messages of the application are as many as it likes: they are no storm of the core's.
bool is_of_application(const Event& event) {
  const auto* heard = std::get_if<ChannelMessage>(&event);
  if (heard != nullptr) return heard->text.find(R"("type":"message")") != std::string::npos;
  return std::holds_alternative<SendRequested>(event) ||
         std::holds_alternative<ChannelDrained>(event);
}

std::string stream_id(StreamName name) {
  return name == StreamName::Camera ? "camera-stream" : "screen-stream";
}

}  // namespace

// ---- one RTCPeerConnection -----------------------------------------------------------

class SimulatedPage::Port : public RtcObserver {
 public:
  Port(SimulatedPage& page, UserId peer, ConnectionNumber number)
      : page_(&page),
        peer_(std::move(peer)),
        number_(number),
        rtc_(page.around_.rtc->open(page.options_.user, *this)) {}

  RtcConnection& rtc() { return *rtc_; }
  std::shared_ptr<RtcConnection> shared_rtc() const { return rtc_; }
  const UserId& peer() const { return peer_; }
  void assign(const UserId& peer) { peer_ = peer; }
  /// As the core knows it, by the events that it has handled.
  bool channel_known_open = false;

  /// A rejection is a fact for the core, and a fault of the core's unless we made it up.
  void failed(OpId op, const char* what, const RtcError& error) {
    if (!error.injected) {
      page_->violation(std::string(what) + " to " + peer_.value + " was rejected: " + error.name +
                       ": " + error.message);
    }
    page_->post(OperationFailed{peer_, number_, op, error.name, error.message});
  }
  void local_description_set(OpId op) {
    page_->post(
        LocalDescriptionSet{peer_, number_, op, rtc_->local_description(), page_->names_relay()});
  }
  void remote_description_set(OpId op) {
    page_->post(RemoteDescriptionSet{peer_, number_, op, rtc_->kinds(), page_->names_relay()});
  }
  void track_attached(OpId op) { page_->post(TrackAttached{peer_, number_, op}); }

 private:
  void on_candidate(const IceCandidate& candidate) override {
    page_->post(LocalCandidate{peer_, number_, candidate});
  }
  void on_candidate_failed(std::int64_t code, const std::string& text) override {
    page_->post(CandidateFailed{peer_, number_, code, text});
  }
  void on_transport_changed(TransportState state) override {
    page_->post(TransportChanged{peer_, number_, state});
  }
  void on_dtls_closed() override { page_->post(DtlsClosed{peer_, number_}); }
  void on_channel_opened() override { page_->post(ChannelOpened{peer_, number_}); }
  void on_channel_message(const std::string& text) override {
    page_->post(ChannelMessage{peer_, number_, text});
  }
  void on_channel_drained() override { page_->post(ChannelDrained{peer_, number_}); }
  void on_channel_closed() override { page_->post(ChannelClosed{peer_, number_}); }
  void on_track(std::int64_t, const std::string&) override {}  // slots tell what a track is
  void on_misuse(const std::string& what) override { page_->violation(peer_.value + ": " + what); }

  SimulatedPage* page_;
  UserId peer_;
  ConnectionNumber number_;
  std::shared_ptr<RtcConnection> rtc_;
};

// ---- life ----------------------------------------------------------------------------

SimulatedPage::SimulatedPage(PageSurroundings around, PageOptions options)
    : around_(around),
      options_(std::move(options)),
      config_(config_of(options_)),
      media_(*around.loop, options_.media, options_.seed),
      random_(options_.seed + "/page"),
      born_(around.loop->now()),
      origin_(Instant(options_.clock_origin)) {
  const HeapAccount::Scope scope(heap_);
  core_ = std::make_unique<CallCore>(config_);
}

SimulatedPage::~SimulatedPage() = default;

void SimulatedPage::violation(const std::string& what) {
  around_.journal->violation(options_.user, what);
}

bool SimulatedPage::names_relay() const {
  return around_.rtc->addresses(options_.user).relay != RtcAddresses::Relay::None;
}

RequestId SimulatedPage::next_request() { return RequestId{++last_request_}; }

RequestId SimulatedPage::join(const JoinWish& wish) {
  JoinRequested event;
  event.request = next_request();
  event.room_id = RoomId{wish.room};
  event.group_id = GroupId{wish.group};
  event.audio = wish.audio;
  event.video = wish.video;
  post(event);
  return event.request;
}

RequestId SimulatedPage::leave() {
  const RequestId request = next_request();
  post(LeaveRequested{request});
  return request;
}

RequestId SimulatedPage::send(const std::string& text, const std::string& to) {
  const RequestId request = next_request();
  post(SendRequested{request, UserId{to}, text});
  return request;
}

void SimulatedPage::set_microphone(bool on) { post(MicrophoneWanted{on}); }
void SimulatedPage::set_camera(bool on) { post(CameraWanted{on}); }
void SimulatedPage::set_view(const std::string& peer, const TileView& view) {
  post(ViewChanged{UserId{peer}, view});
}
void SimulatedPage::dispose() { post(Disposed{}); }

void SimulatedPage::close_page() {
  if (!alive_) return;
  if (!asleep_) post(PageClosing{});
  stop_everything(true);
}

void SimulatedPage::crash() {
  if (alive_) stop_everything(false);
}

void SimulatedPage::stop_everything(bool graceful) {
  alive_ = false;
  around_.loop->cancel(timer_);
  queue_.clear();
  for (auto& [number, port] : ports_) {
    if (graceful) {
      port->rtc().close();
    } else {
      port->rtc().vanish();
    }
    retire(std::move(port));
  }
  ports_.clear();
  for (auto& [number, socket] : sockets_) {
    if (graceful) {
      around_.sockets->close_by_page(socket.line);
    } else {
      around_.sockets->abandon(socket.line);
    }
  }
  sockets_.clear();
  for (const MediaKind kind : {MediaKind::Audio, MediaKind::Video}) {
    for (const bool screen : {false, true})
      for (const auto& track : media_.live(kind, screen)) track->live = false;
  }
  if (!handling_) core_.reset();
  around_.journal->note(options_.user, graceful ? "page closed" : "page crashed");
}

void SimulatedPage::sleep() {
  if (!alive_ || asleep_) return;
  asleep_ = true;
  fell_asleep_ = around_.loop->now();
  around_.loop->cancel(timer_);
  around_.journal->note(options_.user, "asleep");
}

/// The monotonic clock stood still, as CLOCK_MONOTONIC does; the wall clock went on.
void SimulatedPage::wake() {
  if (!alive_ || !asleep_) return;
  asleep_ = false;
  const Duration missed = around_.loop->now() - fell_asleep_;
  slept_ += missed;
  around_.journal->note(options_.user, "awake");
  // Whether the page notices before or after the first waiting event is luck.
  Event slept = Slept{missed.count() / 1000};
  if (queue_.empty() || chance(random_, 500)) {
    queue_.push_front(std::move(slept));
  } else {
    queue_.insert(queue_.begin() + 1, std::move(slept));
  }
  drain();
}

void SimulatedPage::unplug(MediaKind kind) {
  for (const auto& track : media_.live(kind)) {
    track->live = false;
    around_.rtc->refresh_host(options_.user);
    post(LocalTrackEnded{track->id});
  }
}

void SimulatedPage::list_devices() {
  const bool granted = media_.permitted();
  post(DevicesListed{media_.devices(), granted, granted});
}

void SimulatedPage::plug_in(MediaKind kind, const std::string& id) {
  media_.plug(kind, id);
  list_devices();
}

void SimulatedPage::pull_out(const std::string& id) {
  media_.pull(id);
  for (const MediaKind kind : {MediaKind::Audio, MediaKind::Video}) {
    for (const auto& track : media_.live(kind)) {
      if (track->device != id) continue;
      track->live = false;
      around_.rtc->refresh_host(options_.user);
      post(LocalTrackEnded{track->id});
    }
  }
  list_devices();
}

void SimulatedPage::stop_screen_in_browser() {
  for (const auto& track : media_.live(MediaKind::Video, true)) {
    track->live = false;
    around_.rtc->refresh_host(options_.user);
    post(LocalTrackEnded{track->id});
  }
}

// ---- events --------------------------------------------------------------------------

void SimulatedPage::post(Event event) {
  if (!alive_) return;
  queue_.push_back(std::move(event));
  drain();
}

void SimulatedPage::drain() {
  if (handling_ || asleep_) return;
  handling_ = true;
  while (!queue_.empty() && alive_ && !around_.loop->halted()) {
    const Event event = std::move(queue_.front());
    queue_.pop_front();
    handle(event);
  }
  handling_ = false;
}

void SimulatedPage::handle(const Event& event) {
  ++events_;
  if (!is_of_application(event)) guard_rate();
  if (around_.journal->wants_lines()) {
    around_.journal->note(options_.user,
                          "< " + std::to_string(to_us(page_now())) + " " + describe(event));
  }
  take_facts(event);
  note_wishes();
  const Reaction reaction = [&] {
    const HeapAccount::Scope scope(heap_);
    return core_->handle(event, page_now());
  }();
  if (around_.on_handled) around_.on_handled(*this, page_now(), event, reaction);
  for (const Command& command : reaction.commands) {
    if (around_.journal->wants_lines()) {
      around_.journal->note(options_.user, "  > " + describe(command));
    }
    std::visit([this](const auto& known) { run(known); }, command);
  }
  if (const std::string wrong = view_.apply(reaction.patch); !wrong.empty()) violation(wrong);
  const bool progressed =
      !reaction.commands.empty() || !reaction.patch.empty() || !std::holds_alternative<Woke>(event);
  arm_timer(reaction.wake_at, progressed);
  disposed_ = disposed_ || std::holds_alternative<Disposed>(event);
  check_invariants();
}

/// What the invariants measure the core's answer to this event against.
void SimulatedPage::take_facts(const Event& event) {
  const auto set_channel = [this](ConnectionNumber number, bool open) {
    const auto found = ports_.find(number);
    if (found != ports_.end()) found->second->channel_known_open = open;
  };
  // While in a call, joining once more changes nothing.
  const bool may_join = view_.phase == Phase::Idle || view_.phase == Phase::Leaving;
  if (const auto* join = std::get_if<JoinRequested>(&event)) {
    if (!may_join) return;
    wants_microphone_ = join->audio;
    wants_camera_ = join->video;
  } else if (const auto* microphone = std::get_if<MicrophoneWanted>(&event)) {
    wants_microphone_ = microphone->on;
  } else if (const auto* camera = std::get_if<CameraWanted>(&event)) {
    wants_camera_ = camera->on;
  } else if (const auto* screen = std::get_if<ScreenWanted>(&event)) {
    wants_screen_ = screen->on && !may_join;
  } else if (const auto* ended = std::get_if<LocalTrackEnded>(&event)) {
    const auto track = media_.find(ended->track);
    if (track->screen && track->kind == MediaKind::Video) wants_screen_ = false;
  } else if (const auto* listen = std::get_if<ListenRequested>(&event)) {
    listens_ = listen->on;
  } else if (const auto* socket = std::get_if<SocketClosed>(&event)) {
    sockets_.erase(socket->socket);
  } else if (const auto* opened = std::get_if<ChannelOpened>(&event)) {
    set_channel(opened->connection, true);
  } else if (const auto* closed = std::get_if<ChannelClosed>(&event)) {
    set_channel(closed->connection, false);
  } else if (std::holds_alternative<LeaveRequested>(event) ||
             std::holds_alternative<Disposed>(event) ||
             std::holds_alternative<PageClosing>(event)) {
    wants_microphone_ = wants_camera_ = wants_screen_ = false;
    if (!std::holds_alternative<LeaveRequested>(event)) listens_ = false;
  }
}

/// From now on whatever is not wanted must not arrive anywhere.
void SimulatedPage::note_wishes() {
  for (const MediaKind kind : {MediaKind::Audio, MediaKind::Video}) {
    const bool wanted = kind == MediaKind::Audio ? wants_microphone_ : wants_camera_;
    media_.note_wish(kind, wanted);
    media_.note_wish(kind, wants_screen_, true);
  }
}

void SimulatedPage::arm_timer(Instant wake_at, bool progressed) {
  around_.loop->cancel(timer_);
  wake_at_ = wake_at;
  idle_wakes_ = progressed || wake_at > page_now() ? 0 : idle_wakes_ + 1;
  if (idle_wakes_ > 1) violation("woken twice for a deadline that has passed, without progress");
  if (wake_at == kNever) return;
  const Duration delay =
      std::max(Duration(0), wake_at - page_now()) + options_.timer_delay.draw(random_);
  timer_ = around_.loop->after(delay, [this] {
    timer_ = {};
    post(Woke{});
  });
}

// ---- invariants ----------------------------------------------------------------------

void SimulatedPage::guard_rate() {
  if (around_.loop->now() - rate_window_ > 1s) {
    rate_window_ = around_.loop->now();
    events_in_window_ = caused_in_window_ = 0;
  }
  const int caused = kEventsPerConnection * static_cast<int>(ports_.size()) +
                     kEventsPerPerson * static_cast<int>(view_.order.size());
  caused_in_window_ = std::max(caused_in_window_, caused);  // also by those who have just gone
  const int own = ++events_in_window_ - caused_in_window_;
  busiest_second_ = std::max(busiest_second_, own);
  if (own > kEventsPerSecond) violation("a storm of events");
}

void SimulatedPage::check_invariants() {
  check_muted();
  check_deadlines();
  if (view_.phase == Phase::Idle || disposed_) check_released();
  for (const auto& [user, participant] : view_.participants) {
    const bool excused = participant.connection_reason != ConnectionReason::None;
    if (excused && participant.connection == LinkView::Connected)
      violation("a reason why " + user.value + " is not connected, who is");
  }
  if (view_.find(options_.user) != nullptr) violation("we are listed among the others");
}

void SimulatedPage::check_deadlines() {
  if (wake_at_ != kNever) return;
  bool waits = view_.phase == Phase::Joining || view_.phase == Phase::Reconnecting ||
               view_.phase == Phase::Leaving;
  const auto device_waits_for = [](const MediaView& media) {
    return media.state == MediaState::Loading || media.state == MediaState::Replacing;
  };
  const bool device_waits =
      view_.phase != Phase::Idle &&
      (device_waits_for(view_.self.camera) || device_waits_for(view_.self.microphone) ||
       device_waits_for(view_.self.screen));
  bool link_waits = false;
  for (const auto& [user, participant] : view_.participants) {
    link_waits = link_waits || participant.connection != LinkView::Connected;
  }
  // Halted: the person must act, as the snapshot says.
  waits = waits && view_.signalling.state != SignallingState::Halted;
  if (waits || device_waits || link_waits) violation("something is awaited without a deadline");
}

void SimulatedPage::check_released() {
  if (!ports_.empty()) violation("idle with an open connection");
  if (!sockets_.empty() && !listens_) violation("idle with an open socket");
  if (media_.live_tracks() > 0) violation("idle with a live track");
  if (wake_at_ != kNever && !listens_) violation("idle with a timer");
  if (!view_.order.empty()) violation("idle with participants");
}

void SimulatedPage::check_muted() {
  if (!wants_microphone_) check_sent(MediaKind::Audio, false);
  if (!wants_camera_) check_sent(MediaKind::Video, false);
  if (wants_screen_) return;
  check_sent(MediaKind::Audio, true);
  check_sent(MediaKind::Video, true);
}

bool SimulatedPage::wants(const LocalTrack& track) const {
  if (track.screen) return wants_screen_;
  return track.kind == MediaKind::Audio ? wants_microphone_ : wants_camera_;
}

/// Looks through the senders only while a device of that kind is on all the same.
void SimulatedPage::check_sent(MediaKind kind, bool screen) {
  if (!media_.any_enabled(kind, screen)) return;
  for (const auto& [number, port] : ports_) {
    for (const Transceiver& transceiver : port->rtc().transceivers()) {
      const auto& track = transceiver.track;
      if (!track || track->kind != kind || track->screen != screen) continue;
      if (!track->live || !track->enabled) continue;
      violation(track->id.value + " is sent, although it is not wanted");
    }
  }
}

// ---- promises ------------------------------------------------------------------------

void SimulatedPage::settle(RequestId request, bool resolved, const CallError& error) {
  if (request.none() || request.value > last_request_) return violation("settles no request");
  const bool first =
      settled_.emplace(request, SettledRequest{resolved, error, around_.loop->now(), {}}).second;
  if (!first) violation("settles request " + std::to_string(request.value) + " again");
}

void SimulatedPage::run(const ResolveRequest& command) { settle(command.request, true, {}); }
void SimulatedPage::run(const RejectRequest& command) {
  settle(command.request, false, command.error);
}

void SimulatedPage::run(const MessageSent& command) {
  settle(command.request, true, {});
  settled_[command.request].unreached = command.unreached;
}

std::optional<SettledRequest> SimulatedPage::settled(RequestId request) const {
  const auto found = settled_.find(request);
  return found == settled_.end() ? std::nullopt : std::optional(found->second);
}

// ---- sockets -------------------------------------------------------------------------

void SimulatedPage::run(const OpenSocket& command) {
  if (command.socket.value <= last_socket_) return violation("a socket number used again");
  last_socket_ = command.socket.value;
  sockets_[command.socket].line = around_.sockets->connect(options_.user, command.url, *this);
}

void SimulatedPage::run(const SendFrame& command) {
  const auto found = sockets_.find(command.socket);
  if (found == sockets_.end() || !found->second.open) {
    return violation("a frame for a socket that is not open: " + command.text.substr(0, 60));
  }
  if (found->second.lost) return;  // browsers drop it in silence
  around_.sockets->send_to_server(found->second.line, command.text);
}

void SimulatedPage::run(const CloseSocket& command) {
  const auto found = sockets_.find(command.socket);
  if (found == sockets_.end()) return violation("closes a socket that is closed");
  if (!found->second.lost) around_.sockets->close_by_page(found->second.line);
  sockets_.erase(found);
}

SocketNumber SimulatedPage::number_of(LineId line) const {
  for (const auto& [number, socket] : sockets_) {
    if (socket.line == line && !socket.lost) return number;
  }
  return {};
}

void SimulatedPage::on_socket_opened(LineId line) {
  const SocketNumber number = number_of(line);
  if (number.none()) return;
  sockets_[number].open = true;
  post(SocketOpened{number});
}

void SimulatedPage::on_socket_frame(LineId line, const std::string& text) {
  if (const SocketNumber number = number_of(line); !number.none()) post(SocketFrame{number, text});
}

void SimulatedPage::on_socket_closed(LineId line, int code, const std::string& reason) {
  const SocketNumber number = number_of(line);
  if (number.none()) return;
  sockets_[number].lost = true;
  post(SocketClosed{number, code, reason});
}

// ---- connections ---------------------------------------------------------------------

void SimulatedPage::take_op(OpId op, const char* what) {
  if (op.value <= last_op_) {
    violation(std::string(what) + " with operation id " + std::to_string(op.value) +
              ", which is none or was used before");
  }
  last_op_ = std::max(last_op_, op.value);
}

SimulatedPage::Port* SimulatedPage::open_port(const UserId& peer, ConnectionNumber connection,
                                              const char* what) {
  const auto found = ports_.find(connection);
  if (found != ports_.end() && found->second->peer() == peer) return found->second.get();
  violation(std::string(what) + " on a connection that is closed, unknown or another peer's: " +
            peer.value + " " + std::to_string(connection.value));
  return nullptr;
}

void SimulatedPage::run(const PostToTabs& command) {
  if (around_.tell_tabs) around_.tell_tabs(this, command.text);
}

void SimulatedPage::run(const CreateConnection& command) {
  if (command.connection.value <= last_connection_) {
    return violation("a connection number used again");
  }
  last_connection_ = command.connection.value;
  ++connections_made_;
  auto port = std::make_unique<Port>(*this, command.peer, command.connection);
  for (const SlotPlan& slot : command.slots) {
    port->rtc().add_transceiver(slot.kind, stream_id(slot.stream));
  }
  if (command.channel) port->rtc().create_channel();
  ports_[command.connection] = std::move(port);
  const auto same_peer = std::count_if(ports_.begin(), ports_.end(), [&](const auto& other) {
    return other.second->peer() == command.peer;
  });
  const std::size_t most = command.peer.empty() ? limits::kEarlyOffers : kConnectionsPerPeer;
  if (static_cast<std::size_t>(same_peer) > most) {
    violation("a third connection to " + command.peer.value);
  }
}

void SimulatedPage::run(const AssignConnection& command) {
  Port* const port = open_port({}, command.connection, "assign");
  if (port != nullptr) port->assign(command.peer);
}

void SimulatedPage::run(const SetLocalDescription& command) {
  take_op(command.op, "setLocalDescription");
  Port* const port = open_port(command.peer, command.connection, "setLocalDescription");
  if (port == nullptr) return;
  port->rtc().set_local_description(command.restart,
                                    [port, op = command.op](const RtcError* error) {
                                      if (error != nullptr)
                                        return port->failed(op, "setLocalDescription", *error);
                                      port->local_description_set(op);
                                    });
}

void SimulatedPage::run(const SetRemoteDescription& command) {
  take_op(command.op, "setRemoteDescription");
  Port* const port = open_port(command.peer, command.connection, "setRemoteDescription");
  if (port == nullptr) return;
  port->rtc().set_remote_description(command.description,
                                     [port, op = command.op](const RtcError* error) {
                                       if (error != nullptr)
                                         return port->failed(op, "setRemoteDescription", *error);
                                       port->remote_description_set(op);
                                     });
}

void SimulatedPage::run(const AdoptSlots& command) {
  Port* const port = open_port(command.peer, command.connection, "adoptSlots");
  if (port == nullptr) return;
  if (command.streams.size() > port->rtc().transceivers().size()) {
    return violation("adopts more slots than were offered by " + command.peer.value);
  }
  for (std::size_t i = 0; i < command.streams.size(); ++i) {
    port->rtc().adopt(i, stream_id(command.streams[i]));
  }
}

void SimulatedPage::run(const AddIceCandidate& command) {
  Port* const port = open_port(command.peer, command.connection, "addIceCandidate");
  if (port == nullptr) return;
  port->rtc().add_ice_candidate(command.candidate, [port](const RtcError* error) {
    if (error != nullptr) port->failed(OpId{}, "addIceCandidate", *error);
  });
}

void SimulatedPage::run(const AttachTrack& command) {
  take_op(command.op, "replaceTrack");
  Port* const port = open_port(command.peer, command.connection, "replaceTrack");
  if (port == nullptr) return;
  const auto slot = static_cast<std::size_t>(command.slot);
  if (command.slot < 0 || slot >= port->rtc().transceivers().size()) {
    return violation("replaceTrack on slot " + std::to_string(command.slot) + " of " +
                     std::to_string(port->rtc().transceivers().size()));
  }
  std::shared_ptr<LocalTrack> track;
  if (!command.track.empty()) {
    track = media_.find(command.track);
    if (!track) return violation("replaceTrack with an unknown track " + command.track.value);
    if (!track->live) return violation("replaceTrack with a stopped track " + command.track.value);
    if (track->enabled && !wants(*track))
      violation(command.track.value + " is attached before it is muted");
  }
  port->rtc().replace_track(slot, track, [port, op = command.op](const RtcError* error) {
    if (error != nullptr) return port->failed(op, "replaceTrack", *error);
    port->track_attached(op);
  });
}

void SimulatedPage::run(const SetParameters& command) {
  Port* const port = open_port(command.peer, command.connection, "setParameters");
  if (port == nullptr) return;
  const SlotLimit& limit = command.limit;
  const auto slot = static_cast<std::size_t>(command.slot);
  if (command.slot < 0 || slot >= port->rtc().transceivers().size())
    return violation("setParameters on slot " + std::to_string(command.slot));
  // A scale below 1 is a RangeError, a limit below 0 has no meaning.
  if (limit.max_kbps < 0 || limit.max_fps < 0 ||
      (limit.scale_permille != 0 && limit.scale_permille < 1'000))
    violation("setParameters out of range for " + command.peer.value);
  port->rtc().set_active(slot, !limit.inactive);
}

void SimulatedPage::run(const RequestKeyFrame& command) {
  Port* const port = open_port(command.peer, command.connection, "requestKeyFrame");
  if (port == nullptr) return;
  const auto slot = static_cast<std::size_t>(command.slot);
  if (command.slot < 0 || slot >= port->rtc().transceivers().size())
    return violation("requestKeyFrame on slot " + std::to_string(command.slot));
  port->rtc().request_key_frame(slot);
}

void SimulatedPage::run(const CloseConnection& command) {
  Port* const port = open_port(command.peer, command.connection, "close");
  if (port == nullptr) return;
  port->rtc().close();
  retire(std::move(ports_[command.connection]));
  ports_.erase(command.connection);
}

void SimulatedPage::retire(std::unique_ptr<Port> port) {
  if (retired_ports_.empty()) around_.loop->after(Duration(0), [this] { retired_ports_.clear(); });
  retired_ports_.push_back(std::move(port));
}

void SimulatedPage::run(const SendChannel& command) {
  Port* const port = open_port(command.peer, command.connection, "channel.send");
  if (port == nullptr) return;
  // Until the core has been told that a channel closed, sending on it is no fault.
  if (!port->channel_known_open) return violation("channel.send before open or after closed");
  port->rtc().send(command.text);
}

void SimulatedPage::run(const CollectStats& command) {
  take_op(command.op, "stats.collect");
  std::vector<ConnectionNumber> asked;
  for (const auto& [number, port] : ports_) asked.push_back(number);
  around_.loop->after(around_.rtc->timing().stats.draw(random_), [this, asked, op = command.op] {
    StatsSampled sampled;
    sampled.op = op;
    for (const ConnectionNumber number : asked) {
      const auto found = ports_.find(number);
      if (found == ports_.end()) continue;
      sampled.links.push_back({found->second->peer(), number, found->second->rtc().stats()});
    }
    post(std::move(sampled));
  });
}

// ---- packed texts --------------------------------------------------------------------

// What deflate makes of it is the browser's matter; here it only takes its time.
void SimulatedPage::run(const PackText& command) {
  take_op(command.op, "text.pack");
  around_.loop->after(1ms, [this, op = command.op, text = command.text] {
    post(TextPacked{op, text});
  });
}

void SimulatedPage::run(const UnpackText& command) {
  take_op(command.op, "text.unpack");
  if (command.packed.empty()) violation("unpacks nothing");
  around_.loop->after(1ms, [this, op = command.op, text = command.packed] {
    post(TextUnpacked{op, text});
  });
}

// ---- devices -------------------------------------------------------------------------

void SimulatedPage::run(const AcquireMedia& command) {
  take_op(command.op, "getUserMedia");
  const auto acquired = [this, op = command.op](const std::shared_ptr<LocalTrack>& microphone,
                                                const std::shared_ptr<LocalTrack>& camera) {
    const auto describe_track = [this](const std::shared_ptr<LocalTrack>& track) {
      if (!track) return AcquiredTrack{};
      if (!alive_) track->live = false;
      return AcquiredTrack{track->id, track->device, "Model device"};
    };
    post(MediaAcquired{op, describe_track(microphone), describe_track(camera)});
  };
  const auto failed = [this, op = command.op](const std::string& name, const std::string& message) {
    if (name == "TypeError") violation("getUserMedia for nothing");
    post(MediaFailed{op, name, message});
  };
  media_.acquire(command.microphone, command.camera, command.device, acquired, failed);
}

void SimulatedPage::run(const AcquireScreen& command) {
  take_op(command.op, "getDisplayMedia");
  const auto acquired = [this, op = command.op](const std::shared_ptr<LocalTrack>& sound,
                                                const std::shared_ptr<LocalTrack>& picture) {
    MediaAcquired event;
    event.op = op;
    event.screen = {picture->id, "", "Model screen"};
    if (sound) event.screen_audio = {sound->id, "", "Model sound"};
    if (!alive_) picture->live = false;
    if (!alive_ && sound) sound->live = false;
    post(std::move(event));
  };
  media_.acquire_screen(command.audio, acquired,
                        [this, op = command.op](const std::string& name, const std::string& text) {
                          post(MediaFailed{op, name, text});
                        });
}

void SimulatedPage::run(const EnableTrack& command) {
  const auto track = media_.find(command.track);
  if (!track) return violation("enables an unknown track " + command.track.value);
  track->enabled = command.enabled;
  around_.rtc->refresh_host(options_.user);
}

void SimulatedPage::run(const StopTrack& command) {
  const auto track = media_.find(command.track);
  if (!track) return violation("stops an unknown track " + command.track.value);
  track->live = false;
  around_.rtc->refresh_host(options_.user);
}

// ---- what can be seen ----------------------------------------------------------------

std::size_t SimulatedPage::open_connections() const { return ports_.size(); }

std::shared_ptr<RtcConnection> SimulatedPage::connection(ConnectionNumber number) const {
  const auto found = ports_.find(number);
  return found == ports_.end() ? nullptr : found->second->shared_rtc();
}

std::shared_ptr<RtcConnection> SimulatedPage::connection_to(const std::string& peer) const {
  std::shared_ptr<RtcConnection> newest;
  for (const auto& [number, port] : ports_) {
    if (port->peer().value == peer) newest = port->shared_rtc();
  }
  return newest;
}

}  // namespace groupcall::sim
