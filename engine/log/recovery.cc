// The steps of an opening. See recovery.h.
#include "log/recovery.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/sha256.h"

namespace ringfence {
namespace {

constexpr uint64_t kEntriesPerRead = 4096;

/// Calls `see(index, bytes)` for each on-disk entry of [from, to); it returns false to stop.
template <class See>
Status EachOnDisk(MonthReader* reader, uint64_t from, uint64_t to, const See& see) {
  std::vector<uint8_t> buffer(kEntriesPerRead * kEntryOnDiskBytes);
  while (from < to) {
    const uint64_t in_segment = kEntriesPerSegment - from % kEntriesPerSegment;
    const uint64_t count = std::min({to - from, kEntriesPerRead, in_segment});
    const std::span<uint8_t> bytes(buffer.data(), count * kEntryOnDiskBytes);
    if (Status status = reader->ReadEntries(from, count, bytes); !status.ok()) return status;
    for (uint64_t i = 0; i < count; ++i) {
      const auto one = bytes.subspan(i * kEntryOnDiskBytes).first<kEntryOnDiskBytes>();
      if (!see(from + i, one)) return Status();
    }
    from += count;
  }
  return Status();
}

/// How far the entries above the checkpoint are whole.
class TailScan {
 public:
  TailScan(const Proven& proven, Tail* tail) : tail_(*tail) {
    tail_.size = proven.size;
    tail_.latest_ns = proven.last_time_ns;
    tail_.sealed = proven.sealed;
  }

  bool See(uint64_t index, std::span<const uint8_t, kEntryOnDiskBytes> on_disk) {
    if (on_disk[0] != 0 || on_disk[1] != kEntryBytes) return false;
    const Result<Entry> entry = DecodeEntry(on_disk.subspan<2, kEntryBytes>());
    if (!entry.ok()) return false;
    const EntryHeader& header = entry->header;
    if (header.kind == EntryKind::kDecision && !seen_.insert({header.boot, header.seq}).second) {
      return false;
    }
    tail_.latest_ns = std::max(tail_.latest_ns, header.time_ns);
    tail_.sealed = header.kind == EntryKind::kSeal;
    // A DETAIL counts once its decision is there.
    if (header.kind != EntryKind::kDetail) tail_.size = index + 1;
    return true;
  }

 private:
  Tail& tail_;
  std::set<std::pair<uint16_t, uint64_t>> seen_;
};

/// Cuts the files of entries or leaves to `count` items of `item_bytes`; gives the number of bytes
/// that were too many.
Result<uint64_t> CutSegments(LogFiles* files, const std::string& folder,
                             std::string (*name)(uint64_t segment), uint64_t item_bytes,
                             uint64_t count) {
  uint64_t bytes = 0;
  const uint64_t segment = count / kEntriesPerSegment;
  for (uint64_t later = segment;; ++later) {
    const std::string path = folder + "/" + name(later);
    const Result<bool> exists = files->Exists(path);
    if (!exists.ok()) return exists.status();
    if (!*exists) return bytes;
    Result<std::unique_ptr<LogFile>> file = files->OpenFile(path, LogFiles::Open::kAppend);
    if (!file.ok()) return file.status();
    const uint64_t keep = later == segment ? count % kEntriesPerSegment * item_bytes : 0;
    const Result<uint64_t> size = (*file)->Size();
    if (!size.ok()) return size.status();
    if (*size <= keep) continue;
    bytes += *size - keep;
    if (Status status = (*file)->Truncate(keep); !status.ok()) return status;
    if (Status status = (*file)->Sync(); !status.ok()) return status;
  }
}

Status CutLevels(LogFiles* files, const std::string& folder, uint64_t entries) {
  for (int level = 1; level < kTileLevels; ++level) {
    const std::string path = folder + "/" + LevelName(level);
    const Result<bool> exists = files->Exists(path);
    if (!exists.ok()) return exists.status();
    if (!*exists) return Status();
    Result<std::unique_ptr<LogFile>> file = files->OpenFile(path, LogFiles::Open::kAppend);
    if (!file.ok()) return file.status();
    const uint64_t keep = LevelSize(level, entries) * sizeof(Hash);
    const Result<uint64_t> size = (*file)->Size();
    if (!size.ok()) return size.status();
    if (*size <= keep) continue;
    if (Status status = (*file)->Truncate(keep); !status.ok()) return status;
    if (Status status = (*file)->Sync(); !status.ok()) return status;
  }
  return Status();
}

/// Entries [from, to) are on the disk: who wrote them may have been killed before it could say so.
Status SyncEntries(LogFiles* files, const std::string& folder, uint64_t from, uint64_t to) {
  for (uint64_t segment = from / kEntriesPerSegment; segment * kEntriesPerSegment < to; ++segment) {
    const std::string path = folder + "/" + EntriesName(segment);
    Result<std::unique_ptr<LogFile>> file = files->OpenFile(path, LogFiles::Open::kAppend);
    if (!file.ok()) return file.status();
    if (Status status = (*file)->Sync(); !status.ok()) return status;
  }
  return Status();
}

/// A checkpoint that was torn while it was appended to the others.
Status CutHistory(LogFiles* files, const std::string& folder, uint64_t whole) {
  Result<std::unique_ptr<LogFile>> file =
      files->OpenFile(folder + "/" + kCheckpointsName, LogFiles::Open::kCreate);
  if (!file.ok()) return file.status();
  const Result<uint64_t> size = (*file)->Size();
  if (!size.ok()) return size.status();
  if (*size <= whole) return Status();
  if (Status status = (*file)->Truncate(whole); !status.ok()) return status;
  return (*file)->Sync();
}

/// Appends the hashes of entries [edge->size(), size), which are in the files, to leaves and
/// levels.
class HashRebuild {
 public:
  HashRebuild(LogFiles* files, std::string folder, TreeEdge* edge)
      : files_(files), folder_(std::move(folder)), edge_(*edge) {}

