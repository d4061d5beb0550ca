// Month by month: checkpoints, tree, order of entries, and how months hang together.
// See verify.h.
#include "log/verify.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/utf8.h"
#include "log/checkpoint_check.h"
#include "log/findings.h"
#include "log/folder.h"
#include "log/order.h"
#include "log/parallel.h"
#include "log/tree_check.h"

namespace ringfence {
namespace {

class Verifier {
 public:
  explicit Verifier(const VerifyRequest& request)
      : request_(request), threads_(ThreadCount(request.threads)), findings_(&out_) {}

  Result<LogVerification> Run();

 private:
  /// What later months, and checkpoints of others, are compared with.
  struct Month {
    std::string month;
    std::string origin;
    std::optional<VerifierKey> key;
    std::optional<Checkpoint> newest;
  };
  std::string Folder(const Month& month) const { return request_.log + "/" + month.month; }
  Status VerifyMonth(Month* month, bool last);
  Status CheckMonthTree(const Month& month, uint64_t on_disk, bool last);
  Status FindKey(Month* month, bool last, bool* begun);
  void CheckChain(const Month& month);
  void CheckTrusted(std::string_view check, const std::string& note);
  void CheckElsewhere(std::string_view check, const Checkpoint& checkpoint);
  void Add(std::string_view check, const Month& month, std::string detail,
           std::optional<uint64_t> index = std::nullopt) {
    findings_.Add(check, month.month, index, std::move(detail));
  }

