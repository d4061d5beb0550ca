// Verified identifiers on rows: limits, owners, recycled numbers, objections, epochs.
#include <string>

#include "contacts/identifiers.h"
#include "unit/contacts_world.h"

namespace ringfence {
namespace {

const std::string kNumber = "+4915112345678";

std::string NumberOf(int i) { return "+491511000000" + std::to_string(i); }
std::string AddressOf(int i) { return "ann" + std::to_string(i) + "@example.com"; }

TEST_CASE("only canonical forms are taken, and the text does not repeat them") {
  ContactWorld world;
  const CanonicalIdentifier bad[] = {Phone("4915112345678"),
                                     Phone("+0915112345678"),
                                     Phone(""),
                                     Email("Ann@example.com"),
                                     Email("ann@"),
                                     Phone("ann@example.com"),
                                     {static_cast<IdentifierKind>(0), kNumber},
                                     {static_cast<IdentifierKind>(4), kNumber}};
  for (const CanonicalIdentifier& identifier : bad) {
    const Status status = world.Add("ann", identifier);
    CHECK(status.code() == StatusCode::kInvalidArgument);
    if (identifier.bytes.size() >= 4) CheckSilent(status.message(), identifier.bytes);
    CHECK(world.Remove("ann", identifier).code() == StatusCode::kInvalidArgument);
  }
  CHECK(world.rows.identifiers.empty());
  CHECK(world.rows.owners.empty());
  std::vector<CanonicalIdentifier> three(3, Phone(kNumber));
  three[1] = Phone("4915112345678");
  const Status place = CheckIdentifiers(three);
  CHECK(place.code() == StatusCode::kInvalidArgument);
  CHECK(place.message().starts_with("identifier 1 "));
  CheckSilent(place.message(), "4915112345678");
}

TEST_CASE("an added identifier: kind, times, epochs; again renews it") {
  ContactWorld world;
  REQUIRE(world.Add("ann", Phone(kNumber)).ok());
  REQUIRE(world.Add("ann", Email(AddressOf(1))).ok());
  std::vector<VerifiedIdentifier> list = world.List("ann");
  REQUIRE(list.size() == 2);
  CHECK(list[0].kind == IdentifierKind::kPhone);
  CHECK(list[0].verified_at_s == world.now);
  CHECK(list[0].expires_at_s == world.now + 365 * kDay);
  CHECK(list[0].moved_at_s == 0);
  CHECK(list[0].epochs == std::vector<int64_t>{1});
  CHECK_FALSE(list[0].suppressed);
  CHECK(list[1].kind == IdentifierKind::kEmail);
  CHECK(list[1].expires_at_s == world.now + 730 * kDay);
  world.now += 100 * kDay;
  world.AddEpoch();
  REQUIRE(world.Add("ann", Phone(kNumber)).ok());
  list = world.List("ann");
  REQUIRE(list.size() == 2);
  CHECK(list[0].verified_at_s == world.now);
  CHECK(list[0].moved_at_s == 0);
  CHECK(list[0].epochs == std::vector<int64_t>{1, 2});
  CHECK(list[1].epochs == std::vector<int64_t>{1});
  CHECK(world.List("bob").empty());
}

TEST_CASE("a user nobody named becomes known by an identifier, and by nothing refused") {
  ContactWorld world;
  CHECK_FALSE(world.Add("zoe", Phone("x")).ok());
  CHECK(world.rows.users.count("zoe") == 0);
  CHECK(world.Remove("zoe", Phone(kNumber)).code() == StatusCode::kNotFound);
  CHECK(world.Add("zoe", Phone(kNumber)).ok());
  CHECK(world.rows.users.count("zoe") == 1);
}

TEST_CASE("eight identifiers, of them five telephone numbers") {
  ContactWorld world;
  for (int i = 0; i < 5; ++i) CHECK(world.Add("ann", Phone(NumberOf(i))).ok());
  CHECK(world.Add("ann", Phone(NumberOf(5))).code() == StatusCode::kLimit);
  for (int i = 0; i < 3; ++i) CHECK(world.Add("ann", Email(AddressOf(i))).ok());
  CHECK(world.Add("ann", Email(AddressOf(3))).code() == StatusCode::kLimit);
  CHECK(world.List("ann").size() == 8);
  // The row does not tell how many there are.
  REQUIRE(world.Add("bob", Phone(kNumber)).ok());
  CHECK(world.rows.identifiers[1].sealed.size() == world.rows.identifiers[2].sealed.size());
  // One that is refused takes nothing from whoever has it.
  CHECK(world.Add("ann", Phone(kNumber)).code() == StatusCode::kLimit);
  CHECK(world.List("bob").size() == 1);
}

TEST_CASE("new identifiers: eight at once, three a week; renewing costs nothing") {
  ContactWorld world;
  for (int i = 0; i < 8; ++i) {
    CHECK(world.Add("ann", Email(AddressOf(i))).ok());
    CHECK(world.Add("ann", Email(AddressOf(i))).ok());
    CHECK(world.Remove("ann", Email(AddressOf(i))).ok());
  }
  CHECK(world.Add("ann", Email(AddressOf(8))).code() == StatusCode::kQuota);
  world.now += 7 * kDay;
  for (int i = 8; i < 11; ++i) CHECK(world.Add("ann", Email(AddressOf(i))).ok());
  CHECK(world.Add("ann", Email(AddressOf(11))).code() == StatusCode::kQuota);
  for (int i = 8; i < 11; ++i) CHECK(world.Add("ann", Email(AddressOf(i))).ok());
}

TEST_CASE("an identifier has one owner: whoever verified it last, who got it then") {
  ContactWorld world;
  REQUIRE(world.Add("ann", Phone(kNumber)).ok());
  REQUIRE(world.Add("ann", Email(AddressOf(1))).ok());
  world.now += kDay;
  REQUIRE(world.Add("bob", Phone(kNumber)).ok());
  const int64_t moved_at_s = world.now;
  REQUIRE(world.List("ann").size() == 1);
  CHECK(world.List("ann")[0].kind == IdentifierKind::kEmail);
  REQUIRE(world.List("bob").size() == 1);
  CHECK(world.List("bob")[0].moved_at_s == moved_at_s);
  // He cannot get rid of that: not by renewing, not by removing it first.
  world.now += kDay;
  REQUIRE(world.Add("bob", Phone(kNumber)).ok());
  CHECK(world.List("bob")[0].moved_at_s == moved_at_s);
  REQUIRE(world.Remove("bob", Phone(kNumber)).ok());
  CHECK(world.rows.identifiers.count(2) == 0);
  world.now += kDay;
  REQUIRE(world.Add("bob", Phone(kNumber)).ok());
  CHECK(world.List("bob")[0].moved_at_s == world.now);
  // An account that lost its last one has no row.
  REQUIRE(world.Add("bob", Email(AddressOf(1))).ok());
  CHECK(world.List("ann").empty());
  CHECK(world.rows.identifiers.count(1) == 0);
}

TEST_CASE("a removed identifier leaves a trace for 180 days") {
  ContactWorld world;
  REQUIRE(world.Add("ann", Phone(kNumber)).ok());
  REQUIRE(world.Remove("ann", Phone(kNumber)).ok());
  CHECK(world.Remove("ann", Phone(kNumber)).code() == StatusCode::kNotFound);
  REQUIRE(world.rows.owners.size() == 1);
  const OwnerRow& trace = world.rows.owners.begin()->second;
  CHECK(trace.account == 0);
  CHECK(trace.moved_at_s == world.now);
  CHECK(trace.erased_at_s == world.now + 180 * kDay);
  const ContactRows before = world.rows;
  world.now += 180 * kDay - 1;
  REQUIRE(world.Add("bob", Phone(kNumber)).ok());
  CHECK(world.List("bob")[0].moved_at_s == world.now);
  world.rows = before;
  world.now += 1;
  REQUIRE(world.Add("bob", Phone(kNumber)).ok());
  CHECK(world.List("bob")[0].moved_at_s == 0);
}

TEST_CASE("a move is seen in whatever epoch the store knows, and is made in all") {
  ContactWorld world;
  REQUIRE(world.Add("ann", Phone(kNumber)).ok());  // under epoch 1 alone
  world.AddEpoch();
  world.Promote();
  world.Retire(1);
  world.now += kDay;
  REQUIRE(world.Add("bob", Phone(kNumber)).ok());
  CHECK(world.List("ann").empty());
  REQUIRE(world.List("bob").size() == 1);
  CHECK(world.List("bob")[0].moved_at_s == world.now);
  CHECK(world.List("bob")[0].epochs == std::vector<int64_t>{2});
  for (const auto& [tag, row] : world.rows.owners) CHECK(row.account == 2);
  CHECK(world.rows.owners.size() == 2);
  // The retired epoch names bob now: renewing is no other move.
  const int64_t moved_at_s = world.now;
  world.now += kDay;
  REQUIRE(world.Add("bob", Phone(kNumber)).ok());
  CHECK(world.List("bob")[0].moved_at_s == moved_at_s);
  // ... and it is carried into the next epoch, and over the account's end.
  world.AddEpoch();
  REQUIRE(world.Add("bob", Phone(kNumber)).ok());
  CHECK(world.List("bob")[0].moved_at_s == moved_at_s);
  CHECK(world.List("bob")[0].epochs == std::vector<int64_t>{2, 3});
  CHECK(world.rows.owners.size() == 3);
}

TEST_CASE("an identifier whose epochs are all gone makes room, and comes back as its owner's") {
  ContactWorld world;
  REQUIRE(world.Add("ann", Phone(kNumber)).ok());
  for (int i = 1; i <= 3; ++i) {
    world.AddEpoch();
    world.Promote();
    world.Retire(i);
    REQUIRE(world.Add("ann", Email(AddressOf(1))).ok());
  }
  world.AddEpoch();
  world.Promote();
  world.AddEpoch();
  REQUIRE(world.Add("ann", Email(AddressOf(1))).ok());
  REQUIRE(world.Add("ann", Phone(kNumber)).ok());
  const std::vector<VerifiedIdentifier> list = world.List("ann");
  REQUIRE(list.size() == 2);
  for (const VerifiedIdentifier& identifier : list) {
    CHECK(identifier.moved_at_s == 0);
    CHECK(identifier.epochs == std::vector<int64_t>{4, 5, 6});
  }
}

TEST_CASE("two accounts that have one identifier under different epochs lose it to a third") {
  ContactWorld world;
  REQUIRE(world.Add("ann", Phone(kNumber)).ok());
  world.AddEpoch();
  // As if a race, or a restored file, had left epoch 2 with another owner.
  const ContactRows with_ann = world.rows;
  const Token token = DirectToken(*world.keyring, 2, Phone(kNumber));
  REQUIRE(world.Add("bob", Email(AddressOf(1))).ok());
  world.rows.owners[world.keyring->TagOf(2, token)] = {world.keyring->TagOf(2, token), 2, 0, 0};
  REQUIRE(world.Add("carol", Phone(kNumber)).ok());
  CHECK(world.List("ann").empty());
  CHECK(world.List("bob").size() == 1);
  CHECK(world.List("carol").size() == 1);
  for (const int64_t epoch : {int64_t{1}, int64_t{2}}) {
    const Tag tag = world.keyring->TagOf(epoch, DirectToken(*world.keyring, epoch, Phone(kNumber)));
    CHECK(world.rows.owners[tag].account == 3);
  }
}

TEST_CASE("an objection holds before and after an identifier is verified, until withdrawn") {
  ContactWorld world;
  CHECK(world.Suppress(Phone(kNumber)));
  CHECK_FALSE(world.Suppress(Phone(kNumber)));
  REQUIRE(world.Add("ann", Phone(kNumber)).ok());
  CHECK(world.List("ann")[0].suppressed);
  CHECK(world.Suppress(Phone(kNumber), false));
  CHECK_FALSE(world.Suppress(Phone(kNumber), false));
  CHECK_FALSE(world.List("ann")[0].suppressed);
  CHECK(world.Suppress(Phone(kNumber)));
  CHECK(world.List("ann")[0].suppressed);
  // Nor does it end with an epoch, a renewal or a new owner.
  world.AddEpoch();
  world.Promote();
  world.Retire(1);
  REQUIRE(world.Add("ann", Phone(kNumber)).ok());
  CHECK(world.List("ann")[0].suppressed);
  REQUIRE(world.Add("bob", Phone(kNumber)).ok());
  CHECK(world.List("bob")[0].suppressed);
  CHECK(world.rows.suppressed.size() == 2);
  CHECK(world.Suppress(Phone(kNumber), false));
  CHECK(world.rows.suppressed.empty());
  CHECK_FALSE(world.List("bob")[0].suppressed);
  bool changed = false;
  const Status bad = world.Run([&](ContactTables& tables) {
    return SetSuppressed(tables, *world.keyring, Phone("x"), true, world.now, &changed);
  });
  CHECK(bad.code() == StatusCode::kInvalidArgument);
}

TEST_CASE("before an epoch is promoted: whose identifiers lack it") {
  ContactWorld world;
  const auto count = [&](int64_t epoch) {
    return world.Get<uint64_t>([&](ContactTables& tables) {
      return CountWithoutEpoch(tables, *world.keyring, epoch, world.now);
    });
  };
  CHECK(*count(1) == 0);
  CHECK(count(2).status().code() == StatusCode::kNotFound);
  REQUIRE(world.Add("ann", Phone(NumberOf(1))).ok());
  REQUIRE(world.Add("ann", Phone(NumberOf(2))).ok());
  REQUIRE(world.Add("bob", Email(AddressOf(1))).ok());
  world.AddEpoch();
  CHECK(*count(1) == 0);
  CHECK(*count(2) == 2);
  REQUIRE(world.Add("ann", Phone(NumberOf(1))).ok());
  CHECK(*count(2) == 2);
  REQUIRE(world.Add("ann", Phone(NumberOf(2))).ok());
  CHECK(*count(2) == 1);
  // What has expired matches nobody and holds nothing up.
  world.now += 730 * kDay;
  CHECK(*count(2) == 0);
}

}  // namespace
}  // namespace ringfence
