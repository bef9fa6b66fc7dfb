// No state without a deadline: every state that can be reached by any short sequence of events,
// and by many long ones, says when it will look again, and never leaves a connection open.
#include <functional>
#include <map>
#include <set>

#include "core/base/random.h"
#include "tests/unit/negotiation/negotiation_bench.h"

namespace groupcall {
namespace {

/// A negotiation, its world's side of the story, and what must hold after each event.
class Walker {
 public:
  explicit Walker(PeerNegotiation negotiation) : n_(std::move(negotiation)) {
    apply([](PeerNegotiation& n, NegotiationContext& ctx) { n.begin(ctx); });
  }

  static constexpr std::size_t kActions = 25;

  void act(std::size_t action) {
    switch (action) {
      case 0:
        return local_set();
      case 1:
        return remote_set();
      case 2:
        return apply([this](auto& n, auto& ctx) {
          n.on_operation_failed({kPeer, n.connection(), op_, "E", "e"}, ctx);
        });
      case 3:
        return to_deadline(true);
      case 4:
        return to_deadline(false);
      case 5:
        return offer("B", link_, seq_);
      case 6:
        return offer("B2", link_, seq_ + 1);
      case 7:
        return offer("C", link_ + 1, 1);
      case 8:
        return offer("B", 0, 1);
      case 9:
        return answer(link_, seq_);
      case 10:
        return answer(link_ + 1, 1);
      case 11:
        return request(PeerRequest::OfferPlease, link_);
      case 12:
        return request(PeerRequest::OfferPlease, link_ - 1);
      case 13:
        return request(PeerRequest::RestartPlease, link_);
      case 14:
        return apply([](auto& n, auto& ctx) { n.on_dtls_closed({kPeer, n.connection()}, ctx); });
      case 15:
        return apply([](auto& n, auto& ctx) {
          n.on_dtls_closed({kPeer, n.media_connection()}, ctx);
        });
      case 16:
        return transport(TransportState::Failed, n_.media_connection());
      case 17:
        return transport(TransportState::Connecting, n_.connection());
      case 18:
        return transport(TransportState::Connected, n_.connection());
      case 19:
        return transport(TransportState::Disconnected, n_.connection());
      case 20:
        return transport(TransportState::Failed, n_.connection());
      case 21:
        now_ += 500ms;
        return;
      case 22:
        return apply([this](auto& n, auto& ctx) {
          n.on_candidate({"c", "0", 0, "B"}, LinkNumber{link_}, ctx);
        });
      case 23:
        return apply([](auto& n, auto& ctx) {
          n.on_local_candidate({kPeer, n.connection(), {"c", "0", 0, ""}}, ctx);
        });
      default:
        return request(PeerRequest::OfferPlease, link_ + 1);
    }
  }

  /// Closes it and says whether everything is closed.
  bool closes() {
    apply([](PeerNegotiation& n, NegotiationContext& ctx) { n.close(ctx); });
    return open_.empty();
  }

  /// Empty, or what is wrong now.
  std::string complaint() const {
    if (!trouble_.empty()) return trouble_;
    if (open_.size() > 2) return "more than two connections are open";
    if (!n_.connection().none() && !open_.contains(n_.connection().value))
      return "the present connection is not open";
    if (n_.deadline() != kNever) return {};
    const auto at = transport_.find(n_.connection().value);
    if (at != transport_.end() && at->second == TransportState::Connected) return {};
    // An older client's link is left to the browser, which ends in `failed` by itself.
    if (n_.pair().foreign() && n_.view() != LinkView::Connecting) return {};
    return "no deadline";
  }

