#include "core/base/flat_map.h"

#include <gmock/gmock.h>

#include <string>

namespace groupcall {
namespace {

using testing::ElementsAre;
using testing::Pair;

template <class Key, class Value>
std::vector<std::pair<Key, Value>> entries(const FlatMap<Key, Value>& map) {
  return {map.begin(), map.end()};
}

TEST(FlatMap, KeepsItsEntriesInTheOrderOfTheirKeys) {
  FlatMap<int, std::string> map;
  map.put(3, "three");
  map.put(1, "one");
  map[2] = "two";
  EXPECT_THAT(entries(map), ElementsAre(Pair(1, "one"), Pair(2, "two"), Pair(3, "three")));
}

TEST(FlatMap, FindsOnlyWhatIsThere) {
  FlatMap<int, std::string> map;
  map.put(2, "two");
  ASSERT_NE(map.find(2), nullptr);
  EXPECT_EQ(*map.find(2), "two");
  EXPECT_EQ(map.find(1), nullptr);
  EXPECT_EQ(map.find(3), nullptr);
  EXPECT_TRUE(map.contains(2));
  EXPECT_FALSE(map.contains(1));
}

TEST(FlatMap, ReplacesAValueWithoutASecondEntry) {
  FlatMap<int, std::string> map;
  map.put(1, "old");
  EXPECT_EQ(map.put(1, "new"), "new");
  EXPECT_THAT(entries(map), ElementsAre(Pair(1, "new")));
}

TEST(FlatMap, MakesADefaultValueOnlyOnce) {
  FlatMap<int, int> map;
  EXPECT_EQ(map[5], 0);
  map[5] = 7;
  EXPECT_EQ(map[5], 7);
  EXPECT_EQ(map.size(), 1U);
}

TEST(FlatMap, ErasesWhatIsThereAndSaysSo) {
  FlatMap<int, int> map;
  map[1] = 10;
  map[2] = 20;
  EXPECT_TRUE(map.erase(1));
  EXPECT_FALSE(map.erase(1));
  EXPECT_THAT(entries(map), ElementsAre(Pair(2, 20)));
  map.clear();
  EXPECT_TRUE(map.empty());
}

}  // namespace
}  // namespace groupcall
