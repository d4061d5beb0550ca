// Consent and earlier calls by a clock that a test sets, and the units of time of such clocks.
#pragma once

#include <doctest/doctest.h>
#include <ringfence/attempts.h>
#include <ringfence/grants.h>

#include <cstdint>
#include <functional>
#include <utility>

namespace ringfence {

inline constexpr int64_t kSecond = 1000, kMinute = 60 * kSecond, kHour = 60 * kMinute,
                         kDay = 24 * kHour;

/// Unix time in milliseconds.
using ClockMs = std::function<int64_t()>;

inline Attempts OpenAttempts(const Store& store, ClockMs clock, AttemptsOptions options = {}) {
  options.clock_ms = std::move(clock);
  Result<Attempts> attempts = Attempts::Open(store, options);
  REQUIRE_MESSAGE(attempts.ok(), attempts.status().message());
  return std::move(attempts).value();
}

inline Grants OpenGrants(const Store& store, ClockMs clock, const AskLimits& limits = {}) {
  GrantsOptions options;
  options.clock_ms = std::move(clock);
  options.limits = limits;
  Result<Grants> grants = Grants::Open(store, options);
  REQUIRE_MESSAGE(grants.ok(), grants.status().message());
  return std::move(grants).value();
}

}  // namespace ringfence
