// Lists on each store: random lists and questions against a model that tries every value an
// unavailable fact could have, and every entry from the first to the last.
#include <doctest/doctest.h>
#include <ringfence/lists.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "api/store_impl.h"
#include "contract/subjects.h"
#include "unit/api_support.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

using Kind = ListEntry::Kind;
using Values = std::map<std::string, std::string>;

constexpr const char* kUsers[] = {"u0",        "u1",        "a@x.org",  "b@x.org",
                                  "c@w.x.org", "d@X.org",   "@m:x.org", "@m:w.x.org:8448",
                                  "@n@o:y.de", "sip:e@y.de"};
constexpr const char* kDomains[] = {"x.org", "*.x.org", "y.de", "*", "X.org", "*.w.x.org"};
constexpr const char* kGroups[] = {"staff", "family", "!room:x.org"};

void Require(const Status& status) { REQUIRE_MESSAGE(status.ok(), status.message()); }

/// What the domain of each user is, written down by hand.
std::string DomainByHand(const std::string& id) {
  static const std::map<std::string, std::string> domains = {
      {"a@x.org", "x.org"},  {"b@x.org", "x.org"},  {"c@w.x.org", "w.x.org"},
      {"d@X.org", "X.org"},  {"@m:x.org", "x.org"}, {"@m:w.x.org:8448", "w.x.org:8448"},
      {"@n@o:y.de", "y.de"}, {"sip:e@y.de", "y.de"}};
  const auto found = domains.find(id);
  return found == domains.end() ? std::string() : found->second;
}

bool InDomain(const std::string& pattern, const std::string& domain) {
  if (pattern == "*") return !domain.empty();
  if (pattern[0] != '*') return pattern == domain;
  const std::string tail = pattern.substr(1);
  return domain.size() > tail.size() &&
         domain.compare(domain.size() - tail.size(), tail.size(), tail) == 0;
}

/// The names of tested facts, as the list of the callee (else of the caller) asks them.
std::string FactOf(const std::string& what, bool of_callee) {
  const std::string owner = of_callee ? "callee" : "caller";
  const std::string other = of_callee ? "caller" : "callee";
  if (what == "known" || what == "verified" || what == "bot") return other + "." + what;
  if (what == "followers") return other + ".follows(" + owner + ")";
  return owner + "." + what + "(" + other + ")";
}

constexpr const char* kTested[] = {"known",  "verified", "bot",   "follows",      "followers",
                                   "friend", "favorite", "added", "subscription", "contact"};

bool PredicateHolds(const std::string& name, const Values& values, bool anonymous) {
  const auto is = [&](const char* fact, const char* value) { return values.at(fact) == value; };
  if (name == "everyone") return true;
  if (name == "anonymous") return anonymous;
  if (name == "unknown") return is("known", "false");
  if (name == "followed") return is("follows", "true");
  if (name == "followers") return is("followers", "true");
  if (name == "friends") return is("friend", "true");
  if (name == "favorites") return is("favorite", "true");
  if (name == "contacts") return is("added", "true") || is("contact", "match");
  if (name == "verified") return is("verified", "true");
  if (name == "bots") return is("bot", "true");
  REQUIRE(name.starts_with("subscription:"));
  return values.at("subscription") == name.substr(13);
}

class Model {
 public:
  std::map<std::string, std::vector<ListEntry>> lists;
  std::map<std::string, std::set<std::string>> groups;

  /// By every value that what is unavailable could have.
  std::string Expect(const std::string& owner, const std::string& other, const Answer& answer,
                     bool of_callee) const {
    const auto list = lists.find(owner);
    if (list == lists.end()) return "none";
    Values values;
    for (const char* what : kTested) values[what] = answer.Get(FactOf(what, of_callee));
    std::set<std::string> found;
    Enumerate(list->second, other, &values, 0, of_callee, &found);
    return found.size() == 1 ? *found.begin() : "unavailable";
  }

 private:
  void Enumerate(const std::vector<ListEntry>& list, const std::string& other, Values* values,
                 size_t from, bool of_callee, std::set<std::string>* found) const {
    for (size_t i = from; i < std::size(kTested); ++i) {
      if (values->at(kTested[i]) != "unavailable") continue;
      const FactInfo& fact =
          Catalog::Standard().fact(*Catalog::Standard().Find(FactOf(kTested[i], of_callee)));
      for (FactCode code = 0; code < fact.code_count(); ++code) {
        (*values)[kTested[i]] = Catalog::Standard().FormatValue(fact.id, code);
        Enumerate(list, other, values, i + 1, of_callee, found);
      }
      (*values)[kTested[i]] = "unavailable";
      return;
    }
    found->insert(First(list, other, *values));
  }

