// See recall.h.
#include "replay/recall.h"

#include <bit>

#include "base/check.h"

namespace ringfence {
namespace {

bool Any(const FactWords& mask) {
  uint32_t any = 0;
  for (const uint32_t word : mask) any |= word;
  return any != 0;
}

/// Groups whose state has all of `wanted` of its two bits.
GroupSet GroupsWith(GroupStates states, uint32_t low, uint32_t high) {
  unsigned groups = 0;
  for (int i = 0; i < kGroupCount; ++i) {
    const uint32_t state = states.bits() >> (2 * i) & 3;
    if (state == (low | high << 1)) groups |= 1u << i;
  }
  return static_cast<GroupSet>(groups);
}

bool Has(GroupSet groups, uint8_t group) { return (groups >> group & 1) != 0; }

}  // namespace

void Recall(const Layout& layout, const OpenedFacts& facts, const FactSet& unknown, Frame* frame) {
  const GroupStates states = facts.record.states;
  const GroupSet read = GroupsWith(states, 1, 0);
  const GroupSet failed = GroupsWith(states, 0, 1);
  const GroupSet absent = GroupsWith(states, 1, 1);
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
    const FactSet& of_group = layout.group_facts[static_cast<size_t>(std::countr_zero(groups))];
    for (size_t word = 0; word < std::size(of_group.words); ++word) {
      frame->unavailable.words[word] |= of_group.words[word];
    }
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
      frame->unavailable.words[id >> 6] &= ~(uint64_t{1} << (id & 63));
    }
  }
}

FactSet NotCollected(const Layout& layout, const OpenedFacts& facts, const FactSet& unknown,
                     const FactSet& tested) {
  GroupSet collected = Bit(Group::kCall);
  for (int i = 0; i < kGroupCount; ++i) {
    if ((facts.record.states.bits() >> (2 * i) & 3) != 0) {
      collected = static_cast<GroupSet>(collected | 1u << i);
    }
  }
  FactSet missing;
  for (size_t word = 0; word < std::size(tested.words); ++word) {
    missing.words[word] = tested.words[word] & unknown.words[word];
    for (uint64_t bits = tested.words[word]; bits != 0; bits &= bits - 1) {
      const auto id = static_cast<FactId>(word * 64 + static_cast<size_t>(std::countr_zero(bits)));
      const FactPlace& place = layout.places[id];
      const uint32_t given = facts.unavailable[place.word] | facts.collected[place.word];
      if (!Has(collected, place.group) && (given >> place.shift & 1) == 0) missing.Insert(id);
    }
  }
  return missing;
}

}  // namespace ringfence
