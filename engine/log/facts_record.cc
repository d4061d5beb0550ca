// Frame -> states of groups, and masks for what states of groups cannot say.
#include "log/facts_record.h"

#include "base/check.h"
#include "facts/fact_set.h"

namespace ringfence {
namespace {

constexpr GroupSet kCallGroup = Bit(Group::kCall);

class Masks {
 public:
  Masks(const Layout& layout, DecisionRecord* record) : layout_(layout), record_(*record) {}

  void Add(DetailKind kind, FactId fact) {
    FactWords& mask = masks_[static_cast<size_t>(kind) - 1];
    const FactPlace& place = layout_.places[fact];
    mask[place.word] |= uint32_t{1} << place.shift;
    used_[static_cast<size_t>(kind) - 1] = true;
  }

  void Finish() {
    for (size_t i = 0; i < masks_.size(); ++i) {
      if (!used_[i]) continue;
      record_.detail_kinds[record_.detail_count] = static_cast<DetailKind>(i + 1);
      record_.details[record_.detail_count++] = masks_[i];
    }
  }

 private:
  const Layout& layout_;
  DecisionRecord& record_;
  std::array<FactWords, 3> masks_{};
  std::array<bool, 3> used_{};
};

}  // namespace

GroupSet ReplayGroups(const Catalog& catalog) {
  GroupSet groups = 0;
  for (const FactInfo& fact : catalog.facts()) {
    if (fact.replay) groups = static_cast<GroupSet>(groups | Bit(fact.group));
  }
  return groups;
}

void DescribeFacts(const Layout& layout, const Frame& frame, const FactSet& tested, GroupSet wanted,
                   DecisionRecord* record) {
  FactsRecord& facts = record->facts;
  facts.words = frame.words;
  facts.read_digest = ReadDigest(layout, tested);
  facts.states = GroupStates::Of(frame.loaded, frame.failed, frame.absent);
  // Loaded without a source, and not because nobody is there: the question carried all of it.
  const int carried_whole = frame.loaded & ~(frame.read | frame.absent | frame.failed);
  facts.host = static_cast<GroupSet>(frame.host | carried_whole | kCallGroup);
  record->detail_count = 0;
  if ((wanted & ~frame.loaded) != 0) record->flags |= entry_flags::kNotAllCollected;
  const FactSet& call = layout.group_facts[static_cast<size_t>(Group::kCall)];
  FactSet single;  // facts that may not be as their group is
  for (size_t word = 0; word < std::size(single.words); ++word) {
    single.words[word] =
        (frame.carried.words[word] & ~call.words[word]) | frame.unavailable.words[word];
  }
  if (single.Empty()) return;
  Masks masks(layout, record);
  ForEach(single, [&](FactId fact) {
    const auto group = static_cast<Group>(layout.places[fact].group);
    const GroupState state = facts.states[group];
    const bool as_group = state == GroupState::kRead || state == GroupState::kAbsent;
    const bool carried = frame.carried.Contains(fact);
    if (frame.unavailable.Contains(fact)) {
      const bool said =
          state == GroupState::kUnavailable || (state == GroupState::kNotCollected && !carried);
      if (!said) masks.Add(DetailKind::kUnavailable, fact);
    } else if (!as_group) {
      masks.Add(DetailKind::kCollected, fact);
    } else if (carried && (facts.host & Bit(group)) == 0) {
      masks.Add(DetailKind::kHost, fact);
    }
  });
  masks.Finish();
}

}  // namespace ringfence