  std::string First(const std::vector<ListEntry>& list, const std::string& other,
                    const Values& values) const {
    for (const ListEntry& entry : list) {
      if (Matches(entry, other, values)) return std::string(ToString(entry.action));
    }
    return "none";
  }

  bool Matches(const ListEntry& entry, const std::string& other, const Values& values) const {
    switch (entry.kind) {
      case Kind::kPerson:
        return entry.subject == other;
      case Kind::kGroup:
        return groups.contains(entry.subject) && groups.at(entry.subject).contains(other);
      case Kind::kDomain:
        return InDomain(entry.subject, DomainByHand(other));
      case Kind::kPredicate:
        break;
    }
    return PredicateHolds(entry.subject, values, other.empty());
  }
};

class World {
 public:
  World(Store* store, std::mt19937_64* random) : store_(*store), lists_(*store), random_(*random) {
    for (const char* group : kGroups) {
      Require(lists_.AddToGroup(group, {}).status());
      model_.groups[group];
    }
    // The last is known by nothing but lists that come to name them.
    for (size_t i = 0; i + 1 < std::size(kUsers); ++i) {
      Require(store_.SetUser(kUsers[i], "calls_enabled", "true").status());
    }
  }

  size_t Pick(size_t count) { return random_() % count; }
  std::string User() { return kUsers[Pick(std::size(kUsers))]; }

  ListEntry Entry(const std::string& owner) {
    ListEntry entry;
    entry.action = static_cast<ListAction>(1 + Pick(4));
    entry.kind = static_cast<Kind>(1 + Pick(4));
    if (Pick(3) == 0) entry.kind = Kind::kPredicate;
    switch (entry.kind) {
      case Kind::kPerson:
        do entry.subject = User();
        while (entry.subject == owner);
        break;
      case Kind::kGroup:
        entry.subject = kGroups[Pick(std::size(kGroups))];
        break;
      case Kind::kDomain:
        entry.subject = kDomains[Pick(std::size(kDomains))];
        break;
      case Kind::kPredicate:
        entry.subject = ListPredicates()[Pick(ListPredicates().size())];
        break;
    }
    return entry;
  }

  void Change() {
    const std::string owner = User();
    std::vector<ListEntry>& list = model_.lists[owner];
    switch (Pick(6)) {
      case 0: {
        std::vector<ListEntry> entries(Pick(9));
        for (ListEntry& entry : entries) entry = Entry(owner);
        Require(lists_.Replace(owner, entries).status());
        list.clear();
        for (const ListEntry& entry : entries) {
          if (Of(list, entry) == list.end()) list.push_back(entry);
        }
        break;
      }
      case 1: {
        if (list.empty()) break;
        const size_t i = Pick(list.size());
        Require(lists_.Remove(owner, list[i].kind, list[i].subject).status());
        list.erase(list.begin() + static_cast<std::ptrdiff_t>(i));
        break;
      }
      case 2:
        ChangeGroup();
        break;
      case 3:
        ChangeFacts();
        break;
      default: {
        const ListEntry entry = Entry(owner);
        if (const auto same = Of(list, entry); same != list.end()) list.erase(same);
        const size_t at = Pick(list.size() + 1);
        Require(lists_.Add(owner, entry, at).status());
        list.insert(list.begin() + static_cast<std::ptrdiff_t>(at), entry);
      }
    }
    if (list.empty()) model_.lists.erase(owner);
    const Result<std::vector<ListEntry>> shown = lists_.Show(owner);
    if (model_.lists.contains(owner)) {
      Require(shown.status());
      CHECK(*shown == model_.lists[owner]);
    } else {
      CHECK((!shown.ok() || shown->empty()));
    }
  }

  void Ask(StoreSession& session) {
    Question question;
    const std::string callee = User();
    std::string caller;
    question.callee = Name(session, callee);
    if (Pick(8) == 0) {
      question.caller_without_account = true;
    } else {
      do caller = User();
      while (caller == callee);
      question.caller = Name(session, caller);
    }
    std::vector<Fact> facts;
    Carry(question.caller_without_account, &facts);
    question.facts = facts;
    session.BeginSnapshot();
    const Answer answer = AskSource(session, question);
    session.EndSnapshot();
    CAPTURE(callee);
    CAPTURE(caller);
    const std::string by_callee = model_.Expect(callee, caller, answer, true);
    CHECK(answer.Get("callee.list(caller)") == by_callee);
    if (!caller.empty()) {
      CHECK(answer.Get("caller.list(callee)") == model_.Expect(caller, callee, answer, false));
    }
    ++counts_[by_callee];
  }

