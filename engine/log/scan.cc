// Reading past damage. See scan.h.
#include "log/scan.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/check.h"

namespace ringfence {
namespace {

constexpr uint64_t kEntriesPerRead = 16384;  // 3 MiB
constexpr size_t kKindAt = 1;

class Scan {
 public:
  Scan(LogFiles* files, const std::string& log, const ScanSink& sink, const LogProgress& progress)
      : files_(files), log_(log), sink_(sink), progress_(progress) {}

  Status ScanMonth(const LogDescription& description, const std::string& name);

 private:
  Status ReadAll(const std::string& name, uint64_t size, MonthReader* month);
  void LookAt(const std::string& name, uint64_t index, std::span<const uint8_t> on_disk);

  LogFiles* const files_;
  const std::string& log_;
  const ScanSink& sink_;
  const LogProgress& progress_;
};

Status Scan::ScanMonth(const LogDescription& description, const std::string& name) {
  LogReader::Month month;
  month.month = name;
  month.origin = OriginOf(description, name);
  MonthReader reader(files_, InFolder(log_, name));
  const Result<PublishedCheckpoint> published = ReadPublished(&reader, month.origin);
  if (!published.ok()) {
    const StatusCode code = published.status().code();
    if (code == StatusCode::kIo) return published.status();
    // A month that has only begun has none.
    if (code != StatusCode::kNotFound) sink_.unread(name, {}, published.status().message());
    return Status();
  }
  month.entries = published->checkpoint.size;
  const Result<VerifierKey> key = reader.Key();
  if (key.ok()) month.vkey = FormatVerifierKey(*key);
  sink_.month(month);
  return ReadAll(name, month.entries, &reader);
}

Status Scan::ReadAll(const std::string& name, uint64_t size, MonthReader* month) {
  std::vector<uint8_t> buffer;
  for (uint64_t first = 0; first < size; first += kEntriesPerRead) {
    const uint64_t count = std::min(kEntriesPerRead, size - first);
    buffer.resize(count * kEntryOnDiskBytes);
    if (Status status = month->ReadEntries(first, count, buffer); !status.ok()) {
      if (status.code() == StatusCode::kIo) return status;
      sink_.unread(name, first, status.message());  // the files end before the checkpoint does
      return Status();
    }
    for (uint64_t i = 0; i < count; ++i) {
      LookAt(name, first + i,
             std::span<const uint8_t>(buffer).subspan(i * kEntryOnDiskBytes, kEntryOnDiskBytes));
    }
    if (progress_) progress_(first + count, size);
  }
  return Status();
}

void Scan::LookAt(const std::string& name, uint64_t index, std::span<const uint8_t> on_disk) {
  DCHECK(on_disk.size() == kEntryOnDiskBytes);
  const auto bytes = on_disk.subspan<2, kEntryBytes>();
  const bool whole = on_disk[0] == 0 && on_disk[1] == kEntryBytes && HasEntryCrc(bytes);
  if (whole && HasDecisionFields(static_cast<EntryKind>(bytes[kKindAt]))) {
    const EntryHeader header = DecodeHeader(bytes);
    if (header.kind == EntryKind::kDecision) sink_.decision(header);
    return;
  }
  const Result<Entry> entry = DecodeEntry(bytes);
  if (!whole || !entry.ok()) {
    return sink_.unread(name, index, entry.ok() ? "its length is wrong" : entry.status().message());
  }
  sink_.own(RawEntry{name, index, *entry, bytes, {}});
}

}  // namespace

Status ScanEntries(LogFiles* files, const std::string& log, const ScanSink& sink,
                   const LogProgress& progress) {
  CHECK(files != nullptr);
  const Result<LogDescription> description = ReadDescription(files, log);
  if (!description.ok()) return description.status();
  const Result<std::vector<std::string>> months = Months(files, log);
  if (!months.ok()) return months.status();
  Scan scan(files, log, sink, progress);
  for (const std::string& month : *months) {
    if (Status status = scan.ScanMonth(*description, month); !status.ok()) return status;
  }
  return Status();
}

}  // namespace ringfence
