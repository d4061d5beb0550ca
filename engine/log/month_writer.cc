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
  segment_ = size() / kEntriesPerSegment;
  const auto open = [&](const std::string& name, std::unique_ptr<LogFile>* file) {
    Result<std::unique_ptr<LogFile>> opened =
        files_->OpenFile(folder_ + "/" + name, LogFiles::Open::kCreate);
    if (opened.ok()) *file = std::move(opened).value();
    return opened.status();
  };
  if (Status status = open(EntriesName(segment_), &entries_); !status.ok()) return status;
  if (Status status = open(LeavesName(segment_), &leaves_); !status.ok()) return status;
  return files_->SyncFolder(folder_ + "/seg");
}

Status MonthWriter::OpenLevel(int level) {
  std::unique_ptr<LogFile>& file = levels_[static_cast<size_t>(level)];
  if (file != nullptr) return Status();
  Result<std::unique_ptr<LogFile>> opened =
      files_->OpenFile(folder_ + "/" + LevelName(level), LogFiles::Open::kCreate);
  if (!opened.ok()) return opened.status();
  file = std::move(opened).value();
  return files_->SyncFolder(folder_);
}

Status MonthWriter::Append(Bytes on_disk) {
  CHECK(on_disk.size() % kEntryOnDiskBytes == 0);
  const uint64_t count = on_disk.size() / kEntryOnDiskBytes;
  CHECK(count <= Room());
  if (count == 0) return Status();
  if (entries_ == nullptr || segment_ != size() / kEntriesPerSegment) {
    // What the old segment holds must be durable before nobody holds it open any more.
    if (entries_ != nullptr) {
      if (Status status = Sync(); !status.ok()) return status;
    }
    if (Status status = OpenSegment(); !status.ok()) return status;
  }
  const TreeEdge before = edge_;
  if (Status status = entries_->Append(on_disk); !status.ok()) {
    return TakeBack(std::move(status), before);
  }
  dirty_[0] = true;
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
  if (Status status = AppendHashes(); !status.ok()) return TakeBack(std::move(status), before);
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

Status MonthWriter::TakeBack(Status why, const TreeEdge& before) {
  if (why.code() != StatusCode::kFull) return why;
  edge_ = before;
  const uint64_t in_segment = size() % kEntriesPerSegment;
  if (Status status = entries_->Truncate(in_segment * kEntryOnDiskBytes); !status.ok()) {
    return status;
  }
  if (Status status = leaves_->Truncate(in_segment * sizeof(Hash)); !status.ok()) return status;
  for (int level = 1; level < kTileLevels; ++level) {
    LogFile* const file = levels_[static_cast<size_t>(level)].get();
    if (file == nullptr) break;
    Status status = file->Truncate(LevelSize(level, size()) * sizeof(Hash));
    if (!status.ok()) return status;
  }
  return why;
}

Status MonthWriter::Sync() {
  if (!dirty_[0]) return Status();
  if (Status status = entries_->Sync(); !status.ok()) return status;
  if (Status status = leaves_->Sync(); !status.ok()) return status;
  for (size_t level = 0; level < dirty_.size(); ++level) {
    if (level > 0 && dirty_[level]) {
      if (Status status = levels_[level]->Sync(); !status.ok()) return status;
    }
    dirty_[level] = false;
  }
  return Status();
}

}  // namespace ringfence
