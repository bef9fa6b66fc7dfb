/// Every order in which a small call can happen, by running it again and again.
///
/// A run is a function of its choices. At each point one of these happens: the first task of one
/// lane (EventLoop: a socket's direction, a connection's operations, candidates, reports), a
/// fault, or, when nothing is under way and the call is not whole yet, time passes to the next
/// timer. Time stands still otherwise. A state that was met before is not entered again.
///
/// Beyond the depth up to which all is tried, the first way is taken; it is given up, too, where a
/// run has come before, for from there on all would be the same.
///
/// Two states are the same when each page has had the same deliveries in the same order, the
/// connections have met each other in the same order, the server's state and everything under way
/// are the same, and so are the faults and the times at which they struck. Orders that differ only
/// in what happens at different pages are therefore run once; nothing else is left out.
#pragma once

#include <functional>
#include <string>
#include <unordered_set>
#include <vector>

#include "tests/support/world.h"

namespace groupcall::sim {

struct Choice {
  enum class Kind : std::uint8_t {
    Deliver,
    Lose,
    Repeat,
    Omit,
    Reload,
    Reconnect,
    Move,
    Wait,
    End
  };
  Kind kind = Kind::Deliver;
  std::string on;  ///< the lane, or the user
};
std::string describe(const Choice& choice);

struct ExplorerOptions {
  std::vector<std::string> users{"alice", "bob"};
  /// The first so many are in the call, and linked, when the exploration begins.
  std::size_t members = 0;
  int faults = 0;
  bool loses = false;       ///< frames between peers
  bool loses_news = false;  ///< also what the server tells of who has come (rosters diverge)
  bool repeats = false;
  bool omits = false;  ///< a `joined` that lists nobody (rosters diverge, too)
  bool reloads = false;
  bool reconnects = false;
  /// The exploration begins where both of two are about to offer: what the first was told of the
  /// second was lost, and it is coming back to a room where it finds him.
  bool glare = false;
  int moves = 0;  ///< changes of address, each of which asks for an ICE restart
  /// With no fault left, the call is whole within this time.
  Duration whole_within = 60s;
  /// So many choices are made in every way; from then on the first way is taken.
  std::size_t depth = 1'000'000;
};

struct Exploration {
  std::size_t runs = 0;
  std::size_t states = 0;            ///< different ones with more than one way on
  std::size_t ends = 0;              ///< different whole calls, each checked to the last device
  std::size_t depth = 0;             ///< choices of the longest run
  std::string failure;               ///< the first one; empty: none
  std::vector<std::size_t> choices;  ///< of the failure, to be had again with replay()
};

Exploration explore(const ExplorerOptions& options);
/// One run by its choices, with its whole log.
std::string replay(const ExplorerOptions& options, const std::vector<std::size_t>& choices);

}  // namespace groupcall::sim
