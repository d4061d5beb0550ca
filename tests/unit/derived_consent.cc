// Rows of consent: their bytes, damage, the millisecond in which a consent ends, and limits of
// asking against counting by hand.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "base/bytes.h"
#include "derived/consent.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

constexpr int64_t kNowMs = 1750000000123;

TEST_CASE("the bytes of a consent") {
  const GrantRow row{GrantState::kTemporary, GrantSource::kKnock, true, 0x0102030405, 0x1112131415};
  const std::string bytes = Pack(row);
  const std::string expected{1, 3,    1,    5,    4,    3,    2, 1, 0, 0,
                             0, 0x15, 0x14, 0x13, 0x12, 0x11, 0, 0, 0};
  CHECK(bytes == expected);
  GrantRow read;
  REQUIRE(Unpack(AsBytes(bytes), &read));
  CHECK(Pack(read) == bytes);
}

TEST_CASE("the bytes of asking and of a knock") {
  AskedRow asked;
  asked.count = 2;
  asked.at_ms = {0x0102, 0x0304};
  const std::string times{2, 1, 0, 0, 0, 0, 0, 0, 4, 3, 0, 0, 0, 0, 0, 0};
  CHECK(Pack(asked) == times);
  AskedRow read;
  REQUIRE(Unpack(AsBytes(times), &read));
  CHECK(read.count == 2);
  CHECK(read.at_ms == asked.at_ms);
  const KnockRow knock{true, 0x0102, 0x0304};
  CHECK(Pack(knock) == std::string(1, 1) + times);
  KnockRow waiting;
  REQUIRE(Unpack(AsBytes(Pack(knock)), &waiting));
  CHECK(waiting.declined);
  CHECK(waiting.asked_at_ms == 0x0102);
  CHECK(waiting.until_ms == 0x0304);
}

TEST_CASE("what no program wrote is damage") {
  const auto refuses = [](const GrantRow& row) {
    GrantRow read;
    return !Unpack(AsBytes(Pack(row)), &read);
  };
  using enum GrantState;
  constexpr GrantSource kBy = GrantSource::kUser;
  CHECK(!refuses({kTemporary, kBy, false, 5, 5}));
  CHECK(!refuses({kPermanent, kBy, false, 5, 0}));
  CHECK(!refuses({kDeclined, kBy, false, 5, 6}));
  CHECK(!refuses({kRevoked, kBy, false, 5, 0}));
  CHECK(refuses({kNone, kBy, false, 5, 0}));
  CHECK(refuses({kExpired, kBy, false, 5, 6}));
  CHECK(refuses({kTemporary, kBy, false, 5, 4}));
  CHECK(refuses({kTemporary, kBy, false, 0, 4}));
  CHECK(refuses({kTemporary, kBy, false, 5, kLastTimeMs + 1}));
  CHECK(refuses({kPermanent, kBy, false, 5, 6}));
  CHECK(refuses({kPermanent, kBy, true, 5, 0}));
  CHECK(refuses({kTemporary, static_cast<GrantSource>(0), false, 5, 6}));
  CHECK(refuses({kTemporary, static_cast<GrantSource>(4), false, 5, 6}));
  const std::string whole = Pack(GrantRow{kTemporary, kBy, true, 5, 6});
  GrantRow row;
  for (size_t size = 0; size < whole.size(); ++size) {
    CHECK(!Unpack(AsBytes(whole.substr(0, size)), &row));
  }
  CHECK(!Unpack(AsBytes(whole + '\0'), &row));
  std::string flag = whole;
  flag[2] = 2;
  CHECK(!Unpack(AsBytes(flag), &row));

  AskedRow asked;
  CHECK(!Unpack({}, &asked));
  CHECK(!Unpack(AsBytes(std::string(9, 1)), &asked));
  CHECK(!Unpack(AsBytes(std::string(8, 0)), &asked));  // 1970
  asked.count = 2;
  asked.at_ms = {7, 6};
  CHECK(!Unpack(AsBytes(Pack(asked)), &asked));
  std::string many;
  for (int i = 0; i < 8; ++i) AppendUint(5, 8, &many);
  CHECK(!Unpack(AsBytes(many), &asked));
  CHECK(Unpack(AsBytes(many.substr(8)), &asked));

  KnockRow knock;
  CHECK(!Unpack(AsBytes(Pack(KnockRow{false, 6, 5})), &knock));
  CHECK(!Unpack(AsBytes(Pack(KnockRow{false, 0, 5})), &knock));
  CHECK(!Unpack(AsBytes(Pack(KnockRow{false, 5, 6}) + '\0'), &knock));
  CHECK(!Unpack(AsBytes("\2" + Pack(KnockRow{false, 5, 6}).substr(1)), &knock));
  CHECK(Unpack(AsBytes(Pack(KnockRow{false, 5, 5})), &knock));
}

