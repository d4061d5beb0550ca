// Entries from rings and queue into a month's files. See sealer.h.
#include "log/sealer.h"

#include <algorithm>
#include <cstring>
#include <ctime>
#include <utility>

#include "base/check.h"

namespace ringfence {
namespace {

constexpr size_t kBatchSlots = 8192;          // slots: 2 MB of copies
constexpr size_t kBufferBytes = 1024 * 1024;  // one write
constexpr int64_t kClockToleranceNs = 1'000'000'000;

class OsClock final : public LogClock {
 public:
  uint64_t UnixNs() override { return Read(CLOCK_REALTIME); }
  uint64_t MonotonicNs() override { return Read(CLOCK_MONOTONIC); }

 private:
  static uint64_t Read(clockid_t clock) {
    timespec now;
    CHECK(clock_gettime(clock, &now) == 0);
    return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000u + static_cast<uint64_t>(now.tv_nsec);
  }
};

template <size_t kBytes>
uint64_t GetBig(const EntryBytes& bytes, size_t at) {
  uint64_t value = 0;
  for (size_t i = 0; i < kBytes; ++i) value = value << 8 | bytes[at + i];
  return value;
}
template <size_t kBytes>
void PutBig(EntryBytes* bytes, size_t at, uint64_t value) {
  for (size_t i = kBytes; i-- > 0; value >>= 8) (*bytes)[at + i] = static_cast<uint8_t>(value);
}

constexpr size_t kTimeAt = 4, kSeqAt = 16, kPolicyAt = 22;

uint64_t SeqOf(const RingSlot& slot) { return GetBig<6>(slot.entry, kSeqAt); }

}  // namespace

LogClock& SystemClock() {
  static OsClock clock;
  return clock;
}

Sealer::Sealer(Setup setup, ControlBlock* control, OpenMonth month, const Accounted& accounted)
    : setup_(std::move(setup)),
      control_(control),
      month_(std::move(month)),
      accounted_(accounted),
      gaps_queued_(accounted.gaps) {
  clock_unix_ns_ = setup_.clock->UnixNs();
  clock_monotonic_ns_ = setup_.clock->MonotonicNs();
}

Status Sealer::Step(uint64_t* appended) {
  const uint64_t before = size();
  Status status = PutOwn();
  if (status.ok() && batch_.empty()) Collect();
  if (status.ok()) status = PutBatch();
  if (status.ok()) status = Flush();
  if (status.ok()) Release();
  *appended += size() - std::min(size(), before);  // a new month begins at 0
  return status;
}

void Sealer::Collect() {
  next_ = 0;
  for (Source& source : sources_) {
    const RingHeader& header = source.ring->header();
    source.taken = header.tail.load(std::memory_order_relaxed);
    const uint64_t head = header.head.load(std::memory_order_acquire);
    while (source.taken < head && batch_.size() < kBatchSlots) {
      batch_.push_back(source.ring->At(source.taken++));
    }
    // A decision goes with its DETAILs, which stand before it.
    while (source.taken < head && batch_.back().detail != 0) {
      batch_.push_back(source.ring->At(source.taken++));
    }
  }
  const auto earlier = [](const RingSlot& a, const RingSlot& b) { return SeqOf(a) < SeqOf(b); };
  if (!std::is_sorted(batch_.begin(), batch_.end(), earlier)) {
    std::stable_sort(batch_.begin(), batch_.end(), earlier);
  }
}

void Sealer::Release() {
  if (batch_.empty() && size() == control_->stamps[control_->stamp].index) return;
  for (const Source& source : sources_) {
    RingHeader& header = source.ring->header();
    for (uint64_t at = header.tail.load(std::memory_order_relaxed); at < source.taken; ++at) {
      RingSlot& slot = source.ring->At(at);
      Wipe({reinterpret_cast<uint8_t*>(&slot), sizeof slot});
    }
    if (!batch_.empty()) header.tail.store(source.taken, std::memory_order_release);
  }
  if (!batch_.empty()) {
    Wipe({reinterpret_cast<uint8_t*>(batch_.data()), batch_.size() * sizeof(RingSlot)});
    batch_.clear();
  }
  Stamp();
}

void Sealer::Stamp() {
  const uint32_t other = 1 - control_->stamp.load(std::memory_order_relaxed);
  SealStamp& stamp = control_->stamps[other];
  stamp.index = size();
  stamp.decisions = accounted_.decisions;
  stamp.gaps = accounted_.gaps;
  std::memcpy(stamp.month, month_.month.c_str(), sizeof stamp.month);
  control_->stamp.store(other, std::memory_order_release);
}

Status Sealer::PutBatch() {
  for (; next_ < batch_.size(); ++next_) {
    const RingSlot& slot = batch_[next_];
    if (known_ && known_(slot)) continue;
    const uint64_t time_ns = GetBig<8>(slot.entry, kTimeAt);
    const std::string month = MonthOf(time_ns);
    if (month > month_.month) {
      if (Status status = EnterMonth(month); !status.ok()) return status;
    }
    uint64_t policy_ref = 0;
    const auto number = static_cast<uint32_t>(GetBig<6>(slot.entry, kPolicyAt));
    if (Status status = PolicyRef(number, &policy_ref); !status.ok()) return status;
    EntryBytes bytes = slot.entry;
    PutBig<6>(&bytes, kPolicyAt, policy_ref);
    if (slot.sealed == 0) ApplySealToBytes(&cipher_, slot.facts_key, slot.detail, &bytes);
    PutEntryCrc(&bytes);
    if (Status status = PutOnDisk(bytes); !status.ok()) return status;
    latest_ns_ = std::max(latest_ns_, time_ns);
    if (slot.detail == 0) ++accounted_.decisions;
  }
  return Status();
}

Status Sealer::PutOwn() {
  while (!own_.empty()) {
    const uint64_t now = setup_.clock->UnixNs();
    const std::string month = MonthOf(now);
    if (month > month_.month) {
      if (Status status = EnterMonth(month); !status.ok()) return status;
    }
    const OwnEntry& own = own_.front();
    if (Status status = PutEntry(own.entry); !status.ok()) return status;
    if (own.pending_id != 0) buffered_ids_.push_back(own.pending_id);
    own_.pop_front();
  }
  return Status();
}

Status Sealer::PutEntry(Entry entry) {
  entry.header.time_ns = setup_.clock->UnixNs();
  entry.header.writer = setup_.description.writer;
  entry.header.boot = setup_.publisher.boot;
  EntryBytes bytes;
  EncodeEntry(entry, &bytes);
  if (Status status = PutOnDisk(bytes); !status.ok()) return status;
  if (entry.header.kind == EntryKind::kGap) {
    GapPayload gap;
    Get(entry, &gap);
    accounted_.gaps[static_cast<size_t>(gap.cause) - 1] += gap.count;
  }
  latest_ns_ = std::max(latest_ns_, entry.header.time_ns);
  return Status();
}

/// Makes room first: what was put is in the buffer, whatever Flush says later.
Status Sealer::PutOnDisk(const EntryBytes& bytes) {
  if (buffer_.size() >= kBufferBytes) {
    if (Status status = Flush(); !status.ok()) return status;
  }
  buffer_.push_back(0);
  buffer_.push_back(static_cast<uint8_t>(kEntryBytes));
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  return Status();
}

Status Sealer::Flush() {
  size_t done = 0;
  Status status;
  while (done < buffer_.size() && status.ok()) {
    const size_t room = month_.writer->Room() * kEntryOnDiskBytes;
    const size_t bytes = std::min(buffer_.size() - done, room);
    status = month_.writer->Append({buffer_.data() + done, bytes});
    if (status.ok()) done += bytes;
  }
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<ptrdiff_t>(done));
  if (!status.ok()) return status;
  written_.insert(written_.end(), buffered_ids_.begin(), buffered_ids_.end());
  buffered_ids_.clear();
  return Status();
}

