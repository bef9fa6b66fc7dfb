#include "core/base/random.h"

#include <gmock/gmock.h>

namespace groupcall {
namespace {

using testing::ElementsAre;

std::vector<std::uint64_t> first_three(std::string_view seed) {
  Random random(seed);
  std::vector<std::uint64_t> numbers;
  for (int i = 0; i < 3; ++i) numbers.push_back(random.next());
  return numbers;
}

// Expected values: an independent implementation in another language, with arbitrary integers.
TEST(Random, GivesTheSameNumbersOnEveryPlatform) {
  EXPECT_THAT(first_three(""),
              ElementsAre(0xc3817c016ba4ff30U, 0x100cdaacc0bc9316U, 0x54c3a569ecf61b1bU));
  EXPECT_THAT(first_three("seed"),
              ElementsAre(0x04fc6ff10b8479edU, 0x265660b39c7af8a4U, 0x0bb3bb93780fb89eU));
  EXPECT_THAT(first_three("000102030405060708090a0b0c0d0e0f"),
              ElementsAre(0x7b0269fba974d50bU, 0x56c7c98a15498e8bU, 0xe78d1b25e2d8e7e2U));
}

TEST(Random, MakesTokensOfThirteenCharactersWithoutLookAlikes) {
  Random random("000102030405060708090a0b0c0d0e0f");
  for (int i = 0; i < 3; ++i) random.next();
  EXPECT_EQ(random.token(), "0tw8f6yx1e2x6");
  EXPECT_EQ(random.token(), "hqj3qd0s5ekbf");
}

TEST(Random, StaysBelowItsBound) {
  Random random("bound");
  std::vector<int> seen(7, 0);
  for (int i = 0; i < 7'000; ++i) {
    const std::uint64_t number = random.below(7);
    ASSERT_LT(number, 7U);
    ++seen[static_cast<std::size_t>(number)];
  }
  // 1000 each are expected; 200 away would be seven standard deviations.
  EXPECT_THAT(seen, testing::Each(testing::AllOf(testing::Gt(800), testing::Lt(1200))));
  EXPECT_EQ(random.below(0), 0U);
  EXPECT_EQ(random.below(1), 0U);
}

}  // namespace
}  // namespace groupcall
