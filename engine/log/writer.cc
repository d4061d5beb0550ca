// Opening, closing, and what hosts and recorders call. The threads' work is in writer_threads.cc.
#include "log/writer.h"

#include <fcntl.h>
#include <pthread.h>
#include <ringfence/limits.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "base/sha256.h"
#include "base/utf8.h"

namespace ringfence {

std::atomic<uint32_t> LogWriter::all_forks{0};

// --- FolderLock

Result<FolderLock> FolderLock::Take(const std::string& folder) {
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) {
    return Status(errno == ENOENT ? StatusCode::kNotFound : StatusCode::kIo,
                  "cannot open '" + Printable(folder) + "': " + std::strerror(errno));
  }
  FolderLock lock(fd);
  if (flock(fd, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno == EWOULDBLOCK) {
    return Status(StatusCode::kBusy, "another writer of the log has '" + Printable(folder) +
                                         "' locked: one log has one writer");
  }
  return Status(StatusCode::kIo,
                "cannot lock '" + Printable(folder) + "': " + std::strerror(errno));
}

FolderLock::FolderLock(int fd) : fd_(fd), owner_(getpid()) {}
FolderLock::FolderLock(FolderLock&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), owner_(other.owner_) {}
FolderLock& FolderLock::operator=(FolderLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(owner_, other.owner_);
  return *this;
}
FolderLock::~FolderLock() {
  if (fd_ < 0) return;
  // Closing alone leaves it with children, which have the descriptor too.
  if (getpid() == owner_) flock(fd_, LOCK_UN);
  close(fd_);
}

bool FolderLock::Holds(const std::string& folder) const {
  struct stat locked, named;
  return fstat(fd_, &locked) == 0 && stat(folder.c_str(), &named) == 0 &&
         locked.st_dev == named.st_dev && locked.st_ino == named.st_ino;
}

// --- Opening

namespace {

Status CheckOptions(const LogOptions& options) {
  const auto bad = [](const std::string& what) {
    return Status(StatusCode::kInvalidArgument, "log options: " + what);
  };
  if (options.path.empty()) return bad("the folder of the log is missing");
  if (options.keys.empty()) return bad("the key file is missing");
  if (options.block_ms < 0 || options.block_ms > 60000) return bad("block_ms is 0 to 60000");
  if (options.flush_ms < 1 || options.flush_ms > 10000) return bad("flush_ms is 1 to 10000");
  if (options.checkpoint_ms < 1 || options.checkpoint_ms > 60000) {
    return bad("checkpoint_ms is 1 to 60000");
  }
  if (options.heartbeat_s < 0 || options.heartbeat_s > 86400)
    return bad("heartbeat_s is 0 to 86400");
  if (!std::has_single_bit(options.ring_entries) || options.ring_entries < 16 ||
      options.ring_entries > 65536) {
    return bad("ring_entries is a power of two from 16 to 65536");
  }
  return Status();
}

}  // namespace

Result<std::shared_ptr<LogWriter>> LogWriter::Open(Setup setup) {
  if (Status status = CheckOptions(setup.options); !status.ok()) return status;
  if (setup.files == nullptr) setup.files = &SystemFiles();
  if (setup.clock == nullptr) setup.clock = &SystemClock();
  if (setup.lock_folder.empty()) setup.lock_folder = setup.options.path;
  static const int at_fork = pthread_atfork(nullptr, nullptr, [] { all_forks.fetch_add(1); });
  CHECK(at_fork == 0);
  std::shared_ptr<LogWriter> writer(new LogWriter(std::move(setup)), Destroy);
  if (Status status = writer->Start(); !status.ok()) return status;
  return writer;
}

Status LogWriter::FindKeys() {
  Result<LogDescription> description = ReadDescription(setup_.files, options().path);
  if (!description.ok()) {
    const Status& status = description.status();
    return status.code() == StatusCode::kNotFound ? Status(StatusCode::kSchema, status.message())
                                                  : status;
  }
  description_ = std::move(description).value();
  Result<LogKeys> keys = ReadLogKeys(options().keys);
  if (!keys.ok()) return keys.status();
  keys_ = *keys;
  if (keys_.identity != description_.identity) {
    return Status(StatusCode::kInvalidArgument, "key file '" + Printable(options().keys) +
                                                    "' belongs to another log than '" +
                                                    Printable(options().path) + "'");
  }
  return Status();
}

Status LogWriter::Start() {
  forks_at_open_ = all_forks.load();
  last_append_ns_ = clock()->MonotonicNs();
  if (Status status = FindKeys(); !status.ok()) return status;
  Result<FolderLock> lock = FolderLock::Take(setup_.lock_folder);
  if (!lock.ok()) return lock.status();
  lock_ = std::move(lock).value();
  Result<RingFolder> rings = RingFolder::Find(options().ring_folder, description_.identity);
  if (!rings.ok()) return rings.status();
  ring_folder_ = std::move(rings).value();
  // A copy of the log, opened beside it, has the same.
  Result<FolderLock> ring_lock = FolderLock::Take(ring_folder_->path());
  if (!ring_lock.ok()) return ring_lock.status();
  ring_lock_ = std::move(ring_lock).value();
  // So far, and in the next step, nothing is changed.
  Result<Proven> proven = ProveCheckpoint(SealerSetup().publisher, options().path, description_);
  if (!proven.ok()) return proven.status();
  if (Status status = RaiseBoot(*proven); !status.ok()) return status;
  if (Status status = MakeBallast(); !status.ok()) return status;
  if (Status status = OpenMonthAndRings(*proven); !status.ok()) return status;
  if (Status status = SealOnce(); !status.ok()) return status;
  // BOOT is on the disk now, so that from here on a crash is this opening's.
  if (Status status = ForgetPrevious(); !status.ok()) return status;
  if (Status status = CheckpointOnce(); !status.ok()) return status;
  if (setup_.threads) {
    seal_thread_ = std::thread([this] { SealLoop(); });
    checkpoint_thread_ = std::thread([this] { CheckpointLoop(); });
  }
  return Status();
}

Sealer::Setup LogWriter::SealerSetup() const {
  Sealer::Setup setup;
  setup.publisher.files = setup_.files;
  setup.publisher.companion = setup_.companion.get();
  setup.publisher.name = description_.name;
  setup.publisher.identity = ToHex(description_.identity);
  setup.publisher.signing_seed = keys_.signing_seed;
  setup.publisher.boot = boot_;
  setup.log = options().path;
  setup.description = description_;
  setup.clock = setup_.clock;
  return setup;
}

Status LogWriter::RaiseBoot(const Proven& proven) {
  const std::string path = StatePath("boot");
  uint32_t last = std::max(proven.copy_boot, proven.last_boot);
  const Result<std::string> text = setup_.files->ReadWhole(path, 16);
  if (text.ok()) {
    uint32_t number = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error != std::errc() || end == text->data() || *end != '\n') {
      return Status(StatusCode::kCorrupt, "'" + Printable(path) + "' is not a number");
    }
    last = std::max(last, number);
  } else if (text.status().code() != StatusCode::kNotFound) {
    return text.status();
  }
  if (last >= 65535) {
    return Status(StatusCode::kLimit,
                  "'" + Printable(options().path) + "' was opened 65,535 times: begin a new log");
  }
  previous_boot_ = static_cast<uint16_t>(last);
  boot_ = static_cast<uint16_t>(last + 1);
  if (Status status = setup_.files->MakeFolder(StatePath("")); !status.ok()) return status;
  return setup_.files->Replace(path, std::to_string(boot_) + "\n", 0644);
}

