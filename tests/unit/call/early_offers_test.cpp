// Offers inside a join, at the border of the core: whom they are for, and who may answer them.
#include "tests/unit/call/call_bench.h"

namespace groupcall {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

CallConfig config(std::int64_t early_offers, bool relay_only = false) {
  CallConfig config = CallBench::default_config();
  config.early_offers = early_offers;
  config.relay_only = relay_only;
  return config;
}

/// The newcomer's page: its spare connections are the numbers 1 to 3.
class EarlyBench : public CallBench {
 public:
  explicit EarlyBench(CallConfig with = config(3)) : CallBench(std::move(with)) {}

  void describe_all(bool relay = false) {
    const auto made = all<SetLocalDescription>();
    for (const SetLocalDescription& command : made) {
      handle(LocalDescriptionSet{
          {}, command.connection, command.op, {DescriptionType::Offer, sdp("S")}, relay});
    }
  }
  void gather_all() {
    for (std::int64_t connection : {1, 2, 3})
      handle(LocalCandidate{{}, ConnectionNumber{connection}, {}});
  }
  void pack(const std::string& packed = "UEFDS0VE") {
    handle(TextPacked{all<PackText>().front().op, packed});
  }
  /// Into the room with these, the offers in the join.
  void enter_early(const std::vector<wire::WireParticipant>& others, bool relay = false) {
    join(1);
    describe_all(relay);
    gather_all();
    pack();
    connect();
    joined(others);
  }
  LinkAddress early(const std::string& their_epoch, std::int64_t index) const {
    LinkAddress address = from(their_epoch, 1, 1);
    address.early = index;
    return address;
  }
};

TEST(EarlyOffersOfTheNewcomer, AreMadeAtOnceWithoutASocket) {
  EarlyBench call;
  call.join(1);
  ASSERT_THAT(call.all<CreateConnection>(), SizeIs(3));
  for (const CreateConnection& create : call.all<CreateConnection>()) {
    EXPECT_TRUE(create.spare && create.channel && create.peer.empty());
    EXPECT_THAT(create.slots, SizeIs(4));
  }
}

TEST(EarlyOffersOfTheNewcomer, AreMadeWhileTheSocketOpens) {
  EarlyBench call;
  call.join(1, true, true);
  ASSERT_GE(call.commands().size(), 3U);
  EXPECT_TRUE(std::holds_alternative<AcquireMedia>(call.commands()[0]));
  EXPECT_TRUE(std::holds_alternative<OpenSocket>(call.commands()[1])) << "the slowest goes first";
}

TEST(EarlyOffersOfTheNewcomer, AreAssignedByTheRankOfIdsAndTheRestIsClosed) {
  EarlyBench call;
  call.enter_early({CallBench::module_peer("zoe", "z"), CallBench::module_peer("ann", "a")});
  EXPECT_THAT(call.all<AssignConnection>(),
              ElementsAre(AssignConnection{UserId{"ann"}, ConnectionNumber{1}},
                          AssignConnection{UserId{"zoe"}, ConnectionNumber{2}}));
  EXPECT_THAT(call.all<CloseConnection>(), ElementsAre(CloseConnection{{}, ConnectionNumber{3}}));
  EXPECT_THAT(call.all<CreateConnection>(), IsEmpty());
}

TEST(EarlyOffersOfTheNewcomer, TheJoinWaitsAHundredMillisecondsAndGoesWithoutThem) {
  EarlyBench call;
  call.join(1);
  call.connect();
  EXPECT_THAT(call.sent, Not(testing::Contains(testing::StartsWith("join"))));
  call.after(deadlines::kEarlyOffers - Duration(1));
  EXPECT_THAT(call.sent, IsEmpty());
  call.after(Duration(1));
  EXPECT_THAT(call.sent, ElementsAre(testing::StartsWith("join")));
  EXPECT_THAT(call.all<CloseConnection>(), SizeIs(3));
}

TEST(EarlyOffersOfTheNewcomer, ThatAreTooLargeOrCannotBePackedStayBehind) {
  for (const std::string& packed :
       {std::string(), std::string(limits::kPackedOffersBytes + 1, 'A')}) {
    EarlyBench call;
    call.join(1);
    call.describe_all();
    call.gather_all();
    call.pack(packed);
    EXPECT_THAT(call.all<CloseConnection>(), SizeIs(3));
    call.connect();
    EXPECT_THAT(call.sent, ElementsAre(testing::StartsWith("join")));
  }
}

TEST(EarlyOffersOfTheNewcomer, AnAnswerIsAppliedToTheConnectionThatItsSenderOwns) {
  EarlyBench call;
  call.enter_early({CallBench::module_peer("ann", "a")});
  call.answer("ann", call.early("a", 1));
  ASSERT_THAT(call.all<SetRemoteDescription>(), SizeIs(1));
  EXPECT_EQ(call.all<SetRemoteDescription>().front().connection, ConnectionNumber{1});
}

TEST(EarlyOffersOfTheNewcomer, AnAnswerToAnothersOfferIsRefusedAndAPlainOfferFollowsAtOnce) {
  EarlyBench call;
  call.enter_early({CallBench::module_peer("ann", "a"), CallBench::module_peer("ben", "b")});
  call.answer("ann", call.early("a", 2));
  EXPECT_THAT(call.all<SetRemoteDescription>(), IsEmpty());
  EXPECT_THAT(call.all<CreateConnection>(), SizeIs(1));
  EXPECT_EQ(call.all<CreateConnection>().front().peer, UserId{"ann"});
}

TEST(EarlyOffersOfTheNewcomer, AnswersOfWhoOwnsNoneAreStale) {
  EarlyBench call;
  call.enter_early({CallBench::module_peer("a", "1"), CallBench::module_peer("b", "2"),
                    CallBench::module_peer("c", "3"), CallBench::module_peer("d", "4")});
  call.answer("d", call.early("4", 1));
  EXPECT_THAT(call.all<SetRemoteDescription>(), IsEmpty());
}

TEST(EarlyOffersOfTheNewcomer, WithRelaysAndNoPathIceIsRestartedAfterASecond) {
  EarlyBench call;
  call.enter_early({CallBench::module_peer("ann", "a")}, /*relay=*/true);
  call.answer("ann", call.early("a", 1));
  call.remote_set("ann");
  call.after(deadlines::kEarlyRelay);
  ASSERT_THAT(call.all<SetLocalDescription>(), SizeIs(1));
  EXPECT_TRUE(call.all<SetLocalDescription>().front().restart);
}

TEST(EarlyOffersOfTheNewcomer, WhoseRelaysAreKnownLaterRestartIceAllTheSame) {
  EarlyBench call;
  call.enter_early({CallBench::module_peer("ann", "a")});
  call.answer("ann", call.early("a", 1));
  const OpId answered = call.all<SetRemoteDescription>().front().op;
  call.handle(
      RemoteDescriptionSet{UserId{"ann"},
                           ConnectionNumber{1},
                           answered,
                           {MediaKind::Audio, MediaKind::Video, MediaKind::Video, MediaKind::Audio},
                           /*relay=*/true});
  call.after(deadlines::kEarlyRelay - CallBench::kTick);
  EXPECT_THAT(call.all<SetLocalDescription>(), IsEmpty());
  call.after(CallBench::kTick);
  ASSERT_THAT(call.all<SetLocalDescription>(), SizeIs(1));
  EXPECT_TRUE(call.all<SetLocalDescription>().front().restart);
}

TEST(EarlyOffersOfTheNewcomer, AreNotMadeWhereOnlyRelaysMayBeUsed) {
  EarlyBench call(config(3, /*relay_only=*/true));
  call.join(1);
  EXPECT_THAT(call.all<CreateConnection>(), IsEmpty());
}

/// A member's page that hears of a newcomer with offers.
void newcomer(CallBench& call, const std::string& user, const std::string& epoch) {
  wire::WireParticipant who = CallBench::module_peer(user, epoch);
  who.user_info.mark.link = LinkNumber{1};
  who.user_info.mark.offers = "UEFDS0VE";
  call.participant_joined(who);
}
std::string three_offers() {
  wire::UnpackedOffers offers;
  for (const char* name : {"S1", "S2", "S3"})
    offers.offers.push_back({CallBench::sdp(name), {{"candidate:1", "0", 0, name}}});
  return wire::encode_unpacked_offers(offers);
}

TEST(EarlyOffersForAMember, TheOneOfItsRankIsAnsweredWithItsIndex) {
  CallBench call;
  call.enter({CallBench::module_peer("ann", "a"), CallBench::module_peer("zoe", "z")});
  newcomer(call, "new", "n");
  ASSERT_THAT(call.all<UnpackText>(), SizeIs(1));
  call.handle(TextUnpacked{call.all<UnpackText>().front().op, three_offers()});
  ASSERT_THAT(call.all<SetRemoteDescription>(), SizeIs(1));
  EXPECT_EQ(call.all<SetRemoteDescription>().front().description.sdp, CallBench::sdp("S2"))
      << "ann is before us, zoe after";
  call.remote_set("new");
  EXPECT_THAT(call.all<AddIceCandidate>(), SizeIs(1));
  call.local_set("new");
  const auto frames = call.all<SendFrame>();
  ASSERT_FALSE(frames.empty());
  EXPECT_THAT(frames.front().text, testing::HasSubstr("\"early\":2"));
}

TEST(EarlyOffersForAMember, InStoredStateAreNotRead) {
  CallBench call;
  wire::WireParticipant who = CallBench::module_peer("ann", "a");
  who.user_info.mark.link = LinkNumber{1};
  who.user_info.mark.offers = "UEFDS0VE";
  call.enter({who});
  EXPECT_THAT(call.all<UnpackText>(), IsEmpty());
}

TEST(EarlyOffersForAMember, OfAnEpochThatWasSeenAreNotRead) {
  CallBench call;
  call.enter({CallBench::module_peer("ann", "a")});
  newcomer(call, "ann", "a");
  EXPECT_THAT(call.all<UnpackText>(), IsEmpty());
}

TEST(EarlyOffersForAMember, ThatUnpackAfterAPlainOfferAreStale) {
  CallBench call;
  call.enter();
  newcomer(call, "new", "n");
  const OpId op = call.all<UnpackText>().front().op;
  call.offer("new", call.from("n", 1, 1));
  call.handle(TextUnpacked{op, three_offers()});
  EXPECT_THAT(call.all<SetRemoteDescription>(), IsEmpty());
  EXPECT_EQ(call.count(Tally::StaleEarlyOffers), 1);
}

TEST(EarlyOffersForAMember, OfNoUseAreWaitedOutAndAPlainOfferIsAskedFor) {
  for (const char* text : {"", "{}", R"({"offers":[]})", R"({"offers":[{"sdp":7}]})", "nonsense"}) {
    CallBench call;
    call.enter();
    newcomer(call, "new", "n");
    call.handle(TextUnpacked{call.all<UnpackText>().front().op, text});
    EXPECT_THAT(call.all<SetRemoteDescription>(), IsEmpty());
    call.pass(1s);
    call.offer("new", call.from("n", 1, 1));
    EXPECT_THAT(call.all<SetRemoteDescription>(), SizeIs(1)) << text;
  }
}

TEST(EarlyOffersOfTheNewcomer, AreTimedFromWhenTheJoinWentOut) {
  EarlyBench call;
  call.join(1);
  call.describe_all();
  call.gather_all();
  call.pack();
  call.now += 60ms;
  call.connect();
  call.now += 100ms;
  call.joined({CallBench::module_peer("ann", "a")});
  EXPECT_EQ(call.timings.at("join-sent"), 60);
  EXPECT_EQ(call.timings.at("offer-sent ann"), 60);
  EXPECT_EQ(call.timings.at("joined"), 160);
}

TEST(EarlyOffersOfTheNewcomer, EndWithTheCallBeforeItBegan) {
  EarlyBench call;
  call.join(1);
  call.leave(2);
  EXPECT_THAT(call.all<CloseConnection>(), SizeIs(3));
}

}  // namespace
}  // namespace groupcall
