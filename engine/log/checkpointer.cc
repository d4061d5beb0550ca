// Reading back, comparing, signing, publishing. See checkpointer.h.
#include "log/checkpointer.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "log/note.h"
#include "log/publish.h"

namespace ringfence {
namespace {

constexpr uint64_t kEntriesPerRead = 8192;  // 1.5 MB: one read, and the hashes stay in cache

}  // namespace

Checkpointer::Checkpointer(const Publisher& publisher, std::string origin, std::string folder,
                           TreeEdge edge)
    : publisher_(publisher),
      origin_(std::move(origin)),
      folder_(std::move(folder)),
      edge_(std::move(edge)),
      reader_(publisher.files, folder_) {}

Result<std::unique_ptr<Checkpointer>> Checkpointer::Open(const Publisher& publisher,
                                                         std::string origin, std::string folder,
                                                         TreeEdge edge) {
  std::unique_ptr<Checkpointer> self(
      new Checkpointer(publisher, std::move(origin), std::move(folder), std::move(edge)));
  Result<std::unique_ptr<LogFile>> history =
      publisher.files->OpenFile(self->folder_ + "/" + kCheckpointsName, LogFiles::Open::kCreate);
  if (!history.ok()) return history.status();
  self->history_ = std::move(history).value();
  if (Status status = publisher.files->SyncFolder(self->folder_); !status.ok()) return status;
  return self;
}

Status Checkpointer::ReadBack(uint64_t size, TreeEdge* edge) {
  buffer_.resize(kEntriesPerRead * kEntryOnDiskBytes);
  leaves_.resize(kEntriesPerRead);
  uint64_t index = edge->size();
  while (index < size) {
    const uint64_t in_segment = kEntriesPerSegment - index % kEntriesPerSegment;
    const uint64_t count = std::min({size - index, kEntriesPerRead, in_segment});
    const std::span<uint8_t> bytes(buffer_.data(), count * kEntryOnDiskBytes);
    if (Status status = reader_.ReadEntries(index, count, bytes); !status.ok()) return status;
    const std::span<Hash> stored(leaves_.data(), count);
    if (Status status = reader_.ReadHashes(0, index, stored); !status.ok()) return status;
    for (uint64_t i = 0; i < count; ++i, ++index) {
      const auto on_disk = bytes.subspan(i * kEntryOnDiskBytes, kEntryOnDiskBytes);
      const auto entry = on_disk.subspan<2, kEntryBytes>();
      const Hash leaf = hasher_.Leaf(entry);
      const bool sound = on_disk[0] == 0 && on_disk[1] == kEntryBytes && HasEntryCrc(entry);
      if (!sound || leaf != stored[i]) {
        return Status(StatusCode::kCorrupt,
                      folder_ + ": entry " + std::to_string(index) + " came back from the disk " +
                          (sound ? "with another hash than its leaf's" : "damaged"));
      }
      edge->Add(&hasher_, leaf, [](int, const Hash&) {});
    }
  }
  return Status();
}

Status Checkpointer::Publish(uint64_t size, const Hash& root, std::string* note) {
  CHECK(size >= edge_.size());
  if (size == edge_.size() && unwritten_size_ != size && note == nullptr) return Status();
  if (Status status = ReadBack(size, &edge_); !status.ok()) return status;
  const Hash read_back = edge_.Root(&hasher_);
  if (read_back != root) {
    return Status(StatusCode::kCorrupt,
                  folder_ +
                      ": what was read back from the disk has another root than what was "
                      "written, at size " +
                      std::to_string(size) + ": not signed");
  }
  const Checkpoint checkpoint{origin_, size, root};
  const std::string text = SignCheckpoint(checkpoint, publisher_.signing_seed);
  // The signature is over text made of `root`; it must be right for text made of `read_back`.
  const VerifierKey key =
      MakeVerifierKey(origin_, kNoteEd25519, PublicKeyOf(publisher_.signing_seed));
  const Result<OpenedCheckpoint> opened = OpenCheckpoint(text, key);
  if (!opened.ok() || opened->checkpoint != Checkpoint{origin_, size, read_back}) {
    return Status(StatusCode::kCorrupt, folder_ + ": the signature did not fit: not published");
  }
  unwritten_size_ = size;
  if (Status status = Write(text); !status.ok()) return status;
  unwritten_size_ = 0;
  uncopied_ = text;
  if (note != nullptr) *note = text;
  return Status();
}

Status Checkpointer::Write(const std::string& note) {
  // Cosignatures are added by others. (There is nothing to lock where files are not the system's.)
  const Result<PublishLock> lock = PublishLock::Take(folder_);
  if (!lock.ok() && lock.status().code() != StatusCode::kNotFound) return lock.status();
  const Result<uint64_t> before = history_->Size();
  if (!before.ok()) return before.status();
  Status written = history_->Append(AsBytes(FormatCheckpointRecord(note)));
  if (written.ok()) written = history_->Sync();
  if (!written.ok()) {
    // Half a record, or one that can be read until the power fails, would hide what comes behind.
    const Status undone = history_->Truncate(*before);
    return undone.ok() ? written : Status(StatusCode::kIo, undone.message());
  }
  return publisher_.files->Replace(folder_ + "/" + kCheckpointName, note, 0644);
}

Status Checkpointer::Copy() {
  if (publisher_.companion == nullptr || uncopied_.empty()) return Status();
  const CheckpointCopy copy{origin_, edge_.size(), publisher_.boot, uncopied_};
  Status saved = publisher_.companion->SaveCheckpoint(publisher_.name, copy);
  if (saved.ok()) uncopied_.clear();
  // A database that is busy or full gets the next one; one that knows more than we do is right.
  return saved.code() == StatusCode::kConflict ? saved : Status();
}

}  // namespace ringfence
