// A process that decides and counts is killed with SIGKILL at arbitrary points: what it had flushed
// is there, groups are whole, and nothing is there that was not decided.
#include <doctest/doctest.h>
#include <unistd.h>

#include <chrono>
#include <random>
#include <set>
#include <thread>

#include "api/store_impl.h"
#include "base/bytes.h"
#include "derived/pair_calls.h"
#include "fault/run_and_kill.h"
#include "unit/api_attempts_world.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

constexpr int kCallees = 400;

/// What the child tells: so many attempts were decided, or (a flush has returned) are on disk.
struct Told {
  int decided, durable;
};

[[noreturn]] void CountUntilKilled(const std::string& path, int first, int report) {
  StoreOptions options;
  options.path = path;
  Result<Store> store = Store::Open(options);
  AttemptsOptions hasty;
  hasty.flush_ms = 1;
  if (!store.ok()) _exit(1);
  Result<Attempts> attempts = Attempts::Open(*store, hasty);
  if (!attempts.ok()) _exit(2);
  EngineOptions engine_options;
  engine_options.store = *store;
  engine_options.attempts = *attempts;
  Result<Engine> engine = Engine::Open(engine_options);
  if (!engine.ok()) _exit(3);
  Result<Reader> reader = engine->NewReader();
  if (!reader.ok()) _exit(4);
  Told told{first, first};
  for (int i = first; i < kCallees; ++i) {
    if (!reader->Decide(CountingProcess::Call("ann", "callee" + std::to_string(i))).ok()) _exit(5);
    told.decided = i + 1;
    if (i % 8 == 7) {
      if (!attempts->Flush().ok()) _exit(6);
      told.durable = i + 1;
    }
    if (write(report, &told, sizeof told) != sizeof told) _exit(7);
    if (i % 3 == 0) std::this_thread::sleep_for(std::chrono::microseconds(300));
  }
  pause();
  _exit(8);
}

/// Callees of the attempts that the rows hold: both rows of each, or neither.
std::set<std::string> CalleesInRows(const Store& store) {
  const auto rows = store.impl()->backend->Rows(RowKind::kPairCalls, "", false);
  REQUIRE_MESSAGE(rows.ok(), rows.status().message());
  std::set<std::string> called, mirrored;
  for (const NamedRow& row : *rows) {
    PairCalls calls;
    REQUIRE(PairCalls::Unpack(AsBytes(row.bytes), &calls));
    if (row.b_name == "ann") {
      CHECK(calls.attempts.size() == 1);
      called.insert(row.a_name);
    } else {
      CHECK(row.a_name == "ann");
      CHECK(calls.called.size() == 1);
      mirrored.insert(row.b_name);
    }
  }
  CHECK(called == mirrored);
  return called;
}

TEST_CASE("kill -9 at arbitrary points: what was flushed is there, and whole") {
  TemporaryFolder folder;
  std::mt19937_64 random(Seed());
  for (int world = 0; world < 3; ++world) {
    const std::string path = folder.file("calls" + std::to_string(world) + ".db");
    {
      Store store = OpenStore(path);
      Result<Store::Transaction> users = store.Begin();
      REQUIRE(users.ok());
      REQUIRE(users->AddUser("ann").ok());
      for (int i = 0; i < kCallees; ++i) {
        REQUIRE(users->AddUser("callee" + std::to_string(i)).ok());
      }
      REQUIRE(users->Commit().ok());
    }
    int decided = 0;
    std::set<std::string> durable;
    for (int round = 0; round < 6; ++round) {
      CAPTURE(round);
      const std::chrono::microseconds delay(random() % 40000);
      const Told told = RunAndKill(delay, Told{decided, decided},
                                   [&](int report) { CountUntilKilled(path, decided, report); });
      Store store = OpenStore(path);
      const auto findings = store.Doctor();
      REQUIRE(findings.ok());
      for (const DoctorFinding& finding : *findings) CHECK_MESSAGE(!finding.error, finding.detail);
      const std::set<std::string> found = CalleesInRows(store);
      for (int i = decided; i < told.durable; ++i) durable.insert("callee" + std::to_string(i));
      for (const std::string& callee : durable) CHECK(found.contains(callee));
      // One may have been counted and killed before it was told.
      for (const std::string& callee : found) CHECK(std::stoi(callee.substr(6)) <= told.decided);
      durable = found;  // what is there stays
      decided = told.decided + 1;
    }
  }
}

}  // namespace
}  // namespace ringfence
