// Assignments as sources; decisions as reference answers; both as text.
#include "differential/answers.h"

#include <sstream>

namespace ringfence::differential {
namespace {

/// A code out of range that fits the fact's bits, where there is one.
std::optional<FactCode> CorruptCode(const FactInfo& fact) {
  const uint64_t codes = uint64_t{1} << fact.width_bits;
  if (fact.code_count() >= codes) return std::nullopt;
  return static_cast<FactCode>(codes - 1);
}

}  // namespace

FactCode CodeOfNothing(const FactInfo& fact) { return fact.can_be_unset ? 0 : fact.absent_code; }

FactCode CodeOfAbsent(const FactInfo& fact) {
  return fact.can_be_unset ? fact.absent_code + 1 : fact.absent_code;
}

std::optional<FactCode> AssignmentSource::CodeOf(FactId id) const {
  const auto found = assignment_->find(id);
  if (found != assignment_->end()) return found->second;
  const FactInfo& fact = layout_.catalog.fact(id);
  return fact.entry == "known" ? 1 : CodeOfNothing(fact);
}

ReadState AssignmentSource::Read(Group group, const Question&, GroupWriter& out) noexcept {
  ++reads_[static_cast<size_t>(group)];
  if ((groups_ & Bit(group)) == 0) return ReadState::kNotMine;
  switch (styles_[static_cast<size_t>(group)]) {
    case Style::kFacts:
      WriteFacts(group, out);
      return ReadState::kRead;
    case Style::kPacked:
      WritePacked(group, out);
      return ReadState::kRead;
    case Style::kAbsent:
      return ReadState::kAbsent;
    case Style::kUnavailable:
      return ReadState::kUnavailable;
  }
  return ReadState::kUnavailable;
}

void AssignmentSource::WriteFacts(Group group, GroupWriter& out) const {
  for (const FactInfo& fact : layout_.catalog.facts()) {
    if (fact.group != group) continue;
    const std::optional<FactCode> code = CodeOf(fact.id);
    if (code.has_value()) {
      out.Set(fact.id, *code);
    } else if (fact.id % 3 == 0) {
      out.Set(fact.id, kUnavailableCode);
    } else if (fact.id % 3 == 1) {
      out.Set(fact.id, fact.code_count());
    } else {
      out.SetUnavailable(fact.id);
    }
  }
}

void AssignmentSource::WritePacked(Group group, GroupWriter& out) const {
  const unsigned origin = kGroupBlocks[static_cast<size_t>(group)].first_word * 32u;
  std::array<uint32_t, kUserWords> words{};
  for (const FactInfo& fact : layout_.catalog.facts()) {
    if (fact.group != group) continue;
    const unsigned bit = fact.first_bit - origin;
    const FactCode code = CodeOf(fact.id).value_or(CorruptCode(fact).value_or(0));
    words[bit / 32] |= code << (bit % 32);
  }
  out.SetPacked(words);
  for (const FactInfo& fact : layout_.catalog.facts()) {
    if (fact.group != group || CodeOf(fact.id).has_value()) continue;
    if (!CorruptCode(fact).has_value()) out.SetUnavailable(fact.id);
  }
}

reference::Answer ToAnswer(const Decision& decision, EffectSet effects) {
  reference::Answer answer;
  answer.effect = decision.effect;
  answer.outcome = decision.outcome;
  answer.rule = decision.rule;
  answer.reason = decision.reason;
  answer.told = decision.told;
  answer.basis = decision.basis;
  answer.effects = effects;
  for (size_t i = 0; i < decision.extra_count; ++i) {
    const ExtraDecision& extra = decision.extras[i];
    answer.extras.push_back(
        {std::string(extra.name), std::string(extra.value), std::string(extra.rule), extra.basis});
  }
  return answer;
}

bool Agrees(const Decision& decision, EffectSet effects, const reference::Answer& answer) {
  if (decision.effect != answer.effect || decision.basis != answer.basis ||
      effects != answer.effects || decision.rule != answer.rule ||
      decision.outcome != answer.outcome || decision.told != answer.told ||
      decision.reason != answer.reason || decision.extra_count != answer.extras.size()) {
    return false;
  }
  for (size_t i = 0; i < answer.extras.size(); ++i) {
    const ExtraDecision& extra = decision.extras[i];
    const reference::ExtraAnswer& wanted = answer.extras[i];
    if (extra.name != wanted.name || extra.value != wanted.value || extra.rule != wanted.rule ||
        extra.basis != wanted.basis) {
      return false;
    }
  }
  return true;
}

std::string Show(const reference::Answer& answer) {
  std::ostringstream out;
  out << ToString(answer.effect) << " (" << answer.outcome << ") " << ToString(answer.basis)
      << " by '" << answer.rule << "' reason '" << answer.reason << "' told '" << answer.told
      << "' effects " << int{answer.effects};
  for (const reference::ExtraAnswer& extra : answer.extras) {
    out << "; " << extra.name << "='" << extra.value << "' by '" << extra.rule << "' "
        << ToString(extra.basis);
  }
  return out.str();
}

std::string Show(const Catalog& catalog, const reference::Assignment& assignment) {
  std::string out;
  for (const auto& [id, code] : assignment) {
    out += "  " + catalog.fact(id).name + " = ";
    out += code.has_value() ? catalog.FormatValue(id, *code) : "unavailable";
    out += "\n";
  }
  return out;
}

}  // namespace ringfence::differential
