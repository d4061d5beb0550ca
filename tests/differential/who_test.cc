// Who may ring, and who can be rung, against every pair decided one by one with address books that
// cannot be read: random worlds with lists, groups, consent, earlier calls and quiet, on both
// stores, under random policies and shipped ones, about every user.
#include <doctest/doctest.h>
#include <ringfence/attempts.h>
#include <ringfence/grants.h>
#include <ringfence/lists.h>
#include <ringfence/quiet.h>
#include <ringfence/who.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "differential/random_policy.h"
#include "differential/world.h"
#include "policy/document.h"
#include "unit/api_clocked.h"
#include "unit/api_support.h"
#include "unit/seed.h"

namespace ringfence::differential {
namespace {

constexpr size_t kUsers = 14;
constexpr int64_t kNowMs = 1780000000000;

std::string UserNumber(size_t i) {
  return i % 5 == 0 ? "u" + std::to_string(i) + "@x.org" : "user" + std::to_string(i);
}

/// What no address book says.
class NoBooks final : public FactSource {
 public:
  ReadState Read(Group group, const Question&, GroupWriter&) noexcept override {
    const bool contact = group == Group::kContact || group == Group::kCallerContact;
    return contact ? ReadState::kUnavailable : ReadState::kNotMine;
  }
};

/// Conditions that let people through whom a store can list, and some that narrow them down.
const std::vector<std::string> kAdmitting = {
    "caller.verified",
    "caller.premium",
    "caller.business",
    "callee.allow_everyone",
    "callee.allow_verified",
    "callee.call_audience == 'everyone'",
    "callee.list(caller) == 'always'",
    "caller.list(callee) in ['never', 'silent']",
    "callee.grant(caller) in ['permanent', 'declined']",
    "callee.requests_24h(caller) > 0",
    "callee.attempts_1h(caller) > 0",
    "callee.follows(caller)",
    "caller.friend(callee)",
    "callee.allow_contacts && callee.contact(caller) == 'match'",
    "callee.contact(caller) != 'match'"};
const std::vector<std::string> kNarrowing = {"callee.calls_enabled",
                                             "!callee.quiet(caller)",
                                             "!callee.blocks(caller)",
                                             "!caller.bot",
                                             "callee.local_minute >= 600",
                                             "caller.callees_1h < 1",
                                             "caller.verified",
                                             "callee.unknown_calls_1h > 0",
                                             "!callee.quiet_hours",
                                             "!caller.business",
                                             "caller.contact(callee) != 'match'"};

struct Found {
  std::string user, rule;
  std::optional<Effects> effects;  ///< nothing: several outcomes, none of which refuses
};

struct Expected {
  std::vector<Found> certain;
  uint64_t possibly = 0, cannot_tell = 0;
};

class WhoComparison {
 public:
  WhoComparison() : catalog_(Catalog::Standard()), random_(Seed()) {}

  void OneWorld(int policies) {
    const World world = SparseWorld();
    const uint64_t seed = random_.Next();
    OnEachPublicStore([&](Store& store) {
      const Status saved = world.Save(store);
      REQUIRE_MESSAGE(saved.ok(), saved.message());
      Random same(seed);  // for both stores
      Furnish(store, same);
      EngineOptions options;
      options.store = store;
      options.policy = Policy::Shipped("default").value();
      options.clock_ms = [] { return kNowMs; };
      Engine engine = OpenEngine(std::move(options));
      NoBooks no_books;
      FactSource* const sources[] = {&no_books};
      Reader reader = OpenReader(engine, sources);
      for (int i = 0; i < policies; ++i) OnePolicy(engine, reader, same);
    });
  }

  std::map<std::string, uint64_t> plans;
  uint64_t certain = 0, possibly = 0, cannot_tell = 0, questions = 0, looked_at = 0, nobody = 0;

 private:
  World SparseWorld() {
    World world(catalog_);
    const unsigned settings = random_.Percent(50) ? 4 : 20;
    const unsigned relations = random_.Percent(50) ? 1 : 4;
    for (size_t i = 0; i < kUsers; ++i) world.AddUser(UserNumber(i));
    for (const FactInfo& fact : catalog_.facts()) {
      for (size_t i = 0; i < kUsers; ++i) {
        if (fact.group == Group::kCallee && fact.can_be_unset && random_.Percent(settings)) {
          world.SetUser(UserNumber(i), fact.id, RandomCode(fact, {}, random_));
        }
        if (fact.kind != FactKind::kRelation || !fact.name.starts_with("callee.")) continue;
        for (size_t j = 0; j < kUsers; ++j) {
          if (i == j || !random_.Percent(relations)) continue;
          const auto code = static_cast<FactCode>(random_.Below(fact.code_count()));
          world.Relate(UserNumber(i), fact.id, UserNumber(j), code);
        }
      }
    }
    return world;
  }

