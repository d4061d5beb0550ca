// Any bytes as rows of derived facts: damaged, or what is unpacked packs to the same bytes; and the
// facts that are read from them are in range, unavailable where a row is damaged and only there.
//
// Input: flags, 6 bytes of time, then records: kind, 2 bytes of size, bytes. A record of kind 0
// is the name of a party, one of 14 packed words of other groups, one of 15 the kinds whose rows
// cannot be read.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "derived/consent.h"
#include "derived/list_rows.h"
#include "derived/pair_calls.h"
#include "derived/quiet_rows.h"
#include "derived/read.h"
#include "derived/recent.h"
#include "derived/schedule.h"

namespace ringfence {
namespace {

using Bytes = std::span<const uint8_t>;

constexpr uint8_t kName = 0, kWords = 14, kUnreadable = 15;

void Require(bool condition) {
  if (!condition) std::abort();
}

bool Same(Bytes bytes, std::string_view packed) {
  return bytes.size() == packed.size() &&
         std::memcmp(bytes.data(), packed.data(), packed.size()) == 0;
}

/// Rows that are merged with an event and pruned are rows again, within their bounds.
void CheckPairCalls(Bytes bytes, int64_t now_ms) {
  PairCalls calls;
  const bool whole = PairCalls::Unpack(bytes, &calls);
  Require(whole == IsWellFormed(RowKind::kPairCalls, bytes));
  std::string after;
  int64_t expires_s = 0;
  const std::string_view row(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!row.empty()) Require(ResetUnanswered(row, now_ms, &after, &expires_s) == whole);
  if (!whole) return;
  Require(Same(bytes, calls.Pack()));
  for (const CallEvent event :
       {CallEvent::kAttempt, CallEvent::kConnected, CallEvent::kUnanswered, CallEvent::kCalled}) {
    calls.Add(event, MakeEventId(now_ms, 7), now_ms);
  }
  Require(calls.ExpiresS(now_ms) >= TimeOf(MakeEventId(now_ms, 0)) / 1000);
  calls.Prune(now_ms);
  for (const std::string& packed : {calls.Pack(), after}) {
    Require(packed.size() <= kMaxPairCallsBytes);
    Require(IsWellFormed(RowKind::kPairCalls, AsBytes(packed)));
  }
}

template <class Row, class Add>
void CheckRecent(RowKind kind, Bytes bytes, int64_t now_ms, const Add& add) {
  Row row;
  const bool whole = Row::Unpack(bytes, &row);
  Require(whole == IsWellFormed(kind, bytes));
  if (!whole) return;
  Require(Same(bytes, row.Pack()));
  add(&row);
  Require(!row.empty());
  row.ExpiresS(now_ms);
  row.Prune(now_ms);
  Require(row.Pack().size() <= kMaxRecentBytes);
  Require(IsWellFormed(kind, AsBytes(row.Pack())));
}

template <class Row>
void CheckConsent(RowKind kind, Bytes bytes, int64_t now_ms) {
  Row row;
  const bool whole = Unpack(bytes, &row);
  Require(whole == IsWellFormed(kind, bytes));
  if (!whole) return;
  Require(Same(bytes, Pack(row)));
  Require(ExpiresS(row) >= 0);
  if constexpr (std::is_same_v<Row, AskedRow>) {
    Require(WaitMs(row, 0, AskLimits{}, now_ms) >= 0);
    AddAsked(std::clamp<int64_t>(now_ms, 1, kLastTimeMs), &row);
    Require(IsWellFormed(kind, AsBytes(Pack(row))));
  }
}

void CheckList(Bytes bytes) {
  OtherItems items(bytes);
  OtherItem item;
  std::string packed;
  bool good_texts = true;
  while (items.Next(&item)) {
    AppendOther(item, &packed);
    if (item.kind == ListEntry::Kind::kGroup && item.group != GroupKey(item.text)) {
      good_texts = false;
    }
    if (item.kind != ListEntry::Kind::kDomain) continue;
    good_texts = good_texts && CheckDomainPattern(item.text).ok();
    Require(!MatchesDomain(item.text, ""));
  }
  if (!items.damaged()) Require(Same(bytes, packed));
  const bool well_formed = IsWellFormed(RowKind::kListOther, bytes);
  if (well_formed) Require(!items.damaged() && good_texts && bytes.size() <= kMaxOtherBytes);
}

void CheckSchedules(Bytes bytes) {
  ScheduleView view;
  const bool whole = ViewSchedule(bytes, &view);
  Require(whole == IsWellFormed(RowKind::kSchedule, bytes));
  if (!whole) return;
  Require(bytes.size() <= kMaxScheduleBytes);
  QuietSchedule schedule{std::string(view.zone), {}};
  for (size_t i = 0; i < view.intervals.size() / kIntervalBytes; ++i) {
    schedule.intervals.push_back(IntervalAt(view, i));
  }
  Require(CheckSchedule(schedule).ok());
  Require(Same(bytes, PackSchedule(schedule)));
}

void CheckShortRow(RowKind kind, Bytes bytes) {
  PersonItem person;
  QuietRow quiet;
  const bool well_formed = IsWellFormed(kind, bytes);
  if (kind == RowKind::kListPerson) {
    Require(UnpackPerson(bytes, &person) == well_formed);
    if (well_formed) Require(Same(bytes, PackPerson(person)));
  } else if (kind == RowKind::kQuiet) {
    Require(UnpackQuiet(bytes, &quiet) == well_formed);
    if (well_formed) Require(Same(bytes, PackQuiet(quiet)));
  } else if (kind == RowKind::kMember) {
    Require(well_formed == Same(bytes, kMemberRow));
  } else if (well_formed) {
    Require(!bytes.empty() && bytes.size() <= kMaxIdBytes);  // the name of a group
  }
}

void CheckRow(RowKind kind, Bytes bytes, int64_t now_ms) {
  const EventId id = MakeEventId(now_ms, 1);
  switch (kind) {
    case RowKind::kPairCalls:
      return CheckPairCalls(bytes, now_ms);
    case RowKind::kUnknownCalls:
      return CheckRecent<UnknownCalls>(kind, bytes, now_ms,
                                       [&](UnknownCalls* row) { row->calls.Add(id, now_ms); });
    case RowKind::kCallees:
    case RowKind::kPreviews:
      return CheckRecent<RecentUsers>(kind, bytes, now_ms,
                                      [&](RecentUsers* row) { row->Add(42, id, now_ms); });
    case RowKind::kGrant:
      return CheckConsent<GrantRow>(kind, bytes, now_ms);
    case RowKind::kRequests:
      return CheckConsent<AskedRow>(kind, bytes, now_ms);
    case RowKind::kKnock:
      return CheckConsent<KnockRow>(kind, bytes, now_ms);
    case RowKind::kListOther:
      return CheckList(bytes);
    case RowKind::kSchedule:
      return CheckSchedules(bytes);
    case RowKind::kListPerson:
    case RowKind::kGroup:
    case RowKind::kMember:
    case RowKind::kQuiet:
      return CheckShortRow(kind, bytes);
  }
}

/// One row of each kind, whatever the keys; and other groups, which predicates of lists test.
class World final : public DerivedRows, public FactSource, public TimeZones {
 public:
  void Add(uint8_t kind, Bytes bytes) { rows_[kind].assign(bytes.begin(), bytes.end()); }
  /// There is one, and it cannot be read as a row: the last of each kind counts.
  bool IsBad(RowKind kind) const { return IsUnreadable(kind) || IsDamaged(kind); }
  bool Has(RowKind kind) const { return !Row(static_cast<uint8_t>(kind)).empty(); }