Status LogWriter::MakeBallast() {
  if (options().ballast_bytes == 0) return Status();
  return setup_.files->Allocate(StatePath("ballast"), options().ballast_bytes);
}

Status LogWriter::OpenMonthAndRings(const Proven& proven) {
  const Sealer::Setup setup = SealerSetup();
  Tail tail;
  Result<OpenMonth> month =
      proven.month.empty()
          ? CreateMonth(setup.publisher, setup.log, description_, MonthOf(clock()->UnixNs()))
          : RecoverMonth(setup.publisher, setup.log, description_, proven, &tail);
  if (!month.ok()) return month.status();
  if (month->writer->size() == 0) {
    Status begun = AppendGenesis(setup.publisher, description_, clock()->UnixNs(),
                                 proven.previous_note, &*month);
    if (!begun.ok()) return begun;
  }
  Result<RecoveredRings> recovered = RecoverPrevious(&*month);
  if (!recovered.ok()) return recovered.status();
  Result<SharedMemory> control = ring_folder_->CreateControl(boot_);
  if (!control.ok()) return control.status();
  control_ = std::move(control).value();
  sealer_ = std::make_unique<Sealer>(setup, this->control(), std::move(month).value(),
                                     Sealer::Accounted());
  sealer_->SetPolicyBlob([this](uint32_t number) { return ring_folder_->KeptPolicy(number); });
  tail.latest_ns = std::max(tail.latest_ns, recovered->latest_ns);
  sealer_->SetLatest(tail.latest_ns);
  sealer_->Stamp();
  QueueBoot(tail, *recovered);
  return Status();
}

