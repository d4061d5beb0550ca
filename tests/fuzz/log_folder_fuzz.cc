// A log folder somebody has changed, file by file or entry by entry and signed anew: whatever is
// in it, it is verified, read and published without harm, and what verifies can be read.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

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

class Input {
 public:
  explicit Input(std::span<const uint8_t> bytes) : bytes_(bytes) {}
  bool empty() const { return bytes_.empty(); }
  uint8_t Byte() {
    if (bytes_.empty()) return 0;
    const uint8_t byte = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return byte;
  }
  size_t Below(size_t most) {
    const size_t number = static_cast<size_t>(Byte()) << 8 | Byte();
    return most == 0 ? 0 : number % most;
  }
  std::string Text(size_t most) {
    const size_t size = std::min(bytes_.size(), most);
    const std::string text(reinterpret_cast<const char*>(bytes_.data()), size);
    bytes_ = bytes_.subspan(size);
    return text;
  }

 private:
  std::span<const uint8_t> bytes_;
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

// Entries as somebody with the key might have written them.
void ChangeEntries(Input* input, LogBuilder* log) {
  for (uint8_t changes = input->Byte() % 8; changes > 0; --changes) {
    const size_t number = input->Byte() % 2;
    std::vector<EntryBytes>& entries = log->month(number).entries;
    const size_t at = input->Below(entries.size());
    switch (input->Byte() % 4) {
      case 0:
        entries[at][input->Byte() % kEntryBytes] ^= input->Byte();
        log->Reseal(at, number);
        break;
      case 1:
        entries.push_back(entries[at]);
        break;
      case 2:
        entries.erase(entries.begin() + static_cast<ptrdiff_t>(at));
        if (entries.empty()) return;
        break;
      default:
        std::swap(entries[at], entries[input->Below(entries.size())]);
    }
  }
  for (size_t number = 0; number < 2; ++number) log->Resign(number);
}

// Bytes of any file but the flag that nobody writes, which would cost a second of waiting.
void ChangeFiles(Input* input, LogBuilder* log) {
  std::vector<std::string> names = {"log/log.json"};
  for (size_t number = 0; number < 2; ++number) {
    for (const char* name : {kCheckpointName, kCheckpointsName, kVerifierKeyName, "level1"}) {
      names.push_back(log->Path(name, number));
    }
    names.push_back(log->Path(EntriesName(0), number));
    names.push_back(log->Path(LeavesName(0), number));
    const std::string blobs = log->Path("blobs", number);
    const Result<std::vector<std::string>> hashes = log->files.List(blobs);
    if (!hashes.ok()) continue;
    for (const std::string& hash : *hashes) names.push_back(blobs + "/" + hash);
  }
  while (!input->empty()) {
    const std::string& name = names[input->Byte() % names.size()];
    std::string contents = log->files.Contents(name);
    const size_t at = input->Below(contents.size() + 1);
    switch (input->Byte() % 5) {
      case 0:
        if (at < contents.size()) contents[at] = static_cast<char>(input->Byte());
        break;
      case 1:
        contents.resize(at);
        break;
      case 2:
        contents.insert(at, input->Text(input->Byte()));
        break;
      case 3:
        contents = input->Text(4096);
        break;
      default:
        static_cast<void>(log->files.Remove(name));
        continue;
    }
    log->files.SetContents(name, contents);
  }
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
  static EntryTeller teller(Catalog::Standard(), [](const Entry&) { return Hash{}; });
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