  ReadState GetRow(RowKind kind, int64_t /*a*/, int64_t /*b*/, std::span<uint8_t> to,
                   size_t* size) noexcept override {
    return Copy(kind, static_cast<uint8_t>(kind), to.data(), to.size(), size);
  }
  ReadState GetName(int64_t /*user*/, std::span<char> to, size_t* size) noexcept override {
    Require(to.size() == kMaxIdBytes);
    return Copy(RowKind{}, kName, to.data(), to.size(), size);
  }
  ReadState Read(Group group, const Question& /*question*/, GroupWriter& out) noexcept override {
    const Bytes row = Row(kWords);
    if (row.empty()) return ReadState::kAbsent;
    if (row[0] % 4 == 3) return ReadState::kUnavailable;
    std::array<uint32_t, 8> words{};
    const size_t count = std::min<size_t>((row.size() - 1) / 4, words.size());
    for (size_t i = 0; i < count; ++i) {
      words[i] = static_cast<uint32_t>(ReadUint(row.subspan(1 + 4 * i, 4)));
    }
    out.SetPacked(std::span(words).first(count));
    if (row[0] % 4 == 2) out.SetUnavailable(static_cast<FactId>(row[0] / 4));
    if (row[0] % 4 == 1) out.Set(static_cast<FactId>(row[0] / 4), static_cast<FactCode>(group));
    return ReadState::kRead;
  }
  bool ToLocal(std::string_view zone, int64_t unix_s, LocalTime* local) const noexcept override {
    Require(!zone.empty() && zone.size() <= kMaxZoneBytes);
    local->minute = static_cast<int>(((unix_s / 60) % 1440 + 1440) % 1440);
    local->weekday = static_cast<int>(((unix_s / 86400) % 7 + 7) % 7) + 1;
    return zone != "Nowhere";
  }
  std::vector<std::string> Names() const override { return {}; }

