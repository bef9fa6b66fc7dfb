/// What hand-written scenarios have in common: a world with fixed delays, and its log when
/// something went wrong.
///
/// In this world a frame takes 10 ms from page to server and as long on to the next page, a
/// group lookup 5 ms, an operation of a connection 2 ms, ICE and DTLS 50 ms, the prompt for
/// devices 100 ms. Someone who joins is admitted after 75 ms.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/world.h"

namespace groupcall::sim {

inline constexpr Duration kAdmission = 75ms;

class CallTest : public testing::Test {
 protected:
  void TearDown() override {
    EXPECT_TRUE(world.journal.clean());
    if (HasFailure()) ADD_FAILURE() << world.journal.report(60);
  }

  SimulatedPage& join(const std::string& user, const JoinWish& wish = {}) {
    SimulatedPage& page = world.open_page(user);
    page.join(wish);
    return page;
  }
  /// Joins them one after the other and lets them settle.
  void gather(const std::vector<std::string>& users) {
    for (const std::string& user : users) {
      join(user);
      world.run_for(1s);
    }
    world.run_for(3s);
    ASSERT_EQ(why_not_settled(world, users), "");
  }
  void expect_settled(const std::vector<std::string>& users) {
    EXPECT_EQ(why_not_settled(world, users), "");
    EXPECT_EQ(why_no_pictures(world, users, 1s), "");
  }
  /// How long it takes until the call of these is whole; `limit` if it never is.
  Duration time_to_settle(const std::vector<std::string>& users, Duration limit) {
    const Instant begin = world.loop.now();
    world.run_until([&] { return why_not_settled(world, users).empty(); }, limit);
    return world.loop.now() - begin;
  }
  /// How long it takes until `viewer` lists `count` others; `limit` if it never does.
  Duration time_to_list(const std::string& viewer, std::size_t count, Duration limit) {
    const Instant begin = world.loop.now();
    world.run_until([&] { return world.page(viewer).view().order.size() == count; }, limit);
    return world.loop.now() - begin;
  }
  /// Loses the first `count` frames of that event that `from` sends; negative: all.
  void lose(const std::string& from, const std::string& event, int count = 1) {
    world.sockets.set_fate([from, event, left = count](const PassingFrame& frame) mutable {
      const bool meant = frame.to_server && frame.host == from && is_event(frame, event);
      if (!meant || left == 0) return FrameFate::Deliver;
      --left;
      return FrameFate::Drop;
    });
  }
  /// Loses the first `count` offers of `from`, and every request that `to` makes for one.
  void lose_offers(const std::string& from, const std::string& to, int count) {
    world.sockets.set_fate([from, to, left = count](const PassingFrame& frame) mutable {
      if (!frame.to_server) return FrameFate::Deliver;
      const bool asks = frame.host == to &&
                        is_event(frame, "groupcall:webrtc-ice-candidate", from) &&
                        frame.text.find(R"("candidate":"")") != std::string::npos;
      if (asks) return FrameFate::Drop;
      const bool offers = frame.host == from && is_event(frame, "groupcall:webrtc-offer");
      if (!offers || left == 0) return FrameFate::Deliver;
      --left;
      return FrameFate::Drop;
    });
  }
  const ParticipantView& seen(const std::string& viewer, const std::string& user) {
    static const ParticipantView kNobody;
    const ParticipantView* const view = world.page(viewer).view().find(user);
    EXPECT_NE(view, nullptr) << viewer << " does not list " << user;
    return view == nullptr ? kNobody : *view;
  }

  World world;
};

inline const std::string kOffer = "groupcall:webrtc-offer";
inline const std::string kAnswer = "groupcall:webrtc-answer";
inline const std::string kCandidate = "groupcall:webrtc-ice-candidate";

}  // namespace groupcall::sim