  Status Run(uint64_t size) {
    MonthReader reader(files_, folder_);
    Status status;
    Status read = EachOnDisk(&reader, edge_.size(), size, [&](uint64_t index, auto on_disk) {
      const Hash leaf = hasher_.Leaf(on_disk.template subspan<2, kEntryBytes>());
      status = Put(LeavesName(index / kEntriesPerSegment), leaf);
      edge_.Add(&hasher_, leaf, [&](int level, const Hash& hash) {
        if (status.ok()) status = Put(LevelName(level), hash);
      });
      return status.ok();
    });
    if (!read.ok()) return read;
    if (!status.ok()) return status;
    for (auto& [name, open] : files_open_) {
      if (Status written = Write(&open); !written.ok()) return written;
      if (Status synced = open.file->Sync(); !synced.ok()) return synced;
    }
    return Status();
  }

 private:
  struct Opened {
    std::unique_ptr<LogFile> file;
    std::vector<uint8_t> waiting;
  };
  static Status Write(Opened* open) {
    Status status = open->file->Append(open->waiting);
    open->waiting.clear();
    return status;
  }

  Status Put(const std::string& name, const Hash& hash) {
    Opened& open = files_open_[name];
    if (open.file == nullptr) {
      Result<std::unique_ptr<LogFile>> file =
          files_->OpenFile(folder_ + "/" + name, LogFiles::Open::kCreate);
      if (!file.ok()) return file.status();
      open.file = std::move(file).value();
    }
    open.waiting.insert(open.waiting.end(), hash.begin(), hash.end());
    return open.waiting.size() < 65536 ? Status() : Write(&open);
  }

