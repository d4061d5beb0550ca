// Rows of lists and quiet, byte by byte: files keep them, so these bytes must never change; and
// what is damaged must never be taken for an entry.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/sha256.h"
#include "derived/consent.h"
#include "derived/list_rows.h"
#include "derived/quiet_rows.h"
#include "derived/read.h"
#include "derived/schedule.h"

namespace ringfence {
namespace {

using Kind = ListEntry::Kind;

std::string Hex(std::string_view bytes) { return ToHex(AsBytes(bytes)); }

/// An entry about the group "staff".
OtherItem AlwaysStaff(ListRank rank) {
  OtherItem item;
  item.rank = rank;
  item.action = ListAction::kAlways;
  item.kind = Kind::kGroup;
  item.text = "staff";
  item.group = GroupKey(item.text);
  return item;
}

/// A group, a domain and a predicate.
std::string ThreeItems() {
  std::string bytes;
  AppendOther(AlwaysStaff(1024), &bytes);
  OtherItem item;
  item.rank = 2048;
  item.action = ListAction::kSilent;
  item.kind = Kind::kDomain;
  item.text = "*.x.org";
  AppendOther(item, &bytes);
  item.rank = 0x10203040;
  item.action = ListAction::kBypass;
  item.kind = Kind::kPredicate;
  item.predicate = ListPredicate::kSubscriptionBoth;
  AppendOther(item, &bytes);
  return bytes;
}

TEST_CASE("rows of lists have the bytes that files hold") {
  CHECK(Hex(PackPerson({1024, ListAction::kNever})) == "0004000002");
  CHECK(GroupKey("staff") == -1179299410677864582);
  CHECK(Hex(ThreeItems()) ==
        "0004000001027ae7b7266f49a2ef057374616666"
        "000800000303072a2e782e6f7267"
        "4030201004040e");
  CHECK(Hex(PackQuiet({1750000000, true})) == "80e14e680000000001");
  QuietSchedule schedule;
  schedule.zone = "Asia/Tokyo";
  schedule.intervals = {{0x1f, 1320, 420}};
  CHECK(Hex(PackSchedule(schedule)) == "0a417369612f546f6b796f1f2805a401");
  // A predicate's number is its place.
  CHECK(ListPredicates().size() == kListPredicates);
  CHECK(FindPredicate("everyone") == ListPredicate::kEveryone);
  CHECK(FindPredicate("subscription:both") == ListPredicate::kSubscriptionBoth);
  for (const std::string_view name : ListPredicates()) {
    CHECK(NameOfPredicate(*FindPredicate(name)) == name);
  }
}

TEST_CASE("rows of lists: cut anywhere, or with another byte, they are damaged or in range") {
  PersonItem person;
  for (const std::string& bytes :
       {std::string(), std::string("\0\4\0\0", 4), std::string("\0\4\0\0\2\0", 6),
        std::string("\0\4\0\0\0", 5), std::string("\0\4\0\0\5", 5), std::string("\0\0\0\0\1", 5)}) {
    CHECK_FALSE(UnpackPerson(AsBytes(bytes), &person));
  }
  const std::string good = ThreeItems();
  const std::vector<size_t> ends = {0, 20, 34, 41};
  for (size_t size = 0; size <= good.size(); ++size) {
    const std::string cut = good.substr(0, size);
    OtherItems items(AsBytes(cut));
    OtherItem item;
    while (items.Next(&item)) {
    }
    const bool whole = std::find(ends.begin(), ends.end(), size) != ends.end();
    CAPTURE(size);
    CHECK(items.damaged() == !whole);
    CHECK_FALSE(items.Next(&item));
  }
  for (size_t i = 0; i < good.size(); ++i) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string bytes = good;
      bytes[i] = static_cast<char>(byte);
      OtherItems items(AsBytes(bytes));
      OtherItem item;
      ListRank last = 0;
      while (items.Next(&item)) {
        CHECK(item.rank > last);
        last = item.rank;
        CHECK((item.action >= ListAction::kAlways && item.action <= ListAction::kBypass));
        if (item.kind == Kind::kPredicate) CHECK_FALSE(NameOfPredicate(item.predicate).empty());
        if (item.kind == Kind::kGroup) CHECK(item.group < 0);
        CHECK(item.kind != Kind::kPerson);
      }
    }
  }
}

