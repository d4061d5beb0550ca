// What must be there: the newest checkpoint of a log, proven against its files. Only reads.
#include <deque>
#include <utility>
#include <vector>

#include "log/recovery.h"

namespace ringfence {
namespace {

constexpr size_t kNotesLookedAt = 1000;

Status Evidence(const std::string& what) {
  return Status(StatusCode::kCorrupt,
                what +
                    ": the log was not opened and nothing was changed; keep it as evidence, and "
                    "restore the newer copy, or begin a new log under another name");
}

/// What a month's own files say was signed.
struct SignedMonth {
  std::string month;
  VerifierKey key;
  Checkpoint newest;  ///< size 0: nothing
  std::string note;   ///< of the newest
  uint64_t history_bytes = 0;
};

/// As the note says; 0 where it says nothing.
uint64_t SizeOf(std::string_view note) {
  const Result<SignedNote> parsed = ParseNote(note);
  if (!parsed.ok()) return 0;
  const Result<Checkpoint> checkpoint = ParseCheckpoint(parsed->text);
  return checkpoint.ok() ? checkpoint->size : 0;
}

class Prover {
 public:
  Prover(const Publisher& publisher, const std::string& log, const LogDescription& description)
      : files_(publisher.files),
        log_(log),
        description_(description),
        public_key_(PublicKeyOf(publisher.signing_seed)) {}

  Result<SignedMonth> SignedOf(const std::string& month, const CheckpointCopy* copy);
  /// The files hold what was signed.
  Result<TreeEdge> Prove(const SignedMonth& there);
  Status ReadLast(const SignedMonth& there, Proven* proven);
  Status CheckCopy(const CheckpointCopy& copy, const std::vector<std::string>& months);

 private:
  Status ReadHistory(MonthReader* reader, SignedMonth* there, bool* damaged);

