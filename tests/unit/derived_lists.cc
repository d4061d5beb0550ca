// Rows of lists and quiet, byte by byte: files keep them, so these bytes must never change; and
// what is damaged must never be taken for an entry.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "derived/list_rows.h"
#include "derived/quiet_rows.h"
#include "derived/schedule.h"

namespace ringfence {
namespace {

using Kind = ListEntry::Kind;

std::span<const uint8_t> Bytes(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

std::string Hex(const std::string& bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const uint8_t byte : Bytes(bytes)) hex += {kDigits[byte >> 4], kDigits[byte & 15]};
  return hex;
}

/// A group, a domain and a predicate.
std::string ThreeItems() {
  std::string bytes;
  OtherItem item;
  item.rank = 1024;
  item.action = ListAction::kAlways;
  item.kind = Kind::kGroup;
  item.text = "staff";
  item.group = GroupKey(item.text);
  AppendOther(item, &bytes);
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
    CHECK_FALSE(UnpackPerson(Bytes(bytes), &person));
  }
  const std::string good = ThreeItems();
  const std::vector<size_t> ends = {0, 20, 34, 41};
  for (size_t size = 0; size <= good.size(); ++size) {
    const std::string cut = good.substr(0, size);
    OtherItems items(Bytes(cut));
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
      OtherItems items(Bytes(bytes));
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
  CHECK(UnpackQuiet(Bytes(PackQuiet({kMaxQuietUntil, false})), &row));
  CHECK(row.until_s == kMaxQuietUntil);
  CHECK_FALSE(UnpackQuiet(Bytes(std::string(8, '\0')), &row));
  CHECK_FALSE(UnpackQuiet(Bytes(std::string(10, '\0')), &row));
  CHECK_FALSE(UnpackQuiet(Bytes(std::string(8, '\0') + "\2"), &row));
  CHECK_FALSE(UnpackQuiet(Bytes(std::string(8, '\xff') + std::string(1, '\0')), &row));
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
