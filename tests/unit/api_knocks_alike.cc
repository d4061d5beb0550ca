// What a caller can learn from knocking: nothing. The same knocks at callees of every sort, who do
// what they like meanwhile, are answered alike, by the caller's own history alone, and leave as
// many rows; and what a callee must not see is in none of their rows.
#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "api/store_impl.h"
#include "unit/api_grants_world.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

/// How a knock would be answered by somebody who knows nothing but when the caller knocked.
class OwnHistory {
 public:
  explicit OwnHistory(const AskLimits& limits) : limits_(limits) {}

  std::string Knock(int64_t now_ms) {
    int64_t wait_ms = 0;
    while (!MayAsk(now_ms + wait_ms)) wait_ms = NextMs(now_ms + wait_ms) - now_ms;
    const bool accepted = wait_ms == 0;
    if (accepted) {
      taken_.push_back(now_ms);
      while (!MayAsk(now_ms + wait_ms)) wait_ms = NextMs(now_ms + wait_ms) - now_ms;
    }
    return (accepted ? "yes " : "no ") + std::to_string((wait_ms + 999) / 1000);
  }

 private:
  int Count(int64_t window_ms, int64_t now_ms) const {
    return static_cast<int>(std::count_if(
        taken_.begin(), taken_.end(), [&](int64_t at_ms) { return at_ms > now_ms - window_ms; }));
  }
  bool MayAsk(int64_t now_ms) const {
    return Count(kDay, now_ms) < limits_.per_24h && Count(7 * kDay, now_ms) < limits_.per_7d;
  }
  /// The next moment at which one counts no more.
  int64_t NextMs(int64_t now_ms) const {
    int64_t next_ms = INT64_MAX;
    for (const int64_t at_ms : taken_) {
      for (const int64_t window_ms : {kDay, 7 * kDay}) {
        if (at_ms + window_ms > now_ms) next_ms = std::min(next_ms, at_ms + window_ms);
      }
    }
    return next_ms;
  }

  AskLimits limits_;
  std::vector<int64_t> taken_;
};

constexpr const char* kCallees[] = {"open",   "busy",    "blocks",  "blocked",
                                    "off",    "never",   "absent",  "arrives",
                                    "leaves", "flooded", "damaged", "forgiven"};

class Town {
 public:
  Town(GrantsWorld* world, const AskLimits& limits) : world_(*world) {
    for (const char* callee : kCallees) {
      if (std::string_view(callee) != "absent" && std::string_view(callee) != "arrives") {
        REQUIRE(world_.store.SetUser(callee, "calls_enabled", "true").ok());
      }
      histories_.emplace(callee, OwnHistory(limits));
    }
    REQUIRE(world_.store.Block("blocks", "alice").ok());
    REQUIRE(world_.store.Block("alice", "blocked").ok());
    REQUIRE(world_.store.SetUser("off", "calls_enabled", "false").ok());
    REQUIRE(world_.store.Block("forgiven", "alice").ok());
    for (size_t i = 0; i < kMaxKnocks; ++i) {
      const std::string caller = "flood" + std::to_string(i);
      REQUIRE(world_.store.SetUser(caller, "calls_enabled", "true").ok());
    }
  }

  /// Alice knocks at everybody.
  void KnockAtAll() {
    std::set<std::string> answers;
    for (const char* callee : kCallees) {
      CAPTURE(std::string(callee));
      const Facts never{{"callee.list(caller)", "never"}};
      const bool has_list = std::string_view(callee) == "never";
      const std::string answer = world_.Knock(
          "alice", callee, has_list ? std::span<const Fact>(never) : std::span<const Fact>());
      CHECK(answer == histories_.at(callee).Knock(world_.now_ms));
      answers.insert(answer);
    }
    CHECK(answers.size() == 1);
    for (const char* hidden : {"blocks", "blocked", "off", "never"}) {
      CHECK(world_.Waiting(hidden).empty());
      CHECK(OwnRows(hidden) == 0);
    }
  }

