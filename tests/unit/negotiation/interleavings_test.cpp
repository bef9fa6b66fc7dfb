// One offer and its answer between two peers, in every order in which completions and messages
// can come, with one message lost or doubled, or a deadline that comes first: each ends connected.
#include <deque>
#include <map>

#include "tests/unit/negotiation/negotiation_bench.h"
#include "tests/unit/negotiation/odometer.h"

namespace groupcall {
namespace {

/// What a browser knows of one RTCPeerConnection: enough to refuse what does not fit.
struct Pc {
  std::string local;   ///< our last offer or answer
  std::string remote;  ///< their last offer that we have not answered
  bool offering = false;
  bool answered = false;
};

/// One side: its negotiation, its browser, and what is on its way to it.
struct Side {
  explicit Side(PeerNegotiation negotiation) : n(std::move(negotiation)) {}
  PeerNegotiation n;
  std::string name;
  IdSource ids;
  Counters counters;
  std::map<std::int64_t, Pc> pcs;
  std::deque<Event> completions;    ///< of the browser, in order
  std::deque<PeerSignal> arrivals;  ///< from the other side, in order
  Side* other = nullptr;
  int made = 0;
};

class Exchange {
 public:
  explicit Exchange(Odometer& choices)
      : choices_(choices),
        a_(PeerNegotiation({UserId{"b"}, Epoch{"ea"}, Epoch{"eb"}}, Role::Offerer)),
        b_(PeerNegotiation({UserId{"a"}, Epoch{"eb"}, Epoch{"ea"}}, Role::Answerer)) {
    a_.name = "a";
    b_.name = "b";
    a_.other = &b_;
    b_.other = &a_;
  }

  /// Runs until both are connected; empty, or why they are not.
  std::string run() {
    doing(a_, [](auto& n, auto& ctx) { n.begin(ctx); });
    doing(b_, [](auto& n, auto& ctx) { n.begin(ctx); });
    const Instant limit = now_ + 60s;
    while (!settled()) {
      if (now_ > limit) return "not connected within a minute";
      if (!step()) sleep();
      if (!trouble_.empty()) return trouble_;
    }
    return {};
  }

 private:
  bool settled() const {
    return a_.n.connected() && b_.n.connected() && a_.completions.empty() &&
           b_.completions.empty() && a_.arrivals.empty() && b_.arrivals.empty();
  }

  // One of the things that can happen next.
  bool step() {
    enum class Kind { Completion, Arrival, Loss, Double, Deadline };
    std::vector<std::pair<Side*, Kind>> possible;
    for (Side* side : {&a_, &b_}) {
      if (!side->completions.empty()) possible.emplace_back(side, Kind::Completion);
      if (side->arrivals.empty()) continue;
      possible.emplace_back(side, Kind::Arrival);
      if (faults_left_ == 0) continue;
      possible.emplace_back(side, Kind::Loss);
      possible.emplace_back(side, Kind::Double);
    }
    if (possible.empty()) return false;
    if (faults_left_ > 0 && earlier(a_.n.deadline(), b_.n.deadline()) != kNever)
      possible.emplace_back(&a_, Kind::Deadline);
    const auto [side, kind] = possible[choices_.choose(possible.size())];
    now_ += 1ms;
    if (kind == Kind::Completion) complete(*side);
    if (kind == Kind::Deadline) {
      --faults_left_;
      sleep();
    }
    if (kind == Kind::Completion || kind == Kind::Deadline) return true;
    const PeerSignal signal = side->arrivals.front();
    if (kind != Kind::Double) side->arrivals.pop_front();
    if (kind != Kind::Arrival) --faults_left_;
    if (kind != Kind::Loss) arrive(*side, signal);
    return true;
  }

  void sleep() {
    Side& next = a_.n.deadline() <= b_.n.deadline() ? a_ : b_;
    if (next.n.deadline() == kNever) {
      trouble_ = "nothing will ever happen";
      return;
    }
    now_ = std::max(now_, next.n.deadline());
    doing(next, [](auto& n, auto& ctx) { n.on_deadline(true, ctx); });
  }

  void arrive(Side& side, const PeerSignal& signal) {
    doing(side, [&](auto& n, auto& ctx) {
      if (signal.kind == PeerSignal::Kind::Offer)
        n.on_offer(signal.description, signal.address, ctx);
      if (signal.kind == PeerSignal::Kind::Answer)
        n.on_answer(signal.description, signal.address, ctx);
      if (signal.kind == PeerSignal::Kind::Request) n.on_request(signal.address, ctx);
    });
  }

