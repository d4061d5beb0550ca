// Rows of derived facts on each store: against a map, with rollbacks, erasure, sweeps and flags.
#include <doctest/doctest.h>

#include <map>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "contract/subjects.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

using Key = std::tuple<RowKind, int64_t, int64_t>;
using Model = std::map<Key, std::pair<std::string, int64_t>>;

constexpr RowKind kKinds[] = {RowKind::kPairCalls, RowKind::kGrant, RowKind::kKnock,
                              RowKind::kMember};
constexpr int kUsers = 6;
constexpr int64_t kNowS = 1000;

void Require(const Status& status) { REQUIRE_MESSAGE(status.ok(), status.message()); }

std::string NameOf(int64_t handle) { return "u" + std::to_string(handle); }

void MakeUsers(StoreBackend& store) {
  Require(Write(store, [](StoreTransaction& t) {
    for (int64_t i = 1; i <= kUsers; ++i) {
      int64_t handle = 0;
      Require(t.FindHandle(NameOf(i), &handle));
      CHECK(handle == 0);
      Require(t.Intern(NameOf(i), &handle));
      CHECK(handle == i);
      std::string name;
      Require(t.NameOf(i, &name));
      CHECK(name == NameOf(i));
    }
    return Status();
  }));
}

/// All rows, by the listings.
Model Listed(StoreBackend& store) {
  Model found;
  for (const RowKind kind : kKinds) {
    const Result<std::vector<NamedRow>> rows = store.Rows(kind, "", false);
    Require(rows.status());
    for (const NamedRow& row : *rows) {
      CHECK(row.b_name == (row.b <= 0 ? "" : NameOf(row.b)));
      CHECK(row.a_name == (row.a < 0 ? "" : NameOf(row.a)));
      found[{kind, row.a, row.b}] = {row.bytes, row.expires_s};
    }
  }
  return found;
}

int64_t Some(std::mt19937_64* random, int64_t least, int64_t most) {
  return std::uniform_int_distribution<int64_t>(least, most)(*random);
}

/// Writes or deletes one row at random, in both, and compares what the transaction then reads.
void Change(StoreTransaction& t, std::mt19937_64* random, Model* draft) {
  const RowKind kind = kKinds[Some(random, 0, 3)];
  const int64_t a = kind == RowKind::kMember ? -Some(random, 1, 3) : Some(random, 1, kUsers);
  const int64_t b = Some(random, -2, kUsers);  // a key below 0 stands for nobody known
  if (Some(random, 0, 3) == 0) {
    Require(t.DeleteRow(kind, a, b));
    draft->erase({kind, a, b});
  } else {
    const std::string bytes(static_cast<size_t>(Some(random, 1, 40)),
                            static_cast<char>(Some(random, 0, 255)));
    const int64_t expires_s = Some(random, 0, 2) == 0 ? 0 : Some(random, kNowS - 9, kNowS + 9);
    Require(t.PutRow(kind, a, b, bytes, expires_s));
    (*draft)[{kind, a, b}] = {bytes, expires_s};
  }
  std::string bytes;
  Require(t.GetRow(kind, a, b, &bytes));
  const auto expected = draft->find({kind, a, b});
  CHECK(bytes == (expected == draft->end() ? std::string() : expected->second.first));
  std::vector<std::pair<int64_t, std::string>> of_a, of_draft;
  Require(t.EachRow(kind, a, [&](int64_t other, std::string_view data) {
    of_a.emplace_back(other, data);
    return true;
  }));
  for (const auto& [key, row] : *draft) {
    if (std::get<0>(key) == kind && std::get<1>(key) == a) {
      of_draft.emplace_back(std::get<2>(key), row.first);
    }
  }
  CHECK(of_a == of_draft);
}

