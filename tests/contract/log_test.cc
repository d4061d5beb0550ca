// The contract of what a store keeps for the decision log: a seed for every user, the copy of a
// log's newest checkpoint, entries that wait to be logged.
#include <doctest/doctest.h>
#include <ringfence/limits.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "contract/subjects.h"

namespace ringfence {
namespace {

void Require(const Status& status) { REQUIRE_MESSAGE(status.ok(), status.message()); }

template <class T>
T Get(Result<T> value) {
  REQUIRE_MESSAGE(value.ok(), value.status().message());
  return std::move(*value);
}

using Payload = std::array<uint8_t, kLogPayloadBytes>;

constexpr std::string_view kLog = "00112233445566778899aabbccddeeff";

LogCheckpointRow Copy(std::string origin, uint64_t size, uint16_t boot = 1) {
  return {std::move(origin), size, boot, "note of " + std::to_string(size)};
}

Payload PayloadOf(uint8_t byte) {
  Payload payload;
  payload.fill(byte);
  return payload;
}

std::vector<LogSeedRow> AllSeeds(StoreBackend& store) {
  std::vector<LogSeedRow> rows;
  Require(store.EachLogSeed([&](const LogSeedRow& row) {
    rows.push_back(row);
    return true;
  }));
  return rows;
}

ForgetReport Forget(StoreBackend& store, std::string_view user) {
  ForgetReport report;
  Require(Write(store, [&](StoreTransaction& t) { return t.Forget(user, kNow, &report); }));
  return report;
}

TEST_CASE("whoever becomes known gets a seed of their own, which no later write changes") {
  OnEachStore([](StoreBackend& store) {
    CHECK(AllSeeds(store).empty());
    Require(Write(store, [](StoreTransaction& t) {
      Require(t.AddUser("carol"));
      Require(t.SetUser("bob", Setting("verified"), 2));
      return t.Relate("alice", Relation("follows"), "dave", 1);
    }));
    const std::vector<LogSeedRow> rows = AllSeeds(store);
    std::vector<std::string> names;
    std::set<SeedBytes> seeds;
    for (const LogSeedRow& row : rows) {
      names.push_back(row.name);
      CHECK(row.handle == static_cast<int64_t>(names.size()));
      CHECK(seeds.insert(row.seed).second);
      // Random: of 32 such bytes five different ones or fewer come about once in 10^40 seeds.
      CHECK(std::set<uint8_t>(row.seed.begin(), row.seed.end()).size() > 5);
      const LogSeedRow found = Get(store.FindLogSeed(row.name));
      CHECK(found.handle == row.handle);
      CHECK(found.name == row.name);
      CHECK(found.seed == row.seed);
    }
    CHECK(names == std::vector<std::string>{"carol", "bob", "alice", "dave"});
    Require(Write(store, [](StoreTransaction& t) {
      Require(t.AddUser("carol"));
      Require(t.SetUser("bob", Setting("verified"), 1));
      return t.Relate("alice", Relation("follows"), "bob", 1);
    }));
    CHECK(AllSeeds(store).size() == 4);
    for (const LogSeedRow& row : rows) CHECK(Get(store.FindLogSeed(row.name)).seed == row.seed);
    CHECK(store.FindLogSeed("nobody").status().code() == StatusCode::kNotFound);
    CHECK(store.FindLogSeed("").status().code() == StatusCode::kInvalidArgument);
    size_t seen = 0;
    Require(store.EachLogSeed([&](const LogSeedRow&) { return ++seen < 2; }));
    CHECK(seen == 2);
  });
}

TEST_CASE("many users in one transaction all have different seeds") {
  OnEachStore([](StoreBackend& store) {
    constexpr int kUsers = 1000;  // several blocks of random bytes
    Require(Write(store, [](StoreTransaction& t) {
      for (int i = 0; i < kUsers; ++i) Require(t.AddUser("user" + std::to_string(i)));
      return Status();
    }));
    std::set<SeedBytes> seeds;
    for (const LogSeedRow& row : AllSeeds(store)) seeds.insert(row.seed);
    CHECK(seeds.size() == kUsers);
    // Nor is a half of one found in another, as where blocks met.
    std::set<std::vector<uint8_t>> halves;
    for (const SeedBytes& seed : seeds) {
      halves.emplace(seed.begin(), seed.begin() + 16);
      halves.emplace(seed.begin() + 16, seed.end());
    }
    CHECK(halves.size() == 2 * kUsers);
  });
}

TEST_CASE("who is forgotten and comes again is somebody else") {
  OnEachStore([](StoreBackend& store) {
    Require(Write(store, [](StoreTransaction& t) { return t.AddUser("bob"); }));
    const LogSeedRow before = Get(store.FindLogSeed("bob"));
    const ForgetReport report = Forget(store, "bob");
    CHECK(report.existed);
    CHECK(report.case_id.empty());  // no log belongs to the store
    CHECK(Get(store.LogOutbox()).empty());
    CHECK(store.FindLogSeed("bob").status().code() == StatusCode::kNotFound);
    CHECK(AllSeeds(store).empty());
    Require(Write(store, [](StoreTransaction& t) { return t.AddUser("bob"); }));
    const LogSeedRow after = Get(store.FindLogSeed("bob"));
    CHECK(after.handle != before.handle);
    CHECK(after.seed != before.seed);
  });
}

struct Found {
  ReadState state = ReadState::kNotMine;
  int64_t handle = 0;
  SeedBytes seed{};
};

// As a decision does: the handle, then the seed.
Found Find(StoreSession& session, const Party& party, bool callee) {
  Found found;
  found.state = session.LogHandle(party, callee, &found.handle);
  if (found.state == ReadState::kRead) {
    found.state = session.LogSeed(found.handle, found.seed);
  }
  return found;
}

TEST_CASE("a session finds the seeds of both parties, by id and by handle, in its snapshot") {
  OnEachStore([](StoreBackend& store) {
    Require(Write(store, [](StoreTransaction& t) {
      return t.Relate("bob", Relation("follows"), "alice", 1);
    }));
    const LogSeedRow alice = Get(store.FindLogSeed("alice"));
    const LogSeedRow bob = Get(store.FindLogSeed("bob"));
    const auto session = Get(store.NewSession(nullptr));
    for (bool after_reads : {false, true}) {
      CAPTURE(after_reads);
      for (bool by_handle : {false, true}) {
        CAPTURE(by_handle);
        Question question;
        question.caller = by_handle ? Party::Handle(alice.handle) : Party("alice");
        question.callee = by_handle ? Party::Handle(bob.handle) : Party("bob");
        session->BeginSnapshot();
        if (after_reads) AskSource(*session, question);
        const Found caller = Find(*session, question.caller, false);
        CHECK(caller.state == ReadState::kRead);
        CHECK(caller.handle == alice.handle);
        CHECK(caller.seed == alice.seed);
        const Found callee = Find(*session, question.callee, true);
        CHECK(callee.state == ReadState::kRead);
        CHECK(callee.handle == bob.handle);
        CHECK(callee.seed == bob.seed);
        session->EndSnapshot();
      }
    }
    session->BeginSnapshot();
    const std::string long_id(2 * kMaxIdBytes, 'x');
    for (const Party& nobody :
         {Party("nobody"), Party(""), Party(long_id), Party(), Party::Handle(99)}) {
      for (bool callee : {false, true}) {
        CHECK(Find(*session, nobody, callee).state == ReadState::kAbsent);
      }
    }
    session->EndSnapshot();
    // The same after the groups were read: what they found is not mistaken for the party.
    session->BeginSnapshot();
    AskSource(*session, "nobody", "none");
    CHECK(Find(*session, "nobody", false).state == ReadState::kAbsent);
    CHECK(Find(*session, "none", true).state == ReadState::kAbsent);
    CHECK(Find(*session, "bob", true).seed == bob.seed);
    session->EndSnapshot();
  });
}

TEST_CASE("the snapshot counts what was forgotten, and keeps the seed until it ends") {
  OnEachStore([](StoreBackend& store) {
    Require(Write(store, [](StoreTransaction& t) {
      Require(t.AddUser("alice"));
      return t.AddUser("bob");
    }));
    const LogSeedRow bob = Get(store.FindLogSeed("bob"));
    const auto session = Get(store.NewSession(nullptr));
    const auto forgets = [&] {
      SnapshotInfo info;
      Require(session->Info(&info));
      return info.forgets;
    };
    session->BeginSnapshot();
    const int64_t before = forgets();
    CHECK(Find(*session, "bob", true).seed == bob.seed);
    Forget(store, "bob");
    CHECK(forgets() == before);
    CHECK(Find(*session, "bob", true).seed == bob.seed);
    session->EndSnapshot();
    session->BeginSnapshot();
    CHECK(forgets() == before + 1);
    CHECK(Find(*session, "bob", true).state == ReadState::kAbsent);
    CHECK(Find(*session, Party::Handle(bob.handle), true).state == ReadState::kAbsent);
    session->EndSnapshot();
    // Other writes, and forgetting nobody, leave the number.
    Require(Write(store, [](StoreTransaction& t) { return t.AddUser("carol"); }));
    Forget(store, "bob");
    session->BeginSnapshot();
    CHECK(forgets() == before + 1);
    session->EndSnapshot();
  });
}

TEST_CASE("a checkpoint's copy only grows: by month, by size, by opening") {
  OnEachStore([](StoreBackend& store) {
    CHECK_FALSE(Get(store.LoadLogCheckpoint(kLog)).has_value());
    Require(store.SaveLogCheckpoint(kLog, Copy("x.org/a/2026-11", 7, 3)));
    const auto stored = [&] {
      const std::optional<LogCheckpointRow> row = Get(store.LoadLogCheckpoint(kLog));
      REQUIRE(row.has_value());
      return row->origin + " " + std::to_string(row->size) + " " + std::to_string(row->boot) + " " +
             row->note;
    };
    CHECK(stored() == "x.org/a/2026-11 7 3 note of 7");
    const auto save = [&](const LogCheckpointRow& copy) {
      return store.SaveLogCheckpoint(kLog, copy).code();
    };
    for (const LogCheckpointRow& older :
         {Copy("x.org/a/2026-11", 6, 3), Copy("x.org/a/2026-10", 900, 3),
          Copy("x.org/a/2025-12", 900, 3), Copy("x.org/a/2026-11", 8, 2),
          Copy("x.org/a/2026-12", 8, 2)}) {
      CAPTURE(older.origin);
      const Status refused = store.SaveLogCheckpoint(kLog, older);
      CHECK(refused.code() == StatusCode::kConflict);
      CHECK(refused.message().find("7 entries of 'x.org/a/2026-11', opening 3") !=
            std::string::npos);
      CHECK(stored() == "x.org/a/2026-11 7 3 note of 7");
    }
    CHECK(save(Copy("x.org/a/2026-11", uint64_t{1} << 63, 3)) == StatusCode::kInvalidArgument);
    // The same again, with another signature maybe; larger; a later opening; a new month, smaller.
    LogCheckpointRow cosigned = Copy("x.org/a/2026-11", 7, 3);
    cosigned.note = "cosigned";
    CHECK(save(cosigned) == StatusCode::kOk);
    CHECK(stored() == "x.org/a/2026-11 7 3 cosigned");
    CHECK(save(Copy("x.org/a/2026-11", 8, 3)) == StatusCode::kOk);
    CHECK(save(Copy("x.org/a/2026-11", 8, 65535)) == StatusCode::kOk);
    CHECK(save(Copy("x.org/a/2026-12", 1, 65535)) == StatusCode::kOk);
    CHECK(save(Copy("x.org/a/2026-12", uint64_t{1} << 48, 65535)) == StatusCode::kOk);
    CHECK(stored() == "x.org/a/2026-12 281474976710656 65535 note of 281474976710656");
    // Logs do not know each other.
    CHECK_FALSE(Get(store.LoadLogCheckpoint("other")).has_value());
    Require(store.SaveLogCheckpoint("other", Copy("x.org/b/2026-01", 0, 0)));
    CHECK(Get(store.LoadLogCheckpoint("other"))->size == 0);
    CHECK(stored() == "x.org/a/2026-12 281474976710656 65535 note of 281474976710656");
  });
}

TEST_CASE("the outbox keeps entries in order until they are taken, under numbers used once") {
  OnEachStore([](StoreBackend& store) {
    CHECK(Get(store.LogOutbox()).empty());
    Require(store.RemoveFromLogOutbox({}));
    const int64_t first = Get(store.AddToLogOutbox(10, PayloadOf(1)));
    const int64_t second = Get(store.AddToLogOutbox(255, PayloadOf(2)));
    const int64_t third = Get(store.AddToLogOutbox(12, PayloadOf(3)));
    CHECK(first < second);
    CHECK(second < third);
    CHECK(store.AddToLogOutbox(0, PayloadOf(4)).status().code() == StatusCode::kInvalidArgument);
    std::vector<LogOutboxRow> rows = Get(store.LogOutbox());
    REQUIRE(rows.size() == 3);
    CHECK(rows[1].id == second);
    CHECK(rows[1].kind == 255);
    CHECK(rows[1].payload == PayloadOf(2));
    Require(store.RemoveFromLogOutbox(std::vector<int64_t>{third, first, 4711}));
    rows = Get(store.LogOutbox());
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].id == second);
    Require(store.RemoveFromLogOutbox(std::vector<int64_t>{second, second}));
    CHECK(Get(store.LogOutbox()).empty());
    CHECK(Get(store.AddToLogOutbox(10, PayloadOf(5))) > third);
  });
}