  void complete(Side& side) {
    const Event event = side.completions.front();
    side.completions.pop_front();
    doing(side, [&](auto& n, auto& ctx) {
      if (const auto* local = std::get_if<LocalDescriptionSet>(&event))
        n.on_local_description(*local, ctx);
      if (const auto* remote = std::get_if<RemoteDescriptionSet>(&event))
        n.on_remote_description(*remote, ctx);
      if (const auto* failed = std::get_if<OperationFailed>(&event))
        n.on_operation_failed(*failed, ctx);
      if (const auto* transport = std::get_if<TransportChanged>(&event))
        n.on_transport(*transport, ctx);
    });
  }

  template <class Act>
  void doing(Side& side, Act act) {
    Commands commands;
    std::vector<PeerSignal> signals;
    NegotiationContext context{now_, side.ids, side.counters, commands, signals};
    act(side.n, context);
    for (const Command& command : commands)
      std::visit([&](const auto& c) { execute(side, c); }, command);
    for (PeerSignal& signal : signals) side.other->arrivals.push_back(std::move(signal));
  }

  void execute(Side& side, const CreateConnection& c) { side.pcs[c.connection.value] = {}; }
  void execute(Side& side, const CloseConnection& c) { side.pcs.erase(c.connection.value); }
  void execute(Side& side, const SetLocalDescription& c) {
    Pc& pc = side.pcs.at(c.connection.value);
    const std::string made = side.name + std::to_string(++side.made);
    pc.offering = pc.remote.empty();
    pc.local = pc.offering ? sdp(made) : sdp(made) + "to " + pc.remote;
    pc.remote.clear();
    const auto type = pc.offering ? DescriptionType::Offer : DescriptionType::Answer;
    pc.answered = pc.answered || !pc.offering;
    side.completions.push_back(LocalDescriptionSet{c.peer, c.connection, c.op, {type, pc.local}});
  }
  void execute(Side& side, const SetRemoteDescription& c) {
    Pc& pc = side.pcs.at(c.connection.value);
    const std::string& text = c.description.sdp;
    if (c.description.type == DescriptionType::Offer) {
      if (pc.offering) trouble_ = "an offer is applied over our own";
      pc.remote = text;
    } else if (!pc.offering || !text.ends_with("to " + pc.local)) {
      trouble_ = "an answer is applied that answers another offer";
    } else {
      pc.offering = false;
      connect(side, c.connection, text);
    }
    side.completions.push_back(RemoteDescriptionSet{c.peer, c.connection, c.op, four_kinds()});
  }
  template <class Other>
  void execute(Side&, const Other&) {}

  // Both ends of an exchange are known: the packets flow.
  void connect(Side& side, ConnectionNumber ours, const std::string& answer) {
    for (const auto& [number, pc] : side.other->pcs) {
      if (pc.local != answer) continue;
      side.completions.push_back(
          TransportChanged{side.n.pair().peer, ours, TransportState::Connected});
      side.other->completions.push_back(TransportChanged{
          side.other->n.pair().peer, ConnectionNumber{number}, TransportState::Connected});
    }
  }
  static std::vector<MediaKind> four_kinds() {
    return {MediaKind::Audio, MediaKind::Video, MediaKind::Video, MediaKind::Audio};
  }

  Odometer& choices_;
  Side a_;
  Side b_;
  Instant now_{100s};
  int faults_left_ = 1;
  std::string trouble_;
};

TEST(OneExchange, EndsConnectedInEveryOrderWithOneMessageLostDoubledOrLate) {
  Odometer choices;
  std::size_t runs = 0;
  do {
    ASSERT_EQ(Exchange(choices).run(), "") << "run " << runs;
    ++runs;
    ASSERT_LT(runs, 100'000U) << "the choices have exploded";
  } while (choices.turn());
  EXPECT_GT(runs, 400U);
}

TEST(Odometer, SeesEverySequenceOnce) {
  Odometer choices;
  std::vector<std::string> seen;
  do {
    std::string run;
    run += static_cast<char>('a' + choices.choose(2));
    if (run == "b") run += static_cast<char>('x' + choices.choose(3));
    seen.push_back(run);
  } while (choices.turn());
  EXPECT_THAT(seen, testing::ElementsAre("a", "bx", "by", "bz"));
}

}  // namespace
}  // namespace groupcall