Status Sealer::PolicyRef(uint32_t number, uint64_t* index) {
  const auto found = policy_refs_.find(number);
  if (found != policy_refs_.end()) {
    *index = found->second;
    return Status();
  }
  CHECK(number < control_->policy_count);
  const PolicyPayload& policy = control_->policies[number];
  const Result<std::string> text = policy_blob_(number);
  if (!text.ok()) return text.status();
  const Result<Hash> blob = WriteBlob(setup_.publisher.files, month_.writer->folder(), *text);
  if (!blob.ok()) return blob.status();
  CHECK(*blob == policy.blob);
  Entry entry;
  Put(policy, &entry);
  *index = NextIndex();
  if (Status status = PutEntry(entry); !status.ok()) return status;
  policy_refs_[number] = *index;
  return Status();
}

Status Sealer::EnterMonth(const std::string& month) {
  if (!sealed_) {
    Entry entry;
    Put(SealPayload{SealCause::kMonth}, &entry);
    if (Status status = PutEntry(entry); !status.ok()) return status;
    sealed_ = true;
  }
  if (Status status = Flush(); !status.ok()) return status;
  if (Status status = Sync(); !status.ok()) return status;
  const std::lock_guard<std::mutex> lock(publishing_);
  std::string note;
  Status published = month_.checkpointer->Publish(size(), Root(), &note);
  if (published.ok()) published = month_.checkpointer->Copy();
  if (!published.ok()) return published;
  return BeginMonth(month, note);
}

