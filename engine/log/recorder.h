// What a deciding thread does for the log: puts its decision into its ring. The hot path: no lock,
// allocation, system call (but the clock's, which is none) or disk, unless configured to wait.
#pragma once

#include <ringfence/log.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

#include "log/entry.h"
#include "log/rings.h"

namespace ringfence {

class LogWriter;

/// One decision as the log keeps it, all but its time, seq and receipt.
struct DecisionRecord {
  uint32_t policy = 0;  ///< LogWriter::PolicyNumber
  uint16_t flags = 0;
  uint8_t effect = 0, facts_schema = 0, outcome = 0, path = 0, basis = 0;
  uint16_t rule = 0;
  uint64_t revision = 0;
  Pseudonym caller{}, callee{};
  Hash facts_key{};
  FactsRecord facts;
  uint8_t detail_count = 0;
  std::array<DetailKind, 3> detail_kinds{};
  std::array<FactWords, 3> details{};
};

/// What became of it.
enum class Recorded : uint8_t {
  kYes,
  kCounted,  ///< not recorded, and counted (unless the log is closed); the decision stands
  kRefuse,   ///< the same, and the decision is to be a refusal
};

/// One a deciding thread.
class Recorder {
 public:
  Recorder(std::shared_ptr<LogWriter> writer, Ring* ring, uint32_t number);
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  /// The moment of the next decision, which names its epoch and day.
  uint64_t Now() const;
  /// Records a decision made at `time_ns`; `receipt` gets its request id if it was. `shadow`: what
  /// another policy would have decided, or null; both are recorded, the one behind the other, or
  /// neither.
  Recorded Record(const DecisionRecord& record, uint64_t time_ns, RequestId* receipt,
                  const DecisionRecord* shadow = nullptr);
  /// Counts a decision that could not even be described (a key that is not there).
  Recorded Lose(uint64_t time_ns);
  const std::shared_ptr<LogWriter>& writer() const { return writer_; }

 private:
  WriterState State() const;
  bool IsOver() const;
  bool WaitForRoom(uint64_t slots);
  Recorded LoseAt(uint64_t seq, uint64_t count, uint64_t time_ns, GapCause cause);
  uint64_t Put(const DecisionRecord& record, EntryHeader header, const RequestId& receipt,
               uint64_t position);
  void TakeRandom(RequestId* out);

  std::shared_ptr<LogWriter> writer_;
  Ring* ring_;
  uint32_t number_;  ///< of the ring
  ControlBlock* control_;
  bool decider_seals_;
  uint16_t wanted_flags_;
  uint64_t head_;        ///< ours; the header's copy is for the sealer
  uint64_t known_tail_;  ///< as last looked at
  CtrCipher cipher_;
  Hash random_key_{};
  std::array<uint8_t, 4096> random_;
  size_t random_left_ = 0;
};

}  // namespace ringfence
