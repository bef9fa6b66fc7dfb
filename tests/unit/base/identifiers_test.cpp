#include <gmock/gmock.h>

#include <type_traits>

#include "core/base/time.h"
#include "core/public/ids.h"

namespace groupcall {
namespace {

static_assert(!std::is_convertible_v<UserId, RoomId>, "a user is no room");
static_assert(!std::is_convertible_v<OpId, SocketNumber>, "an operation is no socket");
static_assert(!std::is_constructible_v<UserId, RoomId>);

TEST(Identifiers, OfTextAreOrderedBytewise) {
  EXPECT_LT(UserId{"B"}, UserId{"a"});
  EXPECT_LT(UserId{"a"}, UserId{"aa"});
  EXPECT_LT(UserId{"z"}, UserId{"\xc3\xa4"});
  EXPECT_FALSE(UserId{"a"} < UserId{"a"});
}

TEST(Identifiers, OfAllKindsAreNeverGivenTwice) {
  IdSource ids;
  EXPECT_EQ(ids.next_op(), OpId{1});
  EXPECT_EQ(ids.next_op(), OpId{2});
  EXPECT_EQ(ids.next_connection(), ConnectionNumber{1});
  EXPECT_EQ(ids.next_connection(), ConnectionNumber{2});
  EXPECT_EQ(ids.next_socket(), SocketNumber{1});
  EXPECT_EQ(ids.next_socket(), SocketNumber{2});
}

TEST(Identifiers, OfLinksAreLargerThanAnyThatWasSeen) {
  IdSource ids;
  EXPECT_EQ(ids.next_link({}), LinkNumber{1});
  EXPECT_EQ(ids.next_link({}), LinkNumber{2}) << "of another peer, or the same one made anew";
  ids.saw_link(LinkNumber{9});
  ids.saw_link(LinkNumber{4});
  EXPECT_EQ(ids.next_link({}), LinkNumber{10});
  EXPECT_EQ(ids.next_link(LinkNumber{20}), LinkNumber{21});
}

TEST(Identifiers, OfLinksCannotBePushedToTheirEndByOnePeer) {
  constexpr std::int64_t kMost = (std::int64_t{1} << 53) - 1;
  IdSource ids;
  ids.saw_link(LinkNumber{kMost});
  EXPECT_EQ(ids.next_link(LinkNumber{kMost}), LinkNumber{kMost + 1}) << "that link is lost";
  EXPECT_LT(ids.next_link({}), LinkNumber{10}) << "the others are not";
}

TEST(Identifiers, ThatAreZeroNameNothing) {
  EXPECT_TRUE(OpId{}.none());
  EXPECT_FALSE(OpId{1}.none());
}

TEST(Time, CrossesTheBridgeAsMicroseconds) {
  EXPECT_EQ(to_us(instant_from_us(1'234'567)), 1'234'567);
  EXPECT_EQ(instant_from_us(2'000'000), Instant(2s));
  EXPECT_EQ(earlier(Instant(1s), kNever), Instant(1s));
}

}  // namespace
}  // namespace groupcall
