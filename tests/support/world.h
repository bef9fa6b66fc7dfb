/// Everything around the pages of one simulated call: time, network, server, log.
///
///   World world;
///   SimulatedPage& alice = world.open_page("alice");
///   alice.join();
///   world.run_for(2s);
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/support/journal.h"
#include "tests/support/rtc_network.h"
#include "tests/support/server_model.h"
#include "tests/support/simulated_page.h"
#include "tests/support/socket_network.h"

namespace groupcall::sim {

struct WorldOptions {
  std::string seed = "1";
  /// Fixed delays, for scenarios that state exact times; else drawn from the seed.
  bool exact_times = true;
  /// Those delays, where others than usual are wanted.
  RtcTiming rtc;
  SocketTiming sockets;
  MediaTiming media;
  Detail detail = Detail::Lines;
  ServerOptions server;
  /// Offers that a join carries.
  std::int64_t early_offers = 0;
  /// People whom a page wants in the room, see CallConfig.
  std::int64_t max_participants = 8;
  /// Connections may use nothing but relays, see RtcAddresses.
  bool relay_only = false;
};

class World {
 public:
  explicit World(WorldOptions options = {});

  /// A page of that user; a former one stays in the background as it is.
  SimulatedPage& open_page(const std::string& user);
  /// The newest page of that user.
  SimulatedPage& page(const std::string& user);
  /// `pagehide`, and a fresh page of the same user, which has not joined yet.
  SimulatedPage& reload(const std::string& user);
  const std::vector<std::string>& users() const { return users_; }
  /// Calls `visit(page)` for every page that was ever opened, in the order of names and births.
  template <class Visit>
  void for_each_page(Visit visit) const {
    for (const auto& [user, incarnations] : pages_)
      for (const auto& page : incarnations) visit(*page);
  }
  void set_on_handled(decltype(PageSurroundings::on_handled) hook) {
    on_handled_ = std::move(hook);
  }

  void run_for(Duration span) { loop.run_for(span); }
  bool run_until(const std::function<bool()>& done, Duration at_most) {
    return loop.run_until(done, loop.now() + at_most);
  }

  /// When `from` sent this event to `to` (any, if empty), as it left the page.
  std::vector<Instant> sent(const std::string& from, const std::string& event,
                            const std::string& to = {}) const;
  /// The same, with what was sent.
  std::vector<PassingFrame> sent_frames(const std::string& from, const std::string& event,
                                        const std::string& to = {}) const;
  /// Offers that left any page.
  std::size_t offers_sent() const;
  /// Answers to offers that came inside a join.
  std::size_t early_answers_sent() const;

  /// For models that are no pages of ours.
  PageSurroundings surroundings();

  EventLoop loop;
  Journal journal;
  RtcNetwork rtc;
  SocketNetwork sockets;
  ServerModel server;

 private:
  void tell_tabs(const SimulatedPage* from, const std::string& text);

  WorldOptions options_;
  std::vector<std::string> users_;
  decltype(PageSurroundings::on_handled) on_handled_;
  /// Oldest first. Kept to the end: tasks of the models may still name them.
  std::map<std::string, std::vector<std::unique_ptr<SimulatedPage>>> pages_;
};

/// Is this frame that event, for that target (any, if empty)?
bool is_event(const PassingFrame& frame, const std::string& event, const std::string& to = {});

/// What keeps these pages from being one good call: everyone joined, everyone listed and
/// connected with everyone, devices shown as wanted, frames arriving. Empty: nothing.
/// `guests`: others in the room who are no pages of ours, and are looked at elsewhere.
std::string why_not_settled(World& world, const std::vector<std::string>& users,
                            std::size_t guests = 0);
/// Whether pictures have moved between two looks `span` apart; runs the world meanwhile.
std::string why_no_pictures(World& world, const std::vector<std::string>& users, Duration span);

}  // namespace groupcall::sim