  const std::map<std::string, int>& counts() const { return counts_; }

 private:
  static std::vector<ListEntry>::iterator Of(std::vector<ListEntry>& list, const ListEntry& about) {
    return std::find_if(list.begin(), list.end(), [&](const ListEntry& entry) {
      return entry.kind == about.kind && entry.subject == about.subject;
    });
  }

  void ChangeGroup() {
    const std::string group = kGroups[Pick(std::size(kGroups))];
    const std::string user = User();
    const std::string_view users[] = {user};
    const bool member = model_.groups[group].contains(user);
    Require(
        (member ? lists_.RemoveFromGroup(group, users) : lists_.AddToGroup(group, users)).status());
    member ? static_cast<void>(model_.groups[group].erase(user))
           : static_cast<void>(model_.groups[group].insert(user));
  }

  void ChangeFacts() {
    const std::string user = kUsers[Pick(std::size(kUsers) - 1)];
    const std::string other = kUsers[Pick(std::size(kUsers) - 1)];
    const char* values[] = {"true", "false"};
    Require(store_.SetUser(user, Pick(2) == 0 ? "verified" : "bot", values[Pick(2)]).status());
    if (user == other) return;
    constexpr const char* kFlags[] = {"follows", "friend", "favorite", "added"};
    Require(store_.Relate(user, kFlags[Pick(4)], other, values[Pick(2)]).status());
    constexpr const char* kSubscriptions[] = {"none", "to", "from", "both"};
    Require(store_.Relate(user, "subscription", other, kSubscriptions[Pick(4)]).status());
  }

  Party Name(StoreSession& session, const std::string& user) {
    const auto* name = std::find(std::begin(kUsers), std::end(kUsers), user);
    if (Pick(3) != 0) return Party(*name);
    session.BeginSnapshot();
    const Result<int64_t> handle = session.Resolve(user);
    session.EndSnapshot();
    return handle.ok() ? Party::Handle(*handle) : Party(*name);
  }

  void Carry(bool anonymous, std::vector<Fact>* facts) {
    if (Pick(2) == 0) return;
    if (!anonymous && Pick(6) == 0) {
      facts->push_back(*Catalog::Standard().MakeFact("caller.known", Pick(2) == 0 ? "false" : "?"));
      return;
    }
    std::set<FactId> carried;
    for (size_t i = Pick(4); i > 0; --i) {
      const std::string what =
          anonymous ? "contact" : std::string(kTested[1 + Pick(std::size(kTested) - 1)]);
      const FactInfo& fact =
          Catalog::Standard().fact(*Catalog::Standard().Find(FactOf(what, true)));
      if (!carried.insert(fact.id).second) continue;
      const auto code = static_cast<FactCode>(Pick(fact.code_count()));
      facts->push_back({fact.id, Pick(2) == 0 ? kUnavailableCode : code});
    }
  }

  Store& store_;
  Lists lists_;
  std::mt19937_64& random_;
  Model model_;
  std::map<std::string, int> counts_;
};

TEST_CASE("lists: random entries, facts and questions, first match by brute force") {
  std::mt19937_64 random(Seed());
  OnEachPublicStore([&](Store& store) {
    World world(&store, &random);
    Result<std::unique_ptr<StoreSession>> session = store.impl()->backend->NewSession(nullptr);
    Require(session.status());
    for (int round = 0; round < 400; ++round) {
      world.Change();
      for (int i = 0; i < 6; ++i) world.Ask(**session);
    }
    // Each answer came up often enough to mean something.
    for (const char* value : {"none", "always", "never", "silent", "bypass", "unavailable"}) {
      CAPTURE(value);
      CHECK(world.counts().contains(value));
      if (world.counts().contains(value)) CHECK(world.counts().at(value) > 20);
    }
  });
}

std::string ListOf(Store& store, const Question& question) {
  Result<std::unique_ptr<StoreSession>> session = store.impl()->backend->NewSession(nullptr);
  Require(session.status());
  (*session)->BeginSnapshot();
  return AskSource(**session, question).Get("callee.list(caller)");
}

