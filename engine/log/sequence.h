// Is every decision either in the log or counted in a GAP? Takes sequence numbers of decisions,
// BOOT and GAP entries in the log's order; gives findings. Memory is bounded.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "log/entry.h"
#include "log/findings.h"

namespace ringfence {

/// A set of numbers that come nearly in order: a window of bits, and the holes behind it.
class SeqSet {
 public:
  SeqSet();
  /// Begins behind `first`: smaller numbers are no holes.
  void StartAt(uint64_t first);
  /// False: it was there. Once there are more holes than are kept, numbers far back are believed.
  bool Insert(uint64_t seq);
  uint64_t count() const { return count_; }
  uint64_t lowest() const { return lowest_; }    ///< count() > 0
  uint64_t highest() const { return highest_; }  ///< 0: none
  /// The lowest number that is missing below highest(); nullopt: none that is known.
  std::optional<uint64_t> FirstHole() const;

 private:
  static constexpr uint64_t kWindow = uint64_t{1} << 20;
  static constexpr size_t kMaxHoles = 65536;
  void SlideTo(uint64_t seq);
  void AddHole(uint64_t first, uint64_t last);
  bool FillHole(uint64_t seq);
  uint64_t& Word(uint64_t seq) { return bits_[seq / 64 % bits_.size()]; }

  std::vector<uint64_t> bits_;
  uint64_t base_ = 0;   ///< first number of the window, a multiple of 64
  uint64_t floor_ = 1;  ///< numbers below are no holes
  uint64_t count_ = 0, lowest_ = 0, highest_ = 0;
  std::map<uint64_t, uint64_t> holes_;  ///< first -> last, below base_
  bool lost_holes_ = false;
};

class SequenceCheck {
 public:
  /// The log's first months are gone, so its first boot may have begun in one of them.
  void BeganEarlier() { truncated_ = true; }

  void Decision(Findings* findings, std::string_view month, uint64_t index, uint16_t boot,
                uint64_t seq);
  void Boot(uint16_t boot, const BootPayload& payload);
  void Gap(Findings* findings, std::string_view month, uint64_t index, const GapPayload& payload);
  /// `closed`: the last writer said that it has ended properly.
  void Finish(Findings* findings, std::string_view last_month, bool closed);

 private:
  /// How a boot ended, as the next one said.
  enum class End : uint8_t { kOpen, kKnown, kLost };
  struct Ledger {
    uint64_t decisions = 0;     ///< distinct ones in the log
    uint64_t first = 1;         ///< of the numbers that should be here
    uint64_t last = 0;          ///< highest number heard of
    uint64_t not_recorded = 0;  ///< counted by GAPs
    std::optional<uint64_t> first_hole;
    bool truncated = false;
    End end = End::kOpen;
  };
  void Enter(uint16_t boot);
  void Leave();

  bool truncated_ = false;
  std::optional<uint16_t> first_boot_;  ///< of the first BOOT entry
  uint16_t boot_ = 0;                   ///< that `seen_` is about
  bool entered_ = false;
  SeqSet seen_;
  std::map<uint16_t, Ledger> boots_;
};

}  // namespace ringfence
