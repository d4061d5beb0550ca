// Stretches of a log by several threads, counted in the log's order. See replay.h.
#include "replay/replay.h"

#include <ringfence/limits.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/utf8.h"
#include "log/folder.h"
#include "log/parallel.h"
#include "log/publish.h"
#include "log/read.h"
#include "replay/attempts_walk.h"
#include "replay/tally.h"
#include "replay/work.h"

namespace ringfence {
namespace {

constexpr uint64_t kEntriesPerStretch = 8192;  // 1.5 MB of log, 1.5 MB of items

struct Month {
  std::string name;
  uint64_t size = 0;
  uint64_t first_stretch = 0;  ///< of all months
};

/// The months of the range and their sizes; a month begins before its first entry is made.
Result<std::vector<Month>> FindMonths(const ReplayRequest& request,
                                      const LogDescription& description) {
  const Result<std::vector<std::string>> names = Months(request.files, request.log);
  if (!names.ok()) return names.status();
  std::vector<Month> months;
  uint64_t stretches = 0;
  for (const std::string& name : *names) {
    if (!request.month.empty() && name != request.month) continue;
    MonthReader reader(request.files, request.log + "/" + name);
    const Result<PublishedCheckpoint> published =
        ReadPublished(&reader, OriginOf(description, name));
    if (!published.ok()) {
      if (published.status().code() == StatusCode::kNotFound) continue;
      return published.status();
    }
    const uint64_t size = published->checkpoint.size;
    const Result<uint64_t> on_disk = reader.EntriesOnDisk();
    if (!on_disk.ok()) return on_disk.status();
    // A signature is no promise of the log's user: a size nobody could store is not walked through.
    if (size > *on_disk && size - *on_disk > kEntriesPerSegment) {
      return Status(StatusCode::kCorrupt, "the checkpoint of " + name + " is of " +
                                              std::to_string(size) + " entries, the files hold " +
                                              std::to_string(*on_disk));
    }
    months.push_back({name, size, stretches});
    stretches += (size + kEntriesPerStretch - 1) / kEntriesPerStretch;
  }
  if (!request.month.empty() && months.empty()) {
    return Status(StatusCode::kNotFound,
                  "this log has no month '" + Printable(request.month, 20) + "' with a checkpoint");
  }
  return months;
}

/// Threads that each take the next stretch, and hand in what they found in the stretches' order.
class Runner {
 public:
  Runner(const ReplayJob& job, std::vector<Month> months, ReplayTally* tally,
         const LogProgress& progress)
      : job_(job),
        months_(std::move(months)),
        tally_(*tally),
        progress_(progress),
        attempts_(job.files, job.log) {
    for (const Month& month : months_) {
      total_ += month.size;
      stretches_ += (month.size + kEntriesPerStretch - 1) / kEntriesPerStretch;
    }
  }

  Status Run(int threads) {
    RunThreads(threads, [this](int) { Work(); });
    return status_;
  }

 private:
  struct Stretch {
    uint64_t number = 0;
    const Month* month = nullptr;
    uint64_t first = 0, count = 0;
    std::vector<SimulatedAttempts> attempts;
    Status status;
  };

  void Work() {
    ReplayWorker worker(job_);
    Stretch stretch;
    std::vector<ReplayItem> items;
    while (Take(&stretch)) {
      items.clear();
      if (stretch.status.ok()) {
        stretch.status =
            worker.Run(stretch.month->name, stretch.first, stretch.count, stretch.attempts, &items);
      }
      if (!HandIn(&stretch, items)) return;
    }
  }

  /// The next one. Its attempts depend on all stretches before, so they are counted here, one
  /// stretch after the other, while other threads decide. False: there is none.
  bool Take(Stretch* out) {
    const std::lock_guard<std::mutex> lock(take_mutex_);
    if (next_ >= stretches_) return false;
    out->number = next_++;
    size_t at = months_.size() - 1;
    while (months_[at].first_stretch > out->number) --at;
    const Month& month = months_[at];
    CHECK(out->number >= month.first_stretch);
    out->month = &month;
    out->first = (out->number - month.first_stretch) * kEntriesPerStretch;
    out->count = std::min(kEntriesPerStretch, month.size - out->first);
    out->status = Status();
    if (job_.simulate) {
      out->status = attempts_.Run(month.name, out->first, out->count, &out->attempts);
    }
    return true;
  }

