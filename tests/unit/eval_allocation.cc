// The evaluator allocates nothing, walking or sweeping: counted by an operator new of our own.
#include <doctest/doctest.h>

#include <cstdlib>
#include <new>
#include <stdexcept>

#include "unit/eval_support.h"

namespace {
thread_local size_t g_allocations = 0;
}  // namespace

// Every form is replaced, so that what one allocates no other's original frees.
void* operator new(size_t size, const std::nothrow_t&) noexcept {
  ++g_allocations;
  return std::malloc(size == 0 ? 1 : size);
}
void* operator new(size_t size) {
  if (void* memory = operator new(size, std::nothrow)) return memory;
  throw std::bad_alloc();
}
void* operator new[](size_t size) { return operator new(size); }
void* operator new[](size_t size, const std::nothrow_t&) noexcept {
  return operator new(size, std::nothrow);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }

namespace ringfence {
namespace {

TEST_CASE("no allocation while evaluating") {
  Compiled compiled(
      PolicyBuilder()
          .Floor("blocked", Test("callee.blocks(caller)"), "refuse")
          .Rule("a", Test("callee.follows(caller)") && Test("caller.verified"), "ring")
          .Rule("b", Compare("caller.cohort", CompareOp::kLt, 100), "ring")
          .Decision("path", {"direct", "relay"})
          .Rule("asks", Test("caller.relay_calls"), "relay")
          .document());
  CodesSource source;
  source.codes[FactNamed("caller.cohort")] = 5;
  FactSource* const sources[] = {&source};
  Question question;
  question.caller = "alice";
  question.callee = "bob";
  for (GroupSet failing : {GroupSet{0}, Bit(Group::kPair), Bit(Group::kCaller)}) {
    source.failing = failing;
    const size_t before = g_allocations;
    const bool begun = BeginFrame(StandardLayout(), question, &compiled.scratch.frame).ok();
    for (int i = 0; i < 3; ++i) {
      compiled.scratch.frame.loaded = 0;
      Evaluate(compiled.program, StandardLayout(), question, Sources{sources, 0}, &compiled.scratch,
               &compiled.decision, &compiled.effects);
    }
    const size_t after = g_allocations;
    CHECK(begun);
    CHECK(after == before);
  }
  // The count counts.
  const size_t before = g_allocations;
  ::operator delete(::operator new(8));
  CHECK(g_allocations == before + 1);
}

}  // namespace
}  // namespace ringfence
