/// The model of the older client shows the faults that it is known for.
#include "tests/support/older_client_model.h"

#include <gtest/gtest.h>

#include "tests/support/server_model.h"

namespace groupcall::sim {
namespace {

/// Candidates that come late enough not to be dropped.
RtcTiming late_candidates() {
  RtcTiming timing;
  timing.gather = exactly(100ms);
  return timing;
}

class OlderClientTest : public testing::Test {
 protected:
  PageSurroundings surroundings() { return {&loop, &journal, &rtc, &sockets, {}}; }

  EventLoop loop;
  Journal journal{loop, Detail::Lines};
  RtcNetwork rtc{loop, late_candidates(), "seed"};
  SocketNetwork sockets{loop, SocketTiming{}, "seed"};
  ServerModel server{loop, sockets, journal, ServerOptions{}, "seed"};
  OlderClient anna{surroundings(), "anna"};
  OlderClient ben{surroundings(), "ben"};
};

TEST_F(OlderClientTest, TwoOfThemOfferToEachOtherAndGetNowhere) {
  anna.join();
  loop.run_for(1s);
  ben.join();
  loop.run_for(5s);
  EXPECT_EQ(anna.offers_made(), 1U);
  EXPECT_EQ(ben.offers_made(), 1U);
  EXPECT_TRUE(anna.connection_to("ben")->rolled_back() || ben.connection_to("anna")->rolled_back());
  EXPECT_FALSE(anna.shows("ben") && ben.shows("anna"));
}

TEST_F(OlderClientTest, WhenOnlyOneOffersTheyConnect) {
  sockets.set_fate([](const PassingFrame& frame) {
    const bool from_ben = frame.host == "ben" && frame.to_server;
    const bool is_offer = frame.text.find("webrtc-offer") != std::string::npos;
    return from_ben && is_offer ? FrameFate::Drop : FrameFate::Deliver;
  });
  anna.join();
  loop.run_for(1s);
  ben.join();
  loop.run_for(5s);
  // Ben made an offer of its own, which nobody saw; Anna's makes it roll back all the same.
  EXPECT_TRUE(anna.connection_to("ben")->established());
  EXPECT_FALSE(anna.connection_to("ben")->rolled_back());
}

TEST_F(OlderClientTest, CandidatesThatComeBeforeTheDescriptionAreDropped) {
  RtcNetwork quick{loop, RtcTiming{}, "seed"};  // candidates on the heels of the offers
  OlderClient carl({&loop, &journal, &quick, &sockets}, "carl");
  OlderClient dora({&loop, &journal, &quick, &sockets}, "dora");
  carl.join();
  loop.run_for(1s);
  dora.join();
  loop.run_for(5s);
  ASSERT_NE(carl.connection_to("dora"), nullptr);
  EXPECT_FALSE(carl.connection_to("dora")->established());
}

TEST_F(OlderClientTest, AParticipantThatLeavesIsClosed) {
  anna.join();
  ben.join();
  loop.run_for(5s);
  ben.leave();
  loop.run_for(1s);
  EXPECT_EQ(anna.connection_to("ben"), nullptr);
  EXPECT_EQ(rtc.open_connections("anna"), 0U);
  EXPECT_EQ(rtc.open_connections("ben"), 0U);
}

}  // namespace
}  // namespace groupcall::sim
