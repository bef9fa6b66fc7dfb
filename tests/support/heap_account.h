/// How much of the heap one owner holds: what was allocated within its scopes and not freed.
///
/// Counts only in programs that link counted_heap.cpp, whose `operator new` asks whose scope it
/// is in; elsewhere every account stays at 0.
#pragma once

#include <cstdint>

namespace groupcall::sim {

class HeapAccount {
 public:
  /// Outlives its account for as long as blocks of it are in use elsewhere.
  struct Ledger {
    std::int64_t bytes = 0;
    std::int64_t peak = 0;
    std::int64_t blocks = 0;
    bool closed = false;
  };

  HeapAccount() : ledger_(new Ledger) {}
  ~HeapAccount() {
    ledger_->closed = true;
    if (ledger_->blocks == 0) delete ledger_;
  }
  HeapAccount(const HeapAccount&) = delete;
  HeapAccount& operator=(const HeapAccount&) = delete;

  std::int64_t bytes() const { return ledger_->bytes; }
  std::int64_t peak() const { return ledger_->peak; }

  /// While it lives, allocations of this thread are the account's.
  class Scope {
   public:
    explicit Scope(const HeapAccount& account) : former_(current) { current = account.ledger_; }
    ~Scope() { current = former_; }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Ledger* former_;
  };

  static inline thread_local Ledger* current = nullptr;

 private:
  Ledger* ledger_;
};

}  // namespace groupcall::sim