 private:
  void apply(const std::function<void(PeerNegotiation&, NegotiationContext&)>& act) {
    Commands commands;
    std::vector<PeerSignal> signals;
    NegotiationContext context{now_, ids_, counters_, commands, signals};
    act(n_, context);
    for (const Command& command : commands) std::visit([this](const auto& c) { look(c); }, command);
    for (const PeerSignal& signal : signals) {
      if (signal.address.absent()) continue;
      link_ = std::max(link_, signal.address.link.value);
      seq_ = signal.address.seq;
    }
  }
  void to_deadline(bool may_judge) {
    if (n_.deadline() == kNever) return;
    now_ = std::max(now_, n_.deadline());
    apply([may_judge](auto& n, auto& ctx) { n.on_deadline(may_judge, ctx); });
    if (n_.deadline() <= now_) trouble_ = "a deadline that has passed is still there";
  }
  void local_set() {
    apply([this](auto& n, auto& ctx) {
      n.on_local_description({kPeer, n.connection(), op_, {DescriptionType::Offer, sdp("A")}}, ctx);
    });
  }
  void remote_set() {
    apply([this](auto& n, auto& ctx) {
      n.on_remote_description({kPeer, n.connection(), op_, {MediaKind::Audio, MediaKind::Video}},
                              ctx);
    });
  }
  LinkAddress from(std::int64_t link, std::int64_t seq) const {
    if (n_.pair().foreign()) return {};
    return {Epoch{"theirs"}, Epoch{"ours"}, LinkNumber{link}, seq, PeerRequest::None};
  }
  void offer(const std::string& name, std::int64_t link, std::int64_t seq) {
    link_ = std::max(link_, link);
    seq_ = std::max(seq_, seq);
    apply([&](auto& n, auto& ctx) {
      n.on_offer({DescriptionType::Offer, sdp(name)}, from(link, seq), ctx);
    });
  }
  void answer(std::int64_t link, std::int64_t seq) {
    apply([&](auto& n, auto& ctx) {
      n.on_answer({DescriptionType::Answer, sdp("B")}, from(link, seq), ctx);
    });
  }
  void request(PeerRequest wish, std::int64_t link) {
    apply([&](auto& n, auto& ctx) {
      LinkAddress address = from(std::max<std::int64_t>(link, 0), 1);
      address.request = wish;
      n.on_request(address, ctx);
    });
  }
  void transport(TransportState state, ConnectionNumber connection) {
    transport_[connection.value] = state;
    apply([&](auto& n, auto& ctx) { n.on_transport({kPeer, connection, state}, ctx); });
  }

  void look(const CreateConnection& c) { open_.insert(c.connection.value); }
  void look(const CloseConnection& c) {
    if (open_.erase(c.connection.value) == 0) trouble_ = "closes what is not open";
    transport_.erase(c.connection.value);
  }
  void look(const SetLocalDescription& c) { started(c.connection, c.op); }
  void look(const SetRemoteDescription& c) { started(c.connection, c.op); }
  template <class Other>
  void look(const Other& c) {
    if constexpr (requires { c.connection; }) {
      if (!open_.contains(c.connection.value)) trouble_ = "a command to a closed connection";
    }
  }
  void started(ConnectionNumber connection, OpId op) {
    if (!open_.contains(connection.value)) trouble_ = "an operation on a closed connection";
    op_ = op;
  }

  PeerNegotiation n_;
  Instant now_{100s};
  IdSource ids_;
  Counters counters_;
  std::set<std::int64_t> open_;
  std::map<std::int64_t, TransportState> transport_;
  OpId op_;
  std::int64_t link_ = 0;
  std::int64_t seq_ = 0;
  std::string trouble_;
};

const std::vector<PeerNegotiation>& kinds() {
  static const std::vector<PeerNegotiation> all = {
      PeerNegotiation({kPeer, Epoch{"ours"}, Epoch{"theirs"}}, Role::Offerer),
      PeerNegotiation({kPeer, Epoch{"ours"}, Epoch{"zzz"}}, Role::Offerer),
      PeerNegotiation({kPeer, Epoch{"ours"}, Epoch{"theirs"}}, Role::Answerer),
      PeerNegotiation({kPeer, Epoch{"ours"}, {}}, Role::Answerer),
  };
  return all;
}

// Goes through every sequence of `depth` actions; fails at the first that breaks a rule.
void explore(const Walker& from, int depth, std::string& path, std::size_t& visited) {
  if (depth == 0 || testing::Test::HasFailure()) return;
  for (std::size_t action = 0; action < Walker::kActions; ++action) {
    Walker next = from;
    next.act(action);
    ++visited;
    const std::size_t length = path.size();
    path += std::to_string(action) + " ";
    ASSERT_EQ(next.complaint(), "") << "after actions " << path;
    ASSERT_TRUE(Walker(next).closes()) << "after actions " << path;
    explore(next, depth - 1, path, visited);
    path.resize(length);
  }
}

TEST(NoStateWithoutADeadline, AfterAnyThreeEvents) {
  std::size_t visited = 0;
  for (const PeerNegotiation& kind : kinds()) {
    std::string path;
    explore(Walker(kind), 3, path, visited);
  }
  EXPECT_EQ(visited, 4U * (25U + 25U * 25U + 25U * 25U * 25U));
}

TEST(NoStateWithoutADeadline, AfterLongSequencesOfEvents) {
  for (int seed = 0; seed < 1'500; ++seed) {
    Random random("walk " + std::to_string(seed));
    Walker walker(kinds()[static_cast<std::size_t>(random.below(kinds().size()))]);
    for (int step = 0; step < 120; ++step) {
      walker.act(static_cast<std::size_t>(random.below(Walker::kActions)));
      ASSERT_EQ(walker.complaint(), "") << "seed " << seed << ", step " << step;
    }
    ASSERT_TRUE(walker.closes()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace groupcall