TEST_CASE("a quiet row is nine bytes of a time that can be compared") {
  QuietRow row;
  CHECK(UnpackQuiet(AsBytes(PackQuiet({kMaxQuietUntil, false})), &row));
  CHECK(row.until_s == kMaxQuietUntil);
  CHECK_FALSE(UnpackQuiet(AsBytes(std::string(8, '\0')), &row));
  CHECK_FALSE(UnpackQuiet(AsBytes(std::string(10, '\0')), &row));
  CHECK_FALSE(UnpackQuiet(AsBytes(std::string(8, '\0') + "\2"), &row));
  CHECK_FALSE(UnpackQuiet(AsBytes(std::string(8, '\xff') + std::string(1, '\0')), &row));
}

TEST_CASE("rows are well formed as their writers make them, and not cut or with a byte more") {
  const std::string id = "staff";
  const std::pair<RowKind, std::string> rows[] = {
      {RowKind::kPairCalls, std::string("\1\0\0\0\0\0", 6)},
      {RowKind::kUnknownCalls, std::string("\1\0", 2)},
      {RowKind::kCallees, std::string("\1\0", 2)},
      {RowKind::kPreviews, std::string("\1\0", 2)},
      {RowKind::kGrant, Pack(GrantRow{GrantState::kPermanent, GrantSource::kUser, false, 1, 0})},
      {RowKind::kRequests, Pack(AskedRow{{5}, 1})},
      {RowKind::kKnock, Pack(KnockRow{false, 1, 2})},
      {RowKind::kListPerson, PackPerson({7, ListAction::kNever})},
      {RowKind::kListOther, ThreeItems()},
      {RowKind::kMember, std::string(kMemberRow)},
      {RowKind::kSchedule, PackSchedule({"Asia/Tokyo", {{0x1f, 1320, 420}}})},
      {RowKind::kQuiet, PackQuiet({1750000000, true})},
  };
  for (const auto& [kind, bytes] : rows) {
    CAPTURE(static_cast<int>(kind));
    CHECK(IsWellFormed(kind, AsBytes(bytes)));
    CHECK_FALSE(IsWellFormed(kind, AsBytes(bytes.substr(1))));
    CHECK_FALSE(IsWellFormed(kind, AsBytes(bytes.substr(0, bytes.size() - 1))));
    CHECK_FALSE(IsWellFormed(kind, AsBytes(bytes + '\1')));
    CHECK_FALSE(IsWellFormed(kind, {}));
  }
  CHECK(IsWellFormed(RowKind::kGroup, AsBytes(id)));
  CHECK_FALSE(IsWellFormed(RowKind::kGroup, AsBytes(id + '\n')));
  CHECK_FALSE(IsWellFormed(RowKind::kGroup, {}));
  CHECK_FALSE(IsWellFormed(static_cast<RowKind>(kRowKinds + 1), AsBytes(id)));
}

TEST_CASE("texts in the row of a list are those that may be set, and its groups have their keys") {
  const auto is_good = [](ListEntry::Kind kind, std::string_view text, int64_t group) {
    OtherItem item;
    item.rank = 1;
    item.kind = kind;
    item.group = group;
    item.text = text;
    std::string bytes;
    AppendOther(item, &bytes);
    return IsWellFormed(RowKind::kListOther, AsBytes(bytes));
  };
  CHECK(is_good(Kind::kGroup, "staff", GroupKey("staff")));
  CHECK_FALSE(is_good(Kind::kGroup, "staff", GroupKey("guests")));
  CHECK_FALSE(is_good(Kind::kGroup, "\n", GroupKey("\n")));
  CHECK(is_good(Kind::kDomain, "*.x.org", 0));
  CHECK_FALSE(is_good(Kind::kDomain, "x.*.org", 0));
}

