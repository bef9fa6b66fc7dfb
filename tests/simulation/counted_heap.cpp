// `operator new` that knows whose scope it is in (tests/support/heap_account.h). Each block has a
// header that names its owner, so that it may be freed anywhere.
#include <cstddef>
#include <cstdlib>
#include <new>

#include "tests/support/heap_account.h"

#if defined(__has_feature)
#define GROUPCALL_HAS_FEATURE(x) __has_feature(x)
#else
#define GROUPCALL_HAS_FEATURE(x) 0
#endif

// AddressSanitizer brings its own, which finds what this one would hide.
#if !defined(__SANITIZE_ADDRESS__) && !GROUPCALL_HAS_FEATURE(address_sanitizer)

namespace {

using Ledger = groupcall::sim::HeapAccount::Ledger;

struct alignas(std::max_align_t) Header {
  Ledger* owner;
  std::size_t bytes;
};

}  // namespace

void* operator new(std::size_t bytes) {
  auto* const header = static_cast<Header*>(std::malloc(sizeof(Header) + bytes));
  if (header == nullptr) std::abort();
  Ledger* const owner = groupcall::sim::HeapAccount::current;
  header->owner = owner;
  header->bytes = bytes;
  if (owner != nullptr) {
    ++owner->blocks;
    owner->bytes += static_cast<std::int64_t>(bytes);
    if (owner->bytes > owner->peak) owner->peak = owner->bytes;
  }
  return header + 1;
}

void operator delete(void* block) noexcept {
  if (block == nullptr) return;
  Header* const header = static_cast<Header*>(block) - 1;
  Ledger* const owner = header->owner;
  if (owner != nullptr) {
    owner->bytes -= static_cast<std::int64_t>(header->bytes);
    if (--owner->blocks == 0 && owner->closed) operator delete(owner);
  }
  std::free(header);
}

void operator delete(void* block, std::size_t) noexcept { operator delete(block); }

#endif
