// Entries in order. See order.h.
#include "log/order.h"

#include <ringfence/limits.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "base/utf8.h"
#include "log/big_endian.h"
#include "log/blobs.h"

namespace ringfence {
namespace {

// A CLOCK may stand before or behind the entries it explains: those of other threads were already
// on their way.
constexpr uint64_t kClockReach = 65536;
constexpr size_t kMaxPolicies = size_t{1} << 20;  // of one month: 8 MiB
constexpr size_t kMaxGoodBlobs = 1024;
constexpr uint8_t kHighestEffect = static_cast<uint8_t>(Effect::kVoicemail);

constexpr size_t kKindAt = 1, kFlagsAt = 2, kTimeAt = 4, kWriterAt = 12, kBootAt = 14, kSeqAt = 16;
constexpr size_t kPolicyAt = 22, kEffectAt = 28, kRestAt = 29, kRequestAt = 34, kCallerAt = 50;
constexpr size_t kPartiesEnd = 82, kRevisionAt = 162, kRevisionEnd = 170;
constexpr size_t kNonceBytes = 12;  // of the request id

}  // namespace

void OrderCheck::BeginMonth(const std::string& month, MonthReader* blobs) {
  CHECK(IsMonth(month) && blobs != nullptr);
  month_ = month;
  blobs_ = blobs;
  genesis_ = Genesis();
  policies_.clear();
  too_many_policies_ = false;
  good_policy_ref_ = UINT64_MAX;
  good_blobs_.clear();
  seal_.reset();
  size_ = 0;
  detail_count_ = 0;
  decision_.reset();
  damaged_ = false;
}

void OrderCheck::Add(uint64_t first, std::span<const uint8_t> on_disk,
                     const std::vector<bool>& sound) {
  CHECK(first == size_);
  DCHECK(on_disk.size() == sound.size() * kEntryOnDiskBytes);
  for (size_t i = 0; i < sound.size(); ++i) {
    if (sound[i]) {
      AddEntry(first + i, on_disk.subspan(i * kEntryOnDiskBytes + 2).first<kEntryBytes>());
    } else {
      decision_.reset();
      damaged_ = true;
    }
    ++position_;
  }
  size_ = first + sound.size();
}

void OrderCheck::AddEntry(uint64_t index, std::span<const uint8_t, kEntryBytes> bytes) {
  const auto kind = static_cast<EntryKind>(bytes[kKindAt]);
  const uint64_t time_ns = LoadBig<8>(&bytes[kTimeAt]);
  LogVerification& out = findings_->out();
  if (!any_) out.first_time_ns = time_ns;
  any_ = true;
  out.last_time_ns = time_ns;
  if (const uint64_t writer = LoadBig<2>(&bytes[kWriterAt]); writer != description_.writer) {
    Add("entry", index,
        "written by writer " + std::to_string(writer) + ", log.json says " +
            std::to_string(description_.writer));
  }
  if (seal_ && *seal_ + 1 == index) Add("seal", index, "an entry behind the SEAL of its month");
  if (index == 0 && kind != EntryKind::kGenesis) {
    Add("month", index, "the first entry is no GENESIS");
  }
  if (back_ && position_ - back_->position > kClockReach) ClockStepped();
  if (HasDecisionFields(kind)) {
    CheckTime(index, time_ns, &latest_decision_ns_);
    AddDecision(index, bytes);
    return;
  }
  if (detail_count_ > 0) Add("detail", index, "stands between a DETAIL and its decision");
  detail_count_ = 0;
  // Who was killed between a decision and its shadow evaluation has the next writer name the policy
  // of the latter.
  if (kind != EntryKind::kPolicy) {
    decision_.reset();
    damaged_ = false;
  }
  CheckTime(index, time_ns, &latest_own_ns_);
  if (IsKnownKind(bytes[kKindAt])) {
    AddOwn(index, bytes);
  } else {
    ++out.unknown_kinds;
  }
}

// Reports what no CLOCK has explained.
void OrderCheck::ClockStepped() {
  CHECK(back_.has_value());
  findings_->Add("clock", back_->month, back_->index,
                 "its time is " + std::to_string(back_->by_ns / 1'000'000) +
                     " ms before that of an earlier entry, and no CLOCK entry says why");
  back_.reset();
}

void OrderCheck::CheckTime(uint64_t index, uint64_t time_ns, uint64_t* latest) {
  if (time_ns >= *latest || *latest - time_ns <= kClockToleranceNs) {
    *latest = std::max(*latest, time_ns);
    return;
  }
  const bool explained = stepped_at_ && position_ - *stepped_at_ <= kClockReach;
  if (!explained && !back_) back_ = Back{position_, month_, index, *latest - time_ns};
  *latest = time_ns;
}

void OrderCheck::AddDecision(uint64_t index, std::span<const uint8_t, kEntryBytes> bytes) {
  if (bytes[kKindAt] == static_cast<uint8_t>(EntryKind::kDetail)) {
    if (detail_count_ == details_.size()) {
      Add("detail", index, "more than three DETAIL entries before a decision");
      return;
    }
    std::copy(bytes.begin(), bytes.end(), details_[detail_count_++].begin());
    return;
  }
  if ((LoadBig<2>(&bytes[kFlagsAt]) & entry_flags::kShadow) != 0) {
    CheckShadow(index, bytes);
  } else {
    ++findings_->out().decisions;
    std::copy(bytes.begin(), bytes.end(), decision_.emplace().begin());
    damaged_ = false;
  }
  CheckDetails(index, bytes);
  CheckPolicyRef(index, LoadBig<6>(&bytes[kPolicyAt]));
  if (bytes[kEffectAt] > kHighestEffect) {
    Add("entry", index, "no effect has number " + std::to_string(bytes[kEffectAt]));
  }
  const auto boot = static_cast<uint16_t>(LoadBig<2>(&bytes[kBootAt]));
  if (boot_ && boot != *boot_) {
    Add("boot", index,
        "a decision of boot " + std::to_string(boot) + " in boot " + std::to_string(*boot_));
    return;
  }
  if (!boot_ && !truncated_) Add("boot", index, "a decision before any BOOT entry");
  boot_ = boot;
  sequence_.Decision(findings_, month_, index, boot, LoadBig<6>(&bytes[kSeqAt]));
}

void OrderCheck::CheckDetails(uint64_t index, std::span<const uint8_t, kEntryBytes> bytes) {
  DCHECK(detail_count_ <= std::min<uint64_t>(index, details_.size()));
  const size_t announced = LoadBig<2>(&bytes[kFlagsAt]) >> entry_flags::kDetailShift & 3;
  if (announced != detail_count_) {
    Add("detail", index,
        "announces " + std::to_string(announced) + " DETAIL entries, " +
            std::to_string(detail_count_) + " stand before it");
  }
  for (size_t i = 0; i < detail_count_; ++i) {
    const EntryBytes& detail = details_[i];
    const auto same = [&](size_t begin, size_t end) {
      return std::memcmp(&detail[begin], &bytes[begin], end - begin) == 0;
    };
    // Everything from the flags to the two parties but the effect.
    if (!same(kFlagsAt, kEffectAt) || !same(kRestAt, kPartiesEnd)) {
      Add("detail", index - detail_count_ + i, "its header is another one than its decision's");
    }
    if (detail[kEffectAt] < 1 || detail[kEffectAt] > 3) {
      Add("detail", index - detail_count_ + i,
          "no DETAIL is of kind " + std::to_string(detail[kEffectAt]));
    }
  }
  detail_count_ = 0;
}

void OrderCheck::CheckShadow(uint64_t index, std::span<const uint8_t, kEntryBytes> bytes) {
  ++findings_->out().shadows;
  const std::optional<EntryBytes> decision = std::exchange(decision_, std::nullopt);
  if (!decision) {
    if (!damaged_) Add("shadow", index, "a shadow evaluation behind no decision");
    return;
  }
  const auto same = [&](size_t begin, size_t end) {
    return std::memcmp(&(*decision)[begin], &bytes[begin], end - begin) == 0;
  };
  // Everything from the time on that is no policy's answer.
  const bool follows = LoadBig<6>(&bytes[kSeqAt]) == LoadBig<6>(&(*decision)[kSeqAt]) + 1;
  if (!follows || !same(kTimeAt, kSeqAt) || !same(kCallerAt, kPartiesEnd) ||
      !same(kRevisionAt, kRevisionEnd)) {
    Add("shadow", index, "a shadow evaluation of something else than the decision before it");
  }
  if (same(kRequestAt, kRequestAt + kNonceBytes)) {
    Add("shadow", index, "its facts are sealed under the same numbers as those of its decision");
  }
}

void OrderCheck::CheckPolicyRef(uint64_t index, uint64_t policy_ref) {
  DCHECK(policies_.empty() || policies_.back() < index);
  if (policy_ref == good_policy_ref_ || too_many_policies_) return;
  if (std::binary_search(policies_.begin(), policies_.end(), policy_ref)) {
    good_policy_ref_ = policy_ref;
  } else {
    Add("policy", index,
        "refers to entry " + std::to_string(policy_ref) + ", which is no earlier POLICY entry");
  }
}

void OrderCheck::AddOwn(uint64_t index, std::span<const uint8_t, kEntryBytes> bytes) {
  const Result<Entry> decoded = DecodeEntry(bytes);
  if (!decoded.ok()) return;  // it was checked before: nothing further to say
  const Entry& entry = *decoded;
  DCHECK(!HasDecisionFields(entry.header.kind));
  LogVerification& out = findings_->out();
  if (entry.header.boot < own_boot_) {
    Add("boot", index,
        "an entry of boot " + std::to_string(entry.header.boot) + " behind one of boot " +
            std::to_string(own_boot_));
  }
  own_boot_ = std::max(own_boot_, entry.header.boot);
  switch (entry.header.kind) {
    case EntryKind::kGenesis:
      return AddGenesis(index, entry);
    case EntryKind::kPolicy:
      return AddPolicy(index, entry);
    case EntryKind::kBoot:
      return AddBoot(index, entry);
    case EntryKind::kGap: {
      GapPayload gap;
      Get(entry, &gap);
      ++out.gaps;
      out.not_recorded += gap.count;
      return sequence_.Gap(findings_, month_, index, gap);
    }
    case EntryKind::kClock: {
      ClockPayload clock;
      Get(entry, &clock);
      if (clock.event == ClockEvent::kHeartbeat) return;
      ++out.clock_steps;
      if (clock.event == ClockEvent::kForward) return;
      stepped_at_ = position_;
      back_.reset();
      return;
    }
    case EntryKind::kErasure:
      ++out.erasures;
      return;
    case EntryKind::kAccess:
      ++out.accesses;
      return;
    case EntryKind::kSeal:
      seal_ = index;
      return;
    case EntryKind::kReplay: {
      ReplayPayload replay;
      Get(entry, &replay);
      return CheckBlob(index, replay.blob, "report");
    }
    case EntryKind::kKeyCommit:
    case EntryKind::kDecision:
    case EntryKind::kDetail:
      return;
  }
}

void OrderCheck::AddGenesis(uint64_t index, const Entry& entry) {
  if (index != 0) return Add("month", index, "a second GENESIS");
  GenesisPayload payload;
  Get(entry, &payload);
  const Result<std::string> text = blobs_->Blob(payload.blob, kMaxGenesisBlobBytes);
  if (!text.ok()) return Add("blob", index, text.status().message());
  const Result<GenesisBlob> blob = ParseGenesisBlob(*text);
  if (!blob.ok()) return Add("blob", index, blob.status().message());
  const std::string origin = OriginOf(description_, month_);
  if (blob->origin != origin) {
    Add("month", index, "begins '" + Printable(blob->origin, 80) + "', expected '" + origin + "'");
  }
  if (blob->identity != description_.identity || blob->writer != description_.writer) {
    Add("month", index, "another identity or writer number than log.json says");
  }
  genesis_.read = true;
  if (!blob->previous) return;
  if (position_ == 0) {
    truncated_ = true;
    sequence_.BeganEarlier();
  }
  genesis_.previous_origin = blob->previous->origin;
  genesis_.previous_note = blob->previous->checkpoint;
}

void OrderCheck::AddPolicy(uint64_t index, const Entry& entry) {
  DCHECK(policies_.empty() || policies_.back() < index);
  if (policies_.size() < kMaxPolicies) {
    policies_.push_back(index);
  } else if (!too_many_policies_) {
    too_many_policies_ = true;
    Add("policy", index, "more POLICY entries than a month can need");
  }
  PolicyPayload payload;
  Get(entry, &payload);
  const std::pair<Hash, Hash> good(payload.blob, payload.digest);
  if (good_blobs_.contains(good)) return;
  const Result<std::string> text = blobs_->Blob(payload.blob, kMaxLogBlobBytes);
  if (!text.ok()) return Add("blob", index, text.status().message());
  const Result<PolicyBlob> blob = ParsePolicyBlob(*text);
  if (!blob.ok()) return Add("blob", index, blob.status().message());
  if (blob->digest != payload.digest || PolicyBlobDigest(*blob) != payload.digest) {
    return Add("policy", index, "the policy in its blob has another digest");
  }
  if (good_blobs_.size() < kMaxGoodBlobs) good_blobs_.insert(good);
}

void OrderCheck::CheckBlob(uint64_t index, const Hash& hash, std::string_view of) {
  const Result<std::string> text = blobs_->Blob(hash, kMaxLogBlobBytes);
  if (!text.ok()) Add("blob", index, std::string(of) + ": " + text.status().message());
}

void OrderCheck::AddBoot(uint64_t index, const Entry& entry) {
  BootPayload payload;
  Get(entry, &payload);
  ++findings_->out().boots;
  if (!payload.clean) ++findings_->out().unclean_boots;
  if (boot_ && entry.header.boot <= *boot_) {
    return Add("boot", index,
               "boot " + std::to_string(entry.header.boot) + " begins behind boot " +
                   std::to_string(*boot_));
  }
  boot_ = entry.header.boot;
  sequence_.Boot(entry.header.boot, payload);
}

void OrderCheck::EndMonth(bool complete, bool last) {
  if (!complete || size_ == 0) return;
  if (!last && (!seal_ || *seal_ + 1 != size_)) {
    Add("seal", size_ - 1, "the month's last entry is no SEAL, yet another month follows");
  }
  // Under the newest checkpoint of all, a DETAIL may still wait for its decision.
}

void OrderCheck::Finish(bool closed) {
  if (back_) ClockStepped();
  sequence_.Finish(findings_, month_, closed);
}

}  // namespace ringfence
