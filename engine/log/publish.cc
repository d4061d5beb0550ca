// Proofs and tiles. See publish.h.
#include "log/publish.h"

#include <ringfence/limits.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/utf8.h"
#include "log/folder.h"
#include "log/read.h"
#include "log/tree.h"

namespace ringfence {
namespace {

// A month with its newest checkpoint.
struct Opened {
  std::string name;
  MonthReader reader;
  PublishedCheckpoint published;
};

Result<Opened> OpenPublished(LogFiles* files, const std::string& log, std::string_view month) {
  const Result<LogDescription> description = ReadDescription(files, log);
  if (!description.ok()) return description.status();
  const Result<std::string> name = PublishedMonth(files, log, month);
  if (!name.ok()) return name.status();
  MonthReader reader(files, log + "/" + *name);
  Result<PublishedCheckpoint> published = ReadPublished(&reader, OriginOf(*description, *name));
  if (!published.ok()) return published.status();
  return Opened{*name, std::move(reader), *std::move(published)};
}

Result<std::vector<uint8_t>> ReadOne(Opened* month, uint64_t index) {
  if (index >= month->published.checkpoint.size) {
    return Status(StatusCode::kInvalidArgument,
                  month->name + " has no entry " + std::to_string(index) +
                      ": its checkpoint is of " + std::to_string(month->published.checkpoint.size) +
                      " entries");
  }
  std::vector<uint8_t> on_disk(kEntryOnDiskBytes);
  if (Status status = month->reader.ReadEntries(index, 1, on_disk); !status.ok()) return status;
  on_disk.erase(on_disk.begin(), on_disk.begin() + 2);
  DCHECK(on_disk.size() == kEntryBytes);
  return on_disk;
}

class TileWriter {
 public:
  TileWriter(LogFiles* files, std::string folder, MonthReader* month)
      : files_(files), folder_(std::move(folder)), month_(month) {}

  Status Entries(uint64_t size, const LogProgress& progress);
  Status Level(int level, uint64_t hashes);
  Status Write(const std::string& name, Bytes contents);

 private:
  static std::string Name(const std::string& level, uint64_t number, uint64_t width);
  Status MakeFolders(const std::string& path);

