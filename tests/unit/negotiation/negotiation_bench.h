/// One PeerNegotiation on a bench: facts go in by short calls, commands and signals come out.
#pragma once

#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

#include "core/negotiation/peer_negotiation.h"
#include "core/negotiation/sdp_text.h"
#include "tests/unit/record_printing.h"

namespace groupcall {

inline const UserId kPeer{"peer"};
inline constexpr Duration kTick{1};

/// A description whose session id (one RTCPeerConnection) and ICE ufrag are both `name`.
inline std::string sdp(const std::string& name) {
  return "v=0\r\no=- " + name + " 2 IN IP4 127.0.0.1\r\na=ice-ufrag:" + name + "\r\n";
}
/// Another description of the same session and generation.
inline std::string sdp(const std::string& name, int version) {
  return sdp(name) + "a=x:" + std::to_string(version) + "\r\n";
}
/// What an ICE restart makes of session `name`: fresh credentials, the same session.
inline std::string restarted_sdp(const std::string& name, const std::string& ufrag) {
  return "v=0\r\no=- " + name + " 3 IN IP4 127.0.0.1\r\na=ice-ufrag:" + ufrag + "\r\n";
}

/// `offer 1/2 A`: kind, link and seq (`-` for a foreign peer), session of the description.
inline std::string text_of(const PeerSignal& signal) {
  const LinkAddress& address = signal.address;
  const std::string where =
      address.absent() ? "-"
                       : std::to_string(address.link.value) + "/" + std::to_string(address.seq);
  switch (signal.kind) {
    case PeerSignal::Kind::Offer:
      return "offer " + where + " " + session_id(signal.description.sdp);
    case PeerSignal::Kind::Answer:
      return "answer " + where + " " + session_id(signal.description.sdp);
    case PeerSignal::Kind::Candidate:
      return "candidate " + where + " " + signal.candidate.candidate;
    case PeerSignal::Kind::Request:
      break;
  }
  return (address.request == PeerRequest::OfferPlease ? "please-offer " : "please-restart ") +
         where;
}

class NegotiationBench : public testing::Test {
 protected:
  static PeerNegotiation module_peer(Role role) {
    return PeerNegotiation({kPeer, Epoch{"ours"}, Epoch{"theirs"}}, role);
  }
  static PeerNegotiation older_client() {
    return PeerNegotiation({kPeer, Epoch{"ours"}, {}}, Role::Answerer);
  }

  /// Another negotiation from here on, its numbers beginning at 1 again.
  void restart_with(PeerNegotiation negotiation) {
    n = std::move(negotiation);
    ids = {};
  }

  void begin() {
    doing([&](auto& ctx) { n.begin(ctx); });
  }
  void close() {
    doing([&](auto& ctx) { n.close(ctx); });
  }

  // Completions of the newest connection, unless another is named.
  void local_set(std::int64_t op, const std::string& name, std::int64_t connection = 0) {
    doing([&](auto& ctx) {
      n.on_local_description({kPeer, number(connection), OpId{op}, {type_, sdp(name)}}, ctx);
    });
  }
  void remote_set(std::int64_t op, std::vector<MediaKind> kinds = four_kinds(),
                  std::int64_t connection = 0) {
    doing([&](auto& ctx) {
      n.on_remote_description({kPeer, number(connection), OpId{op}, std::move(kinds)}, ctx);
    });
  }
  void fail(std::int64_t op, std::int64_t connection = 0) {
    doing([&](auto& ctx) {
      n.on_operation_failed({kPeer, number(connection), OpId{op}, "OperationError", "no"}, ctx);
    });
  }
  void silence() {
    doing([&](auto& ctx) { n.on_silence(ctx); });
  }
  void peer_hears(bool hears) {
    doing([&](auto& ctx) { n.on_peer_hears(hears, ctx); });
  }
  void network_changed() {
    doing([&](auto& ctx) { n.on_network_changed(ctx); });
  }
  void transport(TransportState state, std::int64_t connection = 0) {
    doing([&](auto& ctx) { n.on_transport({kPeer, number(connection), state}, ctx); });
  }
  void dtls_closed(std::int64_t connection = 0) {
    doing([&](auto& ctx) { n.on_dtls_closed({kPeer, number(connection)}, ctx); });
  }
  void local_candidate(const std::string& line, std::int64_t connection = 0) {
    doing([&](auto& ctx) {
      n.on_local_candidate({kPeer, number(connection), {line, "0", 0, ""}}, ctx);
    });
  }