  const VerifyRequest& request_;
  const int threads_;
  LogVerification out_;
  Findings findings_;
  LogDescription description_;
  bool closed_ = false;
  std::optional<OrderCheck> order_;
  std::vector<Month> months_;   ///< those done
  std::string first_previous_;  ///< the note the first month names
};

Result<LogVerification> Verifier::Run() {
  Result<LogDescription> description = ReadDescription(request_.files, request_.log);
  if (!description.ok()) return description.status();
  description_ = *std::move(description);
  const Result<bool> closed = request_.files->Exists(request_.log + "/state/clean");
  if (!closed.ok()) return closed.status();
  closed_ = *closed;
  const Result<std::vector<std::string>> names = Months(request_.files, request_.log);
  if (!names.ok()) return names.status();
  out_.name = description_.name;
  order_.emplace(&findings_, description_);
  for (size_t i = 0; i < names->size(); ++i) {
    Month month{(*names)[i], OriginOf(description_, (*names)[i]), std::nullopt, std::nullopt};
    if (Status status = VerifyMonth(&month, i + 1 == names->size()); !status.ok()) return status;
    months_.push_back(std::move(month));
  }
  order_->Finish(closed_);
  CHECK(months_.size() == names->size());
  out_.months = months_.size();
  for (const std::string& note : request_.trusted) CheckTrusted("trusted", note);
  if (request_.copy) CheckTrusted("database", request_.copy->note);
  return std::move(out_);
}

// `begun`: there is a key, so it can be looked at.
Status Verifier::FindKey(Month* month, bool last, bool* begun) {
  CHECK(IsMonth(month->month) && !month->key);
  MonthReader reader(request_.files, Folder(*month));
  *begun = false;
  const Result<VerifierKey> there = reader.Key();
  if (!there.ok()) {
    const StatusCode code = there.status().code();
    if (code == StatusCode::kIo) return there.status();
    const Result<uint64_t> on_disk = reader.EntriesOnDisk();
    if (!on_disk.ok()) return on_disk.status();
    // A writer makes the folder first, and signs last.
    const bool is_signed = reader.CheckpointNote().status().code() != StatusCode::kNotFound;
    if (last && code == StatusCode::kNotFound && *on_disk == 0 && !is_signed) return Status();
    Add("key", *month, there.status().message());
  } else if (there->name != month->origin) {
    Add("key", *month,
        "log.vkey is that of '" + Printable(there->name, 80) + "', expected '" + month->origin +
            "'");
  } else if (there->type != kNoteEd25519) {
    Add("key", *month, "log.vkey is no key of a log");
  } else if (request_.keys.empty()) {
    month->key = *there;
  }
  for (const VerifierKey& key : request_.keys) {
    if (key.name != month->origin) continue;
    month->key = key;
    if (there.ok() && there->key != key.key) {
      Add("key", *month, "log.vkey is another key than the one that is trusted");
    }
  }
  *begun = month->key.has_value();
  if (!*begun && !request_.keys.empty()) {
    Add("key", *month, "no key was given for '" + month->origin + "'");
  }
  return Status();
}

Status Verifier::VerifyMonth(Month* month, bool last) {
  bool begun = false;
  if (Status status = FindKey(month, last, &begun); !status.ok() || !begun) return status;
  CheckpointCheck checkpoints({request_.files, Folder(*month), month->month, *month->key,
                               request_.witnesses, threads_, closed_ || !last},
                              &findings_);
  const Result<std::optional<Checkpoint>> newest = checkpoints.FindNewest();
  if (!newest.ok()) return newest.status();
  month->newest = *newest;
  const Result<uint64_t> on_disk = MonthReader(request_.files, Folder(*month)).EntriesOnDisk();
  if (!on_disk.ok()) return on_disk.status();
  const uint64_t size = month->newest ? month->newest->size : 0;
  if (!month->newest && *on_disk > 0) {
    Add("checkpoint", *month, "no checkpoint, yet " + std::to_string(*on_disk) + " entries");
  }
  const uint64_t beyond = *on_disk - std::min(size, *on_disk);
  out_.beyond += beyond;
  if (beyond > 0 && !last) {
    Add("checkpoint", *month,
        std::to_string(beyond) + " entries behind the last checkpoint of a month that has ended");
  }
  if (month->newest) {
    if (Status status = CheckMonthTree(*month, *on_disk, last); !status.ok()) return status;
  }
  return checkpoints.CheckAll();
}

Status Verifier::CheckMonthTree(const Month& month, uint64_t on_disk, bool last) {
  CHECK(month.newest.has_value() && month.key.has_value());
  const uint64_t signed_size = month.newest->size;
  const uint64_t size = std::min(signed_size, on_disk);
  if (size < signed_size) {
    Add("entry", month,
        "the newest checkpoint is of " + std::to_string(signed_size) + " entries, the files hold " +
            std::to_string(on_disk));
  }
  MonthReader blobs(request_.files, Folder(month));
  order_->BeginMonth(month.month, &blobs);
  TreeCheckSetup setup{request_.files, Folder(month), month.month, size, threads_, {}, {}};
  setup.sink = [&](uint64_t first, std::span<const uint8_t> on_disk_bytes,
                   const std::vector<bool>& sound) { order_->Add(first, on_disk_bytes, sound); };
  if (request_.progress) {
    setup.progress = [&](uint64_t done, uint64_t total) {
      request_.progress(out_.entries + done, out_.entries + total);
    };
  }
  const Result<std::optional<Hash>> root = CheckTree(setup, &findings_);
  if (!root.ok()) return root.status();
  DCHECK(size <= on_disk && size <= signed_size);
  out_.entries += size;
  const bool complete = size == signed_size && root->has_value();
  if (complete && **root != month.newest->root) {
    Add("root", month,
        "the entries have another root than the newest checkpoint, of " +
            std::to_string(signed_size) + " entries");
  }
  order_->EndMonth(complete, last);
  if (size > 0) CheckChain(month);
  return Status();
}

void Verifier::CheckChain(const Month& month) {
  const OrderCheck::Genesis& genesis = order_->genesis();
  if (!genesis.read) return;  // a finding of its own
  if (months_.empty()) {
    first_previous_ = genesis.previous_note;  // pruned, if there was one
    return;
  }
  const Month& before = months_.back();
  DCHECK(before.month < month.month);
  if (genesis.previous_origin != before.origin) {
    return Add("month", month,
               "follows '" + Printable(genesis.previous_origin.value_or("nothing"), 80) +
                   "', the month before it here is '" + before.origin + "'",
               0);
  }
  if (!before.key) return;
  const Result<OpenedCheckpoint> final = OpenCheckpoint(genesis.previous_note, *before.key);
  if (!final.ok()) {
    Add("month", month, "the checkpoint it names of the month before: " + final.status().message(),
        0);
  } else if (!before.newest || final->checkpoint != *before.newest) {
    Add("month", month,
        "follows a tree of " + std::to_string(final->checkpoint.size) +
            " entries, the month before has " +
            (before.newest ? std::to_string(before.newest->size) + " entries or another root"
                           : "no checkpoint"),
        0);
  }
}

// The month of a checkpoint is not here.
void Verifier::CheckElsewhere(std::string_view check, const Checkpoint& checkpoint) {
  const std::string prefix = description_.name + "/";
  const std::string month =
      checkpoint.origin.starts_with(prefix) ? checkpoint.origin.substr(prefix.size()) : "";
  if (!IsMonth(month)) {
    return findings_.Add(check, "", std::nullopt,
                         "a checkpoint of '" + Printable(checkpoint.origin, 80) +
                             "', which is no month of this log");
  }
  if (months_.empty() || month > months_.back().month) {
    return findings_.Add("rollback", month, std::nullopt,
                         "a month somebody has a checkpoint of is not in the log");
  }
  if (month > months_.front().month || first_previous_.empty()) {
    return findings_.Add("month", month, std::nullopt, "it is not in the log, but older ones are");
  }
  const Result<SignedNote> previous = ParseNote(first_previous_);
  if (previous.ok()) {
    const Result<Checkpoint> final = ParseCheckpoint(previous->text);
    if (final.ok() && *final == checkpoint) return;
    if (final.ok() && final->origin == checkpoint.origin && final->size <= checkpoint.size) {
      return findings_.Add(check, month, std::nullopt,
                           "the first month that is here follows another tree than this");
    }
  }
  findings_.Note(check, month, "its month was pruned: nothing is left to compare it with");
}

void Verifier::CheckTrusted(std::string_view check, const std::string& note) {
  const Result<SignedNote> parsed = ParseNote(note);
  if (!parsed.ok()) return findings_.Add(check, "", std::nullopt, parsed.status().message());
  const Result<Checkpoint> checkpoint = ParseCheckpoint(parsed->text);
  if (!checkpoint.ok()) {
    return findings_.Add(check, "", std::nullopt, checkpoint.status().message());
  }
  const auto month = std::find_if(months_.begin(), months_.end(), [&](const Month& each) {
    return each.origin == checkpoint->origin;
  });
  if (month == months_.end()) return CheckElsewhere(check, *checkpoint);
  if (!month->key) return;  // a finding of its own
  const Result<OpenedCheckpoint> opened = OpenCheckpoint(note, *month->key);
  if (!opened.ok()) return Add(check, *month, opened.status().message());
  const uint64_t size = checkpoint->size;
  const uint64_t there = month->newest ? month->newest->size : 0;
  if (size > there) {
    return Add("rollback", *month,
               "somebody has a checkpoint of " + std::to_string(size) +
                   " entries, the log's newest is of " + std::to_string(there));
  }
  TreeHasher hasher;
  MonthReader reader(request_.files, Folder(*month));
  const Result<Hash> root = RootFromTiles(&hasher, size, reader.HashSource());
  if (!root.ok()) return Add(check, *month, root.status().message());
  if (*root != checkpoint->root) {
    Add(check, *month,
        "the log is no continuation of a checkpoint of " + std::to_string(size) +
            " entries that it has signed: it was rewritten");
  }
}

}  // namespace

Result<LogVerification> VerifyLog(const VerifyRequest& request) {
  CHECK(request.files != nullptr);
  return Verifier(request).Run();
}

}  // namespace ringfence
