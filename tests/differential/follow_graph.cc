// A follow graph and a society on it.
#include "differential/follow_graph.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <set>

namespace ringfence::differential {
namespace {

/// What a user may have, and in how many percent of the users (of those who chose, for settings).
struct Share {
  const char* entry;
  unsigned percent;
};
constexpr Share kSettings[] = {{"calls_enabled", 80},  {"allow_followed", 20},
                               {"allow_verified", 30}, {"allow_contacts", 85},
                               {"allow_everyone", 15}, {"relay_calls", 30}};
constexpr Share kAttributes[] = {{"verified", 10}, {"premium", 75}, {"rolled_out", 80},
                                 {"on_ios", 80},   {"on_mac", 20},  {"on_android", 40},
                                 {"on_pc", 25},    {"on_web", 35}};
constexpr unsigned kOnlyOnWebPercent = 8;

class SocietyMaker {
 public:
  SocietyMaker(const Catalog& catalog, const std::vector<Follow>& graph, Random& random)
      : catalog_(catalog), graph_(graph), random_(random), society_{World(catalog), {}} {
    std::set<std::string> users;
    for (const Follow& follow : graph) users.insert({follow.subject, follow.object});
    users_.assign(users.begin(), users.end());
  }

  Society Make() {
    const FactId follows = catalog_.FindRelation("follows").value();
    for (const Follow& follow : graph_) {
      society_.world.Relate(follow.subject, follows, follow.object, 1);
    }
    for (const std::string& user : users_) Furnish(user);
    for (const Follow& follow : graph_) Ask(follow.object, follow.subject, 60);
    for (const Follow& follow : graph_) Ask(follow.subject, follow.object, 1);
    const std::set<Follow> present(graph_.begin(), graph_.end());
    for (size_t i = 0; i < graph_.size();) {
      const Follow pair{random_.Of(users_), random_.Of(users_)};
      if (pair.subject == pair.object || present.count(pair) > 0) continue;
      Ask(pair.object, pair.subject, 1);
      ++i;
    }
    AskAboutNobody();
    return std::move(society_);
  }

 private:
  void Set(const std::string& user, const char* entry, bool value) {
    society_.world.SetUser(user, catalog_.FindUserEntry(entry).value(), value ? 2 : 1);
  }

  void Furnish(const std::string& user) {
    if (random_.Percent(50)) {
      for (const Share& share : kSettings) {
        if (random_.Percent(80)) Set(user, share.entry, random_.Percent(share.percent));
      }
    }
    const bool only_on_web = random_.Percent(kOnlyOnWebPercent);
    for (const Share& share : kAttributes) {
      const std::string_view entry = share.entry;
      if (only_on_web && entry.starts_with("on_")) {
        if (entry == "on_web") Set(user, share.entry, true);
      } else if (random_.Percent(95)) {
        Set(user, share.entry, random_.Percent(share.percent));
      }
    }
  }

  void Ask(const std::string& caller, const std::string& callee, unsigned messaged_percent) {
    if (random_.Percent(messaged_percent)) {
      society_.world.Relate(callee, catalog_.FindRelation("messaged").value(), caller, 1);
    }
    if (random_.Percent(1)) {
      const FactId blocks = catalog_.FindRelation("blocks").value();
      if (random_.Percent(50)) {
        society_.world.Relate(callee, blocks, caller, 1);
      } else {
        society_.world.Relate(caller, blocks, callee, 1);
      }
    }
    society_.questions.push_back(Question(caller, callee));
  }

  GraphQuestion Question(const std::string& caller, const std::string& callee) {
    GraphQuestion question;
    question.caller = caller;
    question.callee = callee;
    // unspecified, ios, android, mac, pc, web
    constexpr unsigned kPlatforms[] = {5, 73, 7, 3, 4, 8};
    for (size_t roll = random_.Below(100); roll >= kPlatforms[question.platform];) {
      roll -= kPlatforms[question.platform++];
    }
    question.media = static_cast<FactCode>(random_.Below(3));
    // no_book, no_match, match, stale, expired
    constexpr FactCode kContacts[] = {0, 1, 2, 2, 2, 2, 3, 4};
    question.contact = kContacts[random_.Below(8)];
    question.quiet = random_.Below(50) == 0;
    constexpr Group kFailing[] = {Group::kCaller, Group::kCaller, Group::kPair, Group::kContact,
                                  Group::kCohort};
    if (random_.Percent(10)) question.fails = kFailing[random_.Below(5)];
    // Rare: it makes the reference evaluator try every setting and every app of the callee.
    if (random_.Below(400) == 0) question.fails = Group::kCallee;
    return question;
  }

  /// Accounts that no write ever named, on either side.
  void AskAboutNobody() {
    const size_t count = std::max<size_t>(200, graph_.size() / 100);
    for (size_t i = 0; i < count; ++i) {
      const std::string nobody = "nobody-" + std::to_string(i);
      society_.questions.push_back(Question(random_.Of(users_), nobody));
      society_.questions.push_back(Question(nobody, random_.Of(users_)));
    }
  }

  const Catalog& catalog_;
  const std::vector<Follow>& graph_;
  Random& random_;
  std::vector<std::string> users_;
  Society society_;
};

}  // namespace

std::vector<Follow> GenerateGraph(size_t count, Random& random) {
  constexpr size_t kPerNewcomer = 5;
  const auto name = [](size_t number) { return "u" + std::to_string(number); };
  // Whoever stands in the list more often is followed more often.
  std::vector<size_t> popular = {0, 1, 2, 3, 4, 5};
  std::set<Follow> follows;
  for (size_t newcomer = popular.size(); follows.size() < count; ++newcomer) {
    for (size_t i = 0; i < kPerNewcomer && follows.size() < count; ++i) {
      const size_t followed = random.Of(popular);
      if (followed == newcomer) continue;
      if (follows.insert({name(newcomer), name(followed)}).second) popular.push_back(followed);
      if (random.Percent(20)) follows.insert({name(followed), name(newcomer)});
    }
    popular.push_back(newcomer);
  }
  return {follows.begin(), follows.end()};
}

std::vector<Follow> ReadGraph(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  REQUIRE_MESSAGE(std::getline(file, line), path << " cannot be read");
  REQUIRE_MESSAGE(line == "subject\tobject", path << " has the header '" << line << "'");
  std::set<Follow> follows;
  while (std::getline(file, line)) {
    const size_t tab = line.find('\t');
    REQUIRE_MESSAGE(tab != std::string::npos, path << ": '" << line << "' is no follow");
    Follow follow{line.substr(0, tab), line.substr(tab + 1)};
    if (follow.subject != follow.object) follows.insert(std::move(follow));
  }
  return {follows.begin(), follows.end()};
}

Society MakeSociety(const Catalog& catalog, const std::vector<Follow>& graph, Random& random) {
  return SocietyMaker(catalog, graph, random).Make();
}

FactCode CohortOf(const std::string& user, uint64_t seed) {
  uint64_t hash = seed ^ 0xcbf29ce484222325u;
  for (const char c : user) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return static_cast<FactCode>(hash % 10000);
}

}  // namespace ringfence::differential
