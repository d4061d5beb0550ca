// The small scope: its conditions, renamings and documents.
#include "differential/small_policies.h"

#include <algorithm>
#include <string>
#include <utility>

namespace ringfence::differential {

SmallScope::SmallScope(const Catalog& catalog) {
  facts_ = {catalog.Find("callee.allow_everyone").value(),
            catalog.Find("callee.follows(caller)").value(), catalog.Find("call.media").value()};
  shapes_ = {{Shape::Kind::kFalse}, {Shape::Kind::kTrue}};
  for (Literal a = 0; a < kLiterals; ++a) shapes_.push_back({Shape::Kind::kLiteral, a});
  for (const auto kind : {Shape::Kind::kAnd, Shape::Kind::kOr}) {
    for (Literal a = 0; a < kLiterals; ++a) {
      for (Literal b = a + 1; b < kLiterals; ++b) shapes_.push_back({kind, a, b});
    }
  }
  for (unsigned number = 0; number < kRenamings; ++number) {
    const Renaming renaming = RenamingNumber(number);
    for (size_t shape = 0; shape < shapes_.size(); ++shape) {
      renamed_[number].push_back(RenameShape(static_cast<uint8_t>(shape), renaming));
    }
  }
  for (const Shape& shape : shapes_) {
    auto& forms = conditions_.emplace_back();
    for (unsigned form = 0; form < kForms; ++form) {
      forms[form] = MakeCondition(shape, form, catalog);
    }
  }
  MakeFrame(catalog);
}

SmallScope::Renaming SmallScope::RenamingNumber(unsigned number) {
  Renaming renaming;
  for (unsigned i = number % 6; i > 0; --i) {
    std::next_permutation(renaming.members.begin(), renaming.members.end());
  }
  renaming.relation = number / 6 % 2 != 0;
  renaming.setting = number / 12 % 2 != 0;
  renaming.outcomes = number / 24 % 2 != 0;
  return renaming;
}

SmallScope::Literal SmallScope::RenameLiteral(Literal literal, const Renaming& renaming) {
  if (literal < 2) return renaming.setting ? literal ^ 1 : literal;
  if (literal < 4) return renaming.relation ? literal ^ 1 : literal;
  const Literal first = literal < 7 ? 4 : 7;
  return first + renaming.members[literal - first];
}

uint8_t SmallScope::RenameShape(uint8_t index, const Renaming& renaming) const {
  Shape shape = shapes_[index];
  if (shape.kind == Shape::Kind::kFalse || shape.kind == Shape::Kind::kTrue) return index;
  shape.a = RenameLiteral(shape.a, renaming);
  if (shape.kind != Shape::Kind::kLiteral) {
    shape.b = RenameLiteral(shape.b, renaming);
    if (shape.b < shape.a) std::swap(shape.a, shape.b);
  }
  const auto found = std::find(shapes_.begin(), shapes_.end(), shape);
  return static_cast<uint8_t>(found - shapes_.begin());
}

uint32_t SmallScope::MakeLiteral(Literal literal, bool negated_twice,
                                 ConditionBuilder& builder) const {
  FactId fact = choice();
  std::vector<FactCode> values;
  std::vector<FactCode> others;
  if (literal < 4) {
    fact = literal < 2 ? setting() : relation();
    const bool value = literal % 2 == 0;
    values = {value ? 1u : 0u};
    others = {value ? 0u : 1u};
  } else {
    const FactCode member = (literal - 4u) % 3;
    for (FactCode code = 0; code < 3; ++code) (code == member ? values : others).push_back(code);
    if (literal >= 7) std::swap(values, others);
  }
  if (!negated_twice) return builder.Test(fact, values);
  return builder.Not(builder.Test(fact, others));
}

Condition SmallScope::MakeCondition(const Shape& shape, unsigned form,
                                    const Catalog& catalog) const {
  ConditionBuilder builder;
  const bool exchanged = (form & 1) != 0;
  switch (shape.kind) {
    case Shape::Kind::kFalse:
    case Shape::Kind::kTrue:
      builder.Const(shape.kind == Shape::Kind::kTrue);
      break;
    case Shape::Kind::kLiteral:
      MakeLiteral(shape.a, (form & 2) != 0, builder);
      break;
    case Shape::Kind::kAnd:
    case Shape::Kind::kOr: {
      const uint32_t a = MakeLiteral(exchanged ? shape.b : shape.a, (form & 2) != 0, builder);
      const uint32_t b = MakeLiteral(exchanged ? shape.a : shape.b, (form & 4) != 0, builder);
      if (shape.kind == Shape::Kind::kAnd) {
        builder.And(a, b);
      } else {
        builder.Or(a, b);
      }
      break;
    }
  }
  return builder.Take(catalog);
}

/// Everything of the document that is the same in all policies, or nearly.
void SmallScope::MakeFrame(const Catalog& catalog) {
  const auto reserved = [&](const char* id) {
    ConditionBuilder builder;
    builder.Const(true);
    Rule rule;
    rule.id = id;
    rule.reason = id;
    rule.when = builder.Take(catalog);
    return rule;
  };
  for (size_t i = 0; i < rules_.size(); ++i) {
    rules_[i].id = "r" + std::to_string(i);
    rules_[i].reason = "reason " + std::to_string(i);
  }
  document_.name = "small";
  document_.catalog_version = catalog.version();
  const FactInfo& fact = catalog.fact(setting());
  document_.defaults = {{fact.entry, setting(), fact.reverse, 0, {}}};
  Outcome ring;
  ring.name = "ring";
  ring.effect = Effect::kRing;
  ring.signal = Signal::kRinging;
  Outcome refuse;
  refuse.name = "refuse";
  for (Outcome* outcome : {&ring, &refuse}) {
    outcome->built_in = true;
    outcome->sip_status = DefaultSipStatus(outcome->signal);
    outcome->told = DefaultTold(outcome->signal);
  }
  document_.outcomes = {ring, refuse};
  document_.unknown_callee = 1;
  DecisionRules& decision = document_.decisions.emplace_back();
  decision.name = "ring";
  decision.otherwise = reserved("otherwise");
  decision.on_unavailable = reserved("on_unavailable");
}

uint64_t SmallScope::AllCount(size_t rule_count) const {
  uint64_t count = 2 * 2 * 2 * kAlgorithms;
  for (size_t i = 0; i < rule_count; ++i) count *= 2 * shapes_.size();
  return count;
}

bool SmallScope::IsRepresentative(const SmallPolicy& policy) const {
  for (unsigned number = 1; number < kKept; ++number) {
    for (size_t i = 0; i < policy.rule_count; ++i) {
      const uint8_t image = renamed_[number][policy.conditions[i]];
      if (image < policy.conditions[i]) return false;
      if (image > policy.conditions[i]) break;
    }
  }
  return true;
}

const Document& SmallScope::Build(const SmallPolicy& policy, Random& random) {
  uint64_t bits = random.Next();
  const unsigned number = static_cast<unsigned>(bits % kRenamings);
  bits /= kRenamings;
  const Renaming renaming = RenamingNumber(number);
  const auto outcome = [&](uint8_t rings) {
    return static_cast<uint16_t>((rings != 0) != renaming.outcomes ? 0 : 1);
  };
  uint8_t algorithm = policy.algorithm;
  if (renaming.outcomes && algorithm != 0)
    algorithm = algorithm % 2 != 0 ? algorithm + 1 : algorithm - 1;
  constexpr Combine kCombine[kAlgorithms] = {Combine::kFirstApplicable, Combine::kDenyOverrides,
                                             Combine::kPermitOverrides, Combine::kHighest,
                                             Combine::kHighest};
  document_.defaults[0].value = renaming.setting ? 0 : 1;
  document_.outcomes[0].rank = algorithm == 4 ? -1 : 1;
  document_.outcomes[1].rank = 0;
  DecisionRules& decision = document_.decisions[0];
  decision.combine = kCombine[algorithm];
  decision.otherwise.then = outcome(0);
  decision.on_unavailable.then = outcome(policy.on_unavailable);
  decision.floor.clear();
  decision.rules.clear();
  for (size_t i = 0; i < policy.rule_count; ++i) {
    rules_[i].when = conditions_[renamed_[number][policy.conditions[i]]][bits % kForms];
    bits /= kForms;
    rules_[i].then = outcome(policy.outcomes[i]);
    (i < policy.floor_count ? decision.floor : decision.rules).push_back(rules_[i]);
  }
  return document_;
}

}  // namespace ringfence::differential
