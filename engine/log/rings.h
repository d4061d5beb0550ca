// Where deciding threads leave entries until they are sealed: files in tmpfs, which survive
// kill -9 and never reach a disk. One ring a deciding thread, one control for all of a writer.
#pragma once

#include <ringfence/limits.h>
#include <ringfence/status.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "log/entry.h"

namespace ringfence {

/// An entry that is not sealed yet. `entry` lacks its CRC, its policy_ref is a number in the
/// control's table, and its facts are in clear unless `sealed`.
struct alignas(64) RingSlot {
  EntryBytes entry;
  uint8_t sealed;
  uint8_t detail;  ///< 0: the decision; else which DETAIL of it
  Hash facts_key;
  uint8_t unused[40];
};
static_assert(sizeof(RingSlot) == 256);

/// Decisions that were made and not recorded: sums of a whole boot, but for `first_seq`, which the
/// sealer takes (and sets to zero) with each GAP. Otherwise written by one thread.
struct LossCounter {
  std::atomic<uint64_t> count;
  std::atomic<uint64_t> first_seq, last_seq, first_time_ns, last_time_ns;
};
inline constexpr size_t kLossCauses = 3;  ///< GapCause 1..3

struct RingHeader {
  uint64_t magic;
  uint64_t capacity;
  alignas(64) std::atomic<uint64_t> head;  ///< of the deciding thread
  alignas(64) std::atomic<uint64_t> tail;  ///< of the sealer
  alignas(64) std::array<LossCounter, kLossCauses> lost;
};

/// What the sealer has accounted for: entries before `index` hold that many decisions and, in GAPs
/// of this boot, that many that were not recorded.
struct SealStamp {
  uint64_t index;
  uint64_t decisions;
  std::array<uint64_t, 4> gaps;  ///< by GapCause - 1
  char month[8];
};

enum class WriterState : uint32_t { kRunning = 0, kFull = 1, kFailed = 2, kClosed = 3 };

struct ControlBlock {
  uint64_t magic;
  uint32_t boot;
  alignas(64) std::atomic<uint64_t> next_seq;  ///< decisions made in this boot
  alignas(64) std::atomic<uint32_t> state;     ///< WriterState
  std::atomic<uint32_t> ring_count;
  std::atomic<uint32_t> stamp;  ///< which of the two is whole
  std::array<SealStamp, 2> stamps;

  const SealStamp& Stamped() const { return stamps[stamp.load(std::memory_order_acquire)]; }
  /// Whoever is killed leaves the one or the other.
  void SetStamp(const SealStamp& newer) {
    const uint32_t other = 1 - stamp.load(std::memory_order_relaxed);
    stamps[other] = newer;
    stamp.store(other, std::memory_order_release);
  }

  std::atomic<uint32_t> policy_count;
  std::array<PolicyPayload, kMaxLogPolicies> policies;
};

/// A file of tmpfs in memory. Its contents stay out of core dumps.
class SharedMemory {
 public:
  SharedMemory() = default;
  SharedMemory(SharedMemory&& other) noexcept;
  SharedMemory& operator=(SharedMemory&& other) noexcept;
  ~SharedMemory();
  /// A new file, all zero, its blocks reserved: kFull where there are none.
  static Result<SharedMemory> Create(const std::string& path, size_t bytes);
  /// An existing one; kNotFound, kCorrupt (fewer bytes than `least`).
  static Result<SharedMemory> Open(const std::string& path, size_t least);
  uint8_t* data() const { return data_; }
  size_t size() const { return size_; }

 private:
  uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

/// One ring: a deciding thread puts, the sealer takes.
class Ring {
 public:
  static Result<Ring> Create(const std::string& path, uint32_t capacity);
  static Result<Ring> Open(const std::string& path);

  RingHeader& header() const { return *reinterpret_cast<RingHeader*>(memory_.data()); }
  RingSlot& At(uint64_t position) const {
    return slots_[static_cast<size_t>(position & (capacity_ - 1))];
  }
  uint64_t capacity() const { return capacity_; }

 private:
  Ring(SharedMemory memory, uint64_t capacity);
  SharedMemory memory_;
  RingSlot* slots_ = nullptr;
  uint64_t capacity_ = 0;
};

/// The folder of a log's rings: ROOT/ringfence-<identity>.
class RingFolder {
 public:
  /// Checks that ROOT is tmpfs and that the folder, if it is there, is ours alone
  /// (kInvalidArgument).
  static Result<RingFolder> Find(const std::string& root, const std::array<uint8_t, 16>& identity);

  /// What an earlier writer left. kNotFound: nothing; kCorrupt: something that is none of ours.
  struct Left {
    SharedMemory control;
    std::vector<Ring> rings;
    const ControlBlock& block() const {
      return *reinterpret_cast<const ControlBlock*>(control.data());
    }
  };
  Result<Left> OpenLeft() const;
  /// Removes every file of it.
  Status Clear() const;
  /// Removes it too: nothing waits any more. Find makes it again.
  Status Remove() const;
  Result<SharedMemory> CreateControl(uint32_t boot) const;
  Result<Ring> CreateRing(uint32_t number, uint32_t capacity) const;
  /// The text of a policy's blob, beside the ring: what the entries in it refer to must survive as
  /// they do, and a deciding thread must not wait for a disk to say so.
  Status KeepPolicy(uint32_t number, std::string_view blob) const;
  Result<std::string> KeptPolicy(uint32_t number) const;
  const std::string& path() const { return path_; }

 private:
  explicit RingFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace ringfence
