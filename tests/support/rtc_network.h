/// The network between the modelled RTCPeerConnections: who finds whom, what flows, and
/// what each end notices when it stops.
///
/// Two connections pair up when each has agreed on the other's ufrag and one knows an
/// address of the other. A pair flows while the path between its hosts is up. An ICE restart
/// leaves the old pair flowing until the new one is found.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "tests/support/rtc_connection.h"

namespace groupcall::sim {

/// What a host's connections find when they gather. What a relay carries is not modelled: paths
/// are those between hosts.
struct RtcAddresses {
  enum class Relay { None, Works, Refuses, Silent };
  Relay relay = Relay::None;  ///< the TURN server that its ICE servers name
  bool own = true;            ///< false: only relays may be used, or there is no network
};

class RtcNetwork {
 public:
  RtcNetwork(EventLoop& loop, RtcTiming timing, std::string seed)
      : loop_(&loop), timing_(timing), seed_(std::move(seed)) {}

  std::shared_ptr<RtcConnection> open(const std::string& host, RtcObserver& observer);

  // Faults.
  void set_path(const std::string& a, const std::string& b, bool up);
  bool path_up(const std::string& a, const std::string& b) const;
  /// All paths of one host.
  void set_host_paths(const std::string& host, bool up);
  /// The host has another address: its pairs carry nothing any more, and only an ICE restart
  /// finds the new one.
  void change_address(const std::string& host);
  /// What `from` sends no longer reaches `to` on the pairs that they have, as when a router forgets
  /// one direction; a restart finds others. Consent needs both ways: each end is disconnected.
  void lose_one_way(const std::string& from, const std::string& to);
  void set_addresses(const std::string& host, RtcAddresses addresses) {
    addresses_[host] = addresses;
  }
  RtcAddresses addresses(const std::string& host) const {
    const auto found = addresses_.find(host);
    return found == addresses_.end() ? RtcAddresses{} : found->second;
  }
  void set_faults(RtcFaults faults) { faults_ = faults; }
  /// The next operation of this host's is rejected.
  void reject_next(const std::string& host) { reject_next_.insert(host); }
  /// The next operation of this host's never settles.
  void hang_next(const std::string& host) { hang_next_.insert(host); }

  /// Tracks or descriptions of this host changed: what its peers receive may have, too.
  void refresh_host(const std::string& host);
  std::size_t open_connections(const std::string& host) const;
  /// How often one end has looked at, or changed, the state of another.
  std::uint64_t meetings() const { return meetings_; }
  const RtcTiming& timing() const { return timing_; }
  EventLoop& loop() { return *loop_; }

 private:
  friend class RtcConnection;
  using Pointer = std::shared_ptr<RtcConnection>;
  using Report = std::function<void(RtcObserver&)>;

  // Facts from a connection.
  void shown(RtcConnection& connection);  ///< it has a local description
  void agreed(RtcConnection& connection, IceSession session);
  void try_pair(RtcConnection& connection);
  void closed(RtcConnection& connection, bool says_goodbye);
  void pump_channel(RtcConnection& connection);
  std::optional<RtcError> injected_error(RtcConnection& connection);
  bool injected_hang(RtcConnection& connection);

  void establish(const Pointer& one, const Pointer& other);
  void bring_up(RtcConnection& connection, const Pointer& peer);
  void open_channel(RtcConnection& connection, const RtcConnection& peer);
  void lose_packets(RtcConnection& connection);
  void path_healed(RtcConnection& connection);
  /// The pair of this connection can carry packets, as far as its two ends go.
  bool pair_lives(const RtcConnection& connection) const;
  /// What its far side sends on this pair does not arrive.
  static bool is_deaf(const RtcConnection& connection);
  bool matches(const RtcConnection& one, const RtcConnection& other) const;
  bool reaches(const RtcConnection& one, const RtcConnection& other) const;
  Pointer partner_of(const RtcConnection& connection) const;
  void change_state(RtcConnection& connection, TransportState state);
  /// Reports of one connection keep their order.
  void report(RtcConnection& connection, Duration delay, std::string_view what, Report report);
  void stop_timers(RtcConnection& connection);

  void refresh(RtcConnection& connection);
  /// What is sent to this receiver, or null.
  std::shared_ptr<LocalTrack> source_of(const RtcConnection& connection,
                                        const Transceiver& receiver) const;
  void book(RtcConnection& connection);
  void watch_void(RtcConnection& connection);
  template <class Action>
  void for_each_of(const std::string& host, Action action);

  EventLoop* loop_;
  RtcTiming timing_;
  std::string seed_;
  RtcFaults faults_;
  std::uint64_t meetings_ = 0;
  std::map<std::string, RtcAddresses> addresses_;
  std::set<std::string> reject_next_;
  std::set<std::string> hang_next_;
  std::map<std::string, std::vector<std::weak_ptr<RtcConnection>>> by_host_;
  std::map<std::string, int> made_;
  std::map<std::string, std::weak_ptr<RtcConnection>> by_ufrag_;
  std::set<std::pair<std::string, std::string>> cut_;  ///< ordered pairs, smaller name first
};

}  // namespace groupcall::sim
