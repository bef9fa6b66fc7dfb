#include "core/room/membership.h"

#include <gtest/gtest.h>

#include <vector>

#include "core/public/config.h"
#include "core/room/departed_epochs.h"

namespace groupcall {
namespace {

using Step = Membership::Step;
constexpr Instant kBegin{Duration(1'000s)};

Membership admitted() {
  Membership membership;
  membership.on_word(kBegin);
  return membership;
}

TEST(Membership, IsNothingToAskAboutOutsideARoom) { EXPECT_EQ(Membership().deadline(), kNever); }

TEST(Membership, IsAskedAboutWhenTheRoomHasBeenQuiet) {
  Membership membership = admitted();
  EXPECT_EQ(membership.deadline(), kBegin + 30s);
  EXPECT_EQ(membership.on_deadline(kBegin + 29s, kBegin), Step::Nothing);
  EXPECT_EQ(membership.on_deadline(kBegin + 30s, kBegin), Step::Ask);
  EXPECT_EQ(membership.deadline(), kBegin + 33s);
}

TEST(Membership, IsAskedAboutSoonerWhenAPeerDoesNotAnswer) {
  Membership membership = admitted();
  EXPECT_EQ(membership.on_unanswered(kBegin + 2s), Step::Nothing) << "the room has just spoken";
  EXPECT_EQ(membership.on_unanswered(kBegin + 3s), Step::Ask);
  EXPECT_EQ(membership.on_unanswered(kBegin + 4s), Step::Nothing) << "one question at a time";
}

TEST(Membership, IsCertainAfterAnyWordOfTheRoom) {
  Membership membership = admitted();
  ASSERT_EQ(membership.on_deadline(kBegin + 30s, kBegin), Step::Ask);
  membership.on_word(kBegin + 31s);
  EXPECT_EQ(membership.deadline(), kBegin + 61s);
  EXPECT_EQ(membership.on_deadline(kBegin + 60s, kBegin + 60s), Step::Nothing);
}

TEST(Membership, IsNotJudgedWhileTheServerDeliversNothing) {
  Membership membership = admitted();
  Instant now = kBegin + 30s;
  ASSERT_EQ(membership.on_deadline(now, kBegin), Step::Ask);
  for (int i = 0; i < 20; ++i) {
    now = membership.deadline();
    ASSERT_EQ(membership.on_deadline(now, kBegin + 30s), Step::Nothing);
    ASSERT_GT(membership.deadline(), now);
  }
  EXPECT_EQ(membership.on_deadline(membership.deadline(), now), Step::Rejoin);
  EXPECT_EQ(membership.deadline(), kNever) << "the admission sets the next one";
}

/// When it joins again where the server delivers, but never brings a message back.
std::vector<std::int64_t> rejoins_in_seconds(Duration span, bool echo) {
  Membership membership = admitted();
  std::vector<std::int64_t> at;
  for (Instant now = kBegin; now <= kBegin + span; now = membership.deadline()) {
    if (membership.on_deadline(now, now) != Step::Rejoin) continue;
    at.push_back(std::chrono::duration_cast<std::chrono::seconds>(now - kBegin).count());
    if (echo) membership.on_echo();
    membership.on_word(now);
  }
  return at;
}

TEST(Membership, IsRenewedHalfAsOftenEachTimeThatItIsInVain) {
  EXPECT_EQ(rejoins_in_seconds(1'000s, false), (std::vector<std::int64_t>{33, 93, 213, 453, 933}));
}

TEST(Membership, IsRenewedOnceAMinuteWhereItHelps) {
  EXPECT_EQ(rejoins_in_seconds(220s, true), (std::vector<std::int64_t>{33, 93, 153, 213}));
}

TEST(DepartedEpochs, ReturnUnlessTheySaidGoodbye) {
  const Epoch lost{"lost"};
  const Epoch gone{"gone"};
  DepartedEpochs departed;
  departed.add(lost, false);
  departed.add(gone, true);
  EXPECT_TRUE(departed.contains(lost));
  EXPECT_TRUE(departed.may_return(Epoch{"another"}));
  EXPECT_TRUE(departed.may_return(lost));
  EXPECT_FALSE(departed.contains(lost)) << "it is here again";
  EXPECT_FALSE(departed.may_return(gone));
  EXPECT_TRUE(departed.contains(gone));
}

TEST(DepartedEpochs, DoNotIncludeOlderClients) {
  DepartedEpochs departed;
  departed.add(Epoch{}, true);
  EXPECT_FALSE(departed.contains(Epoch{}));
  EXPECT_TRUE(departed.may_return(Epoch{}));
}

TEST(DepartedEpochs, AreForgottenInTheEnd) {
  DepartedEpochs departed;
  departed.add(Epoch{"first"}, true);
  for (int i = 0; i < 64; ++i) departed.add(Epoch{"later " + std::to_string(i)}, true);
  EXPECT_FALSE(departed.contains(Epoch{"first"}));
  EXPECT_TRUE(departed.contains(Epoch{"later 0"}));
}

}  // namespace
}  // namespace groupcall