  /// Lists, groups, consent, calls, quiet: each about a few.
  static void Furnish(Store& store, Random& random) {
    const auto someone = [&] { return UserNumber(random.Below(kUsers)); };
    const auto require = [](const Status& status) {
      REQUIRE_MESSAGE(status.ok(), status.message());
    };
    Lists lists(store);
    const std::string member = someone();
    const std::string_view members[] = {member};
    require(lists.AddToGroup("staff", members).status());
    const std::vector<std::string> subjects = {"group:staff", "domain:x.org", "everyone",
                                               "contacts",    "verified",     "followed",
                                               "friends",     "bots"};
    const std::vector<std::string> actions = {"always", "never", "silent", "bypass"};
    for (size_t i = 0; i < 6; ++i) {
      const std::string owner = someone(), person = someone();
      const std::string subject = random.Percent(60) ? "person:" + person : random.Of(subjects);
      if (subject == "person:" + owner) continue;
      const auto entry = ParseListEntry(random.Of(actions), subject);
      require(entry.status());
      require(lists.Add(owner, *entry).status());
    }
    Grants grants = OpenGrants(store, [] { return kNowMs; });
    Attempts attempts = OpenAttempts(store, [] { return kNowMs; });
    for (size_t i = 0; i < 6; ++i) {
      const std::string callee = someone(), caller = someone();
      if (callee == caller) continue;
      switch (random.Below(6)) {
        case 0:
          require(grants.Give(callee, caller, kNowMs + kDay).status());
          break;
        case 1:
          require(grants.GivePermanently(callee, caller).status());
          break;
        case 2:
          require(grants.Decline(callee, caller).status());
          break;
        case 3:
          require(grants.Request(caller, callee).status());
          break;
        case 4:
          require(attempts.Attempted(caller, callee, kNowMs - 5000));
          break;
        default:
          require(attempts.Connected(caller, callee, kNowMs - 5000));
          break;
      }
    }
    require(attempts.Attempted({}, someone(), kNowMs - 1000));
    require(attempts.Previewed(UserNumber(1), UserNumber(2), kNowMs - 1000));
    require(attempts.Flush());
    QuietPeriod quiet;
    quiet.until_s = kNowMs / 1000 + 60;
    quiet.except_listed = random.Percent(50);
    require(QuietTimes(store).SetQuiet(someone(), quiet).status());
  }

  Policy RandomPolicy(Random& random) {
    only_ring_ = true;
    const size_t number = policies_++;
    if (number % 3 == 0) return AdmittingPolicy(number / 3, random);
    if (random.Percent(25)) {
      const std::vector<std::string> shipped = {
          "default",        "recommended",        "x-2024",           "telegram", "whatsapp",
          "signal",         "messenger",          "fluxer",           "line",     "viber",
          "presence-rules", "xmpp-privacy-lists", "whatsapp-business"};
      return Policy::Shipped(random.Of(shipped)).value();
    }
    for (;;) {
      PolicyShape shape;
      shape.facts = PickFacts(catalog_, 1 + random.Below(8), random);
      shape.max_rules = 1 + random.Below(6);
      shape.max_leaves = 4;
      only_ring_ = random.Percent(70);
      if (only_ring_) shape.max_decisions = 1;
      for (const char* name :
           {"callee.contact(caller)", "caller.verified", "callee.allow_everyone",
            "callee.list(caller)", "caller.list(callee)", "callee.grant(caller)",
            "callee.follows(caller)", "callee.attempts_1h(caller)", "callee.call_audience",
            "callee.quiet(caller)", "callee.local_minute", "caller.callees_1h",
            "callee.unknown_calls_1h"}) {
        if (random.Percent(15)) shape.facts.push_back(catalog_.Find(name).value());
      }
      Document document = RandomDocument(catalog_, shape, random);
      Result<Policy> policy = Policy::Compile(PrintDocument(catalog_, document));
      if (policy.ok()) return std::move(policy).value();
      REQUIRE_MESSAGE(policy.status().code() == StatusCode::kLimit, policy.status().message());
    }
  }