  LogFiles* files_;
  const std::string& log_;
  const LogDescription& description_;
  const PublicKey public_key_;
  TreeHasher hasher_;
};

/// The newest of checkpoints.ckpt whose signature is right. `damaged`: bytes that are no checkpoint
/// stand behind the last.
Status Prover::ReadHistory(MonthReader* reader, SignedMonth* there, bool* damaged) {
  std::deque<std::pair<uint64_t, std::string>> notes;  // where each ends
  CheckpointCursor cursor = reader->Checkpoints();
  while (true) {
    Result<std::optional<std::string>> note = cursor.Next();
    *damaged = cursor.torn();
    if (!note.ok() && note.status().code() != StatusCode::kCorrupt) return note.status();
    if (!note.ok() || !note->has_value()) break;
    notes.emplace_back(cursor.offset(), std::move(**note));
    if (notes.size() > kNotesLookedAt) notes.pop_front();
  }
  // A torn one may have its length, where a disk has put zeros in place of the rest.
  while (!notes.empty() && !ParseNote(notes.back().second).ok()) {
    *damaged = true;
    notes.pop_back();
  }
  if (notes.empty()) return Status();
  there->history_bytes = notes.back().first;
  const Result<OpenedCheckpoint> last = OpenCheckpoint(notes.back().second, there->key);
  if (!last.ok())
    return Evidence(there->key.name + ", checkpoints.ckpt: " + last.status().message());
  // That may be a cosigned copy of an older one.
  for (auto note = notes.rbegin(); note != notes.rend(); ++note) {
    if (SizeOf(note->second) <= there->newest.size) continue;
    const Result<OpenedCheckpoint> opened = OpenCheckpoint(note->second, there->key);
    if (!opened.ok()) continue;
    there->newest = opened->checkpoint;
    there->note = std::move(note->second);
  }
  return Status();
}

Result<SignedMonth> Prover::SignedOf(const std::string& month, const CheckpointCopy* copy) {
  SignedMonth there;
  there.month = month;
  there.key = MakeVerifierKey(OriginOf(description_, month), kNoteEd25519, public_key_);
  there.newest = {there.key.name, 0, EmptyRoot()};
  MonthReader reader(files_, log_ + "/" + month);
  bool damaged = false;
  if (Status status = ReadHistory(&reader, &there, &damaged); !status.ok()) return status;
  const uint64_t in_history = there.newest.size;
  const Result<std::string> published = reader.CheckpointNote();
  if (published.ok()) {
    const Result<OpenedCheckpoint> opened = OpenCheckpoint(*published, there.key);
    // It was replaced as a whole, so that a crash is no excuse.
    if (!opened.ok()) return Evidence(there.key.name + ": " + opened.status().message());
    if (opened->checkpoint.size > there.newest.size) {
      there.newest = opened->checkpoint;
      there.note = *published;
    }
  } else if (published.status().code() != StatusCode::kNotFound) {
    return published.status();
  }
  if (copy != nullptr && copy->origin == there.key.name && copy->size > there.newest.size) {
    const Result<OpenedCheckpoint> known = OpenCheckpoint(copy->note, there.key);
    if (!known.ok()) return Evidence("the database's checkpoint is not signed by this log's key");
    there.newest = known->checkpoint;
    there.note = copy->note;
  }
  // What was published stood in the history before, durably.
  if (damaged && there.newest.size > in_history) {
    return Evidence(there.key.name + ": checkpoints.ckpt is damaged before its end");
  }
  return there;
}

Result<TreeEdge> Prover::Prove(const SignedMonth& there) {
  const std::string& name = there.key.name;
  const Checkpoint& newest = there.newest;
  MonthReader reader(files_, log_ + "/" + there.month);
  const Result<uint64_t> entries = reader.EntriesOnDisk();
  if (!entries.ok()) return entries.status();
  if (*entries < newest.size) {
    return Evidence(name + " has " + std::to_string(*entries) + " entries, and " +
                    std::to_string(newest.size) + " were signed");
  }
  Result<TreeEdge> edge = TreeEdge::Load(newest.size, reader.HashSource());
  if (!edge.ok()) {
    if (edge.status().code() != StatusCode::kCorrupt) return edge;
    return Evidence(name + ": " + edge.status().message());
  }
  if (edge->Root(&hasher_) != newest.root) {
    return Evidence(name + " has another root at size " + std::to_string(newest.size) +
                    " than what was signed");
  }
  return edge;
}

/// Of the last entry that was signed: its time, boot, and whether it ends the month.
Status Prover::ReadLast(const SignedMonth& there, Proven* proven) {
  if (there.newest.size == 0) return Status();
  MonthReader reader(files_, log_ + "/" + there.month);
  const Result<Entry> last = reader.ReadEntry(there.newest.size - 1);
  if (!last.ok()) {
    return last.status().code() == StatusCode::kCorrupt ? Evidence(last.status().message())
                                                        : last.status();
  }
  proven->last_time_ns = last->header.time_ns;
  proven->last_boot = last->header.boot;
  proven->sealed = there.month == proven->month && last->header.kind == EntryKind::kSeal;
  return Status();
}

Status Prover::CheckCopy(const CheckpointCopy& copy, const std::vector<std::string>& months) {
  const auto origin = [&](const std::string& month) { return OriginOf(description_, month); };
  if (months.empty()) {
    return Evidence("the database knows a checkpoint of " + copy.origin +
                    ", and the log has no month");
  }
  if (copy.origin > origin(months.back())) {
    return Evidence("the database knows a checkpoint of " + copy.origin +
                    ", which is later than the log's newest month");
  }
  if (copy.origin < origin(months.front())) return Status();  // pruned
  for (const std::string& month : months) {
    if (origin(month) != copy.origin) continue;
    const Result<SignedMonth> there = SignedOf(month, nullptr);
    if (!there.ok()) return there.status();
    // The newest month is proven up to the copy.
    if (month == months.back() || there->newest.size >= copy.size) return Status();
    return Evidence("the database knows a checkpoint of " + copy.origin + " of " +
                    std::to_string(copy.size) + " entries, and the log one of " +
                    std::to_string(there->newest.size));
  }
  return Evidence("the database knows a checkpoint of " + copy.origin +
                  ", and the log does not have this month");
}

}  // namespace

Result<Proven> ProveCheckpoint(const Publisher& publisher, const std::string& log,
                               const LogDescription& description) {
  Proven proven;
  Prover prover(publisher, log, description);
  const Result<std::vector<std::string>> months = Months(publisher.files, log);
  if (!months.ok()) return months.status();
  std::optional<CheckpointCopy> copy;
  if (publisher.companion != nullptr) {
    Result<std::optional<CheckpointCopy>> loaded =
        publisher.companion->LoadCheckpoint(publisher.name);
    if (!loaded.ok()) return loaded.status();
    copy = std::move(loaded).value();
  }
  if (copy.has_value()) {
    proven.copy_boot = copy->boot;
    if (Status status = prover.CheckCopy(*copy, *months); !status.ok()) return status;
  }
  if (months->empty()) return proven;
  proven.month = months->back();
  const Result<SignedMonth> newest =
      prover.SignedOf(proven.month, copy.has_value() ? &*copy : nullptr);
  if (!newest.ok()) return newest.status();
  Result<TreeEdge> edge = prover.Prove(*newest);
  if (!edge.ok()) return edge.status();
  proven.size = newest->newest.size;
  proven.edge = std::move(edge).value();
  proven.history_bytes = newest->history_bytes;
  if (months->size() > 1) {
    const Result<SignedMonth> before = prover.SignedOf((*months)[months->size() - 2], nullptr);
    if (!before.ok()) return before.status();
    proven.previous_note = before->note;
    // A month without a checkpoint stands for the one before it.
    if (proven.size == 0) {
      if (const Result<TreeEdge> whole = prover.Prove(*before); !whole.ok()) return whole.status();
      if (Status status = prover.ReadLast(*before, &proven); !status.ok()) return status;
    }
  }
  if (Status status = prover.ReadLast(*newest, &proven); !status.ok()) return status;
  return proven;
}

}  // namespace ringfence