  LogFiles* files_;
  std::string folder_;
  TreeEdge& edge_;
  TreeHasher hasher_;
  std::map<std::string, Opened> files_open_;
};

}  // namespace

Result<OpenMonth> RecoverMonth(const Publisher& publisher, const std::string& log,
                               const LogDescription& description, const Proven& proven,
                               Tail* tail) {
  const std::string folder = log + "/" + proven.month;
  LogFiles* const files = publisher.files;
  MonthReader reader(files, folder);
  const Result<uint64_t> on_disk = reader.EntriesOnDisk();
  if (!on_disk.ok()) return on_disk.status();
  TailScan scan(proven, tail);
  Status scanned = EachOnDisk(&reader, proven.size, *on_disk,
                              [&](uint64_t index, auto bytes) { return scan.See(index, bytes); });
  if (!scanned.ok()) return scanned;
  for (const std::string& name : {folder, folder + "/blobs", folder + "/seg"}) {
    if (Status status = files->MakeFolder(name); !status.ok()) return status;
  }
  const Result<uint64_t> torn =
      CutSegments(files, folder, EntriesName, kEntryOnDiskBytes, tail->size);
  if (!torn.ok()) return torn.status();
  tail->cut_bytes = *torn;
  if (Status status = SyncEntries(files, folder, proven.size, tail->size); !status.ok()) {
    return status;
  }
  const Result<uint64_t> leaves = CutSegments(files, folder, LeavesName, sizeof(Hash), proven.size);
  if (!leaves.ok()) return leaves.status();
  if (Status status = CutLevels(files, folder, proven.size); !status.ok()) return status;
  if (Status status = CutHistory(files, folder, proven.history_bytes); !status.ok()) return status;
  TreeEdge edge = proven.edge;
  if (Status status = HashRebuild(files, folder, &edge).Run(tail->size); !status.ok()) {
    return status;
  }
  const std::string origin = OriginOf(description, proven.month);
  const VerifierKey key =
      MakeVerifierKey(origin, kNoteEd25519, PublicKeyOf(publisher.signing_seed));
  Status written = files->Replace(folder + "/log.vkey", FormatVerifierKey(key) + "\n", 0644);
  if (!written.ok()) return written;
  OpenMonth open;
  open.month = proven.month;
  open.sealed = tail->sealed;
  Result<std::unique_ptr<MonthWriter>> writer = MonthWriter::Open(files, folder, std::move(edge));
  if (!writer.ok()) return writer.status();
  open.writer = std::move(writer).value();
  Result<std::unique_ptr<Checkpointer>> checkpointer =
      Checkpointer::Open(publisher, origin, folder, proven.edge);
  if (!checkpointer.ok()) return checkpointer.status();
  open.checkpointer = std::move(checkpointer).value();
  // Who made the month may have been killed before its name was durable.
  if (Status status = files->SyncFolder(log); !status.ok()) return status;
  return open;
}

namespace {

/// What the files hold of a boot since its control was last stamped.
struct SinceStamp {
  Sealer::Accounted accounted;
  std::set<std::tuple<uint64_t, uint8_t>> entries;  ///< seq, DETAIL number (0: the decision)
};

/// Counts entries of `boot` in one month from `from` on.
Status CountMonth(MonthReader* reader, uint64_t from, uint64_t size, uint16_t boot,
                  SinceStamp* since) {
  uint64_t details = 0;
  return EachOnDisk(reader, from, size, [&](uint64_t, auto on_disk) {
    const Result<Entry> entry = DecodeEntry(on_disk.template subspan<2, kEntryBytes>());
    if (!entry.ok()) return true;  // below a checkpoint: verification finds it
    const EntryHeader& header = entry->header;
    GapPayload gap;
    if (header.kind == EntryKind::kGap) Get(*entry, &gap);
    const auto cause = static_cast<size_t>(gap.cause);
    if (gap.boot == boot && gap.count > 0 && cause >= 1 && cause <= since->accounted.gaps.size()) {
      since->accounted.gaps[cause - 1] += gap.count;
    }
    if (header.boot != boot || !HasDecisionFields(header.kind)) return true;
    details = header.kind == EntryKind::kDetail ? details + 1 : 0;
    since->entries.insert({header.seq, static_cast<uint8_t>(details)});
    if (details == 0) ++since->accounted.decisions;
    return true;
  });
}

/// From the control's stamp on, which is set back if what it counts was cut off: entries that come
/// to stand there later are others.
Status CountSince(LogFiles* files, const std::string& log, ControlBlock* control,
                  SinceStamp* since) {
  const Result<std::vector<std::string>> months = Months(files, log);
  if (!months.ok()) return months.status();
  std::map<std::string, uint64_t> sizes;
  for (const std::string& month : *months) {
    const Result<uint64_t> size = MonthReader(files, InFolder(log, month)).EntriesOnDisk();
    if (!size.ok()) return size.status();
    sizes[month] = *size;
  }
  const SealStamp& stamp = control->Stamped();
  std::string from_month(stamp.month, strnlen(stamp.month, sizeof stamp.month));
  const auto there = sizes.find(from_month);
  if (there == sizes.end() || there->second < stamp.index) {
    control->SetStamp(SealStamp{});
    from_month.clear();
  }
  const SealStamp& from = control->Stamped();
  since->accounted = {from.decisions, from.gaps};
  for (const auto& [month, size] : sizes) {
    if (month < from_month) continue;
    MonthReader reader(files, InFolder(log, month));
    const uint64_t first = month == from_month ? from.index : 0;
    const auto boot = static_cast<uint16_t>(control->boot);
    if (Status status = CountMonth(&reader, first, size, boot, since); !status.ok()) return status;
  }
  return Status();
}

/// Which slots hold no entry that is not in the files yet: those the files have, and those that
/// were being zeroed, for the same reason, when the process was killed (of version, boot and seq at
/// least one is zero then, unless all are whole). What else has written to this memory nobody
/// knows: it must not be able to end this process.
///
/// Nor is a shadow evaluation one whose decision is neither in the files nor in the rings.
class SlotFilter {
 public:
  SlotFilter(const RingFolder& folder, const ControlBlock* control, SinceStamp* since)
      : folder_(folder), control_(*control), since_(*since) {}

