#include "core/negotiation/sdp_text.h"

#include <gmock/gmock.h>

namespace groupcall {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(IceUfrags, AreListedOnceEachInOrder) {
  EXPECT_THAT(ice_ufrags("v=0\r\na=ice-ufrag:ab\r\nm=x\r\na=ice-ufrag:cd\r\na=ice-ufrag:ab\r\n"),
              ElementsAre("ab", "cd"));
  EXPECT_THAT(ice_ufrags("a=ice-ufrag:ab\na=ice-ufrag:a+/"), ElementsAre("ab", "a+/"));
  EXPECT_THAT(ice_ufrags("v=0\r\n a=ice-ufrag:ab\r\na=ice-pwd:x\r\n"), IsEmpty());
  EXPECT_THAT(ice_ufrags(""), IsEmpty());
}

TEST(SessionId, IsTheSecondWordOfTheFirstOriginLine) {
  EXPECT_EQ(session_id("v=0\r\no=- 4611 2 IN IP4 127.0.0.1\r\ns=-\r\n"), "4611");
  EXPECT_EQ(session_id("o=a 1 2\no=b 3 4\n"), "1");
  EXPECT_EQ(session_id("o=alone\r\n"), "");
  EXPECT_EQ(session_id("o=- 77"), "77");
  EXPECT_EQ(session_id("s=o= 1 2\r\n"), "");
  EXPECT_EQ(session_id(""), "");
}

TEST(CandidateUfrag, IsTheWordAfterItsKey) {
  EXPECT_EQ(candidate_ufrag("candidate:1 1 udp 1 ::1 9 typ host ufrag Xy+1 network-id 1"), "Xy+1");
  EXPECT_EQ(candidate_ufrag("candidate:1 1 udp 1 ::1 9 typ host ufrag Xy"), "Xy");
  EXPECT_EQ(candidate_ufrag("candidate:1 1 udp 1 ::1 9 typ host"), "");
  EXPECT_EQ(candidate_ufrag("ufrag "), "");
}

}  // namespace
}  // namespace groupcall
