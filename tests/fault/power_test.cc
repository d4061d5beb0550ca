// Power is lost at every write, sync and truncation of a run: what was acknowledged is there
// afterwards, what was not is there whole or not at all.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "fault/fault_vfs.h"
#include "fault/worlds.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

void Require(const Status& status) { REQUIRE_MESSAGE(status.ok(), status.message()); }

// The states a run goes through: before, and after each of the writes.
struct Run {
  explicit Run(const std::string& pristine) : pristine_(pristine) {}

  /// How many writes were acknowledged.
  int Go(const std::string& path, FaultVfs* vfs) {
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
    std::filesystem::copy_file(pristine_, path);
    if (vfs != nullptr) vfs->Record({path, path + "-wal"});
    auto store = OpenFile(path, StoreOptions::Mode::kReadWrite, StandardLayout(), 0);
    if (!store.ok()) return 0;
    if (states_.empty()) states_.push_back(Dump(**store));
    int acknowledged = 0;
    const auto count = [&](const Status& written) {
      if (!written.ok()) return;
      ++acknowledged;
      if (vfs == nullptr) states_.push_back(Dump(**store));
    };
    const auto write = [&](const std::function<Status(StoreTransaction&)>& what) {
      count(Write(**store, what));
    };
    count((*store)->SaveLogCheckpoint(kFaultLog, FaultCheckpoint(7)));
    count(WriteCounters(**store, 1));
    write(ChangeWorld);
    // Empties the log and rebuilds the file, so that the second write starts a log anew.
    static_cast<void>((*store)->Purge());
    write([](StoreTransaction& t) { return t.Relate("u7", Relation("blocks"), "u8", 1); });
    count(WriteCounters(**store, 2));
    count((*store)->SaveLogCheckpoint(kFaultLog, FaultCheckpoint(8)));
    static_cast<void>((*store)->Purge());
    return acknowledged;
  }
  const std::vector<std::string>& states() const { return states_; }

 private:
  std::string pristine_;
  std::vector<std::string> states_;
};

TEST_CASE("power is lost at each change of the files, with four kinds of disk") {
  const TemporaryFolder folder;
  const std::string pristine = folder.file("pristine.db");
  {
    const auto store = NewSqliteStore(pristine);
    Require(Write(*store, [](StoreTransaction& t) { return FillWorld(t, 30); }));
  }
  Run run(pristine);
  REQUIRE(run.Go(folder.file("reference.db"), nullptr) == 6);
  REQUIRE(run.states().size() == 7);
  const std::string path = folder.file("store.db");
  const std::string restored = folder.file("restored.db");
  int losses = 0;
  int64_t n = 1;
  for (bool lost = true; lost; ++n) {
    REQUIRE(n < 5000);
    for (uint64_t kind = 0; kind < 4; ++kind) {
      CAPTURE(n);
      CAPTURE(kind);
      int acknowledged = 0;
      {
        FaultVfs vfs;
        vfs.LosePowerAt(n, Seed() + 4 * static_cast<uint64_t>(n) + kind);
        acknowledged = run.Go(path, &vfs);
        lost = vfs.power_lost();
        if (!lost) break;
        ++losses;
        for (const char* suffix : {"", "-wal"}) {
          std::ofstream(restored + suffix, std::ios::binary) << vfs.disk().at(path + suffix);
        }
        std::filesystem::remove(restored + "-shm");
      }
      auto store = OpenFile(restored, StoreOptions::Mode::kReadWrite);
      Require(store.status());
      RequireHealthy(**store);
      const std::string now = Dump(**store);
      const auto& states = run.states();
      const auto at = static_cast<size_t>(acknowledged);
      CHECK((now == states[at] || (at + 1 < states.size() && now == states[at + 1])));
    }
  }
  CHECK(losses > 40);
}

}  // namespace
}  // namespace ringfence