TEST_CASE("a consent ends in the millisecond it names, and is remembered for a month") {
  const GrantRow row{GrantState::kTemporary, GrantSource::kUser, false, kNowMs, kNowMs + 500};
  const int64_t forgotten_ms = row.until_ms + kExpiredGrantDays * kDayMs;
  CHECK(StateAt(row, {}, kNowMs - 1) == GrantState::kTemporary);  // the clock was set back
  CHECK(StateAt(row, {}, row.until_ms - 1) == GrantState::kTemporary);
  CHECK(StateAt(row, {}, row.until_ms) == GrantState::kExpired);
  CHECK(StateAt(row, {}, forgotten_ms - 1) == GrantState::kExpired);
  CHECK(StateAt(row, {}, forgotten_ms) == GrantState::kNone);
  CHECK(ExpiresS(row) * 1000 >= forgotten_ms);
  CHECK(ExpiresS(row) * 1000 < forgotten_ms + 1000);
  const GrantRow declined{GrantState::kDeclined, GrantSource::kUser, false, kNowMs, kNowMs + 500};
  CHECK(StateAt(declined, {}, declined.until_ms - 1) == GrantState::kDeclined);
  CHECK(StateAt(declined, {}, declined.until_ms) == GrantState::kNone);
  CHECK(ExpiresS(declined) == (declined.until_ms + 999) / 1000);
  for (const GrantState lasting : {GrantState::kPermanent, GrantState::kRevoked}) {
    const GrantRow kept{lasting, GrantSource::kUser, false, kNowMs, 0};
    CHECK(StateAt(kept, {}, kLastTimeMs) == lasting);
    CHECK(ExpiresS(kept) == 0);
  }
}

TEST_CASE("a consent for one call ends with the first call reported after it") {
  const GrantRow once{GrantState::kTemporary, GrantSource::kKnock, true, kNowMs, kNowMs + kHourMs};
  const int64_t now_ms = kNowMs + 100;
  CHECK(StateAt(once, {0, kNowMs - 5}, now_ms) == GrantState::kTemporary);
  CHECK(StateAt(once, {kNowMs + 5, 0}, now_ms) == GrantState::kTemporary);  // the callee's call
  CHECK(StateAt(once, {0, kNowMs + 5}, now_ms) == GrantState::kExpired);
  CHECK(StateAt(once, {}, once.until_ms) == GrantState::kExpired);
  GrantRow many = once;
  many.one_call = false;
  CHECK(StateAt(many, {0, kNowMs + 5}, now_ms) == GrantState::kTemporary);
}

TEST_CASE("a caller may ask again in the millisecond the limit names, and is counted until then") {
  AskedRow row;
  const AskLimits limits;
  CHECK(WaitMs(row, 0, limits, kNowMs) == 0);
  AddAsked(kNowMs, &row);
  CHECK(WaitMs(row, 0, limits, kNowMs) == kDayMs);
  CHECK(WaitMs(row, 0, limits, kNowMs + kDayMs - 1) == 1);
  CHECK(CountAsked(row, 0, kDayMs, kNowMs + kDayMs - 1) == 1);
  CHECK(WaitMs(row, 0, limits, kNowMs + kDayMs) == 0);
  CHECK(CountAsked(row, 0, kDayMs, kNowMs + kDayMs) == 0);
  AddAsked(kNowMs + kDayMs, &row);
  CHECK(WaitMs(row, 0, limits, kNowMs + 2 * kDayMs) == 5 * kDayMs);  // two in seven days
  CHECK(WaitMs(row, 0, limits, kNowMs + 7 * kDayMs) == 0);
  // A connected call sets both counts to nothing.
  CHECK(WaitMs(row, kNowMs + kDayMs, limits, kNowMs + kDayMs) == 0);
  CHECK(WaitMs(row, kNowMs + 1, limits, kNowMs + kDayMs) == kDayMs);
  CHECK(CountAsked(row, kNowMs + kDayMs, 7 * kDayMs, kNowMs + kDayMs) == 0);
  // A clock that was set back makes nobody wait for longer than the limit says.
  CHECK(WaitMs(row, 0, limits, kNowMs - 100 * kDayMs) == 7 * kDayMs);
}

TEST_CASE("waits are what counting by hand gives") {
  std::mt19937_64 random(Seed());
  const auto below = [&](int64_t end) {
    return static_cast<int64_t>(random() % static_cast<uint64_t>(end));
  };
  for (int round = 0; round < 200; ++round) {
    AskLimits limits;
    limits.per_24h = static_cast<int>(1 + below(7));
    limits.per_7d = static_cast<int>(1 + below(7));
    AskedRow row;
    std::vector<int64_t> all;
    int64_t now_ms = kNowMs;
    int64_t connected_ms = 0;
    const auto count = [&](int64_t window_ms, int64_t at_ms) {
      return std::count_if(all.begin(), all.end(), [&](int64_t asked) {
        return asked > connected_ms && asked > at_ms - window_ms;
      });
    };
    const auto may_ask = [&](int64_t at_ms) {
      return count(kDayMs, at_ms) < limits.per_24h && count(7 * kDayMs, at_ms) < limits.per_7d;
    };
    for (int step = 0; step < 60; ++step) {
      now_ms += below(kDayMs);
      if (below(10) == 0) connected_ms = now_ms;
      const int64_t wait_ms = WaitMs(row, connected_ms, limits, now_ms);
      CHECK((wait_ms == 0) == may_ask(now_ms));
      CHECK(may_ask(now_ms + wait_ms));
      if (wait_ms > 0) CHECK(!may_ask(now_ms + wait_ms - 1));
      CHECK(CountAsked(row, connected_ms, kDayMs, now_ms) == count(kDayMs, now_ms));
      CHECK(CountAsked(row, connected_ms, 7 * kDayMs, now_ms) == count(7 * kDayMs, now_ms));
      if (wait_ms > 0) continue;
      AddAsked(now_ms, &row);
      all.push_back(now_ms);
      CHECK(row.count <= kMaxAskedIn7Days);
      AskedRow read;
      CHECK(Unpack(AsBytes(Pack(row)), &read));
      CHECK(ExpiresS(row) * 1000 >= now_ms + 7 * kDayMs);
    }
  }
}

}  // namespace
}  // namespace ringfence
