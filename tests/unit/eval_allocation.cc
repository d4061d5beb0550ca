// The evaluator allocates nothing, walking or sweeping: counted by an operator new of our own.
#include <doctest/doctest.h>

#include <stdexcept>

#include "unit/allocations.h"
#include "unit/eval_support.h"

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
    const uint64_t before = Allocations();
    const bool begun = BeginFrame(StandardLayout(), question, &compiled.scratch.frame).ok();
    for (int i = 0; i < 3; ++i) {
      compiled.scratch.frame.loaded = 0;
      Evaluate(compiled.program, StandardLayout(), question, Sources{sources, 0}, &compiled.scratch,
               &compiled.decision, &compiled.effects);
    }
    const uint64_t after = Allocations();
    CHECK(begun);
    CHECK(after == before);
  }
  // The count counts.
  const uint64_t before = Allocations();
  ::operator delete(::operator new(8));
  CHECK(Allocations() == before + 1);
}

}  // namespace
}  // namespace ringfence
