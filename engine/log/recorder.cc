// From a decision to slots of a ring. See recorder.h.
#include "log/recorder.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "log/writer.h"

namespace ringfence {

Recorder::Recorder(std::shared_ptr<LogWriter> writer, Ring* ring, uint32_t number)
    : writer_(std::move(writer)),
      ring_(ring),
      number_(number),
      control_(writer_->control()),
      decider_seals_(writer_->options().sealing == LogOptions::Sealing::kDecider),
      wanted_flags_(writer_->options().ack == LogOptions::Ack::kDurable ? entry_flags::kDurable
                                                                        : uint16_t{0}),
      head_(ring->header().head),
      known_tail_(ring->header().tail) {
  FillRandom(random_key_);
}

Recorder::~Recorder() {
  Wipe(random_);
  Wipe(random_key_);
  writer_->ReturnRing(number_);
}

WriterState Recorder::State() const { return static_cast<WriterState>(control_->state.load()); }

/// What is decided in a forked child, or after Close, is none of this log's decisions.
bool Recorder::IsOver() const { return writer_->IsForked() || State() == WriterState::kClosed; }

uint64_t Recorder::Now() const { return writer_->clock()->UnixNs(); }

Recorded Recorder::Record(const DecisionRecord& record, uint64_t time_ns, RequestId* receipt,
                          const DecisionRecord* shadow) {
  if (IsOver()) return writer_->Unrecorded();
  const uint64_t count = shadow == nullptr ? 1 : 2;
  // Before anything can go wrong: a hole in the sequence proves a loss. Close sets the state, then
  // looks at next_seq: one of the two sees the other.
  const uint64_t seq = control_->next_seq.fetch_add(count) + 1;
  const WriterState state = State();
  if (state == WriterState::kFull) return LoseAt(seq, count, time_ns, GapCause::kDiskFull);
  if (state != WriterState::kRunning) return LoseAt(seq, count, time_ns, GapCause::kDiskError);
  const uint64_t slots =
      count + record.detail_count + (shadow == nullptr ? uint64_t{0} : shadow->detail_count);
  if (head_ + slots - known_tail_ > ring_->capacity() && !WaitForRoom(slots)) {
    return LoseAt(seq, count, time_ns, GapCause::kOverload);
  }
  EntryHeader header;
  header.flags = static_cast<uint16_t>(wanted_flags_ | writer_->ClockFlags());
  header.time_ns = time_ns;
  header.writer = writer_->number();
  header.boot = static_cast<uint16_t>(control_->boot);
  header.seq = seq;
  TakeRandom(receipt);
  uint64_t end = Put(record, header, *receipt, head_);
  if (shadow != nullptr) {
    // A request id of its own: its facts are sealed under the same key.
    RequestId nobodys;
    TakeRandom(&nobodys);
    header.flags |= entry_flags::kShadow;
    header.seq = seq + 1;
    end = Put(*shadow, header, nobodys, end);
  }
  DCHECK(end == head_ + slots);
  // Both at once: the sealer sees the one with the other.
  head_ = end;
  ring_->header().head.store(head_, std::memory_order_release);
  // The sealer zeroed the next slot, on another processor: it is fetched while something is
  // decided.
  const auto* const next = reinterpret_cast<const char*>(&ring_->At(head_));
  for (size_t line = 0; line < sizeof(RingSlot); line += 64) __builtin_prefetch(next + line, 1);
  if (wanted_flags_ != 0) {
    return writer_->WaitDurable(number_, head_) ? Recorded::kYes : writer_->Unrecorded();
  }
  if (head_ - known_tail_ > ring_->capacity() / 2) {
    known_tail_ = ring_->header().tail.load(std::memory_order_acquire);
    if (head_ - known_tail_ > ring_->capacity() / 2) writer_->WakeSealer();
  }
  return Recorded::kYes;
}

/// Fills slots from `position` on; gives the one behind them.
uint64_t Recorder::Put(const DecisionRecord& record, EntryHeader header, const RequestId& receipt,
                       uint64_t position) {
  header.flags = static_cast<uint16_t>(header.flags | record.flags |
                                       record.detail_count << entry_flags::kDetailShift);
  header.policy_ref = record.policy;
  header.effect = record.effect;
  header.facts_schema = record.facts_schema;
  header.rule = record.rule;
  DecisionFields fields;
  fields.request_id = receipt;
  fields.caller = record.caller;
  fields.callee = record.callee;
  const auto put = [&](uint8_t detail, const EntryHeader& head) {
    RingSlot& slot = ring_->At(position++);
    slot.detail = detail;
    slot.sealed = decider_seals_ ? 1 : 0;
    if (decider_seals_) {
      // Elsewhere first: in the ring there is nothing in clear, not even for a moment.
      EntryBytes bytes;
      EncodeWithoutCrc(head, fields, &bytes);
      ApplySealToBytes(&cipher_, record.facts_key, detail, &bytes);
      slot.entry = bytes;
    } else {
      EncodeWithoutCrc(head, fields, &slot.entry);
      slot.facts_key = record.facts_key;
    }
  };
  for (uint8_t i = 0; i < record.detail_count; ++i) {
    EntryHeader detail = header;
    detail.kind = EntryKind::kDetail;
    detail.effect = static_cast<uint8_t>(record.detail_kinds[i]);
    PackMask(record.details[i], &fields.sealed_facts);
    put(static_cast<uint8_t>(i + 1), detail);
  }
  fields.revision = record.revision;
  fields.outcome = record.outcome;
  fields.path = record.path;
  fields.basis = record.basis;
  PackFacts(record.facts, &fields.sealed_facts, &fields.sealed_states);
  put(0, header);
  return position;
}

bool Recorder::WaitForRoom(uint64_t slots) {
  const auto has_room = [&] {
    known_tail_ = ring_->header().tail.load(std::memory_order_acquire);
    return head_ + slots - known_tail_ <= ring_->capacity();
  };
  return has_room() || writer_->WaitUntil(has_room);
}

Recorded Recorder::Lose(uint64_t time_ns) {
  if (IsOver()) return writer_->Unrecorded();
  return LoseAt(control_->next_seq.fetch_add(1) + 1, 1, time_ns, GapCause::kOverload);
}

/// `count` from `seq` on.
Recorded Recorder::LoseAt(uint64_t seq, uint64_t count, uint64_t time_ns, GapCause cause) {
  LossCounter& lost = ring_->header().lost[static_cast<size_t>(cause) - 1];
  const auto begin = [&] {
    if (lost.first_seq.load() != 0) return;
    lost.first_time_ns.store(time_ns);
    lost.first_seq.store(seq);
  };
  begin();
  lost.last_seq.store(seq + count - 1);
  lost.last_time_ns.store(time_ns);
  lost.count.fetch_add(count);
  // The sealer may have taken `first_seq` just before it could count this one.
  begin();
  return writer_->Unrecorded();
}

/// The operating system's bytes cost a decision 40 ns, even by the page. These are AES-256-CTR
/// under a key that is replaced by the first bytes of each page ("fast key erasure"): who reads
/// this memory later cannot compute request ids of before.
void Recorder::TakeRandom(RequestId* out) {
  if (random_left_ < out->size()) {
    random_.fill(0);
    cipher_.Apply(random_key_, {}, random_);
    std::memcpy(random_key_.data(), random_.data(), random_key_.size());
    Wipe(std::span(random_).first(random_key_.size()));
    random_left_ = random_.size() - random_key_.size();
  }
  random_left_ -= out->size();
  std::memcpy(out->data(), random_.data() + random_key_.size() + random_left_, out->size());
}

}  // namespace ringfence