  /// Each condition alone in turn, and several with what narrows them down.
  static Policy AdmittingPolicy(size_t number, Random& random) {
    std::string rules;
    const size_t count = number % 2 == 0 ? 1 : 1 + random.Below(3);
    for (size_t i = 0; i < count; ++i) {
      std::string when = kAdmitting[number / 2 % kAdmitting.size()];
      if (number % 2 != 0) {
        when = "(" + random.Of(kAdmitting) + ")";
        for (size_t more = random.Below(3); more > 0; --more) {
          when += " && " + random.Of(random.Percent(80) ? kNarrowing : kAdmitting);
        }
      }
      rules += std::string(i == 0 ? "" : ", ") + R"({"id": "r)" + std::to_string(i) +
               R"(", "when": ")" + when + R"(", "then": ")" +
               (random.Percent(70) ? "ring" : "quietly") + R"("})";
    }
    const std::string text =
        R"({"policy": "admitting", "catalog": 1, "outcomes": {
             "quietly": {"effect": "silence", "signal": "ringing"},
             "private": {"effect": "refuse", "signal": "busy"}}, "unknown_callee": "private",
            "decisions": {"ring": {"rules": [)" +
        rules + R"(], "otherwise": "private", "on_unavailable": ")" +
        (random.Percent(50) ? "private" : "ring") + R"("}}})";
    Result<Policy> policy = Policy::Compile(text);
    REQUIRE_MESSAGE(policy.ok(), policy.status().message());
    return std::move(policy).value();
  }

  std::vector<Fact> RandomFacts(Random& random) const {
    std::vector<Fact> facts;
    for (const FactInfo& fact : catalog_.facts()) {
      const bool contact = fact.group == Group::kContact || fact.group == Group::kCallerContact;
      const bool fixed = fact.entry == "known" || fact.name == "call.same_account";
      if (contact || fixed || (fact.symmetric && fact.name.starts_with("caller."))) continue;
      if (random.Percent(fact.group == Group::kCall ? 20 : 1)) {
        facts.push_back({fact.id, RandomCode(fact, {}, random)});
      }
    }
    return facts;
  }

  void OnePolicy(Engine& engine, Reader& reader, Random& random) {
    const Policy policy = RandomPolicy(random);
    REQUIRE(engine.SetPolicy(policy).ok());
    const std::vector<Fact> facts = random.Percent(50) ? std::vector<Fact>() : RandomFacts(random);
    for (size_t i = 0; i < kUsers; ++i) {
      for (const bool is_callee : {true, false}) {
        INFO(policy.canonical());
        INFO("user " << UserNumber(i) << (is_callee ? " is called" : " calls"));
        Compare(engine, reader, UserNumber(i), is_callee, facts);
      }
    }
  }

  void Compare(Engine& engine, Reader& reader, const std::string& user, bool is_callee,
               const std::vector<Fact>& facts) {
    const Expected expected = Decide(reader, user, is_callee, facts);
    std::vector<Found> found;
    WhoOptions options;
    options.facts = facts;
    options.found = [&](const WhoFound& one) {
      found.push_back({std::string(one.user), std::string(one.rule), one.effects});
      return true;
    };
    const Result<WhoSummary> who =
        is_callee ? WhoMayRing(engine, user, options) : WhoCanBeRungBy(engine, user, options);
    REQUIRE_MESSAGE(who.ok(), who.status().message());
    std::string plan;
    for (const std::string& set : who->plan) plan += set + "; ";
    INFO("plan: " << plan);
    REQUIRE(found.size() == expected.certain.size());
    std::map<std::pair<Effects, std::string>, uint64_t> counts;
    for (size_t i = 0; i < found.size(); ++i) {
      CHECK(found[i].user == expected.certain[i].user);
      CHECK(found[i].rule == expected.certain[i].rule);
      CHECK((*found[i].effects & 1) == 0);
      if (expected.certain[i].effects) CHECK(found[i].effects == expected.certain[i].effects);
      ++counts[{*found[i].effects, found[i].rule}];
    }
    CHECK(who->certain == found.size());
    REQUIRE(who->possibly + who->cannot_tell == expected.possibly + expected.cannot_tell);
    if (only_ring_) REQUIRE(who->possibly == expected.possibly);
    for (const WhoCount& count : who->counts) {
      CHECK(counts[{count.effects, count.rule}] == count.users);
    }
    CHECK(who->counts.size() == counts.size());
    ++questions;
    certain += who->certain;
    possibly += who->possibly;
    cannot_tell += who->cannot_tell;
    looked_at += who->decided;
    if (who->plan.empty()) ++nobody;
    for (const std::string& set : who->plan) ++plans[set.substr(0, set.find(user))];
  }

  /// Every pair, in the order in which users became known.
  Expected Decide(Reader& reader, const std::string& user, bool is_callee,
                  const std::vector<Fact>& facts) {
    std::map<int64_t, std::string> others;
    for (size_t i = 0; i < kUsers; ++i) {
      if (UserNumber(i) != user) others[*reader.Resolve(UserNumber(i))] = UserNumber(i);
    }
    Expected expected;
    for (const auto& [handle, other] : others) {
      Question question;
      question.callee = is_callee ? user : other;
      question.caller = is_callee ? other : user;
      question.facts = facts;
      const Result<PreviewAnswer> preview = reader.Preview(question, true);
      REQUIRE_MESSAGE(preview.ok(), preview.status().message());
      const Decision decision = Ask(reader, question);
      switch (preview->button) {
        case PreviewAnswer::Button::kNo:
          break;
        case PreviewAnswer::Button::kMaybe:
          ++(NeedsLocalTime(decision, facts) ? expected.cannot_tell : expected.possibly);
          break;
        case PreviewAnswer::Button::kYes: {
          Found found{other, std::string(decision.rule), std::nullopt};
          if (decision.basis == Basis::kPartial) found.rule = RuleWithoutBooks(reader, question);
          if (decision.basis != Basis::kOnUnavailable) {
            found.effects = static_cast<Effects>(1u << static_cast<unsigned>(decision.effect));
          }
          expected.certain.push_back(found);
        }
      }
    }
    return expected;
  }

  /// Who decides where neither has a book: carried, as no book can be read.
  std::string RuleWithoutBooks(Reader& reader, Question question) const {
    std::vector<Fact> facts(question.facts.begin(), question.facts.end());
    for (const FactInfo& info : catalog_.facts()) {
      if (info.group != Group::kContact && info.group != Group::kCallerContact) continue;
      facts.push_back({info.id, info.absent_code});
    }
    question.facts = facts;
    return std::string(Ask(reader, question).rule);
  }

  /// Nobody has a schedule here, so the hour is not known, unless the question says it.
  bool NeedsLocalTime(const Decision& decision, const std::vector<Fact>& facts) const {
    for (const char* name : {"callee.local_minute", "callee.local_weekday"}) {
      const FactId id = catalog_.Find(name).value();
      const auto is_it = [&](const Fact& fact) { return fact.id == id; };
      const bool carried = std::any_of(facts.begin(), facts.end(), is_it);
      if (decision.facts_read.Contains(id) && !carried) return true;
    }
    return false;
  }

  const Catalog& catalog_;
  Random random_;
  size_t policies_ = 0;
  bool only_ring_ = true;  ///< what a decision has read, it read for `ring`, if it is about time
};

