#include "core/topology/topology.h"

#include <gmock/gmock.h>

namespace groupcall {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const UserId kAda{"ada"};
const UserId kBen{"ben"};
const UserId kCyd{"cyd"};
const UserId kSelf{"me"};

TEST(PlanLinks, OfAMeshLeadToEverybodyElseOnceAndSorted) {
  EXPECT_THAT(plan_links(Topology::Mesh, kSelf, {kCyd, kSelf, kAda, kCyd, kBen}),
              ElementsAre(kAda, kBen, kCyd));
  EXPECT_THAT(plan_links(Topology::Mesh, kSelf, {kSelf}), IsEmpty());
  EXPECT_THAT(plan_links(Topology::Mesh, kSelf, {}), IsEmpty());
}

TEST(PlanLinks, OfAnSfuLeadNowhereYet) {
  EXPECT_THAT(plan_links(Topology::Sfu, kSelf, {kAda, kBen}), IsEmpty());
}

TEST(DiffLinks, OpensWhatIsMissingAndClosesWhatIsTooMuch) {
  const LinkDiff diff = diff_links({kAda, kBen}, {kBen, kCyd});
  EXPECT_THAT(diff.open, ElementsAre(kAda));
  EXPECT_THAT(diff.close, ElementsAre(kCyd));
}

TEST(DiffLinks, IsEmptyOnceTheyAgree) {
  const LinkDiff diff = diff_links({kAda, kBen}, {kAda, kBen});
  EXPECT_THAT(diff.open, IsEmpty());
  EXPECT_THAT(diff.close, IsEmpty());
}

TEST(DiffLinks, LeadsFromAnyRosterToAnyOther) {
  const std::vector<UserId> all = {kAda, kBen, kCyd};
  const auto subset = [&](unsigned bits) {
    std::vector<UserId> users;
    for (unsigned i = 0; i < 3; ++i)
      if ((bits >> i & 1U) != 0) users.push_back(all[i]);
    return users;
  };
  for (unsigned wanted = 0; wanted < 8; ++wanted) {
    for (unsigned present = 0; present < 8; ++present) {
      const LinkDiff diff = diff_links(subset(wanted), subset(present));
      EXPECT_EQ(diff.open, subset(wanted & ~present));
      EXPECT_EQ(diff.close, subset(present & ~wanted));
    }
  }
}

}  // namespace
}  // namespace groupcall
