// Appending to a month, and taking back what did not fit on the disk.
#include "log/month_writer.h"

#include <utility>

#include "base/check.h"

namespace ringfence {
namespace {

void AppendTo(std::vector<uint8_t>* bytes, const Hash& hash) {
  bytes->insert(bytes->end(), hash.begin(), hash.end());
}

}  // namespace

uint64_t LevelSize(int level, uint64_t entries) {
  CHECK(level >= 0 && level < kTileLevels);
  return entries >> (8 * level);
}

Result<std::unique_ptr<MonthWriter>> MonthWriter::Open(LogFiles* files, std::string folder,
                                                       TreeEdge edge) {
  std::unique_ptr<MonthWriter> writer(new MonthWriter(files, std::move(folder), std::move(edge)));
  for (const std::string& name : {writer->folder_, writer->folder_ + "/seg"}) {
    if (Status status = files->MakeFolder(name); !status.ok()) return status;
  }
  // A full segment stays as it is; the next one is opened when there is something for it.
  if (writer->size() % kEntriesPerSegment != 0) {
    if (Status status = writer->OpenSegment(); !status.ok()) return status;
  }
  for (int level = 1; level < kTileLevels; ++level) {
    if (LevelSize(level, writer->size()) == 0) break;
    if (Status status = writer->OpenLevel(level); !status.ok()) return status;
  }
  return writer;
}

Status MonthWriter::OpenSegment() {
  const uint64_t segment = size() / kEntriesPerSegment;
  std::unique_ptr<LogFile> entries, leaves;
  const auto open = [&](const std::string& name, std::unique_ptr<LogFile>* file) {
    Result<std::unique_ptr<LogFile>> opened =
        files_->OpenFile(folder_ + "/" + name, LogFiles::Open::kCreate);
    if (!opened.ok()) return opened.status();
    *file = std::move(opened).value();
    return Status();
  };
  if (Status status = open(EntriesName(segment), &entries); !status.ok()) return status;
  if (Status status = open(LeavesName(segment), &leaves); !status.ok()) return status;
  if (Status status = files_->SyncFolder(folder_ + "/seg"); !status.ok()) return status;
  segment_ = segment;
  entries_ = std::move(entries);
  leaves_ = std::move(leaves);
  return Status();
}

Status MonthWriter::OpenLevel(int level) {
  std::unique_ptr<LogFile>& file = levels_[static_cast<size_t>(level)];
  if (file != nullptr) return Status();
  Result<std::unique_ptr<LogFile>> opened =
      files_->OpenFile(folder_ + "/" + LevelName(level), LogFiles::Open::kCreate);
  if (!opened.ok()) return opened.status();
  if (Status status = files_->SyncFolder(folder_); !status.ok()) return status;
  file = std::move(opened).value();
  return Status();
}

Status MonthWriter::Append(Bytes on_disk) {
  CHECK(on_disk.size() % kEntryOnDiskBytes == 0);
  const uint64_t count = on_disk.size() / kEntryOnDiskBytes;
  CHECK(count <= Room());
  if (count == 0) return Status();
  if (entries_ == nullptr || segment_ != size() / kEntriesPerSegment) {
    // What the old segment holds must be durable before nobody holds it open any more.
    CHECK(!dirty_[0]);
    if (Status status = OpenSegment(); !status.ok()) return status;
  }
  const TreeEdge before = edge_;
  const auto take_back = [&](Status why) {
    if (why.code() != StatusCode::kFull) return why;
    const Status cut = CutTo(before);
    return cut.ok() ? why : cut;
  };
  dirty_[0] = true;
  if (Status status = entries_->Append(on_disk); !status.ok()) return take_back(std::move(status));
  new_leaves_.clear();
  for (std::vector<uint8_t>& hashes : new_levels_) hashes.clear();
  for (uint64_t i = 0; i < count; ++i) {
    const Bytes entry = on_disk.subspan(i * kEntryOnDiskBytes + 2, kEntryBytes);
    const Hash leaf = hasher_.Leaf(entry);
    AppendTo(&new_leaves_, leaf);
    edge_.Add(&hasher_, leaf, [&](int level, const Hash& hash) {
      AppendTo(&new_levels_[static_cast<size_t>(level)], hash);
    });
  }
  if (Status status = AppendHashes(); !status.ok()) return take_back(std::move(status));
  return Status();
}

Status MonthWriter::AppendHashes() {
  if (Status status = leaves_->Append(new_leaves_); !status.ok()) return status;
  for (int level = 1; level < kTileLevels; ++level) {
    const auto at = static_cast<size_t>(level);
    if (new_levels_[at].empty()) break;
    if (Status status = OpenLevel(level); !status.ok()) return status;
    if (Status status = levels_[at]->Append(new_levels_[at]); !status.ok()) return status;
    dirty_[at] = true;
  }
  return Status();
}

Status MonthWriter::CutTo(const TreeEdge& edge) {
  edge_ = edge;
  const uint64_t in_segment = size() % kEntriesPerSegment;
  Status status = entries_->Truncate(in_segment * kEntryOnDiskBytes);
  if (status.ok()) status = leaves_->Truncate(in_segment * sizeof(Hash));
  for (int level = 1; level < kTileLevels && status.ok(); ++level) {
    LogFile* const file = levels_[static_cast<size_t>(level)].get();
    if (file == nullptr) break;
    status = file->Truncate(LevelSize(level, size()) * sizeof(Hash));
  }
  // Whatever the reason: files that are longer than the tree cannot be appended to.
  return status.ok() ? status : Status(StatusCode::kIo, status.message());
}

Status MonthWriter::TakeBackUnsynced() { return dirty_[0] ? CutTo(synced_) : Status(); }

Status MonthWriter::Sync() {
  if (!dirty_[0]) return Status();
  if (Status status = entries_->Sync(); !status.ok()) return status;
  if (Status status = leaves_->Sync(); !status.ok()) return status;
  for (size_t level = 1; level < dirty_.size(); ++level) {
    if (!dirty_[level]) continue;
    if (Status status = levels_[level]->Sync(); !status.ok()) return status;
  }
  dirty_.fill(false);
  synced_ = edge_;
  return Status();
}

}  // namespace ringfence