TEST_CASE("a schedule has no more intervals than may be set") {
  QuietSchedule schedule{"Asia/Tokyo", {}};
  schedule.intervals.assign(kMaxQuietIntervals, {1, 60, 120});
  const std::string most = PackSchedule(schedule);
  ScheduleView view;
  CHECK(ViewSchedule(AsBytes(most), &view));
  const std::string more = most + most.substr(most.size() - kIntervalBytes);
  CHECK_FALSE(ViewSchedule(AsBytes(more), &view));
}

/// The callee's list has one entry, about a group; the caller's row in it has the bytes given.
class OneMember final : public DerivedRows, public FactSource {
 public:
  explicit OneMember(std::string member) : member_(std::move(member)) {
    AppendOther(AlwaysStaff(1), &list_);
  }
  ReadState GetRow(RowKind kind, int64_t /*a*/, int64_t /*b*/, std::span<uint8_t> to,
                   size_t* size) noexcept override {
    const std::string& row = kind == RowKind::kListOther ? list_ : member_;
    if (kind == RowKind::kListPerson || row.empty()) return ReadState::kAbsent;
    *size = row.size();
    std::copy(row.begin(), row.end(), to.begin());
    return ReadState::kRead;
  }
  ReadState Read(Group, const Question&, GroupWriter&) noexcept override {
    return ReadState::kUnavailable;
  }

 private:
  std::string list_, member_;
};

/// The one fact that is given; -1: unavailable.
class OneFact final : public GroupWriter {
 public:
  void Set(FactId, FactCode code) override { value = static_cast<int>(code); }
  void SetUnavailable(FactId) override { value = -1; }
  void SetPacked(std::span<const uint32_t>) override {}
  int value = -2;
};

TEST_CASE("a member's damaged row makes nobody a member, nor a stranger") {
  const DerivedIds ids(Catalog::Standard());
  const DerivedContext context{{}, nullptr, nullptr};
  Question question;
  question.callee = Party::Handle(1);
  question.caller = Party::Handle(2);
  DerivedParties parties{1, 2};
  parties.callee_has_list = true;
  const auto listed = [&](const std::string& member) {
    OneMember rows(member);
    OneFact fact;
    CHECK(ReadList({ids, context, question, parties, 0, rows, rows}, fact) == ReadState::kRead);
    return fact.value;
  };
  CHECK(listed("\1") == static_cast<int>(ListAction::kAlways));
  CHECK(listed("") == 0);
  CHECK(listed("\2") == -1);
  CHECK(listed("\1\1") == -1);
}

TEST_CASE("domains of ids, and what patterns match") {
  struct Id {
    const char* id;
    const char* domain;
  };
  for (const Id& one :
       {Id{"alice@example.com", "example.com"}, Id{"a@b@c", "c"},
        Id{"@alice:example.com", "example.com"}, Id{"@a@b:c:8448", "c:8448"},
        Id{"sip:alice@example.com", "example.com"}, Id{"+4930123", ""}, Id{"tel:+4930123", ""},
        Id{"alice@", ""}, Id{"@alice", ""}, Id{"alice@example.com/phone", "example.com/phone"}}) {
    CAPTURE(one.id);
    CHECK(DomainOf(one.id) == one.domain);
  }
  CHECK(MatchesDomain("example.com", "example.com"));
  CHECK_FALSE(MatchesDomain("example.com", "Example.com"));
  CHECK_FALSE(MatchesDomain("example.com", "a.example.com"));
  CHECK(MatchesDomain("*.example.com", "a.example.com"));
  CHECK(MatchesDomain("*.example.com", "a.b.example.com"));
  CHECK_FALSE(MatchesDomain("*.example.com", "example.com"));
  CHECK_FALSE(MatchesDomain("*.example.com", ".example.com"));
  CHECK_FALSE(MatchesDomain("*.example.com", "badexample.com"));
  CHECK(MatchesDomain("*", "example.com"));
  CHECK_FALSE(MatchesDomain("*", ""));
}

}  // namespace
}  // namespace ringfence
