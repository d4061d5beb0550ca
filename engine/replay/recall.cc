// See recall.h.
#include "replay/recall.h"

#include <bit>

#include "base/check.h"
#include "facts/fact_set.h"

namespace ringfence {
namespace {

bool Any(const FactWords& mask) {
  uint32_t any = 0;
  for (const uint32_t word : mask) any |= word;
  return any != 0;
}

GroupSet GroupsWith(GroupStates states, GroupState state) {
  GroupSet groups = 0;
  for (int i = 0; i < kGroupCount; ++i) {
    const auto group = static_cast<Group>(i);
    if (states[group] == state) groups = static_cast<GroupSet>(groups | Bit(group));
  }
  return groups;
}

bool Has(GroupSet groups, uint8_t group) { return (groups >> group & 1) != 0; }

}  // namespace

void Recall(const Layout& layout, const OpenedFacts& facts, const FactSet& unknown, Frame* frame) {
  const GroupStates states = facts.record.states;
  const GroupSet read = GroupsWith(states, GroupState::kRead);
  const GroupSet failed = GroupsWith(states, GroupState::kUnavailable);
  const GroupSet absent = GroupsWith(states, GroupState::kAbsent);
  frame->words = facts.record.words;
  frame->unavailable = unknown;
  frame->carried = {};
  frame->from_host = {};
  frame->loaded = static_cast<GroupSet>(read | failed | absent | Bit(Group::kCall));
  frame->read = frame->loaded;
  frame->failed = failed;
  frame->absent = absent;
  frame->host = facts.record.host;
  for (unsigned groups = failed; groups != 0; groups &= groups - 1) {
    const auto group = static_cast<size_t>(std::countr_zero(groups));
    InsertAll(&frame->unavailable, layout.group_facts[group]);
  }
  if (!Any(facts.unavailable) && !Any(facts.collected)) return;
  for (size_t i = 0; i < layout.catalog.size(); ++i) {
    const auto id = static_cast<FactId>(i);
    const FactPlace& place = layout.places[id];
    DCHECK(place.word < kFrameWords);
    const bool unavailable = (facts.unavailable[place.word] >> place.shift & 1) != 0;
    const bool collected = (facts.collected[place.word] >> place.shift & 1) != 0;
    if (!unavailable && !collected) continue;
    if (!Has(frame->loaded, place.group)) frame->carried.Insert(id);
    if (unavailable) {
      frame->unavailable.Insert(id);
    } else if (!unknown.Contains(id)) {
      Remove(&frame->unavailable, id);
    }
  }
}

FactSet NotCollected(const Layout& layout, const OpenedFacts& facts, const FactSet& unknown,
                     const FactSet& tested) {
  const GroupSet collected = static_cast<GroupSet>(
      ~GroupsWith(facts.record.states, GroupState::kNotCollected) | Bit(Group::kCall));
  FactSet missing = Both(tested, unknown);
  ForEach(tested, [&](FactId id) {
    const FactPlace& place = layout.places[id];
    const uint32_t given = facts.unavailable[place.word] | facts.collected[place.word];
    if (!Has(collected, place.group) && (given >> place.shift & 1) == 0) missing.Insert(id);
  });
  return missing;
}

}  // namespace ringfence