  /// What callees may do; alice must not notice.
  void Meanwhile(uint64_t choice) {
    Grants& grants = world_.grants;
    switch (choice % 12) {
      case 0:
        return Ignore(grants.DeclineKnock("open", "alice"));
      case 1:
        return Ignore(grants.AllowKnock("open", "alice"));
      case 2:
        return Ignore(grants.Decline("busy", "alice"));
      case 3:
        return Ignore(grants.Give("busy", "alice", world_.now_ms + kHour));
      case 4:
        return Ignore(grants.Revoke("busy", "alice"));
      case 5:
        REQUIRE(world_.attempts.Connected("busy", "alice").ok());
        REQUIRE(world_.attempts.Flush().ok());
        return;
      case 6:
        return Ignore(world_.store.SetUser("arrives", "calls_enabled", "true"));
      case 7: {
        const Result<ForgetReport> forgotten = world_.store.Forget("leaves");
        REQUIRE(forgotten.ok());
        return;
      }
      case 8:
        return Ignore(world_.store.Unrelate("forgiven", "blocks", "alice"));
      case 9:
        for (size_t i = 0; i < kMaxKnocks; ++i) {
          Question question = Between("", "flooded");
          const std::string caller = "flood" + std::to_string(i);
          question.caller = caller;
          REQUIRE(grants.Knock(world_.reader, question).ok());
        }
        return;
      case 10:
        return Damage();
      default:
        return Ignore(world_.store.SetUser("leaves", "calls_enabled", "true"));
    }
  }

 private:
  static void Ignore(const Result<uint64_t>& result) {
    const StatusCode code = result.status().code();
    REQUIRE((result.ok() || code == StatusCode::kNotFound));
  }
  StoreBackend& backend() const { return *world_.store.impl()->backend; }
  /// Rows of consent and of knocks that are the callee's.
  size_t OwnRows(const char* callee) const {
    return backend().Rows(RowKind::kGrant, callee, false)->size() +
           backend().Rows(RowKind::kKnock, callee, false)->size();
  }
  /// The callee's rows about alice are not what any program wrote.
  void Damage() {
    Result<std::unique_ptr<StoreTransaction>> transaction = backend().Begin();
    REQUIRE(transaction.ok());
    int64_t callee = 0;
    int64_t caller = 0;
    REQUIRE((*transaction)->FindHandle("damaged", &callee).ok());
    REQUIRE((*transaction)->FindHandle("alice", &caller).ok());
    for (const RowKind kind : {RowKind::kGrant, RowKind::kKnock}) {
      REQUIRE((*transaction)->PutRow(kind, callee, caller, "damaged", 0).ok());
    }
    REQUIRE((*transaction)->Commit().ok());
  }

  GrantsWorld& world_;
  std::map<std::string, OwnHistory, std::less<>> histories_;
};

TEST_CASE("knocks are answered by the caller's own history, whoever the callee is") {
  std::mt19937_64 random(Seed());
  for (int round = 0; round < 5; ++round) {
    AskLimits limits;
    limits.per_24h = static_cast<int>(1 + random() % 3);
    limits.per_7d = static_cast<int>(1 + random() % 7);
    const bool defaults = round < 2;
    if (defaults) limits = {};
    OnBothStores(
        [&](GrantsWorld& world) {
          Town town(&world, limits);
          for (int step = 0; step < 20; ++step) {
            world.now_ms += static_cast<int64_t>(random() % static_cast<uint64_t>(kDay));
            for (uint64_t i = random() % 3; i > 0; --i) town.Meanwhile(random());
            town.KnockAtAll();
          }
        },
        limits);
  }
}

TEST_CASE("every knock that is taken writes three rows, of the same kinds and sizes") {
  OnBothStores([](GrantsWorld& world) {
    Town town(&world, {});
    StoreBackend& backend = *world.store.impl()->backend;
    const auto sizes = [&] {
      std::vector<std::pair<RowKind, size_t>> all;
      for (const RowKind kind : {RowKind::kRequests, RowKind::kKnock, RowKind::kGrant}) {
        const Result<std::vector<NamedRow>> rows = backend.Rows(kind, "", false);
        REQUIRE(rows.ok());
        for (const NamedRow& row : *rows) all.emplace_back(kind, row.bytes.size());
      }
      std::sort(all.begin(), all.end());
      return all;
    };
    for (const char* callee : kCallees) {
      CAPTURE(std::string(callee));
      const auto before = sizes();
      CHECK(world.Knock("alice", callee) == "yes 86400");
      const auto after = sizes();
      std::vector<std::pair<RowKind, size_t>> added;
      std::set_difference(after.begin(), after.end(), before.begin(), before.end(),
                          std::back_inserter(added));
      const std::vector<std::pair<RowKind, size_t>> expected = {
          {RowKind::kRequests, 8}, {RowKind::kRequests, 8}, {RowKind::kKnock, 17}};
      CHECK(added == expected);
      CHECK(world.Knock("alice", callee) == "no 86400");
      CHECK(sizes() == after);
    }
  });
}

}  // namespace
}  // namespace ringfence
