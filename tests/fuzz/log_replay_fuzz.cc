// A log that is replayed after somebody has changed it, file by file or entry by entry and signed
// anew: whatever is in it, each entry ends in one bin, under every mode and with any keys.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

#include "fuzz/log_changes.h"
#include "log/verify.h"
#include "unit/replay_builder.h"

namespace ringfence {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

void Build(ReplayBuilder* replay) {
  LogBuilder& log = replay->log;
  replay->UsePolicy(ReplayBuilder::Allow());
  replay->DecideMany(3);
  log.Checkpoint();
  replay->Decide(1, {{"callee.follows(caller)", "?"}, {"callee.relay_calls", "true"}});
  log.AddGap(1, 5, 5, 1);
  replay->AddErasure();
  log.EndMonth();
  log.BeginMonth("2026-11");
  log.AddBoot(2, {.previous_boot = 1, .clean = true, .highest_seq = 5});
  replay->UsePolicy(ReplayBuilder::Refuse());
  replay->DecideMany(3);
  replay->Decide(2, {}, entry_flags::kShadow);
  replay->AddKeyCommits(8);
  log.Checkpoint();
}

/// Asks for attempts, which no decision of these logs collected.
Policy AsksForAttempts() {
  static const Policy policy = ReplayBuilder::PolicyOf(R"json(
      { "id": "often", "when": "callee.attempts_1h(caller) > 1", "then": "private" },
      { "id": "many", "when": "caller.callees_1h > 1", "then": "private" },
      { "id": "again", "when": "callee.since_attempt_ms(caller) < 60000", "then": "ring" })json");
  return policy;
}

void CheckSums(const ReplayReport& report) {
  Require(report.burn_in() <= report.simulated && report.simulated <= report.entries);
  uint64_t reasons = 0, flows = 0, old_rules = 0, new_rules = 0;
  for (const ReplayReason& each : report.not_replayable_by_reason) reasons += each.entries;
  for (const ReplayFlow& each : report.flows) flows += each.entries;
  for (const ReplayRule& each : report.old_rules) old_rules += each.entries;
  for (const ReplayRule& each : report.new_rules) new_rules += each.entries;
  Require(report.entries ==
          report.covered() + report.indeterminate + report.not_replayable + report.sealed);
  Require(reasons == report.not_replayable);
  if (report.mode == ReplayMode::kReproduce) return;
  Require(flows == report.covered());
  Require(old_rules == flows && new_rules == flows);
  Require(report.changes.all() == report.changed);
}

void Replay(ReplayBuilder* replay, ReplayMode mode, const std::string& keys, bool simulate) {
  ReplayBuilder::Options options;
  options.mode = mode;
  options.facts_keys = keys;
  options.compile_known_only = true;
  if (mode == ReplayMode::kWhatIf) {
    options.policy = simulate ? AsksForAttempts() : ReplayBuilder::Refuse();
    options.attempts = simulate ? ReplayAttempts::kSimulated : ReplayAttempts::kRecorded;
  }
  const Result<ReplayReport> report = replay->TryReplay(options);
  if (report.ok()) CheckSums(*report);
  if (mode != ReplayMode::kReproduce) return;
  // What verifies can be replayed, and accounts for the same decisions.
  VerifyRequest request;
  request.files = &replay->log.files;
  request.log = replay->log.log;
  request.threads = 1;
  const Result<LogVerification> verified = VerifyLog(request);
  if (!verified.ok() || !verified->findings.empty()) return;
  Require(report.ok());
  Require(report->entries == verified->decisions + verified->shadows + verified->not_recorded);
}

void Try(std::span<const uint8_t> bytes) {
  ReplayBuilder replay;
  Build(&replay);
  Input input(bytes);
  const uint8_t which = input.Byte();
  std::string keys = replay.FactsKeys(8);
  if (which % 4 == 1) keys = replay.WithWrongKey(8, which % 8);
  if (which % 4 == 2) keys.clear();
  ChangeEntries(&input, &replay.log);
  replay.log.Write();
  ChangeFiles(&input, &replay.log);
  Replay(&replay, static_cast<ReplayMode>(which / 4 % 3), keys, which / 12 % 2 == 1);
}

}  // namespace
}  // namespace ringfence

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 8192) return 0;
  ringfence::Try({data, size});
  return 0;
}