  /// Waits for its turn. False: it is over.
  bool HandIn(Stretch* stretch, const std::vector<ReplayItem>& items) {
    std::unique_lock<std::mutex> lock(mutex_);
    turn_.wait(lock, [&] { return handed_in_ == stretch->number || !status_.ok(); });
    if (!status_.ok()) return false;
    status_ = std::move(stretch->status);
    if (status_.ok()) {
      for (const ReplayItem& item : items) tally_.Add(stretch->month->name, item);
      done_ += stretch->count;
      if (progress_) progress_(done_, total_);
    }
    ++handed_in_;
    turn_.notify_all();
    return status_.ok();
  }

  const ReplayJob& job_;
  const std::vector<Month> months_;
  ReplayTally& tally_;
  const LogProgress& progress_;
  uint64_t stretches_ = 0, total_ = 0;
  std::mutex take_mutex_;
  uint64_t next_ = 0;
  AttemptsWalk attempts_;  ///< of the stretches before `next_`
  std::mutex mutex_;
  std::condition_variable turn_;
  uint64_t handed_in_ = 0, done_ = 0;
  Status status_;
};

Status AddFactsAndProofs(const ReplayJob& job, bool proofs,
                         const std::vector<SimulatedAttempts>& attempts, ReplayReport* report) {
  ReplayWorker worker(job);
  CHECK(attempts.size() == report->examples.size());
  for (size_t i = 0; i < attempts.size(); ++i) {
    ReplayExample& example = report->examples[i];
    Result<ReplayWorker::Closer> closer =
        worker.LookCloser(example.month, example.index, attempts[i]);
    if (!closer.ok()) return closer.status();
    example.request_id = std::move(closer->request_id);
    example.facts = std::move(closer->facts);
    if (!proofs) continue;
    // A log that does not verify has no proofs; that is for a verification to say.
    const Result<std::string> proof = ProveEntry(job.files, job.log, example.month, example.index);
    if (proof.ok()) example.proof = *proof;
  }
  return Status();
}

std::unique_ptr<RecordedPolicy> PolicyOf(const CompiledPolicy& compiled,
                                         const std::string& digest) {
  auto other = std::make_unique<RecordedPolicy>();
  other->digest = digest;
  other->compiled = compiled;
  other->names = NamesOf(other->compiled.program, other->digest);
  other->usable = true;
  return other;
}

}  // namespace

Result<ReplayReport> ReplayLog(const ReplayRequest& request) {
  CHECK(request.files != nullptr && request.compile);
  CHECK((request.mode == ReplayMode::kWhatIf) == request.other.has_value());
  CHECK(request.attempts == ReplayAttempts::kRecorded || request.other.has_value());
  const Result<LogDescription> description = ReadDescription(request.files, request.log);
  if (!description.ok()) return description.status();
  Result<std::vector<Month>> months = FindMonths(request, *description);
  if (!months.ok()) return months.status();
  RecordedPolicies policies(request.files, request.log, request.catalog, request.compile);
  std::unique_ptr<RecordedPolicy> other, against;
  if (request.other) other = PolicyOf(*request.other, request.other_digest);
  if (request.against) against = PolicyOf(*request.against, request.against_digest);
  ReplayJob job;
  job.files = request.files;
  job.log = request.log;
  job.mode = request.mode;
  job.from_ns = request.from_ns;
  job.to_ns = request.to_ns;
  job.simulate = request.attempts == ReplayAttempts::kSimulated;
  job.attempt_ids = AttemptIds(request.catalog);
  job.policies = &policies;
  job.other = other.get();
  job.against = against.get();
  job.situations = request.situations;
  job.keys = request.mode == ReplayMode::kShadow ? nullptr : request.keys.get();
  ReplayTally tally(request.catalog, job, request.max_examples);
  if (!months->empty()) {
    Runner runner(job, *std::move(months), &tally, request.progress);
    if (Status status = runner.Run(ThreadCount(request.threads)); !status.ok()) return status;
  }
  ReplayReport report = tally.Finish();
  report.log = description->name;
  if (other != nullptr) {
    report.policy_name = other->compiled.name;
    report.policy_digest = other->digest;
  }
  Status status = AddFactsAndProofs(job, request.proofs, tally.ExampleAttempts(), &report);
  if (!status.ok()) return status;
  return report;
}

}  // namespace ringfence
