// A process is killed with SIGKILL at arbitrary points of a bulk transaction and between
// acknowledged writes: nothing half-applied, nothing acknowledged lost.
#include <doctest/doctest.h>
#include <unistd.h>

#include <chrono>
#include <map>
#include <random>

#include "fault/run_and_kill.h"
#include "fault/worlds.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

constexpr int kPairsPerBatch = 300;

// One bulk transaction: a batch of relations that belong together.
Status WriteBatch(StoreBackend& store, uint64_t batch) {
  return Write(store, [&](StoreTransaction& t) {
    const std::string hub = "hub" + std::to_string(batch);
    for (int i = 0; i < kPairsPerBatch; ++i) {
      Status status = t.Relate(hub, Relation("follows"), "member" + std::to_string(i), 1);
      if (!status.ok()) return status;
    }
    return Status();
  });
}

// Writes batch after batch and reports each that was acknowledged, until killed.
[[noreturn]] void WriteUntilKilled(const std::string& path, int report) {
  StoreOptions options;
  options.path = path;
  auto store = OpenSqliteStore(options, StandardLayout());
  if (!store.ok()) _exit(1);
  const uint64_t first = *(*store)->Revision() + 1;
  for (uint64_t batch = first;; ++batch) {
    if (!WriteBatch(**store, batch).ok()) _exit(2);
    if (write(report, &batch, sizeof batch) != sizeof batch) _exit(3);
  }
}

TEST_CASE("kill -9 at arbitrary points: whole batches only, and all that were acknowledged") {
  const TemporaryFolder folder;
  const std::string path = folder.file("store.db");
  NewSqliteStore(path);
  std::mt19937_64 random(Seed());
  uint64_t acknowledged = 0;
  uint64_t longest_us = 80000;
  // On a busy machine more rounds, and longer ones, until something was acknowledged.
  for (int round = 0; round < 15 || (acknowledged == 0 && round < 22); ++round) {
    if (round >= 15) longest_us *= 2;
    // From before the file is open to several batches in.
    const std::chrono::microseconds delay(random() % longest_us);
    const uint64_t last =
        RunAndKill<uint64_t>(delay, 0, [&](int report) { WriteUntilKilled(path, report); });
    acknowledged = std::max(acknowledged, last);
    CAPTURE(round);
    auto store = OpenFile(path, StoreOptions::Mode::kReadWrite, StandardLayout(), 1000);
    REQUIRE_MESSAGE(store.ok(), store.status().message());
    RequireHealthy(**store);
    const uint64_t revision = *(*store)->Revision();
    CHECK(revision >= acknowledged);
    // One may have been committed and killed before it was reported.
    CHECK(revision <= acknowledged + static_cast<uint64_t>(round) + 1);
    std::map<std::string, int> batches;
    REQUIRE((*store)
                ->EachRelation([&](const RelationInfo& relation) {
                  ++batches[relation.subject];
                  return true;
                })
                .ok());
    CHECK(batches.size() == revision);
    for (const auto& [hub, count] : batches) CHECK(count == kPairsPerBatch);
  }
  CHECK(acknowledged > 0);
}

}  // namespace
}  // namespace ringfence