TEST_CASE("reports wait for their own log, in order, up to a limit") {
  OnEachStore([](StoreBackend& store) {
    CHECK(Get(store.LogReports(kLog)).empty());
    Require(store.RemoveLogReports({}));
    const std::string large(kMaxLogBlobBytes, 'x');
    const int64_t first = Get(store.AddLogReport(kLog, "{}"));
    const int64_t second = Get(store.AddLogReport(kLog, large));
    const int64_t other = Get(store.AddLogReport("other", std::string_view("a\0b", 3)));
    CHECK(first < second);
    CHECK(store.AddLogReport(kLog, "").status().code() == StatusCode::kInvalidArgument);
    CHECK(store.AddLogReport(kLog, large + "x").status().code() == StatusCode::kLimit);
    std::vector<LogReportRow> rows = Get(store.LogReports(kLog));
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].id == first);
    CHECK(rows[0].report == "{}");
    CHECK(rows[1].report == large);
    CHECK(Get(store.LogReports("other")).at(0).report == std::string_view("a\0b", 3));
    for (size_t i = 2; i < kMaxLogReports; ++i) Get(store.AddLogReport(kLog, "more"));
    CHECK(store.AddLogReport(kLog, "one too many").status().code() == StatusCode::kLimit);
    Get(store.AddLogReport("other", "not limited by them"));
    CHECK(Get(store.LogReports(kLog)).size() == kMaxLogReports);
    Require(store.RemoveLogReports(std::vector<int64_t>{second, second, 4711}));
    rows = Get(store.LogReports(kLog));
    CHECK(rows.size() == kMaxLogReports - 1);
    CHECK(rows[0].id == first);
    Require(store.RemoveLogReports(std::vector<int64_t>{other}));
    CHECK(Get(store.LogReports("other")).size() == 1);
    CHECK(Get(store.AddLogReport(kLog, "again")) > other);
    CHECK(Get(store.LogOutbox()).empty());
    CHECK(Get(store.Revision()) == 0);
  });
}