 private:
  Bytes Row(uint8_t kind) const {
    const auto found = rows_.find(kind);
    return found == rows_.end() ? Bytes() : Bytes(found->second);
  }
  bool IsUnreadable(RowKind kind) const {
    const Bytes set = Row(kUnreadable);
    const auto bit = static_cast<size_t>(kind);
    return bit / 8 < set.size() && (set[bit / 8] >> (bit % 8) & 1) != 0;
  }
  bool IsDamaged(RowKind kind) const {
    return Has(kind) && !IsWellFormed(kind, Row(static_cast<uint8_t>(kind)));
  }
  ReadState Copy(RowKind kind, uint8_t number, void* to, size_t room, size_t* size) const {
    const Bytes row = Row(number);
    if (IsUnreadable(kind) || row.size() > room) return ReadState::kUnavailable;
    if (row.empty()) return ReadState::kAbsent;
    std::memcpy(to, row.data(), row.size());
    *size = row.size();
    return ReadState::kRead;
  }

  std::map<uint8_t, std::vector<uint8_t>> rows_;
};

/// What a group gave.
class Facts final : public GroupWriter {
 public:
  explicit Facts(Group group) : group_(group) {}
  void Set(FactId id, FactCode code) override {
    const FactInfo& fact = Catalog::Standard().fact(id);
    Require(fact.group == group_ && code < fact.code_count());
    given_[id] = true;
  }
  void SetUnavailable(FactId id) override {
    Require(Catalog::Standard().fact(id).group == group_);
    given_[id] = false;
  }
  void SetPacked(std::span<const uint32_t> /*words*/) override { Require(false); }
  /// Given, but could not be read.
  bool IsUnavailable(std::optional<FactId> id) const {
    const auto found = given_.find(id.value());
    return found != given_.end() && !found->second;
  }

