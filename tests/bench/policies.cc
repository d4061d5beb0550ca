// Writes policies as text, so that parsing is measured too.
#include "bench/policies.h"

#include <iterator>

#include "bench/random.h"

namespace ringfence::bench {
namespace {

constexpr const char* kGates[] = {
    "callee.blocks(caller) || caller.blocks(callee)",
    "call.platform == 'web'",
    "!callee.calls_enabled",
    "callee.bot",
    "callee.minor && !callee.friend(caller)",
    "call.callee_roaming && callee.barring == 'roaming'",
};
constexpr const char* kSettings[] = {
    "allow_followed", "allow_verified",  "allow_contacts",
    "allow_everyone", "relay_calls",     "allow_friends",
    "video_enabled",  "allow_community", "allow_friends_of_friends",
    "dnd_repeat",     "verified",        "premium",
};
constexpr const char* kRelations[] = {
    "follows", "messaged",       "added",      "favorite", "ignores",    "mutes",
    "called",  "shares_profile", "authorizes", "friend",   "dnd_allows", "shares_community",
};
constexpr int kAudiences = 12;
static_assert(std::size(kSettings) == kAudiences && std::size(kRelations) == kAudiences);

std::string Setting(uint64_t i) { return std::string("callee.") + kSettings[i % kAudiences]; }
std::string Relation(uint64_t i) {
  return std::string("callee.") + kRelations[i % kAudiences] + "(caller)";
}

/// Rules written one after the other into a policy.
class Rules {
 public:
  void Add(const std::string& when, const char* then) {
    rules_ += (count_ == 0 ? "" : ",\n") + std::string("      { \"id\": \"r") +
              std::to_string(count_) + "\", \"when\": \"" + when + "\", \"then\": \"" + then +
              "\" }";
    ++count_;
  }
  std::string Policy(const std::string& name) const {
    return "{ \"policy\": \"" + name +
           "\", \"catalog\": 1, \"unknown_callee\": \"refuse\",\n"
           "  \"decisions\": { \"ring\": {\n    \"rules\": [\n" +
           rules_ + " ],\n    \"otherwise\": \"refuse\", \"on_unavailable\": \"refuse\" } } }\n";
  }

 private:
  std::string rules_;
  int count_ = 0;
};

/// Three facts of 46, negated or not, that nothing groups.
std::string RandomTerm(Random* random) {
  std::string term;
  for (int i = 0; i < 3; ++i) {
    const uint64_t pick = random->Below(4 * kAudiences - 2);
    std::string fact;
    if (pick < kAudiences) {
      fact = Setting(pick);
    } else if (pick < 2 * kAudiences) {
      fact = Relation(pick);
    } else if (pick < 3 * kAudiences) {
      fact = std::string("caller.") + kRelations[pick % kAudiences] + "(callee)";
    } else {
      fact = std::string("caller.") + kSettings[2 + pick % kAudiences];
    }
    term += (i == 0 ? "" : " && ") + std::string(random->Chance(50) ? "!" : "") + fact;
  }
  return term;
}

std::string RandomTerms(int rules) {
  Random random(7);
  Rules written;
  for (int i = 0; i < rules; ++i) written.Add(RandomTerm(&random), i % 2 == 0 ? "ring" : "refuse");
  return written.Policy("random-terms");
}

/// Every setting with every relation, in an order that keeps none of them together.
std::string AllPairs() {
  Rules written;
  for (uint64_t shift = 0; shift < kAudiences; ++shift) {
    for (uint64_t i = 0; i < kAudiences; ++i) {
      written.Add(Setting(i) + " && " + Relation(5 * i + shift), i % 2 == 0 ? "ring" : "refuse");
    }
  }
  return written.Policy("all-pairs");
}

/// Tenants with unrelated conditions of their own: wide nodes above large diagrams.
std::string RandomTenants(int rules) {
  Random random(11);
  Rules written;
  for (int i = 0; i < rules; ++i) {
    const std::string least = std::to_string(random.Below(9000));
    const std::string callees = std::to_string(random.Below(250));
    written.Add("call.tenant >= " + least + " && caller.callees_1h < " + callees + " && " +
                    RandomTerm(&random),
                i % 2 == 0 ? "ring" : "refuse");
  }
  return written.Policy("random-tenants");
}

/// Long lists of tenants, each with a condition of its own: nodes of thousands of edges.
std::string RandomLists(int rules) {
  Random random(17);
  Rules written;
  for (int i = 0; i < rules; ++i) {
    std::string tenants;
    for (int k = 0; k < 30; ++k) {
      tenants += (k == 0 ? "" : ", ") + std::to_string(random.Below(10000));
    }
    written.Add("call.tenant in [" + tenants + "] && " + RandomTerm(&random),
                i % 2 == 0 ? "ring" : "refuse");
  }
  return written.Policy("random-lists");
}

/// One condition of many terms.
std::string OneLongRule(int terms) {
  Random random(13);
  std::string when;
  for (int i = 0; i < terms; ++i) {
    when += (i == 0 ? "(" : " || (") + RandomTerm(&random) + ")";
  }
  Rules written;
  written.Add(when, "ring");
  return written.Policy("one-long-rule");
}

}  // namespace

std::string Tenants(int n) {
  Rules written;
  for (const char* gate : kGates) written.Add(gate, "refuse");
  for (int t = 0; t < n; ++t) {
    const auto k = static_cast<uint64_t>(t);
    written.Add("call.tenant == " + std::to_string(t) + " && " + Setting(k) + " && " + Relation(k),
                "ring");
  }
  return written.Policy("tenants");
}

std::vector<Hostile> HostilePolicies() {
  return {{"random terms, 300 rules", RandomTerms(300)},
          {"random terms, 4000 rules", RandomTerms(4000)},
          {"random tenants, 1000 rules", RandomTenants(1000)},
          {"random lists, 3000 rules", RandomLists(3000)},
          {"all pairs, 144 rules", AllPairs()},
          {"one rule of 700 terms", OneLongRule(700)}};
}

}  // namespace ringfence::bench