TEST_CASE("rows: random writes, some rolled back, are what a map says they are") {
  std::mt19937_64 random(Seed());
  OnEachStore([&](StoreBackend& store) {
    MakeUsers(store);
    Model model;
    for (int step = 0; step < 200; ++step) {
      Result<std::unique_ptr<StoreTransaction>> begun = store.Begin();
      Require(begun.status());
      Model draft = model;
      for (int64_t i = Some(&random, 1, 6); i > 0; --i) Change(**begun, &random, &draft);
      if (Some(&random, 0, 3) == 0) continue;  // rolled back
      const uint64_t epoch = store.write_epoch();
      const uint64_t revision = *store.Revision();
      Require((*begun)->CommitCounters());
      CHECK(store.write_epoch() == epoch + 1);
      CHECK(*store.Revision() == revision);
      model = std::move(draft);
      if (step % 20 == 0) CHECK(Listed(store) == model);
    }
    CHECK(Listed(store) == model);

    // Sweeps come round to every row, and take the expired ones.
    for (int i = 0; i < 300; ++i) {
      Result<std::unique_ptr<StoreTransaction>> begun = store.Begin();
      Require(begun.status());
      Require((*begun)->SweepRows(kNowS, 3));
      Require((*begun)->CommitCounters());
    }
    std::erase_if(model, [](const auto& row) {
      return row.second.second != 0 && row.second.second <= kNowS;
    });
    CHECK(Listed(store) == model);

    // Whoever is forgotten stands in no row, on neither side; a group of that number stays.
    ForgetReport report;
    Require(Write(store, [&](StoreTransaction& t) { return t.Forget("u2", kNowS, &report); }));
    std::erase_if(model, [](const auto& row) {
      return std::get<1>(row.first) == 2 || std::get<2>(row.first) == 2;
    });
    CHECK(Listed(store) == model);
    CHECK(store.Rows(RowKind::kGrant, "u2", false).status().code() == StatusCode::kNotFound);

    // The doctor, who comes last, knows what bytes should look like.
    Require(Write(store, [&](StoreTransaction& t) {
      for (const auto& [key, row] : model) {
        Require(t.DeleteRow(std::get<0>(key), std::get<1>(key), std::get<2>(key)));
      }
      return Status();
    }));
    CHECK(Listed(store).empty());
  });
}

TEST_CASE("rows: listings by either key") {
  OnEachStore([](StoreBackend& store) {
    MakeUsers(store);
    Require(Write(store, [](StoreTransaction& t) {
      Require(t.PutRow(RowKind::kGrant, 1, 2, "x", 0));
      Require(t.PutRow(RowKind::kGrant, 3, 1, "y", 5));
      return t.PutRow(RowKind::kCallees, 1, 0, "z", 0);
    }));
    const auto as_a = *store.Rows(RowKind::kGrant, "u1", false);
    REQUIRE(as_a.size() == 1);
    CHECK(as_a[0].b_name == "u2");
    const auto as_b = *store.Rows(RowKind::kGrant, "u1", true);
    REQUIRE(as_b.size() == 1);
    CHECK(as_b[0].a_name == "u3");
    CHECK(as_b[0].expires_s == 5);
    CHECK(store.Rows(RowKind::kGrant, "u5", true)->empty());
    // The doctor, who comes last, knows what bytes should look like.
    Require(Write(store, [](StoreTransaction& t) {
      Require(t.DeleteRow(RowKind::kGrant, 1, 2));
      Require(t.DeleteRow(RowKind::kGrant, 3, 1));
      return t.DeleteRow(RowKind::kCallees, 1, 0);
    }));
  });
}

TEST_CASE("flags of a user's row: no setting, no finding, and they outlive other writes") {
  OnEachStore([](StoreBackend& store) {
    MakeUsers(store);
    const std::vector<UserFlag> flags = {UserFlag::kHasList, UserFlag::kHasQuiet,
                                         UserFlag::kHasSchedule};
    Require(Write(store, [&](StoreTransaction& t) {
      for (const UserFlag flag : flags) Require(t.SetFlag(1, flag, true));
      return t.SetUser("u1", Setting("verified"), 2);
    }));
    CHECK(store.Doctor()->empty());
    const UserInfo shown = *store.ShowUser("u1");
    for (const UserValue& value : shown.values) {
      CHECK(value.code == (value.name == "verified" ? 2u : 0u));
    }
    Require(Write(store, [&](StoreTransaction& t) {
      for (const UserFlag flag : flags) Require(t.SetFlag(1, flag, false));
      return Status();
    }));
    CHECK(store.Doctor()->empty());
  });
}

}  // namespace
}  // namespace ringfence
