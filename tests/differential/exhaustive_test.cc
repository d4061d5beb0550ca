// Every small policy, every value of its facts, unset and unavailable included: the compiled
// program decides what the reference evaluator decides.
//   exhaustive_test [--scope quick|full|long] [--shard I/N] [--sample K]
// quick: at most two rules, with every split into floor and rules, and every state of callee.known;
// full: three rules, of K classes one, drawn by the seed; long: three rules, all.
#include <doctest/doctest.h>

#include <cstdlib>
#include <iostream>
#include <string>

#include "compile/compile.h"
#include "differential/answers.h"
#include "differential/small_policies.h"
#include "eval/evaluate.h"
#include "reference/reference.h"
#include "unit/seed.h"

namespace ringfence::differential {
namespace {

using Code = std::optional<FactCode>;

/// The two facts of the scope that are read, and callee.known.
class SmallSource : public FactSource {
 public:
  SmallSource(FactId known, FactId setting, FactId relation)
      : known_(known), setting_(setting), relation_(relation) {}

  ReadState Read(Group group, const Question&, GroupWriter& out) noexcept override {
    const auto put = [&](FactId fact, const Code& code) {
      if (code.has_value()) {
        out.Set(fact, *code);
      } else {
        out.SetUnavailable(fact);
      }
    };
    if (group == Group::kPair) {
      if (!relation_code.has_value() && fail_whole_groups) return ReadState::kUnavailable;
      put(relation_, relation_code);
      return ReadState::kRead;
    }
    if (group != Group::kCallee) return ReadState::kNotMine;
    put(known_, known_code);
    put(setting_, setting_code);
    return ReadState::kRead;
  }

  Code known_code, setting_code, relation_code;
  bool fail_whole_groups = false;

 private:
  FactId known_, setting_, relation_;
};

class Comparison {
 public:
  Comparison()
      : catalog_(Catalog::Standard()),
        layout_(catalog_),
        scope_(catalog_),
        random_(Seed()),
        known_(catalog_.Find("callee.known").value()),
        source_(known_, scope_.setting(), scope_.relation()) {}

  const SmallScope& scope() const { return scope_; }
  Random& random() { return random_; }

  /// Compares one member of the class in every assignment of the facts it names.
  void Compare(const SmallPolicy& policy, bool every_known) {
    const Document& document = scope_.Build(policy, random_);
    Diagnostics diagnostics;
    std::optional<Program> program =
        Compile(layout_, document, CompileOptions{}, "small", &diagnostics);
    REQUIRE_MESSAGE(program.has_value(), diagnostics.Render(""));
    scratch_.Prepare(*program);
    ++policies_;
    uint8_t named = 0;
    for (FactId fact : FactsNamed(catalog_, document)) {
      if (fact == scope_.setting()) named |= 1;
      if (fact == scope_.relation()) named |= 2;
      if (fact == scope_.choice()) named |= 4;
    }
    source_.fail_whole_groups = policies_ % 2 == 0;
    for (const Code& setting : Values(named & 1, 3)) {
      for (const Code& relation : Values(named & 2, 2)) {
        for (const Code& choice : Values(named & 4, 3)) {
          One(*program, document, 1, setting, relation, choice);
          if (every_known) One(*program, document, std::nullopt, setting, relation, choice);
        }
      }
    }
    if (every_known) One(*program, document, 0, 1, 1, 1);
  }

  uint64_t policies() const { return policies_; }
  uint64_t decisions() const { return decisions_; }

 private:
  /// Unavailable and all codes of a fact that is named; any one of them where it is not.
  std::vector<Code> Values(int named, FactCode code_count) {
    std::vector<Code> values = {std::nullopt};
    for (FactCode code = 0; code < code_count; ++code) values.push_back(code);
    if (named == 0) return {random_.Of(values)};
    return values;
  }