 private:
  const Group group_;
  std::map<FactId, bool> given_;
};

void CheckAttempts(const DerivedReading& reading, const World& world) {
  Facts facts(Group::kAttempts);
  const ReadState state = ReadDerivedGroup(Group::kAttempts, reading, facts);
  const auto [callee, caller] = std::pair(reading.parties.callee, reading.parties.caller);
  const bool bad =
      (callee != 0 && caller != 0 && world.IsBad(RowKind::kPairCalls)) ||
      (callee != 0 && world.IsBad(RowKind::kUnknownCalls)) ||
      (caller != 0 && (world.IsBad(RowKind::kCallees) || world.IsBad(RowKind::kPreviews)));
  Require((state == ReadState::kUnavailable) == bad);
}

void CheckGrant(const DerivedReading& reading, const World& world) {
  Facts facts(Group::kGrant);
  const ReadState state = ReadDerivedGroup(Group::kGrant, reading, facts);
  if (state != ReadState::kRead) {
    Require(state == ReadState::kAbsent);
    return;
  }
  // Some of it depends on earlier calls, and then on their row.
  const auto check = [&](std::optional<FactId> id, RowKind kind) {
    if (world.IsBad(kind)) Require(facts.IsUnavailable(id));
    if (!world.IsBad(kind) && !world.IsBad(RowKind::kPairCalls)) Require(!facts.IsUnavailable(id));
  };
  check(reading.ids.grant, RowKind::kGrant);
  check(reading.ids.requests_24h, RowKind::kRequests);
  check(reading.ids.requests_7d, RowKind::kRequests);
}

void CheckListFacts(const DerivedReading& reading, const World& world) {
  Facts facts(Group::kList);
  const DerivedParties& parties = reading.parties;
  const ReadState state = ReadDerivedGroup(Group::kList, reading, facts);
  if (state == ReadState::kAbsent) return;
  Require(state == ReadState::kRead);
  const bool bad_person = world.IsBad(RowKind::kListPerson);
  if (parties.callee_has_list && parties.caller != 0 && bad_person) {
    Require(facts.IsUnavailable(reading.ids.list));
  }
  if (parties.caller_has_list && parties.callee != 0 && bad_person) {
    Require(facts.IsUnavailable(reading.ids.caller_list));
  }
  if (parties.callee_has_quiet && world.IsBad(RowKind::kQuiet)) {
    Require(facts.IsUnavailable(reading.ids.quiet));
  }
}

void CheckTime(const DerivedReading& reading, const World& world) {
  Facts facts(Group::kTime);
  const ReadState state = ReadDerivedGroup(Group::kTime, reading, facts);
  Require(state == ReadState::kRead || state == ReadState::kUnavailable);
  const bool scheduled = reading.parties.callee_has_schedule;
  if (!scheduled) Require(state == ReadState::kRead);
  const bool bad = !world.Has(RowKind::kSchedule) || world.IsBad(RowKind::kSchedule);
  if (scheduled && bad) Require(state == ReadState::kUnavailable);
}

void CheckFacts(uint8_t flags, int64_t now_ms, World* world) {
  static const DerivedIds& ids = *new DerivedIds(Catalog::Standard());
  // The zones are no more than the world in which they are asked.
  const DerivedContext context{
      {}, nullptr, std::shared_ptr<const TimeZones>(std::shared_ptr<void>(), world)};
  Question question;
  DerivedParties parties;
  const auto flag = [&](int bit) { return (flags >> bit & 1) != 0; };
  parties.callee = flag(0) ? 1 : 0;
  parties.caller = flag(1) ? 2 : 0;
  question.callee = flag(0) ? Party::Handle(1) : Party("callee@example.com");
  if (flag(1)) question.caller = Party::Handle(2);
  if (!flag(1) && flag(2)) question.caller = Party("@caller:example.com");
  question.caller_without_account = question.caller.empty();
  parties.callee_has_list = flag(0) && flag(3);
  parties.caller_has_list = flag(1) && flag(4);
  parties.callee_has_quiet = flag(0) && flag(5);
  parties.callee_has_schedule = flag(0) && flag(6);
  const DerivedReading reading{ids, context, question, parties, now_ms, *world, *world};
  CheckAttempts(reading, *world);
  CheckGrant(reading, *world);
  CheckListFacts(reading, *world);
  CheckTime(reading, *world);
}

}  // namespace
}  // namespace ringfence

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ringfence;
  Bytes rest(data, size);
  if (rest.size() < 7) return 0;
  const uint8_t flags = rest[0];
  const auto now_ms = static_cast<int64_t>(ReadUint(rest.subspan(1, 6))) - (flags >> 7) * kDayMs;
  rest = rest.subspan(7);
  World world;
  while (rest.size() >= 3) {
    const uint8_t kind = rest[0] % 16;
    const size_t bytes = std::min<size_t>(ReadUint(rest.subspan(1, 2)), rest.size() - 3);
    const Bytes row = rest.subspan(3, bytes);
    rest = rest.subspan(3 + bytes);
    if (IsRowKind(kind)) CheckRow(static_cast<RowKind>(kind), row, now_ms);
    world.Add(kind, row);
  }
  CheckFacts(flags, now_ms, &world);
  return 0;
}
