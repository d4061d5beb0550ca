// Predicates of lists as tests of facts.
#include "derived/list_facts.h"

namespace ringfence {
namespace {

Matching ToMatching(bool holds) { return holds ? Matching::kYes : Matching::kNo; }

/// Collects the tested facts of one group.
class TestedWriter final : public GroupWriter {
 public:
  TestedWriter(const TestedPlaces& places, Group group,
               std::array<std::optional<FactCode>, kTestedFacts>* values)
      : places_(places), group_(group), values_(*values) {
    Each([](const TestedPlace& place) { return std::optional(place.empty); });
  }

  void Set(FactId id, FactCode code) override {
    Each([&](const TestedPlace& place) { return Valid(place, code); }, id);
  }
  void SetUnavailable(FactId id) override {
    Each([](const TestedPlace&) { return std::optional<FactCode>(); }, id);
  }
  void SetPacked(std::span<const uint32_t> words) override {
    Each([&](const TestedPlace& place) {
      if (place.is_known) return std::optional(FactCode{1});
      if (place.word >= words.size()) return std::optional(place.empty);
      return Valid(place, (words[place.word] >> place.shift) & place.mask);
    });
  }
  void SetAbsent() {
    Each([](const TestedPlace& place) { return std::optional(place.absent); });
  }
  void SetAllUnavailable() {
    Each([](const TestedPlace&) { return std::optional<FactCode>(); });
  }
  bool Knows() const {
    const auto known = static_cast<size_t>(TestedFact::kKnown);
    return places_[known].group != group_ || values_[known] != std::optional(FactCode{0});
  }

 private:
  static std::optional<FactCode> Valid(const TestedPlace& place, FactCode code) {
    return code < place.count ? std::optional(code) : std::nullopt;
  }
  template <class Make>
  void Each(const Make& make, std::optional<FactId> only = std::nullopt) {
    for (size_t i = 0; i < places_.size(); ++i) {
      const TestedPlace& place = places_[i];
      if (!place.exists || place.group != group_) continue;
      if (!only.has_value() || place.id == *only) values_[i] = make(place);
    }
  }

  const TestedPlaces& places_;
  const Group group_;
  std::array<std::optional<FactCode>, kTestedFacts>& values_;
};

}  // namespace

ListFacts::ListFacts(const DerivedReading& reading, bool owner_is_callee)
    : reading_(reading),
      owner_is_callee_(owner_is_callee),
      places_(owner_is_callee ? reading.ids.tested_by_callee : reading.ids.tested_by_caller) {}

Matching ListFacts::Test(ListPredicate predicate) {
  switch (predicate) {
    case ListPredicate::kEveryone:
      return Matching::kYes;
    case ListPredicate::kAnonymous:
      return ToMatching(owner_is_callee_ && reading_.question.caller_without_account);
    case ListPredicate::kUnknown: {
      const Matching known = IsTrue(TestedFact::kKnown);
      if (known == Matching::kUnavailable) return known;
      return ToMatching(known == Matching::kNo);
    }
    case ListPredicate::kFollowed:
      return IsTrue(TestedFact::kFollows);
    case ListPredicate::kFollowers:
      return IsTrue(TestedFact::kFollowedBy);
    case ListPredicate::kFriends:
      return IsTrue(TestedFact::kFriend);
    case ListPredicate::kFavorites:
      return IsTrue(TestedFact::kFavorite);
    case ListPredicate::kContacts:
      return InContacts();
    case ListPredicate::kVerified:
      return IsTrue(TestedFact::kVerified);
    case ListPredicate::kBots:
      return IsTrue(TestedFact::kBot);
    case ListPredicate::kSubscriptionNone:
    case ListPredicate::kSubscriptionTo:
    case ListPredicate::kSubscriptionFrom:
    case ListPredicate::kSubscriptionBoth:
      return Subscribed(static_cast<FactCode>(predicate) -
                        static_cast<FactCode>(ListPredicate::kSubscriptionNone));
  }
  return Matching::kUnavailable;
}

Matching ListFacts::InContacts() {
  const Matching added = IsTrue(TestedFact::kAdded);
  if (added == Matching::kYes) return added;
  const TestedPlace& place = places_[static_cast<size_t>(TestedFact::kContact)];
  const Value contact = Get(TestedFact::kContact);
  if (contact.has_value() && *contact == place.wanted) return Matching::kYes;
  return contact.has_value() ? added : Matching::kUnavailable;
}

Matching ListFacts::Subscribed(FactCode value) {
  const Value subscription = Get(TestedFact::kSubscription);
  if (subscription.has_value()) return ToMatching(*subscription == value);
  const TestedPlace& place = places_[static_cast<size_t>(TestedFact::kSubscription)];
  if (!place.exists || place.count > 8) return Matching::kUnavailable;
  subscriptions_ &= static_cast<uint8_t>((1u << place.count) - 1);
  const auto asked = static_cast<uint8_t>(1u << value);
  if (subscriptions_ == asked) return Matching::kYes;
  subscriptions_ &= static_cast<uint8_t>(~asked);
  return Matching::kUnavailable;
}

Matching ListFacts::IsTrue(TestedFact fact) {
  const Value value = Get(fact);
  if (!value.has_value()) return Matching::kUnavailable;
  const TestedPlace& place = places_[static_cast<size_t>(fact)];
  if (!place.can_be_unset) return ToMatching(*value != 0);
  return ToMatching((*value == 0 ? place.when_unset : *value - 1) != 0);
}

ListFacts::Value ListFacts::Get(TestedFact fact) {
  const auto index = static_cast<size_t>(fact);
  const TestedPlace& place = places_[index];
  if (!place.exists) return std::nullopt;
  Value value;
  if (Carried(place, &value)) return value;
  if (SaysNobody(place.group)) return place.absent;
  const auto bit = static_cast<uint16_t>(1u << static_cast<unsigned>(place.group));
  if ((loaded_ & bit) == 0) {
    loaded_ = static_cast<uint16_t>(loaded_ | bit);
    Load(place.group);
  }
  return values_[index];
}

bool ListFacts::Carried(const TestedPlace& place, Value* value) const {
  for (const Fact& fact : reading_.question.facts) {
    if (fact.id != place.id && fact.id != place.other_half) continue;
    if (fact.code != kUnavailableCode) *value = fact.code;
    return true;
  }
  return false;
}

bool ListFacts::SaysNobody(Group group) const {
  const bool of_caller = group == Group::kCaller || group == Group::kCallerContact;
  if (!of_caller && group != Group::kCallee && group != Group::kPair) return false;
  const bool asks_caller = group != Group::kCallee;
  const bool asks_callee = group == Group::kCallee || group == Group::kPair;
  if (asks_caller && reading_.question.caller_without_account) return true;
  for (const Fact& fact : reading_.question.facts) {
    if (fact.code != 0) continue;
    if (asks_caller && fact.id == reading_.ids.caller_known) return true;
    if (asks_callee && fact.id == reading_.ids.callee_known) return true;
  }
  return false;
}

void ListFacts::Load(Group group) {
  TestedWriter writer(places_, group, &values_);
  switch (reading_.facts.Read(group, reading_.question, writer)) {
    case ReadState::kRead:
      // A source may say so of a user it read.
      if (!writer.Knows()) writer.SetAbsent();
      return;
    case ReadState::kAbsent:
      writer.SetAbsent();
      return;
    case ReadState::kUnavailable:
    case ReadState::kNotMine:
      writer.SetAllUnavailable();
      return;
  }
}

}  // namespace ringfence