std::vector<ListEntry> Shown(const Lists& lists, std::string_view owner) {
  Result<std::vector<ListEntry>> entries = lists.Show(owner);
  Require(entries.status());
  return std::move(entries).value();
}

ListEntry Parse(std::string_view action, std::string_view subject) {
  Result<ListEntry> entry = ParseListEntry(action, subject);
  Require(entry.status());
  CHECK(ToString(entry->action) == action);
  CHECK(ListSubject(*entry) == subject);
  return *entry;
}

TEST_CASE("lists: without a place, what is said of fewer stands first") {
  OnEachPublicStore([](Store& store) {
    Lists lists(store);
    Require(lists.AddToGroup("staff", {}).status());
    for (const char* subject : {"everyone", "domain:*", "followed", "domain:*.evil.org",
                                "domain:evil.org", "group:staff", "person:mallory"}) {
      Require(lists.Add("bob", Parse("never", subject)).status());
    }
    std::string order;
    for (const ListEntry& entry : Shown(lists, "bob")) order += ListSubject(entry) + " ";
    CHECK(order ==
          "person:mallory group:staff domain:evil.org domain:*.evil.org domain:* followed "
          "everyone ");
    // What is said again takes the place of what was said.
    Require(lists.Add("bob", Parse("always", "person:mallory")).status());
    CHECK(lists.Show("bob")->size() == 7);
    CHECK(ListOf(store, Between("mallory", "bob")) == "always");
  });
}

TEST_CASE("lists: many insertions at one place keep the order") {
  OnEachPublicStore([](Store& store) {
    Lists lists(store);
    std::vector<std::string> expected;
    Require(lists.Add("bob", Parse("never", "person:last")).status());
    for (int i = 0; i < 40; ++i) {
      const std::string id = "person:p" + std::to_string(i);
      Require(lists.Add("bob", Parse("always", id), 0).status());
      expected.insert(expected.begin(), id);
    }
    // Between two neighbours the room is used up sooner.
    for (int i = 0; i < 40; ++i) {
      const std::string id = "person:q" + std::to_string(i);
      Require(lists.Add("bob", Parse("always", id), 1).status());
      expected.insert(expected.begin() + 1, id);
    }
    expected.push_back("person:last");
    std::vector<std::string> found;
    for (const ListEntry& entry : Shown(lists, "bob")) found.push_back(ListSubject(entry));
    CHECK(found == expected);
  });
}

TEST_CASE("lists: one past a limit is refused by name and changes nothing") {
  OnEachPublicStore([](Store& store) {
    Lists lists(store);
    struct Limit {
      const char* prefix;
      size_t most;
      const char* says;
    };
    for (const Limit& limit : {Limit{"person:p", kMaxListPersons, "1000 persons"},
                               Limit{"group:g", kMaxListGroups, "20 groups"},
                               Limit{"domain:d", kMaxListDomains, "100 domains"}}) {
      std::vector<ListEntry> entries;
      for (size_t i = 0; i <= limit.most; ++i) {
        entries.push_back(Parse("always", limit.prefix + std::to_string(i)));
        if (limit.most == kMaxListGroups) {
          Require(lists.AddToGroup(entries.back().subject, {}).status());
        }
      }
      const ListEntry beyond = entries.back();
      Status refused = lists.Replace("bob", entries).status();
      CHECK(refused.code() == StatusCode::kLimit);
      CHECK(refused.message().find(limit.says) != std::string::npos);
      CHECK(refused.message().starts_with("entry " + std::to_string(limit.most + 1) + ":"));
      entries.pop_back();
      Require(lists.Replace("bob", entries).status());
      const uint64_t revision = *store.Revision();
      refused = lists.Add("bob", beyond, 0).status();
      CHECK(refused.code() == StatusCode::kLimit);
      CHECK(refused.message().find(limit.says) != std::string::npos);
      CHECK(*store.Revision() == revision);
      CHECK(*lists.Show("bob") == entries);
    }
  });
}

TEST_CASE("lists: the longest entries of each kind fit their row") {
  OnEachPublicStore([](Store& store) {
    Lists lists(store);
    std::vector<ListEntry> entries;
    const auto padded = [](size_t i, size_t size) {
      const std::string number = std::to_string(i);
      return std::string(size - number.size(), 'x') + number;
    };
    for (size_t i = 0; i < kMaxListGroups; ++i) {
      entries.push_back(Parse("always", "group:" + padded(i, kMaxIdBytes)));
      Require(lists.AddToGroup(entries.back().subject, {}).status());
    }
    for (size_t i = 0; i < kMaxListDomains; ++i) {
      entries.push_back(Parse("never", "domain:" + padded(i, kMaxDomainBytes)));
    }
    for (const std::string_view predicate : ListPredicates()) {
      entries.push_back(Parse("silent", predicate));
    }
    Require(lists.Replace("bob", entries).status());
    CHECK(*lists.Show("bob") == entries);
    CHECK(ListOf(store, Between("stranger", "bob")) == "silent");
  });
}

