// Stretches of a log by several threads, counted in the log's order. See replay.h.
#include "replay/replay.h"

#include <ringfence/limits.h>

#include <algorithm>
#include <atomic>
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
      : job_(job), months_(std::move(months)), tally_(*tally), progress_(progress) {
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
  void Work() {
    ReplayWorker worker(job_);
    std::vector<ReplayItem> items;
    for (;;) {
      const uint64_t stretch = next_.fetch_add(1);
      if (stretch >= stretches_) return;
      size_t at = months_.size() - 1;
      while (months_[at].first_stretch > stretch) --at;
      const Month& month = months_[at];
      CHECK(stretch >= month.first_stretch);
      const uint64_t first = (stretch - month.first_stretch) * kEntriesPerStretch;
      const uint64_t count = std::min(kEntriesPerStretch, month.size - first);
      items.clear();
      Status status = worker.Run(month.name, first, count, &items);
      if (!HandIn(stretch, month, count, items, std::move(status))) return;
    }
  }

  /// Waits for its turn. False: it is over.
  bool HandIn(uint64_t stretch, const Month& month, uint64_t count,
              const std::vector<ReplayItem>& items, Status status) {
    std::unique_lock<std::mutex> lock(mutex_);
    turn_.wait(lock, [&] { return handed_in_ == stretch || !status_.ok(); });
    if (!status_.ok()) return false;
    status_ = std::move(status);
    if (status_.ok()) {
      for (const ReplayItem& item : items) tally_.Add(month.name, item);
      done_ += count;
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
  std::atomic<uint64_t> next_{0};
  std::mutex mutex_;
  std::condition_variable turn_;
  uint64_t handed_in_ = 0, done_ = 0;
  Status status_;
};

Status AddFactsAndProofs(const ReplayJob& job, bool proofs, ReplayReport* report) {
  ReplayWorker worker(job);
  for (ReplayExample& example : report->examples) {
    Result<ReplayWorker::Closer> closer = worker.LookCloser(example.month, example.index);
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

std::unique_ptr<RecordedPolicy> OtherPolicy(const ReplayRequest& request) {
  auto other = std::make_unique<RecordedPolicy>();
  other->digest = request.other_digest;
  other->compiled = *request.other;
  other->names = NamesOf(other->compiled.program, other->digest);
  other->usable = true;
  return other;
}

}  // namespace

Result<ReplayReport> ReplayLog(const ReplayRequest& request) {
  CHECK(request.files != nullptr && request.compile);
  CHECK((request.mode == ReplayMode::kWhatIf) == request.other.has_value());
  const Result<LogDescription> description = ReadDescription(request.files, request.log);
  if (!description.ok()) return description.status();
  Result<std::vector<Month>> months = FindMonths(request, *description);
  if (!months.ok()) return months.status();
  RecordedPolicies policies(request.files, request.log, request.catalog, request.compile);
  std::unique_ptr<RecordedPolicy> other;
  if (request.other) other = OtherPolicy(request);
  ReplayJob job;
  job.files = request.files;
  job.log = request.log;
  job.mode = request.mode;
  job.from_ns = request.from_ns;
  job.to_ns = request.to_ns;
  job.policies = &policies;
  job.other = other.get();
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
  if (Status status = AddFactsAndProofs(job, request.proofs, &report); !status.ok()) return status;
  return report;
}

}  // namespace ringfence