  // What the peer says.
  void offer(const std::string& text, std::int64_t link = 0, std::int64_t seq = 0) {
    doing([&](auto& ctx) { n.on_offer({DescriptionType::Offer, text}, address(link, seq), ctx); });
  }
  void answer(const std::string& text, std::int64_t link = 0, std::int64_t seq = 0) {
    doing([&](auto& ctx) {
      n.on_answer({DescriptionType::Answer, text}, address(link, seq), ctx);
    });
  }
  void candidate(const std::string& ufrag, std::int64_t link = 0) {
    doing([&](auto& ctx) { n.on_candidate(candidate_of(ufrag), LinkNumber{link}, ctx); });
  }
  void request(PeerRequest wish, std::int64_t link) {
    doing([&](auto& ctx) {
      LinkAddress from = address(link, 1);
      from.request = wish;
      n.on_request(from, ctx);
    });
  }

  /// Time passes; the deadline is looked at once, at the end.
  void after(Duration time, bool may_judge = true) {
    now += time;
    doing([&](auto& ctx) { n.on_deadline(may_judge, ctx); });
  }

  // Whole stretches.
  /// Offerer: offer sent on connection 1 with op 1, link 1, seq 1.
  void offer_sent() {
    begin();
    local_set(1, "A");
  }
  /// Offerer: answered with op 2; not connected yet.
  void offer_answered() {
    offer_sent();
    answer(sdp("B"), 1, 1);
    remote_set(2);
  }
  /// Answerer: answered on connection 1 with ops 1 and 2, link 1, seq 1.
  void answered() {
    begin();
    offer(sdp("B"), 1, 1);
    remote_set(1);
    local_set(2, "A");
  }
  void connected() { transport(TransportState::Connected); }

  static IceCandidate candidate_of(const std::string& ufrag) {
    return {"candidate:1 1 udp 1 127.0.0.1 9 typ host", "0", 0, ufrag};
  }
  static std::vector<MediaKind> four_kinds() {
    return {MediaKind::Audio, MediaKind::Video, MediaKind::Video, MediaKind::Audio};
  }
  static std::vector<StreamName> four_streams() {
    return {StreamName::Camera, StreamName::Camera, StreamName::Screen, StreamName::Screen};
  }
  static CreateConnection create_four(std::int64_t connection) {
    return {kPeer,
            ConnectionNumber{connection},
            {{MediaKind::Audio, StreamName::Camera},
             {MediaKind::Video, StreamName::Camera},
             {MediaKind::Video, StreamName::Screen},
             {MediaKind::Audio, StreamName::Screen}},
            true};
  }
  static CreateConnection create_empty(std::int64_t connection, bool channel = true) {
    return {kPeer, ConnectionNumber{connection}, {}, channel};
  }
  static SetLocalDescription set_local(std::int64_t connection, std::int64_t op,
                                       bool restart = false) {
    return {kPeer, ConnectionNumber{connection}, OpId{op}, restart};
  }
  static SetRemoteDescription set_remote(std::int64_t connection, std::int64_t op,
                                         DescriptionType type, const std::string& text) {
    return {kPeer, ConnectionNumber{connection}, OpId{op}, {type, text}};
  }
  static CloseConnection close_of(std::int64_t connection) {
    return {kPeer, ConnectionNumber{connection}};
  }
  static AddIceCandidate add(std::int64_t connection, const std::string& ufrag) {
    return {kPeer, ConnectionNumber{connection}, candidate_of(ufrag)};
  }
  Duration until_deadline() const { return n.deadline() - now; }
  std::int64_t count(Tally tally) const { return counters.value(tally); }

  /// Runs `act` with a fresh context; its output replaces that of the act before.
  template <class Act>
  void doing(Act act) {
    commands.clear();
    std::vector<PeerSignal> sent;
    NegotiationContext context{now, ids, counters, commands, sent};
    act(context);
    signals.clear();
    for (const PeerSignal& signal : sent) signals.push_back(text_of(signal));
  }
  static LinkAddress address(std::int64_t link, std::int64_t seq) {
    return {Epoch{"theirs"}, Epoch{"ours"}, LinkNumber{link}, seq, PeerRequest::None};
  }

  PeerNegotiation n = module_peer(Role::Offerer);
  Instant now{100s};
  IdSource ids;
  Counters counters;
  Commands commands;                 ///< of the last act
  std::vector<std::string> signals;  ///< of the last act

 private:
  ConnectionNumber number(std::int64_t connection) const {
    return connection == 0 ? n.connection() : ConnectionNumber{connection};
  }
  DescriptionType type_ = DescriptionType::Offer;  // which one it is, nobody asks
};

}  // namespace groupcall
