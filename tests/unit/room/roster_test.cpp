#include "core/room/roster.h"

#include <gmock/gmock.h>

namespace groupcall {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const UserId kAda{"ada"};
const UserId kBen{"ben"};
const UserId kCyd{"cyd"};
const Epoch kFirst{"e1"};
const Epoch kSecond{"e2"};

Announcement older_client(const UserId& user) { return {user, "{}", true, true, {}}; }
Announcement module_peer(const UserId& user, const Epoch& epoch) {
  return {user, "{}", true, true, epoch};
}

TEST(Roster, OffersToThoseWhoWereHereFirst) {
  Roster roster;
  roster.on_joined({module_peer(kAda, kFirst)});
  EXPECT_EQ(roster.find(kAda)->our_role, Role::Offerer);
  EXPECT_EQ(roster.find(kAda)->capability, Capability::Hinted);
}

TEST(Roster, AwaitsTheOfferOfANewcomer) {
  Roster roster;
  roster.on_participant_joined(module_peer(kAda, kFirst));
  EXPECT_EQ(roster.find(kAda)->our_role, Role::Answerer);
}

TEST(Roster, KeepsTheRoleOfAnEpochPairThroughRejoins) {
  Roster roster;
  roster.on_participant_joined(module_peer(kAda, kFirst));
  roster.on_joined({module_peer(kAda, kFirst)});
  EXPECT_EQ(roster.find(kAda)->our_role, Role::Answerer);

  Roster other;
  other.on_joined({module_peer(kAda, kFirst)});
  other.on_participant_joined(module_peer(kAda, kFirst));
  EXPECT_EQ(other.find(kAda)->our_role, Role::Offerer);
}

TEST(Roster, FixesANewRoleWithANewEpoch) {
  Roster roster;
  roster.on_joined({module_peer(kAda, kFirst)});
  roster.on_participant_joined(module_peer(kAda, kSecond));
  EXPECT_EQ(roster.find(kAda)->our_role, Role::Answerer) << "a reload made them the newcomer";
  EXPECT_EQ(roster.find(kAda)->epoch, kSecond);
  EXPECT_THAT(roster.find(kAda)->retired, ElementsAre(kFirst));
}

TEST(Roster, NamesThoseWhomANewListLacks) {
  Roster roster;
  roster.on_joined({older_client(kAda), older_client(kBen), older_client(kCyd)});
  EXPECT_THAT(roster.on_joined({older_client(kBen)}), ElementsAre(kAda, kCyd));
  EXPECT_FALSE(roster.find(kAda)->present);
  EXPECT_TRUE(roster.find(kBen)->present);
  EXPECT_THAT(roster.in_order(), ElementsAre(kAda, kBen, kCyd)) << "absent is not yet gone";
}

TEST(Roster, ListsPeopleInTheOrderInWhichTheyCame) {
  Roster roster;
  roster.on_participant_joined(older_client(kCyd));
  roster.on_participant_joined(older_client(kAda));
  roster.on_participant_joined(older_client(kBen));
  roster.on_participant_joined(older_client(kCyd));
  EXPECT_THAT(roster.in_order(), ElementsAre(kCyd, kAda, kBen));
  roster.remove(kCyd);
  roster.on_participant_joined(older_client(kCyd));
  EXPECT_THAT(roster.in_order(), ElementsAre(kAda, kBen, kCyd));
}

TEST(Roster, MarksALeaverAbsentOnce) {
  Roster roster;
  roster.on_joined({older_client(kAda)});
  EXPECT_FALSE(roster.on_left(kBen));
  EXPECT_TRUE(roster.on_left(kAda));
  EXPECT_FALSE(roster.on_left(kAda));
  roster.on_participant_joined(older_client(kAda));
  EXPECT_TRUE(roster.find(kAda)->present) << "back again";
}

TEST(Roster, TakesTheNewestWordOnTracksAndUserInfo) {
  Roster roster;
  roster.on_joined({{kAda, R"({"fullname":"A"})", true, true, {}}});
  roster.on_tracks({kAda, {}, false, true, {}});
  EXPECT_FALSE(roster.find(kAda)->audio);
  EXPECT_TRUE(roster.find(kAda)->video);
  roster.on_participant_joined({kAda, R"({"fullname":"B"})", true, false, {}});
  EXPECT_EQ(roster.find(kAda)->user_info, R"({"fullname":"B"})");
  EXPECT_FALSE(roster.find(kAda)->video);
  roster.on_tracks({kBen, {}, false, false, kFirst});
  EXPECT_EQ(roster.find(kBen), nullptr) << "tracks of a stranger make nobody";
}

// The server announces a re-join with default tracks: somebody muted must not look unmuted.
TEST(Roster, KeepsWhatAPeerToldOfItsTracksOverTheServersDefaults) {
  Roster roster;
  roster.on_participant_joined(module_peer(kAda, kFirst));
  roster.on_tracks({kAda, {}, false, false, kFirst});
  roster.on_participant_joined({kAda, "{}", true, true, kFirst, /*tracks_told=*/false});
  EXPECT_FALSE(roster.find(kAda)->audio);
  EXPECT_FALSE(roster.find(kAda)->video);
  roster.on_participant_joined({kAda, "{}", true, false, kFirst, /*tracks_told=*/true});
  EXPECT_TRUE(roster.find(kAda)->audio) << "its own words count";
  roster.on_participant_joined({kAda, "{}", true, true, kSecond, /*tracks_told=*/false});
  EXPECT_TRUE(roster.find(kAda)->video) << "a reload has told nothing yet";
}

TEST(Roster, BelievesAPeersOwnMessageBeforeStoredState) {
  Roster roster;
  roster.on_joined({older_client(kAda)});
  EXPECT_EQ(roster.find(kAda)->capability, Capability::Foreign);
  EXPECT_TRUE(roster.on_message_epoch(kAda, kFirst, Role::Answerer));
  EXPECT_EQ(roster.find(kAda)->capability, Capability::Module);
  roster.on_joined({older_client(kAda)});
  EXPECT_EQ(roster.find(kAda)->capability, Capability::Module);
  EXPECT_EQ(roster.find(kAda)->epoch, kFirst);
  EXPECT_FALSE(roster.on_message_epoch(kBen, kFirst, Role::Answerer)) << "a stranger";
}

TEST(Roster, TakesAStoredFlagForAHintOnly) {
  Roster roster;
  roster.on_joined({module_peer(kAda, kFirst)});
  EXPECT_EQ(roster.find(kAda)->capability, Capability::Hinted);
  roster.on_joined({older_client(kAda)});
  EXPECT_EQ(roster.find(kAda)->capability, Capability::Foreign);
  roster.on_tracks({kAda, {}, true, true, kSecond});
  EXPECT_EQ(roster.find(kAda)->capability, Capability::Hinted);
  EXPECT_EQ(roster.find(kAda)->our_role, Role::Answerer);
}

TEST(Roster, TakesAMessageWithoutOurKeysForAnOlderClientFromThenOn) {
  Roster roster;
  roster.on_joined({module_peer(kAda, kFirst)});
  roster.on_message_epoch(kAda, kFirst, Role::Offerer);
  roster.on_foreign_message(kAda);
  EXPECT_EQ(roster.find(kAda)->capability, Capability::Foreign);
  EXPECT_TRUE(roster.find(kAda)->epoch.empty());
  roster.on_foreign_message(kBen);
  EXPECT_EQ(roster.find(kBen), nullptr);
}

TEST(Roster, TakesANewcomerWithoutAFlagForAnOlderClientWhateverWasStored) {
  Roster roster;
  roster.on_joined({module_peer(kAda, kFirst)});
  roster.on_message_epoch(kAda, kFirst, Role::Offerer);
  roster.on_participant_joined(older_client(kAda));
  EXPECT_EQ(roster.find(kAda)->capability, Capability::Foreign);
}

TEST(Roster, NeverReturnsToAnEpochThatIsOver) {
  Roster roster;
  roster.on_participant_joined(module_peer(kAda, kFirst));
  roster.on_participant_joined(module_peer(kAda, kSecond));
  EXPECT_FALSE(roster.on_message_epoch(kAda, kFirst, Role::Offerer));
  roster.on_joined({module_peer(kAda, kFirst)});
  EXPECT_EQ(roster.find(kAda)->epoch, kSecond) << "the server lists an old mark";
  EXPECT_EQ(roster.find(kAda)->our_role, Role::Answerer);
}

TEST(Roster, RemembersTheLastFourEpochsOfAPeer) {
  Roster roster;
  for (const char* epoch : {"e1", "e2", "e3", "e4", "e5", "e6"})
    roster.on_participant_joined(module_peer(kAda, Epoch{epoch}));
  EXPECT_THAT(roster.find(kAda)->retired,
              ElementsAre(Epoch{"e2"}, Epoch{"e3"}, Epoch{"e4"}, Epoch{"e5"}));
}

TEST(Roster, BeginsAnewWhenCleared) {
  Roster roster;
  roster.on_participant_joined(older_client(kAda));
  roster.clear();
  EXPECT_THAT(roster.in_order(), IsEmpty());
  roster.on_participant_joined(older_client(kBen));
  EXPECT_EQ(roster.find(kBen)->rank, 1);
}

}  // namespace
}  // namespace groupcall