/// Seals the rings of the opening before, if it left any, and removes them. What became of them is
/// noted in state/recovered, in case this opening ends before its BOOT says so.
Result<RecoveredRings> LogWriter::RecoverPrevious(OpenMonth* month) {
  constexpr std::string_view kSealed = "sealed\n", kLost = "lost\n";
  LogFiles* const files = setup_.files;
  const std::string note = StatePath("recovered");
  const Result<bool> clean = files->Exists(StatePath("clean"));
  if (!clean.ok()) return clean.status();
  const Result<std::string> noted = files->ReadWhole(note, 16);
  if (!noted.ok() && noted.status().code() != StatusCode::kNotFound) return noted.status();
  previous_clean_ = !noted.ok() && (*clean || previous_boot_ == 0);
  RecoveredRings recovered;
  Result<RingFolder::Left> left = ring_folder_->OpenLeft();
  if (left.ok()) {
    Result<RecoveredRings> sealed = RecoverRings(SealerSetup(), *ring_folder_, &*left, month);
    if (!sealed.ok()) return sealed;
    recovered = *sealed;
  } else if (left.status().code() != StatusCode::kNotFound &&
             left.status().code() != StatusCode::kCorrupt) {
    return left.status();
  } else if (!previous_clean_) {
    recovered.state = noted.ok() && *noted == kSealed ? RingsState::kRecovered : RingsState::kLost;
  }
  if (noted.ok() && *noted == kLost) recovered.state = RingsState::kLost;
  if (!previous_clean_) {
    const bool lost = recovered.state == RingsState::kLost;
    if (Status status = files->Replace(note, lost ? kLost : kSealed, 0644); !status.ok()) {
      return status;
    }
  }
  if (Status status = ring_folder_->Clear(); !status.ok()) return status;
  return recovered;
}

/// Durably: after a power failure it would say that nothing was in memory.
Status LogWriter::ForgetPrevious() {
  Status status = setup_.files->Remove(StatePath("clean"));
  if (status.ok()) status = setup_.files->Remove(StatePath("recovered"));
  if (status.ok()) status = setup_.files->SyncFolder(options().path + "/state");
  return status;
}

void LogWriter::QueueBoot(const Tail& tail, const RecoveredRings& rings) {
  BootPayload boot;
  boot.previous_boot = previous_boot_;
  boot.clean = previous_clean_;
  boot.rings = rings.state;
  boot.recovered = rings.entries;
  boot.cut_bytes = tail.cut_bytes;
  boot.highest_seq = rings.highest_seq;
  boot.monotonic_ns = clock()->MonotonicNs();
  boot.version = TreeHasher().Of(AsBytes("ringfence " RINGFENCE_VERSION));
  OwnEntry own;
  Put(boot, &own.entry);
  sealer_->Queue(own);
  const uint64_t now = clock()->UnixNs();
  if (now >= tail.latest_ns) return;
  clock_flags_ = entry_flags::kClockUnsynchronised;
  ClockPayload behind;
  behind.event = ClockEvent::kBehind;
  behind.step_ns = -static_cast<int64_t>(tail.latest_ns - now);
  behind.monotonic_ns = boot.monotonic_ns;
  OwnEntry event;
  Put(behind, &event.entry);
  sealer_->Queue(event);
}

// --- Using

/// Not in a child that was forked, whose locks may be held by threads it does not have, nor after
/// Close: the folder may have another writer.
Status LogWriter::Usable() const {
  if (IsForked()) {
    return Status(StatusCode::kClosed,
                  "the log was opened before this process was forked: it records nothing here");
  }
  const std::lock_guard<std::mutex> state(state_);
  return closed_ ? Status(StatusCode::kClosed, "the log was closed") : Status();
}

Result<std::unique_ptr<Recorder>> LogWriter::NewRecorder() {
  if (Status status = Usable(); !status.ok()) return status;
  const std::lock_guard<std::mutex> lock(sealing_);
  uint32_t number = 0;
  if (!free_rings_.empty()) {
    number = free_rings_.back();
    free_rings_.pop_back();
  } else {
    if (rings_.size() == kMaxLogRings) {
      return Status(StatusCode::kLimit, "a log serves at most " + std::to_string(kMaxLogRings) +
                                            " readers at one time");
    }
    number = static_cast<uint32_t>(rings_.size());
    Result<Ring> ring = ring_folder_->CreateRing(number, options().ring_entries);
    if (!ring.ok()) return ring.status();
    const std::lock_guard<std::mutex> state(state_);
    rings_.push_back(std::make_unique<Ring>(std::move(ring).value()));
    durable_to_.push_back(0);
    sealer_->AddRing(rings_.back().get());
    control()->ring_count.store(number + 1, std::memory_order_release);
  }
  return std::make_unique<Recorder>(shared_from_this(), rings_[number].get(), number);
}

