// See counts.h.
#include "replay/counts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "base/check.h"
#include "base/sha256.h"

namespace ringfence {
namespace {

// Each divides the next, so that stretches can be joined.
constexpr std::array<uint64_t, 12> kWidthsS = {
    1, 10, 60, 600, 3600, 21600, 86400, 604800, 2419200, 29030400, 290304000, 5806080000};
constexpr uint64_t kNsPerS = 1'000'000'000;

void Add(const ReplayChanges& from, ReplayChanges* to) {
  to->gained += from.gained;
  to->lost += from.lost;
  to->kind += from.kind;
}

}  // namespace

void DistinctCounter::Add(const Pseudonym& pseudonym) {
  if (smallest_.size() == kMost && pseudonym > *smallest_.rbegin()) {
    exact_ = false;
    return;
  }
  if (!smallest_.insert(pseudonym).second || smallest_.size() <= kMost) return;
  smallest_.erase(std::prev(smallest_.end()));
  DCHECK(smallest_.size() == kMost);
  exact_ = false;
}

ReplayDistinct DistinctCounter::Count() const {
  if (exact_ || smallest_.empty()) return {smallest_.size(), true};
  uint64_t largest = 0;
  for (size_t i = 0; i < sizeof largest; ++i) largest = largest << 8 | (*smallest_.rbegin())[i];
  const double share = (static_cast<double>(largest) + 1) / 18446744073709551616.0;
  const double count = (static_cast<double>(kMost) - 1) / share;
  return {static_cast<uint64_t>(std::min(count, 9e18)), false};
}

size_t PseudonymHash::operator()(const Pseudonym& pseudonym) const {
  uint64_t words[2];
  std::memcpy(words, pseudonym.data(), sizeof words);
  return static_cast<size_t>(words[0] ^ words[1] * 0x9E3779B97F4A7C15u);
}

void TopMovers::Add(const Pseudonym& pseudonym, const ReplayChanges& changes) {
  const auto [at, is_new] = counts_.try_emplace(pseudonym);
  if (is_new) at->second.missed = floor_;
  ringfence::Add(changes, &at->second.changes);
  if (counts_.size() >= 2 * kMost) Forget();
}

void TopMovers::Forget() {
  std::vector<uint64_t> sums;
  sums.reserve(counts_.size());
  const auto most = [](const Count& count) { return count.changes.all() + count.missed; };
  for (const auto& [pseudonym, count] : counts_) sums.push_back(most(count));
  const auto middle = sums.begin() + static_cast<ptrdiff_t>(sums.size() - kMost);
  std::nth_element(sums.begin(), middle, sums.end());
  // All of the same sum go or stay, whatever their order in the table.
  floor_ = *middle;
  std::erase_if(counts_, [&](const auto& each) { return most(each.second) <= floor_; });
  DCHECK(counts_.size() <= kMost);
}

std::vector<ReplayMover> TopMovers::Top(size_t count) const {
  std::vector<std::pair<Pseudonym, Count>> all(counts_.begin(), counts_.end());
  const auto before = [](const auto& a, const auto& b) {
    const uint64_t a_all = a.second.changes.all(), b_all = b.second.changes.all();
    return a_all != b_all ? a_all > b_all : a.first < b.first;
  };
  const size_t kept = std::min(count, all.size());
  std::partial_sort(all.begin(), all.begin() + static_cast<ptrdiff_t>(kept), all.end(), before);
  std::vector<ReplayMover> top;
  for (size_t i = 0; i < kept; ++i) {
    top.push_back({ToHex(all[i].first), all[i].second.changes, all[i].second.missed});
  }
  return top;
}

ReplayPeriod& Timeline::At(uint64_t time_ns) {
  DCHECK(width_ < kWidthsS.size());
  for (;;) {
    const uint64_t width_ns = kWidthsS[width_] * kNsPerS;
    const uint64_t from = time_ns / width_ns * width_ns;
    const auto [at, is_new] = periods_.try_emplace(from);
    at->second.from_ns = from;
    if (periods_.size() <= kMost || width_ + 1 == kWidthsS.size()) return at->second;
    periods_.erase(at);
    Widen();
  }
}

void Timeline::Widen() {
  CHECK(width_ + 1 < kWidthsS.size() && kWidthsS[width_ + 1] % kWidthsS[width_] == 0);
  ++width_;
  const uint64_t width_ns = kWidthsS[width_] * kNsPerS;
  std::map<uint64_t, ReplayPeriod> wider;
  for (const auto& [from_ns, period] : periods_) {
    const uint64_t from = from_ns / width_ns * width_ns;
    ReplayPeriod& to = wider[from];
    to.from_ns = from;
    for (size_t i = 0; i < period.was.size(); ++i) to.was[i] += period.was[i];
    for (size_t i = 0; i < period.now.size(); ++i) to.now[i] += period.now[i];
    ringfence::Add(period.changes, &to.changes);
  }
  periods_ = std::move(wider);
}

uint64_t Timeline::width_s() const { return kWidthsS[width_]; }

std::vector<ReplayPeriod> Timeline::Periods() const {
  std::vector<ReplayPeriod> list;
  list.reserve(periods_.size());
  for (const auto& [from_ns, period] : periods_) list.push_back(period);
  return list;
}

}  // namespace ringfence
