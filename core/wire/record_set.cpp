#include "core/wire/record_set.h"

namespace groupcall::wire {

std::size_t find_tag(std::span<const TaggedRecord> records, std::string_view tag) {
  for (std::size_t i = 0; i < records.size(); ++i)
    if (records[i].tag == tag) return i;
  return std::string_view::npos;
}

}  // namespace groupcall::wire
