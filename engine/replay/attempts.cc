// See attempts.h.
#include "replay/attempts.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "log/keys.h"

namespace ringfence {
namespace {

constexpr uint64_t kMinuteNs = 60'000'000'000;
constexpr uint64_t kHourNs = 60 * kMinuteNs;
constexpr uint64_t kNsPerMs = 1'000'000;
constexpr uint64_t kKeptMinutes = 60;  ///< before the current one, and after it

bool WithinHour(uint64_t earlier_ns, uint64_t time_ns) {
  return time_ns < earlier_ns || time_ns - earlier_ns <= kHourNs;
}

}  // namespace

AttemptIds::AttemptIds(const Catalog& catalog) {
  const auto find = [&](const char* name, std::optional<FactId>* id) {
    if (const Result<FactId> found = catalog.Find(name); found.ok()) *id = *found;
  };
  find("callee.since_attempt_ms(caller)", &since_attempt_ms);
  find("callee.attempts_1h(caller)", &attempts_1h);
  find("caller.callees_1h", &callees_1h);
}

const char* ToString(BurnIn why) {
  constexpr const char* kNames[kBurnIns] = {"", "start", "pseudonyms", "lost", "clock"};
  return kNames[static_cast<size_t>(why)];
}

size_t CallerAndCalleeHash::operator()(const CallerAndCallee& pair) const {
  const PseudonymHash hash;
  return hash(pair.caller) ^ (hash(pair.callee) * 0x9E3779B97F4A7C15u);
}

void AttemptCounter::Pass(uint64_t time_ns) {
  if (!any_) start_ns_ = time_ns;
  any_ = true;
  if (unread_) Lose(time_ns);
}

void AttemptCounter::Lose(uint64_t time_ns) {
  unread_ = false;
  lost_ns_ = lost_ ? std::max(lost_ns_, time_ns) : time_ns;
  lost_ = true;
}

SimulatedAttempts AttemptCounter::Decide(const Pseudonym& caller, const Pseudonym& callee,
                                         uint64_t time_ns) {
  Pass(time_ns);
  const uint64_t minute = time_ns / kMinuteNs;
  while (!minutes_.empty() && minutes_.begin()->first + kKeptMinutes < minute) {
    ForgetMinute(minutes_.begin()->first);
  }
  while (!minutes_.empty() && minutes_.rbegin()->first > minute + kKeptMinutes) {
    ForgetMinute(minutes_.rbegin()->first);
    went_back_ = true;
    went_back_ns_ = time_ns;
  }
  SimulatedAttempts out;
  if (caller == Pseudonym{}) return out;  // no account: nobody knows who it was
  out.known = true;
  out.burn_in = WhyMissing(time_ns);
  const CallerAndCallee who{caller, callee};
  Count(who, time_ns, &out);
  Add(who, time_ns);
  return out;
}

BurnIn AttemptCounter::WhyMissing(uint64_t time_ns) const {
  if (WithinHour(start_ns_, time_ns)) return BurnIn::kStart;
  if (time_ns % kNsPerDay < kHourNs) return BurnIn::kPseudonyms;
  if (lost_ && WithinHour(lost_ns_, time_ns)) return BurnIn::kLost;
  if (went_back_ && WithinHour(went_back_ns_, time_ns)) return BurnIn::kClock;
  return BurnIn::kNone;
}

void AttemptCounter::Count(const CallerAndCallee& who, uint64_t time_ns,
                           SimulatedAttempts* out) const {
  const uint64_t oldest_ns = time_ns < kHourNs ? 0 : time_ns - kHourNs;
  const auto in_window = [&](const Attempts& attempts) {
    const std::vector<uint64_t>& times = attempts.times_ns;
    const auto first = std::lower_bound(times.begin(), times.end(), oldest_ns);
    return std::pair(first, std::upper_bound(first, times.end(), time_ns));
  };
  if (const auto found = pairs_.find(who); found != pairs_.end()) {
    const auto [first, end] = in_window(found->second);
    if (first != end) {
      out->since_attempt_ms = static_cast<uint32_t>((time_ns - *(end - 1)) / kNsPerMs);
    }
    out->attempts_1h =
        static_cast<uint8_t>(std::min<ptrdiff_t>(end - first, SimulatedAttempts::kMostAttempts));
  }
  const auto calls = callers_.find(who.caller);
  if (calls == callers_.end()) return;
  for (const Pair* pair : calls->second) {
    if (out->callees_1h == SimulatedAttempts::kMostCallees) return;
    const auto [first, end] = in_window(pair->second);
    if (first != end) ++out->callees_1h;
  }
}

void AttemptCounter::Add(const CallerAndCallee& who, uint64_t time_ns) {
  const auto [pair, is_new] = pairs_.try_emplace(who);
  Attempts& attempts = pair->second;
  if (is_new) {
    std::vector<Pair*>& of_caller = callers_[who.caller];
    attempts.position = of_caller.size();
    of_caller.push_back(&*pair);
  }
  std::vector<uint64_t>& times = attempts.times_ns;
  times.insert(std::upper_bound(times.begin(), times.end(), time_ns), time_ns);
  minutes_[time_ns / kMinuteNs].push_back(who);
  ++remembered_;
}

void AttemptCounter::ForgetMinute(uint64_t minute) {
  const auto at = minutes_.find(minute);
  CHECK(at != minutes_.end());
  for (const CallerAndCallee& who : at->second) {
    const auto pair = pairs_.find(who);
    if (pair == pairs_.end()) continue;  // forgotten with another attempt of this minute
    std::vector<uint64_t>& times = pair->second.times_ns;
    const auto first = std::lower_bound(times.begin(), times.end(), minute * kMinuteNs);
    const auto end = std::find_if(first, times.end(),
                                  [&](uint64_t time_ns) { return time_ns / kMinuteNs != minute; });
    remembered_ -= static_cast<size_t>(end - first);
    times.erase(first, end);
    if (times.empty()) Forget(&*pair);
  }
  minutes_.erase(at);
}

void AttemptCounter::Forget(Pair* pair) {
  const auto calls = callers_.find(pair->first.caller);
  CHECK(calls != callers_.end());
  std::vector<Pair*>& of_caller = calls->second;
  Pair* const last = of_caller.back();
  last->second.position = pair->second.position;
  of_caller[last->second.position] = last;
  of_caller.pop_back();
  if (of_caller.empty()) callers_.erase(calls);
  pairs_.erase(pairs_.find(pair->first));
}

}  // namespace ringfence
