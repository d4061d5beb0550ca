// Attempts against a model that keeps every event for ever: processes on one file decide, look,
// report ends of calls, flush and are ended at random, while time goes on by milliseconds or weeks.
#include <algorithm>
#include <random>
#include <set>

#include "api/store_impl.h"
#include "derived/pair_calls.h"
#include "unit/api_attempts_world.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

enum class What { kAttempt, kPreview, kConnected, kUnanswered, kConsent };
constexpr int kEverybody = -1;

struct Event {
  What what;
  std::string caller, callee;
  int64_t time_ms;
  int process;  ///< that alone knows of it; kEverybody: committed
};

const std::set<std::string> kKnown = {"ann", "bob", "cat"};

class Model {
 public:
  void Add(What what, const std::string& caller, const std::string& callee, int64_t now_ms,
           int process) {
    events_.push_back({what, caller, callee, now_ms, process});
  }
  void Flushed(int process) {
    for (Event& event : events_) {
      if (event.process == process) event.process = kEverybody;
    }
  }
  SeenFacts See(const std::string& caller, const std::string& callee, int64_t now_ms,
                int process) const {
    const bool pair = kKnown.contains(caller) && kKnown.contains(callee);
    int64_t last = -1, called = -1, begin = -1;
    int attempts = 0, connected = 0, unanswered = 0, strangers = 0;
    std::set<std::string> callees, previews;
    for (const Event& event : events_) {
      if (event.process != kEverybody && event.process != process) continue;
      const int64_t age = now_ms - event.time_ms;
      const bool hour = age <= kHour;
      if (event.caller == caller && kKnown.contains(caller) && hour) {
        if (event.what == What::kAttempt) callees.insert(event.callee);
        if (event.what == What::kPreview) previews.insert(event.callee);
      }
      if (event.what == What::kAttempt && event.callee == callee && kKnown.contains(callee)) {
        if (!kKnown.contains(event.caller) && hour) ++strangers;
      }
      if (!pair) continue;
      if (event.what == What::kAttempt && event.caller == callee && event.callee == caller) {
        called = std::max(called, event.time_ms);
      }
      if (event.caller != caller || event.callee != callee) continue;
      if (event.what == What::kAttempt) {
        last = std::max(last, event.time_ms);
        if (hour) ++attempts;
      }
      if (event.what == What::kConnected && age <= kDay) ++connected;
      if (event.what == What::kConnected || event.what == What::kConsent) {
        begin = std::max(begin, event.time_ms);
      }
    }
    for (const Event& event : events_) {
      if (event.process != kEverybody && event.process != process) continue;
      const bool mine = pair && event.caller == caller && event.callee == callee;
      if (mine && event.what == What::kUnanswered && event.time_ms > begin &&
          now_ms - event.time_ms <= 127 * kDay) {
        ++unanswered;
      }
    }
    const auto text = [](int64_t value, int64_t most) {
      return std::to_string(std::min(value, most));
    };
    return {{"since_attempt_ms", text(last < 0 ? kHour : now_ms - last, kHour)},
            {"attempts_1h", text(attempts, 15)},
            {"unanswered", text(unanswered, 7)},
            {"connected_24h", text(connected, 7)},
            {"since_called_d", text(called < 0 ? 127 : (now_ms - called) / kDay, 127)},
            {"unknown_calls_1h", text(strangers, 31)},
            {"callees_1h", text(static_cast<int64_t>(callees.size()), 255)},
            {"previews_1h", text(static_cast<int64_t>(previews.size()), 255)}};
  }

 private:
  std::vector<Event> events_;
};

class World {
 public:
  World(const std::string& path, int processes, uint64_t seed) : path_(path), random_(seed) {
    Store store = OpenStore(path);
    for (const std::string& user : kKnown) {
      REQUIRE(store.SetUser(user, "calls_enabled", "true").ok());
    }
    for (int i = 0; i < processes; ++i) {
      processes_.push_back(std::make_unique<CountingProcess>(store, clock_));
      if (!path.empty()) store = OpenStore(path);
    }
  }

  void Step() {
    // Never two events in one millisecond: which came first the model would not know.
    clock_.Advance(1 + Random(20));
    if (Random(10) == 0) clock_.Advance(Span());
    const int process = static_cast<int>(Random(static_cast<int64_t>(processes_.size())));
    const std::string caller = Someone(true);
    const std::string callee = Someone(false);
    Act(process, caller, callee);
    const int other = static_cast<int>(Random(static_cast<int64_t>(processes_.size())));
    for (const auto& [from, to] : {std::pair(caller, callee), std::pair(callee, caller)}) {
      if (to.empty()) continue;
      const SeenFacts expected = model_.See(from, to, clock_.now(), other);
      const SeenFacts seen = processes_[static_cast<size_t>(other)]->See(from, to);
      for (const auto& [fact, value] : expected) {
        CAPTURE(fact);
        REQUIRE(seen.at(fact) == value);
      }
    }
  }