TEST_CASE("who: the same as deciding every pair without address books") {
  const int worlds = std::atoi(Argument("worlds").value_or("12").c_str());
  WhoComparison comparison;
  for (int i = 0; i < worlds; ++i) comparison.OneWorld(40);
  std::cout << comparison.questions << " questions, " << comparison.certain << " certain, "
            << comparison.possibly << " possibly, " << comparison.cannot_tell << " not told, "
            << comparison.looked_at << " looked at; nobody " << comparison.nobody << "\n";
  for (const auto& [plan, count] : comparison.plans) std::cout << count << "  " << plan << "\n";
  // The comparison means something: each part of a plan was needed, and was enough.
  CHECK(comparison.certain > 1000);
  CHECK(comparison.possibly > 100);
  CHECK(comparison.cannot_tell > 10);
  CHECK(comparison.nobody > 0);
  for (const char* set :
       {"all users", "users related to ", "persons of the list of ", "users who have a list",
        "users to whom ", "users who answered ", "users who called ", "users whom ",
        "users with verified = true", "users with premium = true", "users with business = true",
        "users with allow_verified = true", "users with allow_contacts = true",
        "users with allow_everyone = true", "users with call_audience = everyone"}) {
    CAPTURE(std::string(set));
    CHECK(comparison.plans[set] > 0);
  }
}

}  // namespace
}  // namespace ringfence::differential
