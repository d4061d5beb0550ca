// A log folder somebody has changed, file by file or entry by entry and signed anew: whatever is
// in it, it is verified, read and published without harm, and what verifies can be read.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "fuzz/log_changes.h"
#include "log/facts_keys.h"
#include "log/publish.h"
#include "log/read.h"
#include "log/scan.h"
#include "log/verify.h"
#include "unit/log_builder.h"

namespace ringfence {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

/// A key for everything, be it the right one or not.
class AnyKey final : public FactsKeyRing {
 public:
  const EpochFactsKeys* Find(uint32_t) override { return nullptr; }
  const Hash* KeyOf(const Entry&) override { return &key_; }
  bool is_exported() const override { return false; }

 private:
  const Hash key_{};
};

void Build(LogBuilder* log) {
  log->BeginMonth("2026-10");
  log->AddBoot(1);
  log->AddPolicy();
  log->AddDecisions(3);
  log->Checkpoint();
  Entry detail = log->Decision();
  detail.header.kind = EntryKind::kDetail;
  detail.header.effect = 1;
  log->Add(detail);
  log->AddGap(1, 4, 4, 1);
  log->EndMonth();
  log->BeginMonth("2026-11");
  log->AddBoot(2, {.previous_boot = 1, .clean = true, .highest_seq = 4});
  log->AddPolicy("second");
  log->AddDecisions(3);
  log->AddClock(ClockEvent::kBack);
  log->Checkpoint();
}

/// What an audit reads: in a sound log all of it, and nothing is passed over.
void Scan(LogBuilder* log, bool sound, uint64_t expected) {
  uint64_t seen = 0, unread = 0;
  ScanSink sink;
  sink.month = [](const LogReader::Month&) {};
  sink.decision = [&](const EntryHeader&) { ++seen; };
  sink.own = [&](const RawEntry& raw) {
    Require(raw.entry.header.kind != EntryKind::kDecision);
    ++seen;
  };
  sink.unread = [&](std::string_view, std::optional<uint64_t>, std::string) { ++unread; };
  const Status scanned = ScanEntries(&log->files, log->log, sink, {});
  Require(!sound || scanned.ok());
  Require(!sound || (unread == 0 && seen == expected));
}

void UseAll(LogBuilder* log) {
  VerifyRequest request;
  request.files = &log->files;
  request.log = log->log;
  request.threads = 1;
  request.trusted = {log->month(0).notes.front()};
  const Result<LogVerification> verified = VerifyLog(request);
  const bool sound = verified.ok() && verified->findings.empty();

  ReadRequest reading;
  reading.files = &log->files;
  reading.log = log->log;
  static AnyKey any_key;
  static EntryTeller teller(Catalog::Standard(), &any_key);
  uint64_t read = 0;
  const Status status =
      ReadEntries(reading, [&](const RawEntry& raw, PolicyNamesCache* cache) -> Result<bool> {
        const Result<const PolicyNames*> names = cache->Get(raw.entry.header.policy_ref);
        if (!names.ok()) return names.status();
        const LogEntry told = teller.Tell(raw, **names);
        Require(told.leaf_hash.size() == 64);
        ++read;
        return true;
      });
  Require(!sound || status.ok());
  Require(!sound || read <= verified->entries);
  Scan(log, sound, read);
  for (const char* month : {"2026-10", "2026-11"}) {
    static_cast<void>(ReportUnderCheckpoint(&log->files, log->log, month, 2));
    const Result<std::string> proof = ProveEntry(&log->files, log->log, month, 1);
    Require(!proof.ok() || ParseTlogProof(*proof).ok());
    static_cast<void>(WriteTiles(&log->files, log->log, month, std::string("out") + month, {}));
  }
}

void Try(std::span<const uint8_t> bytes) {
  LogBuilder log;
  Build(&log);
  Input input(bytes);
  ChangeEntries(&input, &log);
  log.Write();
  ChangeFiles(&input, &log);
  UseAll(&log);
}

}  // namespace
}  // namespace ringfence

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 8192) return 0;
  ringfence::Try({data, size});
  return 0;
}
