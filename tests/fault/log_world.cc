// Opening, deciding, crashing, and comparing. See log_world.h.
#include "fault/log_world.h"

#include <algorithm>
#include <filesystem>

#include "base/sha256.h"
#include "unit/log_builder.h"
#include "unit/seed.h"

namespace ringfence {

std::vector<Entry> EntriesOn(LogFiles* files, const std::string& log) {
  std::vector<Entry> entries;
  const Result<std::vector<std::string>> months = Months(files, log);
  REQUIRE(months.ok());
  for (const std::string& month : *months) {
    MonthReader reader(files, log + "/" + month);
    const Result<uint64_t> size = reader.EntriesOnDisk();
    REQUIRE(size.ok());
    for (uint64_t i = 0; i < *size; ++i) {
      const Result<Entry> entry = reader.ReadEntry(i);
      if (!entry.ok()) break;
      entries.push_back(*entry);
    }
  }
  return entries;
}

std::vector<EntryKind> KindsOf(const std::vector<Entry>& entries) {
  std::vector<EntryKind> kinds;
  for (const Entry& entry : entries) kinds.push_back(entry.header.kind);
  return kinds;
}

std::string FindingsOn(LogFiles* files, const std::string& log) {
  VerifyRequest request;
  request.files = files;
  request.log = log;
  request.threads = 1;
  const Result<LogVerification> verified = VerifyLog(request);
  if (!verified.ok()) return verified.status().message();
  std::string text;
  for (const LogFinding& finding : verified->findings) {
    text += finding.month + "/" + (finding.index ? std::to_string(*finding.index) : "-") + " " +
            finding.check + ": " + finding.detail + "\n";
  }
  return text;
}

std::string DigestOf(LogFiles* files, const std::string& folder) {
  const Result<std::vector<std::string>> names = files->List(folder);
  if (!names.ok()) {
    const Result<std::string> contents = files->ReadWhole(folder, SIZE_MAX / 2);
    return contents.ok() ? Sha256Hex(*contents) : "(gone)";
  }
  std::string all = "folder";
  for (const std::string& name : *names) {
    all += "\n" + name + " " + DigestOf(files, folder + "/" + name);
  }
  return Sha256Hex(all);
}

LogWorld::LogWorld()
    : disk(std::make_unique<MemoryFiles>()),
      files(std::make_unique<FaultFiles>(disk.get())),
      random(Seed()) {
  LogInit init;
  init.path = log;
  init.keys = folder_.file("log.keys");
  init.name = "example.com/ring/test";
  REQUIRE(InitLog(disk.get(), init).ok());
  const Result<LogDescription> description = ReadDescription(disk.get(), log);
  REQUIRE(description.ok());
  rings_ = "/dev/shm/ringfence-" + ToHex(description->identity);
  options.path = log;
  options.keys = init.keys;
  options.ring_entries = 64;
  options.ballast_bytes = 4096;
}

LogWorld::~LogWorld() {
  files->BeforeEach({});
  Leave();
  std::filesystem::remove_all(rings_);
}

LogWriter::Setup LogWorld::Setup() {
  LogWriter::Setup setup;
  setup.options = options;
  setup.files = files.get();
  setup.clock = &clock;
  setup.companion = companion;
  setup.threads = false;
  setup.lock_folder = folder_.file("lock" + std::to_string(locks_));
  std::filesystem::create_directory(setup.lock_folder);
  return setup;
}

Status LogWorld::TryOpen() {
  Leave();
  Result<std::shared_ptr<LogWriter>> opened = LogWriter::Open(Setup());
  if (!opened.ok()) return opened.status();
  writer = std::move(opened).value();
  return Status();
}

void LogWorld::Open() {
  const Status opened = TryOpen();
  REQUIRE_MESSAGE(opened.ok(), opened.message());
}

Status LogWorld::Close() {
  recorders.clear();
  Status closed = writer->Close();
  Leave();
  return closed;
}

void LogWorld::Leave() {
  recorders.clear();
  writer.reset();
}

Recorder* LogWorld::RecorderAt(size_t number) {
  while (recorders.size() <= number) {
    Result<std::unique_ptr<Recorder>> recorder = writer->NewRecorder();
    REQUIRE_MESSAGE(recorder.ok(), recorder.status().message());
    recorders.push_back(std::move(recorder).value());
  }
  return recorders[number].get();
}

uint32_t LogWorld::policy(std::string_view name) {
  Hash digest;
  const std::string blob = TestPolicyBlob(name, &digest);
  const Result<uint32_t> number = writer->PolicyNumber(digest, 1, blob);
  REQUIRE_MESSAGE(number.ok(), number.status().message());
  return *number;
}

namespace {

DecisionRecord WithDetails(DecisionRecord record, uint8_t details) {
  record.detail_count = details;
  record.detail_kinds = {DetailKind::kUnavailable, DetailKind::kCollected, DetailKind::kHost};
  return record;
}

}  // namespace

Recorded LogWorld::Record(size_t recorder, const DecisionRecord& record,
                          const DecisionRecord* shadow) {
  Recorder* const into = RecorderAt(recorder);
  RequestId receipt;
  const Recorded recorded = into->Record(record, into->Now(), &receipt, shadow);
  Account& account = accounts[static_cast<uint16_t>(writer->control()->boot)];
  account.decisions += shadow == nullptr ? 1 : 2;
  if (recorded != Recorded::kYes) return recorded;
  account.recorded.insert(receipt);
  if (shadow != nullptr) account.with_shadow.insert(receipt);
  return recorded;
}

Recorded LogWorld::Decide(size_t recorder, uint8_t details) {
  return Record(recorder, WithDetails(RandomRecord(policy(), &random), details), nullptr);
}

Recorded LogWorld::DecideWithShadow(size_t recorder, uint8_t details, uint8_t shadow_details) {
  const DecisionRecord record = WithDetails(RandomRecord(policy(), &random), details);
  const DecisionRecord shadow =
      WithDetails(ShadowOf(record, policy("second"), &random), shadow_details);
  return Record(recorder, record, &shadow);
}

Status LogWorld::Flush() {
  Status status = writer->Flush();
  if (!status.ok()) return status;
  Account& account = accounts[static_cast<uint16_t>(writer->control()->boot)];
  account.flushed = account.recorded;
  return status;
}

std::string LogWorld::MonthPath(std::string_view name) const {
  const Result<std::vector<std::string>> months = Months(disk.get(), log);
  REQUIRE(months.ok());
  REQUIRE(!months->empty());
  return Path(months->back()) + "/" + std::string(name);
}

void LogWorld::KeepRings() {
  const std::string kept = folder_.file("rings");
  std::filesystem::remove_all(kept);
  if (std::filesystem::exists(rings_)) {
    std::filesystem::copy(rings_, kept, std::filesystem::copy_options::recursive);
  }
}

void LogWorld::BringBackRings() {
  const std::string kept = folder_.file("rings");
  std::filesystem::remove_all(rings_);
  if (!std::filesystem::exists(kept)) return;
  std::filesystem::copy(kept, rings_, std::filesystem::copy_options::recursive);
  std::filesystem::permissions(rings_, std::filesystem::perms::owner_all);
}

// The old writer goes on with the old disk and ends; the world continues with the copies.
void LogWorld::Crash() {
  std::unique_ptr<MemoryFiles> copy = disk->Snapshot();
  KeepRings();
  Leave();
  BringBackRings();
  ++locks_;
  old_disks_.push_back(std::exchange(disk, std::move(copy)));
  old_files_.push_back(std::exchange(files, std::make_unique<FaultFiles>(disk.get())));
}

void LogWorld::KillWhen(std::function<bool(FileOp op, const std::string& path)> when) {
  at_kill_.reset();
  files->BeforeEach([this, when = std::move(when)](FileOp op, const std::string& path) {
    if (at_kill_ != nullptr || !when(op, path)) return;
    at_kill_ = disk->Snapshot();
    KeepRings();
  });
}

bool LogWorld::CrashThere() {
  files->BeforeEach({});
  if (at_kill_ == nullptr) return false;
  Leave();
  BringBackRings();
  ++locks_;
  old_disks_.push_back(std::exchange(disk, std::move(at_kill_)));
  old_files_.push_back(std::exchange(files, std::make_unique<FaultFiles>(disk.get())));
  return true;
}

void LogWorld::RemoveRings() {
  Crash();
  std::filesystem::remove_all(rings_);
}

void LogWorld::LosePower(MemoryFiles::Loss loss, uint64_t seed) {
  std::unique_ptr<MemoryFiles> left = disk->AfterPowerLoss(loss, seed);
  for (auto& [boot, account] : accounts) account.power_lost = true;
  RemoveRings();
  disk = std::move(left);
  files = std::make_unique<FaultFiles>(disk.get());
}

void LogWorld::CheckShadows(const Account& account, const std::vector<Entry>& decisions) {
  uint64_t alone = account.with_shadow.size();
  for (size_t i = 0; i + 1 < decisions.size(); ++i) {
    if (!account.with_shadow.contains(decisions[i].decision.request_id)) continue;
    const EntryHeader &decision = decisions[i].header, &shadow = decisions[i + 1].header;
    CHECK((decision.flags & entry_flags::kShadow) == 0);
    const bool behind = (shadow.flags & entry_flags::kShadow) != 0 &&
                        shadow.boot == decision.boot && shadow.seq == decision.seq + 1;
    alone -= behind ? 1 : 0;
  }
  CHECK(alone == 0);
}

void LogWorld::CheckAccounts(bool sync_failed) {
  std::map<RequestId, int> seen;
  std::map<uint16_t, uint64_t> accounted;
  std::vector<Entry> decisions;
  for (const Entry& entry : Entries()) {
    if (entry.header.kind == EntryKind::kDecision) {
      decisions.push_back(entry);
      ++seen[entry.decision.request_id];
      ++accounted[entry.header.boot];
    }
    if (entry.header.kind != EntryKind::kGap) continue;
    GapPayload gap;
    Get(entry, &gap);
    accounted[gap.boot] += gap.count;
  }
  CHECK(std::all_of(seen.begin(), seen.end(), [](const auto& each) { return each.second == 1; }));
  const auto missing = [&](const std::set<RequestId>& ids) {
    return std::count_if(ids.begin(), ids.end(), [&](auto& id) { return !seen.contains(id); });
  };
  for (const auto& [boot, account] : accounts) {
    CAPTURE(boot);
    CHECK(missing(account.flushed) == 0);
    if (account.power_lost) continue;
    CHECK(accounted[boot] == account.decisions);
    if (sync_failed) continue;
    CHECK(missing(account.recorded) == 0);
    CheckShadows(account, decisions);
  }
}

void LogWorld::CheckGoesOn() {
  CHECK(Findings() == "");
  DecideMany(3);
  REQUIRE(Flush().ok());
  LosePower(MemoryFiles::Loss::kAll, 1);
  CHECK(Findings() == "");
  Open();
  REQUIRE(Close().ok());
  CheckAccounts();
  CHECK(Findings() == "");
}

}  // namespace ringfence