  LogFiles* files_;
  const std::string folder_;
  MonthReader* month_;
  std::set<std::string> made_;  ///< folders of the last files
};

std::string TileWriter::Name(const std::string& level, uint64_t number, uint64_t width) {
  CHECK(width >= 1 && width <= kTileWidth);
  std::string name = "tile/" + level + "/" + TileNumber(number);
  if (width < kTileWidth) name += ".p/" + std::to_string(width);
  return name;
}

Status TileWriter::MakeFolders(const std::string& path) {
  for (size_t slash = path.find('/'); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    const std::string folder = folder_ + "/" + path.substr(0, slash);
    if (made_.contains(folder)) continue;
    if (Status status = files_->MakeFolder(folder); !status.ok()) return status;
    if (made_.size() > 4096) made_.clear();
    made_.insert(folder);
  }
  return Status();
}

Status TileWriter::Write(const std::string& name, Bytes contents) {
  DCHECK(!contents.empty() && !name.starts_with('/'));
  if (Status status = MakeFolders(name); !status.ok()) return status;
  auto file = files_->OpenFile(folder_ + "/" + name, LogFiles::Open::kCreate);
  if (!file.ok()) return file.status();
  return (*file)->Append(contents);
}

Status TileWriter::Entries(uint64_t size, const LogProgress& progress) {
  std::vector<uint8_t> bundle;
  for (uint64_t first = 0; first < size; first += kTileWidth) {
    const uint64_t width = std::min(kTileWidth, size - first);
    bundle.resize(width * kEntryOnDiskBytes);
    if (Status status = month_->ReadEntries(first, width, bundle); !status.ok()) return status;
    if (Status status = Write(Name("entries", first / kTileWidth, width), bundle); !status.ok()) {
      return status;
    }
    if (progress) progress(first + width, size);
  }
  return Status();
}

Status TileWriter::Level(int level, uint64_t hashes) {
  CHECK(level >= 0 && level < kTileLevels && hashes > 0);
  std::array<Hash, kTileWidth> tile;
  for (uint64_t first = 0; first < hashes; first += kTileWidth) {
    const uint64_t width = std::min(kTileWidth, hashes - first);
    Status status = month_->ReadHashes(level, first, std::span(tile).first(width));
    if (!status.ok()) return status;
    status = Write(Name(std::to_string(level), first / kTileWidth, width),
                   Bytes(tile.front().data(), width * sizeof(Hash)));
    if (!status.ok()) return status;
  }
  return Status();
}

}  // namespace

Result<std::string> PublishedMonth(LogFiles* files, const std::string& log,
                                   std::string_view month) {
  const Result<std::vector<std::string>> months = Months(files, log);
  if (!months.ok()) return months.status();
  for (auto name = months->rbegin(); name != months->rend(); ++name) {
    if (!month.empty() && *name != month) continue;
    const Result<bool> there = files->Exists(log + "/" + *name + "/" + kCheckpointName);
    if (!there.ok()) return there.status();
    if (*there) return *name;
  }
  if (month.empty()) return Status(StatusCode::kNotFound, "the log has no checkpoint yet");
  return Status(StatusCode::kNotFound,
                "the log has no checkpoint of '" + Printable(month, 20) + "'");
}

Result<std::string> ProveEntry(LogFiles* files, const std::string& log, std::string_view month,
                               uint64_t index) {
  Result<Opened> opened = OpenPublished(files, log, month);
  if (!opened.ok()) return opened.status();
  const Result<std::vector<uint8_t>> entry = ReadOne(&*opened, index);
  if (!entry.ok()) return entry.status();
  TreeHasher hasher;
  const Checkpoint& checkpoint = opened->published.checkpoint;
  Result<std::vector<Hash>> hashes =
      InclusionProof(&hasher, index, checkpoint.size, opened->reader.HashSource());
  if (!hashes.ok()) return hashes.status();
  if (!VerifyInclusion(&hasher, hasher.Leaf(*entry), index, checkpoint.size, *hashes,
                       checkpoint.root)) {
    return Status(StatusCode::kCorrupt, "entry " + std::to_string(index) + " of " + opened->name +
                                            " is not under its checkpoint: verify the log");
  }
  return FormatTlogProof({index, *std::move(hashes), opened->published.note});
}

Result<std::string> EntryUnderCheckpoint(LogFiles* files, const std::string& log,
                                         std::string_view month, uint64_t index) {
  Result<Opened> opened = OpenPublished(files, log, month);
  if (!opened.ok()) return opened.status();
  const Result<std::vector<uint8_t>> entry = ReadOne(&*opened, index);
  if (!entry.ok()) return entry.status();
  return std::string(entry->begin(), entry->end());
}

Result<std::string> ReportUnderCheckpoint(LogFiles* files, const std::string& log,
                                          std::string_view month, uint64_t index) {
  Result<Opened> opened = OpenPublished(files, log, month);
  if (!opened.ok()) return opened.status();
  const Result<std::vector<uint8_t>> bytes = ReadOne(&*opened, index);
  if (!bytes.ok()) return bytes.status();
  const Result<Entry> entry = DecodeEntry(std::span(*bytes).first<kEntryBytes>());
  if (!entry.ok()) return entry.status();
  if (entry->header.kind != EntryKind::kReplay) {
    return Status(StatusCode::kInvalidArgument, "entry " + std::to_string(index) + " of " +
                                                    opened->name + " is no replay, but of kind " +
                                                    std::string(ToString(entry->header.kind)));
  }
  ReplayPayload replay;
  Get(*entry, &replay);
  return opened->reader.Blob(replay.blob, kMaxLogBlobBytes);
}

std::string TileNumber(uint64_t number) {
  std::string path;
  for (bool last = true;; last = false) {
    std::string digits = std::to_string(1000 + number % 1000).substr(1);
    DCHECK(digits.size() == 3);
    path.insert(0, last ? digits : InFolder("x" + digits, {}));
    number /= 1000;
    if (number == 0) return path;
  }
}

Status WriteTiles(LogFiles* files, const std::string& log, std::string_view month,
                  const std::string& folder, const LogProgress& progress) {
  const Result<std::vector<std::string>> there = files->List(folder);
  if (there.ok() && !there->empty()) {
    return Status(StatusCode::kInvalidArgument,
                  "'" + Printable(folder) + "' is not empty: name a new folder");
  }
  if (!there.ok() && there.status().code() != StatusCode::kNotFound) return there.status();
  Result<Opened> opened = OpenPublished(files, log, month);
  if (!opened.ok()) return opened.status();
  if (Status status = files->MakeFolder(folder); !status.ok()) return status;
  TileWriter writer(files, folder, &opened->reader);
  const uint64_t size = opened->published.checkpoint.size;
  if (Status status = writer.Entries(size, progress); !status.ok()) return status;
  for (int level = 0; level < kTileLevels && size >> (8 * level) > 0; ++level) {
    if (Status status = writer.Level(level, size >> (8 * level)); !status.ok()) return status;
  }
  // Last: who finds a checkpoint finds what it is about.
  return writer.Write(kCheckpointName, AsBytes(opened->published.note));
}

}  // namespace ringfence
