// Checkpoints. See checkpoint_check.h.
#include "log/checkpoint_check.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "base/check.h"
#include "log/parallel.h"

namespace ringfence {
namespace {

constexpr size_t kBatch = 256;    // notes in memory at a time
constexpr size_t kFewNotes = 16;  // not worth a thread
constexpr int kPatience = 20;     // looks at a log that is being written
constexpr std::chrono::milliseconds kBetweenLooks(50);

std::optional<Checkpoint> Parsed(std::string_view note) {
  const Result<SignedNote> parsed = ParseNote(note);
  if (!parsed.ok()) return std::nullopt;
  const Result<Checkpoint> checkpoint = ParseCheckpoint(parsed->text);
  if (!checkpoint.ok()) return std::nullopt;
  return *checkpoint;
}

}  // namespace

// Goes on to the end of what is there. A note whose signature is not looked at may still be none.
Status CheckpointCheck::Scan(CheckpointCursor* cursor, bool verify) {
  while (!damaged_) {
    const Result<std::optional<std::string>> note = cursor->Next();
    if (!note.ok()) {
      if (note.status().code() != StatusCode::kCorrupt) return note.status();
      findings_->Add("checkpoint", setup_.month, std::nullopt, note.status().message());
      damaged_ = true;
    } else if (!note->has_value() || (verify && cursor->offset() > end_)) {
      break;
    } else if (verify && !OpenCheckpoint(**note, setup_.key).ok()) {
      continue;
    } else if (const std::optional<Checkpoint> checkpoint = Parsed(**note);
               checkpoint && (!newest_ || checkpoint->size >= newest_->size)) {
      newest_ = checkpoint;
      newest_note_ = **note;
    }
  }
  DCHECK(verify || cursor->offset() >= end_);
  if (!verify) end_ = cursor->offset();
  return Status();
}

// Writers append to checkpoints.ckpt first and replace `checkpoint` then.
Status CheckpointCheck::ComparePublished(CheckpointCursor* cursor) {
  MonthReader reader(setup_.files, setup_.folder);
  std::string why;
  for (int look = 0; look < (setup_.closed ? 1 : kPatience); ++look) {
    if (look > 0) std::this_thread::sleep_for(kBetweenLooks);
    const Result<std::string> published = reader.CheckpointNote();
    if (!published.ok() && published.status().code() != StatusCode::kNotFound &&
        published.status().code() != StatusCode::kLimit) {
      return published.status();
    }
    if (Status status = Scan(cursor, false); !status.ok()) return status;
    if (!newest_ && !published.ok()) return Status();
    if (!published.ok()) {
      why = published.status().message();
      continue;
    }
    const std::optional<Checkpoint> checkpoint = Parsed(*published);
    if (!checkpoint) {
      why = "`checkpoint` holds no checkpoint";
    } else if (newest_ && *checkpoint == *newest_) {
      return Status();
    } else {
      why = "`checkpoint` is one of " + std::to_string(checkpoint->size) +
            " entries, the newest in checkpoints.ckpt one of " +
            (newest_ ? std::to_string(newest_->size) : "none");
    }
  }
  findings_->Add("checkpoint", setup_.month, std::nullopt, why);
  return Status();
}

Result<std::optional<Checkpoint>> CheckpointCheck::FindNewest() {
  CheckpointCursor cursor = MonthReader(setup_.files, setup_.folder).Checkpoints();
  if (Status status = ComparePublished(&cursor); !status.ok()) return status;
  if (newest_ && !OpenCheckpoint(newest_note_, setup_.key).ok()) {
    // CheckAll says what is wrong with it. What is right is still looked at.
    newest_.reset();
    CheckpointCursor again = MonthReader(setup_.files, setup_.folder).Checkpoints();
    const bool damaged = std::exchange(damaged_, false);
    const uint64_t found = findings_->count();
    if (Status status = Scan(&again, true); !status.ok()) return status;
    DCHECK(damaged || findings_->count() == found);
    damaged_ = damaged;
  }
  return newest_;
}

void CheckpointCheck::CheckJobs(std::span<Job> jobs) {
  CHECK(!jobs.empty() && jobs.size() <= kBatch && setup_.threads >= 1);
  const int threads = jobs.size() <= kFewNotes ? 1 : setup_.threads;
  RunThreads(threads, [&](int thread) {
    MonthReader reader(setup_.files, setup_.folder);
    TreeHasher hasher;
    for (auto i = static_cast<size_t>(thread); i < jobs.size(); i += static_cast<size_t>(threads)) {
      Job& job = jobs[i];
      const Result<OpenedCheckpoint> opened =
          OpenCheckpoint(job.note, setup_.key, setup_.witnesses);
      job.signature = opened.status();
      if (!opened.ok()) continue;
      job.cosigned = opened->cosigned.size();
      job.size = opened->checkpoint.size;
      const Result<Hash> root = RootFromTiles(&hasher, job.size, reader.HashSource());
      if (!root.ok()) {
        job.root = root.status();
      } else if (*root != opened->checkpoint.root) {
        job.root = Status(StatusCode::kCorrupt, "the tree there is has another root");
      }
    }
  });
}

Status CheckpointCheck::CheckAll() {
  CheckpointCursor cursor = MonthReader(setup_.files, setup_.folder).Checkpoints();
  std::vector<Job> jobs;
  uint64_t number = 0;
  while (cursor.offset() < end_) {
    jobs.clear();
    while (jobs.size() < kBatch && cursor.offset() < end_) {
      Result<std::optional<std::string>> note = cursor.Next();
      if (!note.ok()) return note.status();
      if (!note->has_value()) break;
      jobs.emplace_back().note = std::move(**note);
    }
    if (jobs.empty()) break;  // the file has become shorter
    CheckJobs(jobs);
    for (const Job& job : jobs) {
      ++number;
      ++findings_->out().checkpoints;
      findings_->out().cosignatures += job.cosigned;
      const std::string which = "checkpoint " + std::to_string(number) + " in checkpoints.ckpt";
      if (!job.signature.ok()) {
        findings_->Add("signature", setup_.month, std::nullopt,
                       which + ": " + job.signature.message());
      } else if (!job.root.ok()) {
        findings_->Add(
            "root", setup_.month, std::nullopt,
            which + ", of " + std::to_string(job.size) + " entries: " + job.root.message());
      }
    }
  }
  return Status();
}

}  // namespace ringfence
