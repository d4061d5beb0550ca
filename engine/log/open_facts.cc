// Decrypting facts and saying what they are. See open_facts.h.
#include "log/open_facts.h"

#include "base/check.h"

namespace ringfence {
namespace {

bool IsIn(const FactWords& mask, const FactPlace& place) {
  DCHECK(place.word < mask.size());
  return (mask[place.word] >> place.shift & place.mask) != 0;
}

}  // namespace

OpenedFacts::State OpenedFacts::StateOf(const Layout& layout, FactId id) const {
  DCHECK(id < layout.catalog.size());
  const FactPlace& place = layout.places[id];
  if (IsIn(unavailable, place)) return State::kUnavailable;
  if (IsIn(collected, place)) return State::kValue;
  switch (record.states[static_cast<Group>(place.group)]) {
    case GroupState::kNotCollected:
      return State::kNotCollected;
    case GroupState::kUnavailable:
      return State::kUnavailable;
    case GroupState::kRead:
    case GroupState::kAbsent:
      return State::kValue;
  }
  return State::kNotCollected;
}

FactCode OpenedFacts::Value(const Layout& layout, FactId id) const {
  DCHECK(id < layout.catalog.size());
  const FactPlace& place = layout.places[id];
  return record.words[place.word] >> place.shift & place.mask;
}

bool OpenedFacts::FromHost(const Layout& layout, FactId id) const {
  const FactPlace& place = layout.places[id];
  return IsIn(host, place) || (record.host >> place.group & 1) != 0;
}

std::optional<OpenedFacts> OpenFacts(CtrCipher* cipher, const Hash& facts_key,
                                     const Entry& decision, std::span<const Entry> details) {
  DCHECK(details.size() <= 3);
  OpenedFacts facts;
  DecisionFields fields = decision.decision;
  ApplySeal(cipher, facts_key, 0, &fields);
  if (!UnpackFacts(fields.sealed_facts, fields.sealed_states, &facts.record)) return std::nullopt;
  for (size_t i = 0; i < details.size(); ++i) {
    fields = details[i].decision;
    ApplySeal(cipher, facts_key, static_cast<uint8_t>(i + 1), &fields);
    FactWords mask{};
    if (!UnpackMask(fields.sealed_facts, &mask)) return std::nullopt;
    switch (static_cast<DetailKind>(details[i].header.effect)) {
      case DetailKind::kUnavailable:
        facts.unavailable = mask;
        break;
      case DetailKind::kCollected:
        facts.collected = mask;
        break;
      case DetailKind::kHost:
        facts.host = mask;
        break;
    }
  }
  return facts;
}

std::vector<std::string> ListFacts(const Layout& layout, const OpenedFacts& facts,
                                   const FactSet* only) {
  std::vector<std::string> list;
  const Catalog& catalog = layout.catalog;
  for (size_t i = 0; i < catalog.size(); ++i) {
    const auto id = static_cast<FactId>(i);
    if (only != nullptr && !only->Contains(id)) continue;
    switch (facts.StateOf(layout, id)) {
      case OpenedFacts::State::kNotCollected:
        break;
      case OpenedFacts::State::kUnavailable:
        list.push_back(catalog.fact(id).name + "=unavailable");
        break;
      case OpenedFacts::State::kValue:
        list.push_back(catalog.fact(id).name + "=" +
                       catalog.FormatValue(id, facts.Value(layout, id)));
        break;
    }
  }
  return list;
}

}  // namespace ringfence
