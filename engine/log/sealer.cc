// Entries from rings and queue into a month's files. See sealer.h.
#include "log/sealer.h"

#include <algorithm>
#include <cstring>
#include <ctime>
#include <numeric>
#include <utility>

#include "base/check.h"
#include "log/big_endian.h"

namespace ringfence {
namespace {

constexpr size_t kBatchSlots = 1024;  // 256 kB: they stay in the cache from one look to the next
/// A decision and its shadow evaluation, with three DETAILs each, but for the first slot.
constexpr size_t kMostBehind = 7;
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

constexpr size_t kFlagsAt = 2, kTimeAt = 4, kSeqAt = 16, kPolicyAt = 22;

uint64_t SeqOf(const RingSlot& slot) { return LoadBig<6>(&slot.entry[kSeqAt]); }
bool IsShadow(const RingSlot& slot) {
  return (LoadBig<2>(&slot.entry[kFlagsAt]) & entry_flags::kShadow) != 0;
}

/// Another processor wrote the slot: its four lines are asked for some slots ahead.
constexpr uint64_t kPrefetchSlots = 8;
void Prefetch(const RingSlot& slot) {
  const auto* const bytes = reinterpret_cast<const char*>(&slot);
  for (size_t line = 0; line < sizeof slot; line += 64) __builtin_prefetch(bytes + line);
}

}  // namespace

LogClock& SystemClock() {
  static OsClock clock;
  return clock;
}

OwnEntry ReplayEntry(std::string report) {
  OwnEntry own;
  Put(ReplayPayload{TreeHasher().Of(AsBytes(report))}, &own.entry);
  own.blob = std::move(report);
  return own;
}

Sealer::Sealer(Setup setup, ControlBlock* control, OpenMonth month, const Accounted& accounted)
    : setup_(std::move(setup)),
      control_(control),
      month_(std::move(month)),
      month_ends_ns_(MonthEnds(month_.month)),
      accounted_(accounted),
      synced_stamp_(control->Stamped()),
      gaps_queued_(accounted.gaps),
      now_ns_(setup_.clock->UnixNs()),
      clock_unix_ns_(now_ns_),
      clock_monotonic_ns_(setup_.clock->MonotonicNs()) {
  // Never larger: growing would leave copies of keys and facts behind.
  batch_.reserve(kBatchSlots + kMostBehind);
}

Status Sealer::Step(uint64_t* appended) {
  const uint64_t before = appended_;
  Status status;
  // A batch that found no room goes on first: nothing may come between a DETAIL and its decision,
  // or between a decision and its shadow evaluation.
  if (batch_.empty()) {
    status = PutOwn();
    if (status.ok()) Collect();
  }
  if (status.ok()) status = PutBatch();
  if (status.ok()) status = Flush();
  if (status.ok()) Release();
  *appended += appended_ - before;
  return status;
}

void Sealer::Collect() {
  next_ = 0;
  for (size_t i = 0; i < sources_.size(); ++i) {
    Source& source = sources_[(first_source_ + i) % sources_.size()];
    const RingHeader& header = source.ring->header();
    source.taken = header.tail.load(std::memory_order_relaxed);
    const uint64_t head = header.head.load(std::memory_order_acquire);
    while (source.taken < head && batch_.size() < kBatchSlots) {
      Prefetch(source.ring->At(source.taken + kPrefetchSlots));
      batch_.push_back(&source.ring->At(source.taken++));
    }
    // A decision goes with its DETAILs, which stand before it, and its shadow evaluation behind it.
    while (source.taken < head && batch_.size() < kBatchSlots + kMostBehind &&
           (batch_.back()->detail != 0 || IsShadow(source.ring->At(source.taken)))) {
      batch_.push_back(&source.ring->At(source.taken++));
    }
  }
  // A thread that decides as fast as we seal must not keep us from the others' rings.
  ++first_source_;
  const auto earlier = [](const RingSlot* a, const RingSlot* b) { return SeqOf(*a) < SeqOf(*b); };
  if (!std::is_sorted(batch_.begin(), batch_.end(), earlier)) {
    std::stable_sort(batch_.begin(), batch_.end(), earlier);
  }
  if (known_) std::erase_if(batch_, [&](const RingSlot* slot) { return known_(*slot); });
  if (const uint64_t seq = std::exchange(begin_with_, 0); seq != 0) {
    std::stable_partition(batch_.begin(), batch_.end(),
                          [seq](const RingSlot* slot) { return SeqOf(*slot) == seq; });
  }
}

void Sealer::Release() {
  // While slots that the files have wait in the rings (recovery), they must not come to lie before
  // the stamp: who is killed then would have them put once more.
  const bool may_stamp = !known_;
  bool released = false;
  for (const Source& source : sources_) {
    RingHeader& header = source.ring->header();
    const uint64_t tail = header.tail.load(std::memory_order_relaxed);
    if (tail == source.taken) continue;
    released = true;
    // Who is killed here leaves slots that are in the files and hold half an entry, or none.
    for (uint64_t at = tail; at < source.taken; ++at) {
      RingSlot& slot = source.ring->At(at);
      Wipe({reinterpret_cast<uint8_t*>(&slot), sizeof slot});
    }
    header.tail.store(source.taken, std::memory_order_release);
  }
  batch_.clear();
  if (released) cipher_.Apply(Hash{}, {}, {});  // instead of the last callee's key
  if (may_stamp && (released || size() != control_->Stamped().index)) Stamp();
}

void Sealer::Stamp() {
  SealStamp stamp{size(), accounted_.decisions, accounted_.gaps, {}};
  std::memcpy(stamp.month, month_.month.c_str(), sizeof stamp.month);
  control_->SetStamp(stamp);
}

Status Sealer::Sync() {
  Status status = month_.writer->Sync();
  if (status.ok()) {
    synced_stamp_ = control_->Stamped();
    return status;
  }
  // Linux takes pages it could not write for clean: they can be read until they are needed, and the
  // next fdatasync succeeds without them. The next opening must not build on such entries. They are
  // not in the rings any more; by the older stamp it counts them as lost.
  control_->SetStamp(synced_stamp_);
  const Status cut = month_.writer->TakeBackUnsynced();
  return Status(StatusCode::kIo, status.message() + (cut.ok() ? "" : "; " + cut.message()));
}

Status Sealer::PutBatch() {
  for (; next_ < batch_.size(); ++next_) {
    const RingSlot& slot = *batch_[next_];
    // Room for a decision is made before its first DETAIL.
    const bool begins = slot.detail <= 1 && !IsShadow(slot);
    if (begins) {
      if (Status status = MakeRoom(); !status.ok()) return status;
    }
    const uint64_t time_ns = LoadBig<8>(&slot.entry[kTimeAt]);
    if (Status status = EnterMonthOf(time_ns); !status.ok()) return status;
    uint64_t policy_ref = 0;
    if (Status status = PolicyRef(slot, &policy_ref); !status.ok()) return status;
    if (begins) {
      if (Status status = PutShadowPolicy(next_); !status.ok()) return status;
    }
    EntryBytes bytes = slot.entry;
    StoreBig<6>(policy_ref, &bytes[kPolicyAt]);
    if (slot.sealed == 0) ApplySealToBytes(&cipher_, slot.facts_key, slot.detail, &bytes);
    PutEntryCrc(&bytes);
    PutInBuffer(bytes);
    latest_ns_ = std::max(latest_ns_, time_ns);
    if (slot.detail == 0) ++accounted_.decisions;
  }
  return Status();
}

Status Sealer::PutOwn() {
  while (!own_.empty()) {
    if (Status status = MakeRoom(); !status.ok()) return status;
    if (Status status = EnterMonthOf(setup_.clock->UnixNs()); !status.ok()) return status;
    const OwnEntry& own = own_.front();
    // It is there already, unless the month has changed since. Before the entry that names it:
    // who is killed here leaves a blob that nobody misses.
    if (!own.blob.empty()) {
      if (Status status = KeepBlob(month_.writer->folder(), own.blob); !status.ok()) return status;
    }
    PutEntry(own.entry);
    if (own.pending_id != 0) buffered_ids_.push_back(own.pending_id);
    own_.pop_front();
  }
  return Status();
}

Status Sealer::KeepBlob(const std::string& month_folder, std::string_view text) {
  const std::lock_guard<std::mutex> lock(blobs_);
  return WriteBlob(setup_.publisher.files, month_folder, text).status();
}

void Sealer::PutEntry(Entry entry) {
  entry.header.time_ns = setup_.clock->UnixNs();
  entry.header.writer = setup_.description.writer;
  entry.header.boot = setup_.publisher.boot;
  EntryBytes bytes;
  EncodeEntry(entry, &bytes);
  PutInBuffer(bytes);
  if (entry.header.kind == EntryKind::kGap) {
    GapPayload gap;
    Get(entry, &gap);
    accounted_.gaps[static_cast<size_t>(gap.cause) - 1] += gap.count;
  }
  latest_ns_ = std::max(latest_ns_, entry.header.time_ns);
}

Status Sealer::MakeRoom() { return buffer_.size() < kBufferBytes ? Status() : Flush(); }

void Sealer::PutInBuffer(const EntryBytes& bytes) {
  buffer_.push_back(0);
  buffer_.push_back(static_cast<uint8_t>(kEntryBytes));
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

Status Sealer::Flush() {
  size_t done = 0;
  Status status;
  while (done < buffer_.size() && status.ok()) {
    const size_t room = month_.writer->Room() * kEntryOnDiskBytes;
    const size_t bytes = std::min(buffer_.size() - done, room);
    if (month_.writer->Room() == kEntriesPerSegment) status = Sync();
    if (status.ok()) status = month_.writer->Append({buffer_.data() + done, bytes});
    if (!status.ok()) break;
    done += bytes;
    appended_ += bytes / kEntryOnDiskBytes;
  }
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<ptrdiff_t>(done));
  if (!status.ok()) return status;
  written_.insert(written_.end(), buffered_ids_.begin(), buffered_ids_.end());
  buffered_ids_.clear();
  return Status();
}

/// The POLICY entry that the shadow evaluation of a decision needs must not come between the two.
Status Sealer::PutShadowPolicy(size_t decision) {
  const uint64_t seq = SeqOf(*batch_[decision]);
  size_t next = decision + 1;
  while (next < batch_.size() && SeqOf(*batch_[next]) == seq) ++next;
  if (next == batch_.size() || !IsShadow(*batch_[next])) return Status();
  uint64_t policy_ref = 0;
  return PolicyRef(*batch_[next], &policy_ref);
}

Status Sealer::PolicyRef(const RingSlot& slot, uint64_t* index) {
  const auto number = static_cast<uint32_t>(LoadBig<6>(&slot.entry[kPolicyAt]));
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
  if (*blob != policy.blob) {
    return Status(StatusCode::kCorrupt,
                  "a policy beside the rings is not the one that was put there");
  }
  Entry entry;
  Put(policy, &entry);
  *index = NextIndex();
  PutEntry(entry);
  policy_refs_[number] = *index;
  return Status();
}

/// Where an entry of that time goes: to no month before one that has entries, and to none that has
/// its SEAL.
std::string Sealer::MonthFor(uint64_t time_ns) const {
  const std::string& open = month_.month;
  return std::max(MonthOf(time_ns), month_.sealed ? MonthOf(MonthEnds(open)) : open);
}

Status Sealer::EnterMonthOf(uint64_t time_ns) {
  if (time_ns < month_ends_ns_ && !month_.sealed) return Status();
  const std::string month = MonthFor(time_ns);
  return month == month_.month ? Status() : EnterMonth(month);
}

Status Sealer::EnterMonth(const std::string& month) {
  if (!month_.sealed) {
    Entry entry;
    Put(SealPayload{SealCause::kMonth}, &entry);
    PutEntry(entry);
    month_.sealed = true;
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
  month_ends_ns_ = MonthEnds(month);
  policy_refs_.clear();
  ++appended_;
  return Status();
}

namespace {

/// What all rings lost for one cause, into `gap`; gives the number of the whole boot. `all`: what
/// was asked for before may have been lost since.
uint64_t SumLosses(std::span<Ring* const> rings, size_t cause, bool all, GapPayload* gap) {
  uint64_t total = 0;
  for (const Ring* ring : rings) {
    LossCounter& lost = ring->header().lost[cause];
    // The count last, so that it does not hold what `first_seq` was not yet told of.
    uint64_t first = lost.first_seq.load() == 0 ? 0 : lost.first_seq.exchange(0);
    uint64_t first_time = lost.first_time_ns.load();
    const uint64_t count = lost.count.load();
    total += count;
    if (first == 0) {  // nothing was lost since it was last asked
      if (!all || count == 0) continue;
      first = 1;
      first_time = 0;
    }
    const bool only = gap->last_seq == 0;
    gap->first_seq = only ? first : std::min(gap->first_seq, first);
    gap->first_time_ns = only ? first_time : std::min(gap->first_time_ns, first_time);
    gap->last_seq = std::max({gap->last_seq, first, lost.last_seq.load()});
    gap->last_time_ns = std::max({gap->last_time_ns, first_time, lost.last_time_ns.load()});
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
  Queue(own);
}

void Sealer::QueueGaps(bool killed) {
  std::vector<Ring*> rings;
  rings.reserve(sources_.size());
  for (const Source& source : sources_) rings.push_back(source.ring);
  uint64_t lost = 0;
  for (size_t cause = 0; cause < kLossCauses; ++cause) {
    GapPayload gap;
    gap.cause = static_cast<GapCause>(cause + 1);
    const uint64_t total = SumLosses(rings, cause, killed, &gap);
    lost += total;
    QueueGap(gap, total);
  }
  if (!killed) return;
  GapPayload gap;
  gap.cause = GapCause::kKilled;
  gap.first_seq = 1;  // nobody knows which
  gap.last_seq = control_->next_seq;
  const uint64_t known = accounted_.decisions + lost;
  QueueGap(gap, gap.last_seq > known ? gap.last_seq - known : 0);
}

uint64_t Sealer::UnderWay() const {
  uint64_t accounted = accounted_.decisions;
  for (const Source& source : sources_) {
    for (const LossCounter& lost : source.ring->header().lost) accounted += lost.count.load();
  }
  const uint64_t made = control_->next_seq.load();
  return made - std::min(made, accounted);
}

void Sealer::QueueClock(bool heartbeat) {
  now_ns_ = setup_.clock->UnixNs();
  const uint64_t monotonic_ns = setup_.clock->MonotonicNs();
  const auto step =
      static_cast<int64_t>((now_ns_ - clock_unix_ns_) - (monotonic_ns - clock_monotonic_ns_));
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
  clock_unix_ns_ = now_ns_;
  clock_monotonic_ns_ = monotonic_ns;
  OwnEntry own;
  Put(clock, &own.entry);
  Queue(own);
}

}  // namespace ringfence
