// Counting decisions against GAPs. See sequence.h.
#include "log/sequence.h"

#include <algorithm>
#include <bit>

#include "base/check.h"

namespace ringfence {

SeqSet::SeqSet() : bits_(kWindow / 64) {}

void SeqSet::StartAt(uint64_t first) {
  CHECK(count_ == 0);
  floor_ = first > kWindow / 2 ? first - kWindow / 2 : 1;
  base_ = floor_ / 64 * 64;
}

bool SeqSet::Insert(uint64_t seq) {
  DCHECK(seq > 0);
  if (seq >= base_ + kWindow) SlideTo(seq);
  if (seq < base_) {
    if (seq >= floor_ && !FillHole(seq)) return false;
  } else {
    uint64_t& word = Word(seq);
    const uint64_t bit = uint64_t{1} << seq % 64;
    if ((word & bit) != 0) return false;
    word |= bit;
  }
  lowest_ = count_ == 0 ? seq : std::min(lowest_, seq);
  highest_ = std::max(highest_, seq);
  ++count_;
  DCHECK(base_ % 64 == 0 && highest_ < base_ + kWindow && lowest_ <= highest_);
  return true;
}

// Makes `seq` the window's last word. What leaves the window unset is a hole.
void SeqSet::SlideTo(uint64_t seq) {
  const uint64_t new_base = (seq / 64 + 1) * 64 - kWindow;
  const uint64_t old_end = base_ + kWindow;
  DCHECK(new_base > base_);
  for (; base_ < std::min(new_base, old_end); base_ += 64) {
    uint64_t& word = Word(base_);
    for (uint64_t at = 0; word != ~uint64_t{0} && at < 64; ++at) {
      if ((word >> at & 1) == 0) AddHole(base_ + at, base_ + at);
    }
    word = 0;
  }
  if (new_base > old_end) AddHole(old_end, new_base - 1);
  base_ = new_base;
  DCHECK(seq >= base_ && seq < base_ + kWindow);
}

void SeqSet::AddHole(uint64_t first, uint64_t last) {
  first = std::max(first, floor_);
  if (first > last) return;
  if (!holes_.empty() && holes_.rbegin()->second + 1 == first) {
    holes_.rbegin()->second = last;
    return;
  }
  if (holes_.size() >= kMaxHoles) {
    lost_holes_ = true;
    return;
  }
  DCHECK(holes_.empty() || holes_.rbegin()->second < first);
  holes_.emplace_hint(holes_.end(), first, last);
}

bool SeqSet::FillHole(uint64_t seq) {
  DCHECK(seq < base_ && holes_.size() <= kMaxHoles);
  auto hole = holes_.upper_bound(seq);
  if (hole == holes_.begin()) return lost_holes_;
  --hole;
  const auto [first, last] = *hole;
  if (seq > last) return lost_holes_;
  holes_.erase(hole);
  if (first < seq) holes_.emplace(first, seq - 1);
  if (seq < last) holes_.emplace(seq + 1, last);
  return true;
}

std::optional<uint64_t> SeqSet::FirstHole() const {
  if (!holes_.empty()) return holes_.begin()->first;
  for (uint64_t at = std::max(base_, floor_); at < highest_; ++at) {
    if ((bits_[at / 64 % bits_.size()] >> at % 64 & 1) == 0) return at;
  }
  return std::nullopt;
}

void SequenceCheck::Enter(uint16_t boot) {
  if (entered_ && boot == boot_) return;
  Leave();
  entered_ = true;
  boot_ = boot;
  seen_ = SeqSet();
}

void SequenceCheck::Leave() {
  if (!entered_ || seen_.count() == 0) return;
  DCHECK(seen_.lowest() > 0);
  Ledger& ledger = boots_[boot_];
  ledger.decisions += seen_.count();
  ledger.last = std::max(ledger.last, seen_.highest());
  if (ledger.truncated) {
    ledger.first = seen_.lowest();
  } else if (!ledger.first_hole) {
    ledger.first_hole = seen_.FirstHole();
  }
  entered_ = false;
}

void SequenceCheck::Decision(Findings* findings, std::string_view month, uint64_t index,
                             uint16_t boot, uint64_t seq) {
  if (!entered_ || boot != boot_) {
    Enter(boot);
    if (truncated_ && !first_boot_) {
      boots_[boot].truncated = true;
      seen_.StartAt(seq);
    }
  }
  if (seq == 0) {
    findings->Add("sequence", month, index, "a decision without a number");
  } else if (!seen_.Insert(seq)) {
    findings->Add("sequence", month, index,
                  "decision " + std::to_string(seq) + " of boot " + std::to_string(boot) +
                      " is there a second time");
  }
}

void SequenceCheck::Boot(uint16_t boot, const BootPayload& payload) {
  const bool about_current = entered_ ? payload.previous_boot >= boot_ : !boots_.empty();
  if (about_current) {
    const uint16_t previous = entered_ ? boot_ : boots_.rbegin()->first;
    Ledger& ledger = boots_[previous];
    ledger.end = payload.rings == RingsState::kLost ? End::kLost : End::kKnown;
    if (payload.previous_boot == previous) {
      ledger.last = std::max(ledger.last, payload.highest_seq);
    }
  } else if (payload.highest_seq > 0 && first_boot_) {
    // Nothing of it is here, yet it has decided.
    Ledger& ledger = boots_[payload.previous_boot];
    ledger.last = std::max(ledger.last, payload.highest_seq);
    ledger.end = payload.rings == RingsState::kLost ? End::kLost : End::kKnown;
  }
  if (!first_boot_) first_boot_ = boot;
  Enter(boot);
}

void SequenceCheck::Gap(Findings* findings, std::string_view month, uint64_t index,
                        const GapPayload& payload) {
  if (payload.count == 0 || payload.first_seq > payload.last_seq) {
    findings->Add("gap", month, index, "a GAP that counts nothing, or ends before it begins");
  }
  Ledger& ledger = boots_[payload.boot];
  if (truncated_ && (!first_boot_ || payload.boot < *first_boot_)) ledger.truncated = true;
  ledger.not_recorded += std::min(payload.count, UINT64_MAX - ledger.not_recorded);
  ledger.last = std::max(ledger.last, payload.last_seq);
}

void SequenceCheck::Finish(Findings* findings, std::string_view last_month, bool closed) {
  Leave();
  for (const auto& [boot, ledger] : boots_) {
    DCHECK(ledger.first > 0);
    const uint64_t made = ledger.last < ledger.first ? 0 : ledger.last - ledger.first + 1;
    const uint64_t missing = made - std::min(made, ledger.decisions);
    if (missing == ledger.not_recorded) continue;
    std::string text = "boot " + std::to_string(boot) + ": " + std::to_string(missing) +
                       " decisions are missing, GAP entries count " +
                       std::to_string(ledger.not_recorded);
    if (ledger.first_hole)
      text += " (the first hole is " + std::to_string(*ledger.first_hole) + ")";
    // Rings that are not sealed yet, or that a power failure took, are nobody's doing.
    const bool last_boot = boot == boots_.rbegin()->first;
    const bool unsure =
        ledger.end == End::kLost || (ledger.end == End::kOpen && last_boot && !closed);
    if (ledger.truncated) {
      findings->Note("sequence", last_month, text + "; it began in a month that is not here");
    } else if (unsure && missing > ledger.not_recorded) {
      findings->Note("sequence", last_month,
                     text + (ledger.end == End::kLost ? "; a power failure took what was in memory"
                                                      : "; it was not closed yet"));
    } else {
      findings->Add("sequence", last_month, std::nullopt, std::move(text));
    }
  }
}

}  // namespace ringfence
