// The group `list` of derived facts: first match over persons, groups, domains and predicates, for
// the callee's list and the caller's; and whether the callee has asked for quiet.
#include <ringfence/limits.h>

#include "derived/list_facts.h"
#include "derived/list_rows.h"
#include "derived/quiet_rows.h"
#include "derived/read.h"

namespace ringfence {
namespace {

/// Whose list, and about whom.
struct Sides {
  bool owner_is_callee;
  int64_t owner;
  int64_t other;
  const Party& party;  ///< the other's
};

/// What the entries so far have come to. Entries of which one cannot say whether they match are
/// open; while all of them, and what follows, say the same, that is the answer.
class FirstMatch {
 public:
  static constexpr FactCode kNone = 0;

  /// True: this decides, whatever follows.
  bool Add(Matching matches, ListAction action) {
    if (matches == Matching::kNo) return false;
    Say(static_cast<FactCode>(action));
    return matches == Matching::kYes || !available_;
  }
  void End() { Say(kNone); }
  /// No value: unavailable.
  std::optional<FactCode> value() const { return available_ ? said_ : std::nullopt; }

 private:
  void Say(FactCode code) {
    if (said_.has_value() && *said_ != code) available_ = false;
    said_ = code;
  }
  bool available_ = true;
  std::optional<FactCode> said_;
};

/// One list in one decision.
class ListReading {
 public:
  ListReading(const DerivedReading& reading, const Sides& sides, bool named_only)
      : reading_(reading),
        sides_(sides),
        named_only_(named_only),
        facts_(reading, sides.owner_is_callee) {}

  std::optional<FactCode> Read() {
    PersonItem person;  // rank 0: none is about the other
    if (sides_.other != 0 && !ReadPerson(&person)) return std::nullopt;
    size_t size = 0;
    const ReadState state = reading_.rows.GetRow(RowKind::kListOther, sides_.owner, 0, row_, &size);
    if (state != ReadState::kRead && state != ReadState::kAbsent) return std::nullopt;
    FirstMatch match;
    OtherItems items(std::span<const uint8_t>(row_).first(size));
    OtherItem item;
    while (items.Next(&item)) {
      if (person.rank != 0 && item.rank > person.rank) break;
      if (match.Add(Matches(item), item.action)) return match.value();
    }
    if (items.damaged()) return std::nullopt;
    if (person.rank == 0 || !match.Add(Matching::kYes, person.action)) match.End();
    return match.value();
  }

 private:
  bool ReadPerson(PersonItem* person) {
    uint8_t row[kPersonItemBytes];
    size_t size = 0;
    switch (reading_.rows.GetRow(RowKind::kListPerson, sides_.owner, sides_.other, row, &size)) {
      case ReadState::kAbsent:
        return true;
      case ReadState::kRead:
        return UnpackPerson(std::span<const uint8_t>(row).first(size), person);
      default:
        return false;
    }
  }

  Matching Matches(const OtherItem& item) {
    switch (item.kind) {
      case ListEntry::Kind::kGroup:
        return IsMember(item.group);
      case ListEntry::Kind::kDomain:
        return named_only_ ? Matching::kNo : InDomain(item.text);
      case ListEntry::Kind::kPredicate:
        return named_only_ ? Matching::kNo : facts_.Test(item.predicate);
      case ListEntry::Kind::kPerson:
        break;
    }
    return Matching::kUnavailable;
  }

  Matching IsMember(int64_t group) {
    if (sides_.other == 0) return Matching::kNo;
    uint8_t row[8];
    size_t size = 0;
    switch (reading_.rows.GetRow(RowKind::kMember, group, sides_.other, row, &size)) {
      case ReadState::kRead:
        return IsMemberRow(std::span<const uint8_t>(row).first(size)) ? Matching::kYes
                                                                      : Matching::kUnavailable;
      case ReadState::kAbsent:
        return Matching::kNo;
      default:
        return Matching::kUnavailable;
    }
  }

  Matching InDomain(std::string_view pattern) {
    if (!knows_name_) {
      knows_name_ = true;
      name_state_ = ReadState::kRead;
      name_ = sides_.party.id;
      if (sides_.party.handle != 0) {
        size_t size = 0;
        name_state_ = reading_.rows.GetName(sides_.party.handle, name_bytes_, &size);
        name_ = name_state_ == ReadState::kRead ? std::string_view(name_bytes_, size)
                                                : std::string_view();
      }
    }
    if (name_state_ == ReadState::kUnavailable) return Matching::kUnavailable;
    return MatchesDomain(pattern, DomainOf(name_)) ? Matching::kYes : Matching::kNo;
  }

  const DerivedReading& reading_;
  const Sides sides_;
  const bool named_only_;  ///< entries about persons and groups
  ListFacts facts_;
  bool knows_name_ = false;
  ReadState name_state_ = ReadState::kAbsent;
  std::string_view name_;
  char name_bytes_[kMaxIdBytes];
  uint8_t row_[kMaxOtherBytes];  // no need to clear these
};

Sides CalleesSide(const DerivedReading& reading) {
  return {true, reading.parties.callee, reading.parties.caller, reading.question.caller};
}

void Put(std::optional<FactId> id, std::optional<FactCode> code, GroupWriter& out) {
  if (!id.has_value()) return;
  if (code.has_value()) {
    out.Set(*id, *code);
  } else {
    out.SetUnavailable(*id);
  }
}

/// Whether the callee asked for quiet, and did not except the caller. No value: unavailable.
std::optional<FactCode> ReadQuiet(const DerivedReading& reading) {
  uint8_t row[kQuietBytes];
  size_t size = 0;
  QuietRow quiet;
  switch (reading.rows.GetRow(RowKind::kQuiet, reading.parties.callee, 0, row, &size)) {
    case ReadState::kAbsent:
      return 0;
    case ReadState::kRead:
      if (!UnpackQuiet(std::span<const uint8_t>(row).first(size), &quiet)) return std::nullopt;
      break;
    default:
      return std::nullopt;
  }
  if (reading.now_ms >= quiet.until_s * 1000) return 0;
  if (!quiet.except_listed || !reading.parties.callee_has_list) return 1;
  const std::optional<FactCode> listed = ListReading(reading, CalleesSide(reading), true).Read();
  if (!listed.has_value()) return std::nullopt;
  const bool excepted = *listed == static_cast<FactCode>(ListAction::kAlways) ||
                        *listed == static_cast<FactCode>(ListAction::kBypass);
  return excepted ? 0 : 1;
}

}  // namespace

ReadState ReadList(const DerivedReading& reading, GroupWriter& out) noexcept {
  const DerivedParties& parties = reading.parties;
  if (!parties.callee_has_list && !parties.caller_has_list && !parties.callee_has_quiet) {
    return ReadState::kAbsent;
  }
  const DerivedIds& ids = reading.ids;
  if (parties.callee_has_list) {
    Put(ids.list, ListReading(reading, CalleesSide(reading), false).Read(), out);
  }
  if (parties.caller_has_list) {
    const Sides sides{false, parties.caller, parties.callee, reading.question.callee};
    Put(ids.caller_list, ListReading(reading, sides, false).Read(), out);
  }
  if (parties.callee_has_quiet) Put(ids.quiet, ReadQuiet(reading), out);
  return ReadState::kRead;
}

}  // namespace ringfence
