#include "core/base/sorted.h"

#include <gmock/gmock.h>

#include <string>

namespace groupcall {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(InsertSorted, PutsEachInItsPlaceInWhateverOrderTheyCome) {
  std::vector<int> order = {0, 1, 2, 3};
  do {
    std::vector<int> sorted;
    for (int each : order) EXPECT_EQ(insert_sorted(sorted, each), each);
    EXPECT_THAT(sorted, ElementsAre(0, 1, 2, 3));
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(InsertSorted, PutsEqualsBehindEachOther) {
  using Entry = std::pair<int, std::string>;
  const auto before = [](const Entry& a, const Entry& b) { return a.first < b.first; };
  std::vector<Entry> sorted;
  insert_sorted(sorted, Entry{2, "first"}, before);
  insert_sorted(sorted, Entry{2, "second"}, before);
  insert_sorted(sorted, Entry{1, "third"}, before);
  EXPECT_THAT(sorted, ElementsAre(Pair(1, "third"), Pair(2, "first"), Pair(2, "second")));
}

}  // namespace
}  // namespace groupcall