TEST_CASE(
    "where there is a log, forgetting leaves an erasure for it, and only if it is committed") {
  OnEachStore([](StoreBackend& store) {
    Require(store.SaveLogCheckpoint(kLog, Copy("x.org/a/2026-11", 0)));
    Require(Write(store, [](StoreTransaction& t) {
      Require(t.AddUser("alice"));
      return t.AddUser("bob");
    }));
    {
      const auto transaction = Get(store.Begin());
      ForgetReport report;
      Require(transaction->Forget("bob", kNow, &report));
      CHECK(report.case_id.size() == 32);
    }
    CHECK(Get(store.LogOutbox()).empty());
    CHECK(Forget(store, "nobody").case_id.empty());
    CHECK(Get(store.LogOutbox()).empty());
    std::set<std::string> case_ids;
    for (const char* user : {"alice", "bob"}) {
      const ForgetReport report = Forget(store, user);
      CHECK(case_ids.insert(report.case_id).second);
      const LogOutboxRow row = Get(store.LogOutbox()).back();
      CHECK(row.kind == 7);
      std::string hex;
      for (size_t i = 0; i < 16; ++i) {
        constexpr std::string_view kDigits = "0123456789abcdef";
        hex += kDigits[row.payload[i] >> 4];
        hex += kDigits[row.payload[i] & 15];
      }
      CHECK(hex == report.case_id);
      // 1750000000 s, big-endian, then nothing: no word of who it was.
      const std::vector<uint8_t> time(row.payload.begin() + 16, row.payload.begin() + 24);
      CHECK(time == std::vector<uint8_t>{0, 0, 0, 0, 0x68, 0x4E, 0xE1, 0x80});
      CHECK(std::all_of(row.payload.begin() + 24, row.payload.end(),
                        [](uint8_t byte) { return byte == 0; }));
    }
    CHECK(Get(store.LogOutbox()).size() == 2);
  });
}

TEST_CASE("what a log writes is no revision, and decisions need not look again for it") {
  OnEachStore([](StoreBackend& store) {
    Require(Write(store, [](StoreTransaction& t) { return t.AddUser("bob"); }));
    const uint64_t epoch = store.write_epoch();
    Require(store.SaveLogCheckpoint(kLog, Copy("x.org/a/2026-11", 5)));
    CHECK(store.SaveLogCheckpoint(kLog, Copy("x.org/a/2026-11", 4)).code() ==
          StatusCode::kConflict);
    const int64_t id = Get(store.AddToLogOutbox(10, PayloadOf(1)));
    Require(store.RemoveFromLogOutbox(std::vector<int64_t>{id}));
    CHECK(Get(store.Revision()) == 1);
    CHECK(store.write_epoch() == epoch);
    // Nor does the next revision undo it.
    Require(Write(store, [](StoreTransaction& t) { return t.AddUser("carol"); }));
    CHECK(Get(store.LoadLogCheckpoint(kLog))->size == 5);
    CHECK(Get(store.Revision()) == 2);
    CHECK(store.write_epoch() == epoch + 1);
  });
}

}  // namespace
}  // namespace ringfence
