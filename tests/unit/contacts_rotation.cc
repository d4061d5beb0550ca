// Keys over time on rows: adoption, wrong keys, epochs, row keys.
#include <string>

#include "contacts/rotation.h"
#include "unit/contacts_world.h"

namespace ringfence {
namespace {

/// Keyrings of one key file as it goes through a rotation.
struct KeyFile {
  KeyFile() { REQUIRE(CreateKeyFile(path).ok()); }
  std::shared_ptr<const Keyring> Load(const char* tenant = "default") {
    Result<std::shared_ptr<const Keyring>> keyring = Keyring::Load(path, tenant);
    REQUIRE_MESSAGE(keyring.ok(), keyring.status().message());
    return *keyring;
  }
  void AddRowKey() { REQUIRE(AddRowKeyToFile(path).ok()); }
  void KeepOnly(int64_t number) { REQUIRE(KeepOnlyRowKeyInFile(path, number).ok()); }

  TestFolder folder;
  std::string path = folder.File("keys");
};

Status Check(ContactWorld& world, const Keyring& keyring) {
  MapTables tables(&world.rows);
  return CheckKeys(tables, keyring);
}

TEST_CASE("a store takes the first keys it sees, with an epoch, and then no others") {
  KeyFile file;
  ContactWorld world(file.Load());
  REQUIRE(world.rows.epochs.size() == 1);
  CHECK(world.rows.epochs[1].state == EpochState::kCurrent);
  CHECK(world.rows.epochs[1].created_at_s == world.now);
  CHECK(world.rows.row_keys.size() == 2);
  bool changed = true;
  REQUIRE(world
              .Run([&](ContactTables& tables) {
                return AdoptKeys(tables, *world.keyring, world.now, &changed);
              })
              .ok());
  CHECK_FALSE(changed);

  KeyFile other;
  CHECK(Check(world, *other.Load()).message() ==
        "the keys have another seed, or another tenant, than those this store was used with");
  CHECK(Check(world, *file.Load("other")).code() == StatusCode::kInvalidArgument);
  world.rows.row_keys[0].check = other.Load()->seed_check();
  CHECK(Check(world, *other.Load()).message() ==
        "row key 1 is another than the one this store was used with");
  world.rows.row_keys[1].check = other.Load()->newest_row_key().check;
  CHECK(Check(world, *other.Load()).message() ==
        "the keys do not make the public key of epoch 1 that this store announced");
}

TEST_CASE("a keyring without a row key the store has rows under is refused") {
  KeyFile file;
  const auto first = file.Load();
  ContactWorld world(first);
  const std::vector<ContactToken> book = TokenNumbers(0, 3);
  const Result<int64_t> upload = world.Begin("bob", ManifestFor(book));
  REQUIRE(world.Put("bob", *upload, 0, {book[0]}).ok());
  file.AddRowKey();
  world.keyring = file.Load();
  bool changed = false;
  REQUIRE(world
              .Run([&](ContactTables& tables) {
                return AdoptKeys(tables, *world.keyring, world.now, &changed);
              })
              .ok());
  CHECK(changed);
  CHECK(Check(world, *first).message() ==
        "the keys lack row key 2, under which this store has rows");
  // And if it is open already, it seals nothing that would be lost with its key.
  world.keyring = first;
  const Status stale = world.Begin("bob", ManifestFor(TokenNumbers(0, 3))).status();
  CHECK(stale.code() == StatusCode::kStale);
  CHECK(stale.message() ==
        "rows are sealed under row key 2 now, which this process has not read: reload the keys");
  CHECK(world.Put("bob", *upload, 1, {book[1], book[2]}).code() == StatusCode::kStale);
  CHECK(world.Commit("bob", *upload).status().code() == StatusCode::kStale);
  CHECK(world.Add("ann", Phone("+4915112345678")).code() == StatusCode::kStale);
  CHECK(world.Charge("bob", 1).ok());
}

TEST_CASE("epochs: next, current, previous, retired, one step at a time") {
  ContactWorld world;
  const auto code = [](const auto& epoch) { return epoch.status().code(); };
  const auto add = [&] {
    return world.Get<ContactEpoch>(
        [&](ContactTables& tables) { return AddNextEpoch(tables, *world.keyring, world.now); });
  };
  const auto promote = [&] {
    return world.Get<ContactEpoch>([&](ContactTables& tables) { return PromoteNextEpoch(tables); });
  };
  const auto retire = [&](int64_t number) {
    return world.Get<ContactEpoch>(
        [&](ContactTables& tables) { return RetirePreviousEpoch(tables, number, world.now); });
  };
  CHECK(code(promote()) == StatusCode::kConflict);
  CHECK(code(retire(1)) == StatusCode::kConflict);
  CHECK(code(retire(9)) == StatusCode::kNotFound);
  const Result<ContactEpoch> two = add();
  REQUIRE(two.ok());
  CHECK(two->number == 2);
  CHECK(two->state == EpochState::kNext);
  CHECK(two->public_key == world.keyring->EpochKey(2).public_key);
  CHECK(code(add()) == StatusCode::kConflict);
  CHECK(code(retire(2)) == StatusCode::kConflict);
  CHECK(promote()->number == 2);
  CHECK(world.rows.epochs[1].state == EpochState::kPrevious);
  CHECK(add()->number == 3);
  CHECK(promote().status().message() == "epoch 1 is previous: retire it first");
  world.now += kDay;
  CHECK(retire(1)->retired_at_s == world.now);
  CHECK(code(retire(1)) == StatusCode::kConflict);
  CHECK(promote()->number == 3);
  CHECK(world.rows.epochs[2].state == EpochState::kPrevious);
  CHECK(world.rows.epochs[1].state == EpochState::kRetired);
}

TEST_CASE("rows go from one row key to the next, account by account, and mean the same") {
  KeyFile file;
  const auto first = file.Load();
  ContactWorld world(first);
  const std::string number = "+4915112345678";
  const int64_t generation = world.SyncFull("bob", TokenNumbers(0, 500))->generation;
  REQUIRE(world.Add("bob", Phone(number)).ok());
  REQUIRE(world.Add("ann", Email("ann@example.com")).ok());
  const std::vector<ContactToken> next = TokenNumbers(0, 30);
  const Result<int64_t> upload = world.Begin("bob", ManifestFor(next, generation));
  REQUIRE(world.Put("bob", *upload, 0, TokenNumbers(0, 10)).ok());
  REQUIRE(world.Put("bob", *upload, 1, TokenNumbers(10, 10)).ok());

  file.AddRowKey();
  world.keyring = file.Load();
  bool changed = false;
  REQUIRE(world
              .Run([&](ContactTables& tables) {
                return AdoptKeys(tables, *world.keyring, world.now, &changed);
              })
              .ok());
  // Half way: rows under both keys, and both are read and written.
  const auto rekey = [&](int64_t account) {
    return *world.Get<uint64_t>(
        [&](ContactTables& tables) { return RekeyAccount(tables, *world.keyring, account); });
  };
  const auto left = [&] {
    MapTables tables(&world.rows);
    return *tables.CountNotUnder(2);
  };
  const auto forget = [&] {
    return *world.Get<bool>(
        [&](ContactTables& tables) { return ForgetOldRowKeys(tables, *world.keyring); });
  };
  CHECK(left() == 4);
  CHECK(rekey(1) == 1);
  CHECK(rekey(1) == 0);
  CHECK(left() == 3);
  CHECK_FALSE(forget());
  CHECK(world.rows.row_keys.count(1) == 1);
  CHECK(world.Stored("bob") == TokenNumbers(0, 500));
  CHECK(world.List("bob").size() == 1);
  CHECK(world.List("ann").size() == 1);
  CHECK(world.Put("bob", *upload, 1, TokenNumbers(10, 10)).ok());
  CHECK(rekey(2) == 3);
  CHECK(left() == 0);
  CHECK(forget());
  CHECK(world.rows.row_keys.size() == 2);
  CHECK(world.rows.row_keys.count(2) == 1);

  // The old key is gone from the file; everything still opens, and the upload goes on.
  file.KeepOnly(2);
  world.keyring = file.Load();
  CHECK(world.keyring->FindRowKey(1) == nullptr);
  CHECK(Check(world, *world.keyring).ok());
  CHECK(world.Stored("bob") == TokenNumbers(0, 500));
  CHECK(world.Put("bob", *upload, 1, TokenNumbers(10, 10)).ok());
  CHECK(world.Put("bob", *upload, 2, TokenNumbers(20, 10)).ok());
  REQUIRE(world.Commit("bob", *upload).ok());
  CHECK(world.Stored("bob") == next);
  // Keys that were given up do not come back with an old copy of the file.
  CHECK(Check(world, *first).code() == StatusCode::kInvalidArgument);
}

TEST_CASE("a file that still has a key that was given up does not bring it back") {
  KeyFile file;
  ContactWorld world(file.Load());
  file.AddRowKey();
  world.keyring = file.Load();
  bool changed = false;
  const auto adopt = [&] {
    return world.Run([&](ContactTables& tables) {
      return AdoptKeys(tables, *world.keyring, world.now, &changed);
    });
  };
  REQUIRE(adopt().ok());
  REQUIRE(*world.Get<bool>(
      [&](ContactTables& tables) { return ForgetOldRowKeys(tables, *world.keyring); }));
  REQUIRE(adopt().ok());
  CHECK_FALSE(changed);
  CHECK(world.rows.row_keys.count(1) == 0);
}

}  // namespace
}  // namespace ringfence