  void One(const Program& program, const Document& document, const Code& known, const Code& setting,
           const Code& relation, const Code& choice) {
    source_.known_code = known;
    source_.setting_code = setting;
    source_.relation_code = relation;
    const std::array<Fact, 1> facts = {Fact{scope_.choice(), choice.value_or(kUnavailableCode)}};
    Question question;
    question.caller = kCallerId;
    question.callee = kCalleeId;
    question.facts = facts;
    Status begun = BeginFrame(layout_, question, &scratch_.frame);
    REQUIRE_MESSAGE(begun.ok(), begun.message());
    FactSource* source = &source_;
    Decision decision;
    EffectSet effects = 0;
    Evaluate(program, layout_, question, Sources{{&source, 1}, 1}, &scratch_, &decision, &effects);

    assignment_[known_] = known;
    assignment_[scope_.setting()] = setting;
    assignment_[scope_.relation()] = relation;
    assignment_[scope_.choice()] = choice;
    const reference::Answer answer = reference::Decide(catalog_, document, assignment_);
    ++decisions_;
    if (Agrees(decision, effects, answer)) return;
    FAIL(DumpDocument(catalog_, document)
         << Show(catalog_, assignment_) << "reference: " << Show(answer)
         << "\nengine:    " << Show(ToAnswer(decision, effects)) << "\n"
         << DumpProgram(catalog_, program));
  }

  const Catalog& catalog_;
  Layout layout_;
  SmallScope scope_;
  Random random_;
  FactId known_;
  SmallSource source_;
  EvalScratch scratch_;
  reference::Assignment assignment_;
  uint64_t policies_ = 0, decisions_ = 0;
};

uint64_t Number(const char* name, uint64_t otherwise) {
  const std::optional<std::string> text = Argument(name);
  return text.has_value() ? std::strtoull(text->c_str(), nullptr, 10) : otherwise;
}

/// At most two rules: everything.
void CompareQuick(Comparison& comparison) {
  for (size_t rule_count = 0; rule_count <= 2; ++rule_count) {
    comparison.scope().EachClass(rule_count, [&](const SmallPolicy& policy) {
      SmallPolicy split = policy;
      // Of first-applicable a floor does not change the order.
      const size_t most = policy.algorithm == 0 ? 0 : rule_count;
      for (split.floor_count = 0; split.floor_count <= most; ++split.floor_count) {
        comparison.Compare(split, split.floor_count == 0);
      }
    });
  }
}

/// Three rules: of every `sample` classes in this shard, one.
void CompareThree(Comparison& comparison, uint64_t sample) {
  const uint64_t shard = Number("shard", 0);
  const std::string text = Argument("shard").value_or("0/1");
  const uint64_t shards = std::strtoull(text.substr(text.find('/') + 1).c_str(), nullptr, 10);
  REQUIRE(shard < shards);
  uint64_t classes = 0;
  uint64_t next = sample == 1 ? 0 : comparison.random().Below(sample);
  comparison.scope().EachClass(3, [&](const SmallPolicy& policy) {
    const uint64_t number = classes++;
    if (number % shards != shard || number / shards != next) return;
    const uint64_t block = next / sample;
    next = (block + 1) * sample + (sample == 1 ? 0 : comparison.random().Below(sample));
    comparison.Compare(policy, false);
  });
  std::cout << classes << " classes of policies of three rules, shard " << shard << " of " << shards
            << ", one of " << sample << "\n";
}

TEST_CASE("small policies") {
  const std::string scope = Argument("scope").value_or("quick");
  Comparison comparison;
  uint64_t all = 0;
  if (scope == "quick") {
    CompareQuick(comparison);
    for (size_t rule_count = 0; rule_count <= 2; ++rule_count) {
      all += comparison.scope().AllCount(rule_count);
    }
  } else {
    REQUIRE((scope == "full" || scope == "long"));
    CompareThree(comparison, scope == "long" ? 1 : Number("sample", 10));
    all = comparison.scope().AllCount(3);
  }
  std::cout << scope << ": compared " << comparison.policies() << " policies (one of each class of "
            << all << ") in " << comparison.decisions() << " decisions\n";
  CHECK(comparison.decisions() > comparison.policies());
}

}  // namespace
}  // namespace ringfence::differential
