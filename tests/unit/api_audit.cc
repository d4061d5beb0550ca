// The audit of a log that Readers have written: what holds, what fails, what nobody can tell; and
// reports of replays, kept by who has the log open and by who has not.
#include <ringfence/audit.h>
#include <ringfence/limits.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

#include "unit/api_log_world.h"

namespace ringfence {
namespace {

using Question = AuditQuestion;
using Outcome = AuditOutcome;

LogReader Opened(const LogWorld& world) {
  const Result<LogReader> reader = LogReader::Open(world.log_path());
  REQUIRE_MESSAGE(reader.ok(), reader.status().message());
  return *reader;
}

void Decide(const LogWorld& world, int decisions = 4) {
  DecisionLog log = world.Open(world.Options());
  {
    Engine engine = world.EngineWith(log);
    Reader reader = OpenReader(engine);
    for (int i = 0; i < decisions; ++i) {
      Ask(reader, Between(i % 2 == 0 ? "alice" : "mallory", "bob"));
    }
  }
  REQUIRE(log.Close().ok());
}

/// With all that the operator has.
LogAuditOptions Everything(const LogWorld& world) {
  LogAuditOptions options;
  options.verify.store = world.store;
  options.secrets.store = world.store;
  options.secrets.keys = world.keys_path();
  return options;
}

LogAudit Audited(const LogWorld& world, const LogAuditOptions& options) {
  const Result<LogAudit> audit = Audit(Opened(world), options);
  REQUIRE_MESSAGE(audit.ok(), audit.status().message());
  for (size_t i = 0; i < kAuditQuestions; ++i) {
    const AuditAnswer& answer = audit->answers[i];
    CHECK(answer.question == static_cast<Question>(i));
    // What does not hold says why, and what holds has nothing to say.
    CHECK((answer.outcome == Outcome::kHolds) ==
          (answer.reasons.empty() && answer.findings.empty()));
  }
  return *audit;
}

Outcome OutcomeOf(const LogAudit& audit, Question question) {
  return audit.answers[static_cast<size_t>(question)].outcome;
}

/// Questions whose answer is not that it holds, with what it is.
std::map<Question, Outcome> Doubtful(const LogAudit& audit) {
  std::map<Question, Outcome> doubtful;
  for (const AuditAnswer& answer : audit.answers) {
    if (answer.outcome != Outcome::kHolds) doubtful[answer.question] = answer.outcome;
  }
  return doubtful;
}

void FlipByte(const std::string& path, std::streamoff at) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  REQUIRE(file.good());
  file.seekg(at);
  const auto byte = static_cast<char>(file.get() ^ 1);
  file.seekp(at);
  file.put(byte);
}

std::string MonthFolder(const LogWorld& world) {
  return world.log_path() + "/" + Opened(world).ListMonths()->back().month;
}

TEST_CASE("with database and keys all of a sound log holds") {
  const LogWorld world;
  Decide(world);
  Decide(world, 2);
  const LogAudit audit = Audited(world, Everything(world));
  CHECK(Doubtful(audit).empty());
  CHECK(audit.holds());
  CHECK(audit.log == "example.com/ring/test");
  CHECK(audit.anchors == std::vector<std::string>{"the database"});
  CHECK(audit.verification.decisions == 6);
  REQUIRE(audit.replay.has_value());
  CHECK(audit.replay->reproduced == 6);
  CHECK(audit.boots.count == 2);
  CHECK(audit.outages.count == 1);
  REQUIRE(audit.outages.first.size() == 1);
  CHECK(audit.outages.first[0].clean);
  CHECK(audit.outages.first[0].boot == 2);
  CHECK(audit.outages.total_ns == audit.outages.longest_ns);
  CHECK(audit.policies.count == 2);
  CHECK(!audit.begins_later);
  CHECK(audit.months.size() == 1);
  CHECK(audit.unread.empty());
}

TEST_CASE("without anything from outside nobody can tell whether it was written anew, or replays") {
  const LogWorld world;
  Decide(world);
  CHECK(Doubtful(Audited(world, {})) ==
        std::map<Question, Outcome>{{Question::kChanged, Outcome::kCannotTell},
                                    {Question::kReproduced, Outcome::kCannotTell}});
  LogAuditOptions options;
  options.verify.keys = {Opened(world).ListMonths()->back().vkey};
  CHECK(Doubtful(Audited(world, options)) ==
        std::map<Question, Outcome>{{Question::kReproduced, Outcome::kCannotTell}});
}

TEST_CASE("a changed entry fails, and then nothing else holds") {
  const LogWorld world;
  Decide(world);
  FlipByte(MonthFolder(world) + "/seg/0000000000.ent", 4 * 184 + 2 + 60);
  const LogAudit audit = Audited(world, Everything(world));
  CHECK(OutcomeOf(audit, Question::kChanged) == Outcome::kFails);
  CHECK(Doubtful(audit).size() == kAuditQuestions);
  CHECK(audit.unread.size() == 1);
  CHECK(audit.unread[0].index == 4);
  CHECK(audit.verification.findings.size() >= 1);
  REQUIRE(audit.replay.has_value());
  CHECK(audit.replay->entries == 4);
  CHECK(!audit.holds());
}

TEST_CASE("a month whose checkpoint is not signed is passed over, and said") {
  const LogWorld world;
  Decide(world);
  FlipByte(MonthFolder(world) + "/checkpoint", 60);
  const LogAudit audit = Audited(world, Everything(world));
  CHECK(OutcomeOf(audit, Question::kChanged) == Outcome::kFails);
  CHECK(Doubtful(audit).size() == kAuditQuestions);
  CHECK(!audit.unread.empty());
  CHECK(!audit.replay.has_value());
  CHECK(!audit.replay_error.empty());
}

TEST_CASE("an older copy fails what is missing, by the database") {
  const LogWorld world;
  Decide(world);
  const std::string older = world.folder.file("older");
  std::filesystem::copy(world.log_path(), older, std::filesystem::copy_options::recursive);
  Decide(world);
  const Result<LogReader> reader = LogReader::Open(older);
  REQUIRE(reader.ok());
  const Result<LogAudit> audit = Audit(*reader, Everything(world));
  REQUIRE(audit.ok());
  CHECK(Doubtful(*audit) == std::map<Question, Outcome>{{Question::kMissing, Outcome::kFails}});
  CHECK(audit->answers[0].findings.at(0).check == "rollback");
}

TEST_CASE("exports and erasures: bound, proven with the seeds, in doubt without") {
  const LogWorld world;
  Store store = world.store;
  Decide(world);
  const Result<FactsKeyExported> before =
      ExportFactsKeys(world.log_path(), world.keys_path(), world.store, {});
  REQUIRE(before.ok());
  REQUIRE(store.Forget("bob").ok());
  Decide(world, 0);
  LogAudit audit = Audited(world, Everything(world));
  CHECK(Doubtful(audit).empty());
  CHECK(audit.erasures.count == 1);
  CHECK(audit.accesses.count == 1);
  CHECK(audit.key_commits.count == 1);
  CHECK(audit.exported_keys == before->keys);
  CHECK(audit.committed_keys == before->keys);
  REQUIRE(audit.replay.has_value());
  REQUIRE(audit.replay->not_replayable_by_reason.size() == 1);
  CHECK(audit.replay->not_replayable_by_reason[0].reason == "erased");
  CHECK(audit.replay->not_replayable_by_reason[0].entries == 4);
  // Keys from before open what was erased: they prove nothing about it.
  LogAuditOptions options;
  options.verify.store = world.store;
  options.secrets.facts_keys = before->contents;
  CHECK(Doubtful(Audited(world, options)) ==
        std::map<Question, Outcome>{{Question::kErasures, Outcome::kCannotTell}});
}

TEST_CASE("decisions that were not recorded: counted, but nobody knows what they came to") {
  const LogWorld world;
  {
    LogOptions options = world.Options();
    options.ring_entries = 16;
    options.flush_ms = 10000;
    DecisionLog log = world.Open(options);
    Engine engine = world.EngineWith(log);
    Reader reader = OpenReader(engine);
    for (int i = 0; i < 20000 && log.Counters().recorded == log.Counters().decisions; ++i) {
      Ask(reader, Between("alice", "bob"));
    }
    REQUIRE(log.Counters().recorded < log.Counters().decisions);
    REQUIRE(log.Close().ok());
  }
  const LogAudit audit = Audited(world, Everything(world));
  CHECK(Doubtful(audit) == std::map<Question, Outcome>{{Question::kOutages, Outcome::kCannotTell}});
  CHECK(audit.gaps.count >= 1);
  REQUIRE(audit.causes.size() == 1);
  CHECK(audit.causes[0].cause == "overload");
  CHECK(audit.causes[0].decisions == audit.verification.not_recorded);
}

TEST_CASE("a time that is asked for bounds what is listed, and entries are kept up to a number") {
  const LogWorld world;
  for (int i = 0; i < 4; ++i) Decide(world, 1);
  LogAuditOptions options = Everything(world);
  options.max_entries = 2;
  LogAudit audit = Audited(world, options);
  CHECK(audit.boots.count == 4);
  CHECK(audit.boots.first.size() == 2);
  CHECK(audit.outages.count == 3);
  CHECK(audit.outages.first.size() == 2);
  const LogEntry second = audit.boots.first[1];
  options.from_ns = second.time_ns;
  options.to_ns = second.time_ns + 1;
  audit = Audited(world, options);
  CHECK(audit.boots.count == 1);
  CHECK(audit.boots.first.at(0).index == second.index);
  CHECK(audit.policies.count == 0);
  CHECK(audit.replay->entries == 0);
  CHECK(audit.verification.boots == 4);
}

TEST_CASE("keys of another log are no finding, but an error") {
  const LogWorld world, other;
  Decide(world);
  LogAuditOptions options = Everything(world);
  options.secrets.keys = other.keys_path();
  CHECK(Audit(Opened(world), options).status().code() == StatusCode::kInvalidArgument);
}

// --- Reports

std::vector<LogEntry> Replays(const LogWorld& world) {
  std::vector<LogEntry> entries;
  LogFilter filter;
  filter.kind = "replay";
  Status read = Opened(world).Each(filter, {}, [&](const LogEntry& entry) {
    entries.push_back(entry);
    return true;
  });
  REQUIRE_MESSAGE(read.ok(), read.message());
  return entries;
}

TEST_CASE("a host keeps a report in the log it has open") {
  const LogWorld world;
  std::string hash;
  {
    DecisionLog log = world.Open(world.Options());
    CHECK(log.RecordReplay("").status().code() == StatusCode::kInvalidArgument);
    CHECK(log.RecordReplay(std::string(kMaxLogBlobBytes + 1, 'x')).status().code() ==
          StatusCode::kLimit);
    const Result<std::string> recorded = log.RecordReplay("{\"report\":1}\n");
    REQUIRE_MESSAGE(recorded.ok(), recorded.status().message());
    hash = *recorded;
    CHECK(hash == Sha256Hex("{\"report\":1}\n"));
    // It is under a checkpoint by now.
    REQUIRE(Replays(world).size() == 1);
    REQUIRE(log.Close().ok());
    CHECK(log.RecordReplay("late").status().code() == StatusCode::kClosed);
  }
  const LogEntry entry = Replays(world).at(0);
  CHECK(entry.fields.at(0).value == hash);
  const LogReader reader = Opened(world);
  CHECK(*reader.Report("", entry.index) == "{\"report\":1}\n");
  CHECK(reader.Report("", 0).status().code() == StatusCode::kInvalidArgument);
  CHECK(reader.Report("", 4711).status().code() == StatusCode::kInvalidArgument);
  CHECK(Audited(world, Everything(world)).replays.count == 1);
  // Altered, then gone: the reader says so, and a verification finds it.
  const std::string blob = MonthFolder(world) + "/blobs/" + hash;
  FlipByte(blob, 3);
  CHECK(reader.Report("", entry.index).status().code() == StatusCode::kCorrupt);
  CHECK(OutcomeOf(Audited(world, Everything(world)), Question::kChanged) == Outcome::kFails);
  std::filesystem::remove(blob);
  CHECK(reader.Report("", entry.index).status().code() == StatusCode::kNotFound);
  CHECK(OutcomeOf(Audited(world, Everything(world)), Question::kChanged) == Outcome::kFails);
}

TEST_CASE("who does not have the log open leaves the report for who has") {
  const LogWorld world;
  CHECK(RecordReplay(Opened(world), world.store, "too early").status().code() ==
        StatusCode::kInvalidArgument);
  Decide(world);
  const auto waiting = [&] {
    return world.store.impl()->backend->LogReports("example.com/ring/test")->size();
  };
  REQUIRE(RecordReplay(Opened(world), world.store, "for the next one").ok());
  CHECK(waiting() == 1);
  LogOptions options = world.Options();
  options.checkpoint_ms = 1;
  DecisionLog log = world.Open(options);
  const Result<std::string> hash = RecordReplay(Opened(world), world.store, "while it is open");
  REQUIRE(hash.ok());
  for (int i = 0; i < 2000 && waiting() > 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  CHECK(waiting() == 0);
  const std::vector<LogEntry> entries = Replays(world);
  REQUIRE(entries.size() == 2);
  CHECK(*Opened(world).Report("", entries[0].index) == "for the next one");
  CHECK(*Opened(world).Report(entries[1].month, entries[1].index) == "while it is open");
  CHECK(entries[1].fields.at(0).value == *hash);
  REQUIRE(log.Close().ok());
  for (size_t i = 0; i < kMaxLogReports; ++i) {
    REQUIRE(RecordReplay(Opened(world), world.store, "many").ok());
  }
  CHECK(RecordReplay(Opened(world), world.store, "more").status().code() == StatusCode::kLimit);
  Decide(world, 0);
  CHECK(waiting() == 0);
  CHECK(Replays(world).size() == 2 + kMaxLogReports);
  CHECK(Audited(world, Everything(world)).holds());
}

}  // namespace
}  // namespace ringfence