Status Sealer::BeginMonth(const std::string& month, const std::string& last_note) {
  Result<OpenMonth> next = CreateMonth(setup_.publisher, setup_.log, setup_.description, month);
  if (!next.ok()) return next.status();
  Status begun = AppendGenesis(setup_.publisher, setup_.description, setup_.clock->UnixNs(),
                               last_note, &*next);
  if (!begun.ok()) return begun;
  month_ = std::move(next).value();
  policy_refs_.clear();
  sealed_ = false;
  return Status();
}

namespace {

/// What all rings lost for one cause, into `gap`; gives the number of the whole boot.
uint64_t SumLosses(std::span<Ring* const> rings, size_t cause, GapPayload* gap) {
  uint64_t total = 0;
  for (const Ring* ring : rings) {
    LossCounter& lost = ring->header().lost[cause];
    const uint64_t count = lost.count.load(std::memory_order_acquire);
    if (count == 0) continue;
    total += count;
    const uint64_t last = lost.last_seq.load(std::memory_order_relaxed);
    const uint64_t last_time = lost.last_time_ns.load(std::memory_order_relaxed);
    // Zero: the thread has lost nothing since it was last asked.
    const uint64_t first = lost.first_seq.exchange(0, std::memory_order_acq_rel);
    if (first == 0) continue;
    const uint64_t first_time = lost.first_time_ns.load(std::memory_order_relaxed);
    const bool only = gap->last_seq == 0;
    gap->first_seq = only ? first : std::min(gap->first_seq, first);
    gap->first_time_ns = only ? first_time : std::min(gap->first_time_ns, first_time);
    gap->last_seq = std::max({gap->last_seq, first, last});
    gap->last_time_ns = std::max({gap->last_time_ns, first_time, last_time});
  }
  return total;
}

}  // namespace

void Sealer::QueueGap(GapPayload gap, uint64_t total) {
  uint64_t& queued = gaps_queued_[static_cast<size_t>(gap.cause) - 1];
  if (total <= queued) return;
  gap.count = total - queued;
  gap.boot = static_cast<uint16_t>(control_->boot);
  queued = total;
  OwnEntry own;
  Put(gap, &own.entry);
  Queue(std::move(own));
}

void Sealer::QueueGaps(bool killed) {
  std::vector<Ring*> rings;
  for (const Source& source : sources_) rings.push_back(source.ring);
  uint64_t lost = 0;
  for (size_t cause = 0; cause < kLossCauses; ++cause) {
    GapPayload gap;
    gap.cause = static_cast<GapCause>(cause + 1);
    const uint64_t total = SumLosses(rings, cause, &gap);
    lost += total;
    QueueGap(gap, total);
  }
  if (!killed) return;
  GapPayload gap;
  gap.cause = GapCause::kKilled;
  gap.last_seq = control_->next_seq;
  const uint64_t known = accounted_.decisions + lost;
  QueueGap(gap, gap.last_seq > known ? gap.last_seq - known : 0);
}

void Sealer::QueueClock(bool heartbeat) {
  const uint64_t unix_ns = setup_.clock->UnixNs();
  const uint64_t monotonic_ns = setup_.clock->MonotonicNs();
  const auto step =
      static_cast<int64_t>((unix_ns - clock_unix_ns_) - (monotonic_ns - clock_monotonic_ns_));
  clock_unix_ns_ = unix_ns;
  clock_monotonic_ns_ = monotonic_ns;
  ClockPayload clock;
  clock.monotonic_ns = monotonic_ns;
  clock.step_ns = step;
  if (step >= kClockToleranceNs) {
    clock.event = ClockEvent::kForward;
  } else if (step <= -kClockToleranceNs) {
    clock.event = ClockEvent::kBack;
  } else if (!heartbeat) {
    return;
  }
  OwnEntry own;
  Put(clock, &own.entry);
  Queue(std::move(own));
}

}  // namespace ringfence