  bool Skips(const RingSlot& slot) {
    const EntryHeader header = DecodeHeader(slot.entry);
    const bool decision = header.kind == EntryKind::kDecision && slot.detail == 0;
    const bool detail = header.kind == EntryKind::kDetail && slot.detail >= 1 && slot.detail <= 3;
    if (header.version != kEntryVersion || (!decision && !detail)) return true;
    if (header.boot != control_.boot || header.seq == 0 || header.seq > control_.next_seq) {
      return true;
    }
    const bool shadow = (header.flags & entry_flags::kShadow) != 0;
    if (shadow && !since_.entries.contains({header.seq - 1, 0})) return true;
    return !HasPolicy(header.policy_ref) ||
           !since_.entries.insert({header.seq, slot.detail}).second;
  }

 private:
  bool HasPolicy(uint64_t number) {
    if (number >= control_.policy_count) return false;
    const auto [known, added] = policies_.try_emplace(number, false);
    if (!added) return known->second;
    const Result<std::string> text = folder_.KeptPolicy(static_cast<uint32_t>(number));
    known->second = text.ok() && TreeHasher().Of(AsBytes(*text)) == control_.policies[number].blob;
    return known->second;
  }

  const RingFolder& folder_;
  const ControlBlock& control_;
  SinceStamp& since_;
  std::map<uint64_t, bool> policies_;
};

/// Who was killed while writing may have put a decision into the files, but not its shadow
/// evaluation.
struct TornPair {
  uint64_t shadow_seq = 0;
  size_t ring = 0;  ///< that holds the shadow
};

std::optional<TornPair> FindTornPair(LogFiles* files, const MonthWriter& month,
                                     const RingFolder::Left& left) {
  if (month.size() == 0) return std::nullopt;
  const Result<Entry> last = MonthReader(files, month.folder()).ReadEntry(month.size() - 1);
  if (!last.ok() || last->header.kind != EntryKind::kDecision) return std::nullopt;
  const EntryHeader& decision = last->header;
  for (size_t i = 0; i < left.rings.size(); ++i) {
    const RingHeader& header = left.rings[i].header();
    for (uint64_t at = header.tail; at < header.head; ++at) {
      const EntryHeader slot = DecodeHeader(left.rings[i].At(at).entry);
      if ((slot.flags & entry_flags::kShadow) != 0 && slot.boot == decision.boot &&
          slot.seq == decision.seq + 1) {
        return TornPair{slot.seq, i};
      }
    }
  }
  return std::nullopt;
}

Status SealAll(Sealer* sealer, const RingFolder::Left& left) {
  const auto waits = [](const Ring& ring) { return ring.header().tail < ring.header().head; };
  do {
    uint64_t appended = 0;
    if (Status status = sealer->Step(&appended); !status.ok()) return status;
  } while (std::any_of(left.rings.begin(), left.rings.end(), waits));
  return Status();
}

}  // namespace

Result<RecoveredRings> RecoverRings(const Sealer::Setup& setup, const RingFolder& folder,
                                    RingFolder::Left* left, OpenMonth* month) {
  auto* const control = reinterpret_cast<ControlBlock*>(left->control.data());
  SinceStamp since;
  Status counted = CountSince(setup.publisher.files, setup.log, control, &since);
  if (!counted.ok()) return counted;
  RecoveredRings recovered;
  recovered.state = RingsState::kRecovered;
  recovered.highest_seq = control->next_seq;
  const uint64_t before = since.accounted.decisions;
  Sealer sealer(setup, control, std::move(*month), since.accounted);
  SlotFilter filter(folder, control, &since);
  sealer.SkipKnown([&](const RingSlot& slot) { return filter.Skips(slot); });
  sealer.SetPolicyBlob([&](uint32_t number) { return folder.KeptPolicy(number); });
  if (const auto torn = FindTornPair(setup.publisher.files, *sealer.month().writer, *left)) {
    std::swap(left->rings.front(), left->rings[torn->ring]);
    sealer.BeginWith(torn->shadow_seq);
  }
  for (Ring& ring : left->rings) sealer.AddRing(&ring);
  if (Status status = SealAll(&sealer, *left); !status.ok()) return status;
  recovered.entries = static_cast<uint32_t>(sealer.accounted().decisions - before);
  sealer.SkipKnown({});
  sealer.QueueGaps(true);
  uint64_t appended = 0;
  if (Status status = sealer.Step(&appended); !status.ok()) return status;
  if (Status status = sealer.Sync(); !status.ok()) return status;
  recovered.latest_ns = sealer.latest_ns();
  *month = std::move(sealer.month());
  return recovered;
}

}  // namespace ringfence
