// The catalog's constraints hold in every frame that a store gives: random lists, quiet, consent,
// earlier calls, known and unknown parties, asked about at random moments. A constraint that is not
// always true would make proofs of what is not.
#include "policy/constraints.h"

#include <doctest/doctest.h>
#include <ringfence/lists.h>
#include <ringfence/quiet.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "api/store_impl.h"
#include "contract/subjects.h"
#include "derived/consent.h"
#include "derived/pair_calls.h"
#include "reference/reference.h"
#include "unit/api_support.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

constexpr const char* kUsers[] = {"ann", "bob", "cy"};
constexpr int64_t kNowMs = kNow * 1000;

void Require(const Status& status) { REQUIRE_MESSAGE(status.ok(), status.message()); }

class World {
 public:
  World(Store* store, std::mt19937_64* random)
      : store_(*store), lists_(*store), quiet_(*store), random_(*random) {
    for (const char* user : kUsers) {
      Require(store_.SetUser(user, "verified", "true").status());
    }
    auto conditions = ParseConstraints(Catalog::Standard());
    Require(conditions.status());
    conditions_ = *std::move(conditions);
    holds_.resize(conditions_.size());
  }

  void Change() {
    const std::string user = User(), other = User();
    switch (Pick(5)) {
      case 0:
        return ChangeList(user);
      case 1: {
        if (Pick(3) == 0) return Require(quiet_.EndQuiet(user).status());
        const int64_t until_s = kNow + static_cast<int64_t>(Pick(7200)) - 3600;
        return Require(quiet_.SetQuiet(user, {until_s, Pick(2) == 0}).status());
      }
      case 2: {
        if (user == other) return;
        return Require(store_
                           .Relate(user, Pick(2) == 0 ? "blocks" : "friend", other,
                                   Pick(2) == 0 ? "true" : "false")
                           .status());
      }
      case 3:
        return PutConsent(user, other);
      default:
        return PutCalls(user, other);
    }
  }

  void Ask() {
    auto session = Backend().NewSession(nullptr);
    Require(session.status());
    DerivedContext context = *SystemContext();
    context.now_ms = [this] { return now_ms_; };
    (*session)->UseContext(std::make_shared<const DerivedContext>(std::move(context)));
    now_ms_ = kNowMs + Moment();
    Question question;
    const std::string callee = Pick(5) == 0 ? "nobody" : User();
    const std::string caller = Pick(5) == 0 ? "anybody" : User();
    question.callee = Party(callee);
    question.caller = Party(caller);
    if (Pick(6) == 0) {
      question.caller = Party();
      question.caller_without_account = true;
    }
    (*session)->BeginSnapshot();
    const Answer answer = AskSource(**session, question);
    (*session)->EndSnapshot();
    CAPTURE(callee);
    CAPTURE(caller);
    Check(answer.frame());
  }

  /// Of each constraint, how many frames it held in only because of its first fact, or not.
  const std::vector<std::map<bool, int>>& holds() const { return holds_; }

 private:
  size_t Pick(size_t limit) { return static_cast<size_t>(random_() % limit); }
  std::string User() { return kUsers[Pick(std::size(kUsers))]; }
  StoreBackend& Backend() { return *store_.impl()->backend; }

  /// Milliseconds before and after which something changes, and any others.
  int64_t Moment() {
    constexpr int64_t kEdges[] = {0, kHourMs, kDayMs, 7 * kDayMs, 5000};
    const int64_t edge = kEdges[Pick(std::size(kEdges))];
    return Pick(4) == 0 ? static_cast<int64_t>(Pick(8 * kDayMs))
                        : edge + static_cast<int64_t>(Pick(3)) - 1;
  }