TEST_CASE("lists: what is wrong is refused, and says what was expected") {
  OnEachPublicStore([](Store& store) {
    Lists lists(store);
    for (const char* subject :
         {"domain:a.*.org", "domain:*a.org", "domain:a*", "domain:*.", "domain:", "domain:**",
          "domain:a..b", "domain:.a", "domain:a.", "domain:*.*.a", "domain:a@b",
          "person:", "group:", "everybody", "subscription:", "Person:a", ""}) {
      CAPTURE(subject);
      const Result<ListEntry> entry = ParseListEntry("never", subject);
      CHECK(entry.status().code() == StatusCode::kInvalidArgument);
      CHECK_FALSE(entry.status().message().empty());
    }
    CHECK(ParseListEntry("always", "everyon").status().message().find("'everyone'") !=
          std::string::npos);
    CHECK_FALSE(ParseListEntry("block", "everyone").ok());
    CHECK_FALSE(ParseListEntry("none", "everyone").ok());
    // Entries a host made by hand are checked as well.
    for (const ListEntry& entry : {ListEntry{ListAction::kNever, Kind::kDomain, "a.*.org"},
                                   ListEntry{ListAction::kNever, Kind::kPredicate, "everybody"},
                                   ListEntry{ListAction::kNever, Kind::kPerson, "bob"},
                                   ListEntry{ListAction{0}, Kind::kPerson, "alice"},
                                   ListEntry{ListAction{5}, Kind::kPerson, "alice"},
                                   ListEntry{ListAction::kNever, Kind{0}, "alice"}}) {
      CHECK(lists.Add("bob", entry).status().code() == StatusCode::kInvalidArgument);
    }
    CHECK(lists.Add("bob", Parse("never", "person:alice"), 1).status().code() ==
          StatusCode::kInvalidArgument);
    CHECK(lists.Add("bob", Parse("never", "group:nobodys")).status().code() ==
          StatusCode::kNotFound);
    CHECK(lists.Remove("bob", Kind::kPerson, "alice").status().code() == StatusCode::kNotFound);
    CHECK(lists.Show("bob").status().code() == StatusCode::kNotFound);
    CHECK(*store.Revision() == 0);
  });
}

TEST_CASE(
    "lists: a group that is removed matches nobody; who is forgotten leaves lists and groups") {
  OnEachPublicStore([](Store& store) {
    Lists lists(store);
    const std::string_view members[] = {"alice", "carol"};
    Require(lists.AddToGroup("staff", members).status());
    Require(lists.Add("bob", Parse("always", "group:staff")).status());
    Require(lists.Add("bob", Parse("never", "person:dave")).status());
    CHECK(ListOf(store, Between("alice", "bob")) == "always");
    CHECK(ListOf(store, Between("dave", "bob")) == "never");
    const Result<ListMentions> mentions = lists.MentionsOf("dave");
    Require(mentions.status());
    REQUIRE(mentions->lists.size() == 1);
    CHECK(mentions->lists[0].owner == "bob");
    CHECK(mentions->lists[0].action == ListAction::kNever);
    CHECK(lists.MentionsOf("alice")->groups == std::vector<std::string>{"staff"});
    Require(store.Forget("dave").status());
    Require(store.Forget("carol").status());
    CHECK(*lists.ShowGroup("staff") == std::vector<std::string>{"alice"});
    CHECK(lists.Show("bob")->size() == 1);
    Require(lists.RemoveGroup("staff").status());
    CHECK(lists.ShowGroup("staff").status().code() == StatusCode::kNotFound);
    CHECK(lists.Groups()->empty());
    CHECK(ListOf(store, Between("alice", "bob")) == "none");
    CHECK(ListSubject(Shown(lists, "bob").front()) == "group:staff");
    Require(lists.AddToGroup("staff", members).status());
    CHECK(ListOf(store, Between("alice", "bob")) == "always");
    Require(store.Forget("bob").status());
    CHECK(lists.Show("bob").status().code() == StatusCode::kNotFound);
  });
}

}  // namespace
}  // namespace ringfence