 private:
  int64_t Random(int64_t below) {
    return static_cast<int64_t>(random_() % static_cast<uint64_t>(below));
  }
  int64_t Span() {
    const int64_t spans[] = {kSecond, kMinute, kHour, kHour, 3 * kHour, kDay, 5 * kDay, 130 * kDay};
    const int64_t span = spans[Random(8)];
    return Random(3) == 0 ? span : Random(span);
  }
  std::string Someone(bool may_be_nobody) {
    const char* people[] = {"ann", "bob", "cat", "ann", "bob", "x1", "x2"};
    if (may_be_nobody && Random(10) == 0) return "";
    return people[Random(7)];
  }

  void Act(int number, const std::string& caller, const std::string& callee) {
    CountingProcess& process = *processes_[static_cast<size_t>(number)];
    const int64_t now_ms = clock_.now();
    const bool known = kKnown.contains(caller) && kKnown.contains(callee);
    switch (Random(12)) {
      case 0:
      case 1:
        process.Flush();
        return model_.Flushed(number);
      case 2:
        REQUIRE(process.reader().Preview(CountingProcess::Call(caller, callee)).ok());
        return model_.Add(What::kPreview, caller, callee, now_ms, number);
      case 3: {
        Status counted = process.attempts().Connected(caller, callee);
        REQUIRE(counted.ok() == known);
        if (known) model_.Add(What::kConnected, caller, callee, now_ms, number);
        return;
      }
      case 4:
      case 5: {
        Status counted = process.attempts().Unanswered(caller, callee);
        REQUIRE(counted.ok() == known);
        if (known) model_.Add(What::kUnanswered, caller, callee, now_ms, number);
        return;
      }
      case 6:
        if (known) Consent(process.store(), caller, callee);
        return;
      case 7:
        return End(number);
      default: {
        const int64_t times = Random(8) == 0 ? 20 : 1;
        for (int64_t i = 0; i < times; ++i) {
          process.Ring(caller, callee);
          model_.Add(What::kAttempt, caller, callee, now_ms, number);
        }
      }
    }
  }

  void Consent(Store& store, const std::string& caller, const std::string& callee) {
    auto transaction = store.impl()->backend->Begin();
    REQUIRE(transaction.ok());
    int64_t from = 0, to = 0, expires_s = 0;
    std::string row, after;
    REQUIRE((*transaction)->FindHandle(caller, &from).ok());
    REQUIRE((*transaction)->FindHandle(callee, &to).ok());
    REQUIRE((*transaction)->GetRow(RowKind::kPairCalls, to, from, &row).ok());
    REQUIRE(ResetUnanswered(row, clock_.now(), &after, &expires_s));
    REQUIRE((*transaction)->PutRow(RowKind::kPairCalls, to, from, after, expires_s).ok());
    REQUIRE((*transaction)->Commit().ok());
    model_.Add(What::kConsent, caller, callee, clock_.now(), kEverybody);
  }

  /// A process ends, which flushes, and another begins.
  void End(int number) {
    if (path_.empty()) return;
    processes_[static_cast<size_t>(number)].reset();
    model_.Flushed(number);
    processes_[static_cast<size_t>(number)] =
        std::make_unique<CountingProcess>(OpenStore(path_), clock_);
  }

  const std::string path_;
  std::mt19937_64 random_;
  TestClock clock_;
  Model model_;
  std::vector<std::unique_ptr<CountingProcess>> processes_;
};

TEST_CASE("facts are those of a model that forgets nothing, in every process, at every step") {
  TemporaryFolder folder;
  for (uint64_t round = 0; round < 12; ++round) {
    CAPTURE(round);
    const std::string path =
        round % 3 == 2 ? std::string() : folder.file("calls" + std::to_string(round) + ".db");
    World world(path, path.empty() ? 1 : 3, Seed() + round);
    for (int step = 0; step < 250; ++step) {
      CAPTURE(step);
      world.Step();
    }
  }
}

TEST_CASE("a clock that jumps back: events of the hour before it, and those since, are all there") {
  TemporaryFolder folder;
  std::mt19937_64 random(Seed());
  for (int round = 0; round < 20; ++round) {
    CAPTURE(round);
    Store store = OpenStore(folder.file("back" + std::to_string(round) + ".db"));
    REQUIRE(store.Relate("ann", "follows", "bob").ok());
    TestClock clock;
    CountingProcess one(store, clock);
    std::vector<int64_t> before;
    for (int i = 0; i < 6; ++i) {
      clock.Advance(static_cast<int64_t>(random() % (20 * kMinute)));
      one.Ring("ann", "bob");
      before.push_back(clock.now());
      if (random() % 2 == 0) one.Flush();
    }
    clock.Advance(-static_cast<int64_t>(random() % kHour));
    const int64_t now = clock.now();
    int since = 0;
    const auto expected = [&] {
      const auto counts = [&](int64_t time_ms) {
        return time_ms >= now - kHour && time_ms <= now + 5 * kSecond;
      };
      return since + static_cast<int>(std::count_if(before.begin(), before.end(), counts));
    };
    CHECK(one.See("ann", "bob").at("attempts_1h") == std::to_string(expected()));
    for (; since < 9;) {
      one.Ring("ann", "bob");
      ++since;
      if (random() % 2 == 0) one.Flush();
      CHECK(one.See("ann", "bob").at("attempts_1h") == std::to_string(std::min(15, expected())));
      CHECK(one.See("ann", "bob").at("since_attempt_ms") == "0");
    }
  }
}

}  // namespace
}  // namespace ringfence