void LogWriter::ReturnRing(uint32_t number) {
  if (IsForked()) return;
  const std::lock_guard<std::mutex> lock(sealing_);
  free_rings_.push_back(number);
}

Result<uint32_t> LogWriter::PolicyNumber(const Hash& digest, uint64_t store_number,
                                         std::string_view blob) {
  if (Status status = Usable(); !status.ok()) return status;
  if (blob.size() > kMaxLogBlobBytes) {
    return Status(StatusCode::kLimit, "the blob of a policy has at most " +
                                          std::to_string(kMaxLogBlobBytes) + " bytes");
  }
  const std::lock_guard<std::mutex> lock(policies_);
  ControlBlock& block = *control();
  const uint32_t count = block.policy_count;
  for (uint32_t i = 0; i < count; ++i) {
    const PolicyPayload& known = block.policies[i];
    if (known.digest == digest && known.number == store_number) return i;
  }
  if (count == kMaxLogPolicies) {
    return Status(StatusCode::kLimit, "a log takes at most " + std::to_string(kMaxLogPolicies) +
                                          " different policies in one opening: open it again");
  }
  if (Status status = ring_folder_->KeepPolicy(count, blob); !status.ok()) return status;
  block.policies[count] = PolicyPayload{TreeHasher().Of(AsBytes(blob)), digest, store_number};
  block.policy_count.store(count + 1, std::memory_order_release);
  return count;
}

void LogWriter::Append(OwnEntry entry) {
  if (IsForked()) return;
  {
    const std::lock_guard<std::mutex> lock(sealing_);
    sealer_->Queue(std::move(entry));
  }
  WakeSealer();
}

Status LogWriter::AppendReport(std::string report, int64_t pending_id) {
  if (Status status = Usable(); !status.ok()) return status;
  if (report.empty()) {
    return Status(StatusCode::kInvalidArgument, "the report of a replay is empty");
  }
  if (report.size() > kMaxLogBlobBytes) {
    return Status(StatusCode::kLimit, "the report of a replay has at most " +
                                          std::to_string(kMaxLogBlobBytes) + " bytes");
  }
  // Not under the lock that the sealer needs: this waits for the disk.
  if (Status status = sealer_->KeepBlob(MonthFolder(), report); !status.ok()) return status;
  OwnEntry own = ReplayEntry(std::move(report));
  own.pending_id = pending_id;
  Append(std::move(own));
  return Status();
}

bool LogWriter::WaitDurable(uint32_t ring, uint64_t position) {
  std::unique_lock<std::mutex> lock(state_);
  ++durable_wanted_;
  work_.notify_one();
  const auto decided = [&] {
    return durable_to_[ring] >= position || !failure_.ok() || closed_ || stuck_;
  };
  news_.wait(lock, decided);
  return durable_to_[ring] >= position;
}

Status LogWriter::Flush() {
  if (Status status = Usable(); !status.ok()) return status;
  if (!setup_.threads) {
    if (Status status = SealOnce(); !status.ok()) return status;
    return CheckpointOnce(true);
  }
  std::unique_lock<std::mutex> lock(state_);
  const uint64_t wanted = ++flush_wanted_;
  work_.notify_one();
  news_.wait(lock, [&] {
    return flush_done_ >= wanted || flush_full_ >= wanted || !failure_.ok() || closed_;
  });
  if (flush_full_ >= wanted) {
    return Status(StatusCode::kFull, "no room for the log in '" + Printable(options().path) + "'");
  }
  if (flush_done_ >= wanted) return Status();
  return failure_.ok() ? Status(StatusCode::kClosed, "the log was closed") : failure_;
}

LogCounters LogWriter::Counters() const {
  LogCounters counters;
  if (IsForked()) {
    counters.failed = true;
    counters.why = Usable().message();
    return counters;
  }
  const std::lock_guard<std::mutex> state(state_);
  counters.sealed = sealed_;
  counters.checkpoint_size = checkpoint_size_;
  counters.failed = !failure_.ok();
  counters.why = failure_.message();
  uint64_t lost = 0;
  for (const std::unique_ptr<Ring>& ring : rings_) {
    for (const LossCounter& cause : ring->header().lost) lost += cause.count;
  }
  // After the losses: each of them is a decision by now.
  counters.decisions = control()->next_seq;
  counters.recorded = counters.decisions - std::min(counters.decisions, lost);
  return counters;
}

}  // namespace ringfence