  void ChangeList(const std::string& user) {
    if (Pick(4) == 0) return Require(lists_.Replace(user, {}).status());
    constexpr const char* kActions[] = {"always", "never", "silent", "bypass"};
    const std::string subject = Pick(3) == 0 ? "everyone" : "person:" + User();
    const Result<ListEntry> entry = ParseListEntry(kActions[Pick(4)], subject);
    Require(entry.status());
    if (subject != "person:" + user) Require(lists_.Add(user, *entry).status());
  }

  void PutConsent(const std::string& callee, const std::string& caller) {
    GrantRow grant{GrantState::kTemporary, GrantSource::kUser, Pick(2) == 0,
                   kNowMs - static_cast<int64_t>(Pick(1000)), kNowMs + Moment() + 1};
    std::vector<int64_t> times(Pick(kMaxAskedIn7Days + 1));
    for (int64_t& time : times) time = kNowMs - Moment();
    std::sort(times.begin(), times.end());
    AskedRow asked;
    for (const int64_t time : times) asked.at_ms[asked.count++] = time;
    Put(RowKind::kGrant, callee, caller, Pack(grant));
    if (asked.count > 0) Put(RowKind::kRequests, caller, callee, Pack(asked));
  }

  void PutCalls(const std::string& callee, const std::string& caller) {
    PairCalls calls;
    for (size_t i = Pick(6); i > 0; --i) {
      const auto event = static_cast<CallEvent>(Pick(4));
      calls.Add(event, MakeEventId(kNowMs - Moment(), static_cast<uint16_t>(i)), kNowMs);
    }
    Put(RowKind::kPairCalls, callee, caller, calls.Pack());
  }

  void Put(RowKind kind, const std::string& a, const std::string& b, const std::string& bytes) {
    auto session = Backend().NewSession(nullptr);
    Require(session.status());
    (*session)->BeginSnapshot();
    const Result<int64_t> first = (*session)->Resolve(a), second = (*session)->Resolve(b);
    (*session)->EndSnapshot();
    Require(first.status());
    Require(second.status());
    auto transaction = Backend().Begin();
    Require(transaction.status());
    Require((*transaction)->PutRow(kind, *first, *second, bytes, 0));
    Require((*transaction)->CommitCounters());
  }

  void Check(const Frame& frame) {
    const Layout& layout = StandardLayout();
    const Document no_defaults;
    for (size_t i = 0; i < conditions_.size(); ++i) {
      reference::Assignment assignment;
      bool available = true;
      bool usual = true;
      for (const FactId id : FactsOf(conditions_[i])) {
        available = available && !frame.unavailable.Contains(id);
        assignment[id] = frame.Get(layout.places[id]);
        const FactInfo& info = layout.catalog.fact(id);
        usual = usual && (info.entry == "known" || assignment[id] == info.absent_code);
      }
      if (!available) continue;  // then its value is anybody's guess
      CAPTURE(layout.catalog.constraints()[i].id);
      CHECK(reference::Holds(layout.catalog, no_defaults, conditions_[i], assignment));
      ++holds_[i][usual];
    }
  }

  Store& store_;
  Lists lists_;
  QuietTimes quiet_;
  std::mt19937_64& random_;
  std::vector<Condition> conditions_;
  std::vector<std::map<bool, int>> holds_;
  int64_t now_ms_ = kNowMs;
};

TEST_CASE("constraints hold in every frame of every store") {
  std::mt19937_64 random(Seed());
  OnEachPublicStore([&](Store& store) {
    World world(&store, &random);
    for (int round = 0; round < 600; ++round) {
      world.Change();
      for (int i = 0; i < 4; ++i) world.Ask();
    }
    const auto constraints = Catalog::Standard().constraints();
    for (size_t i = 0; i < constraints.size(); ++i) {
      CAPTURE(constraints[i].id);
      if (constraints[i].id.ends_with("-book")) continue;  // no books here: contacts_test.cc
      // Where all facts but `known` are absent, it says little.
      CHECK(world.holds()[i].contains(false));
    }
  });
}

}  // namespace
}  // namespace ringfence
