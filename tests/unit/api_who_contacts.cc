// Who may ring, where there are address books and the keys to open them: nobody is named for one.
#include <ringfence/who.h>

#include "unit/api_contacts_support.h"

namespace ringfence {
namespace {

struct Asked {
  std::vector<std::string> names;
  WhoSummary summary;
  bool operator==(const Asked& other) const {
    return names == other.names && summary.possibly == other.summary.possibly &&
           summary.certain == other.summary.certain && summary.decided == other.summary.decided &&
           summary.cannot_tell == other.summary.cannot_tell && summary.plan == other.summary.plan;
  }
};

Asked AskBoth(Engine& engine, const char* user) {
  Asked asked;
  WhoOptions options;
  options.found = [&](const WhoFound& found) {
    asked.names.emplace_back(found.user);
    return true;
  };
  for (const auto& ask : {WhoMayRing, WhoCanBeRungBy}) {
    Result<WhoSummary> who = ask(engine, user, options);
    REQUIRE_MESSAGE(who.ok(), who.status().message());
    who->possibly += asked.summary.possibly;
    who->decided += asked.summary.decided;
    asked.summary = std::move(who).value();
    asked.names.emplace_back("/");
  }
  return asked;
}

TEST_CASE("who: an address book changes neither names nor counts") {
  ContactsWorld world;
  const char* const everybody[] = {"alice", "mallory", "bob", "carol"};
  std::vector<Asked> before;
  for (const char* user : everybody) before.push_back(AskBoth(*world.engine, user));
  CHECK_FALSE(world.Rings("alice", "bob"));
  world.Verify("alice", Phone(kAlicePhone));
  world.SyncPeople("bob", {Phone(kAlicePhone)});
  // The engine has the keys, and the match is all that lets alice through.
  REQUIRE(world.Rings("alice", "bob"));
  for (size_t i = 0; i < before.size(); ++i) {
    CAPTURE(std::string(everybody[i]));
    CHECK(AskBoth(*world.engine, everybody[i]) == before[i]);
  }
  const Asked of_bob = AskBoth(*world.engine, "bob");
  CHECK(of_bob.names == std::vector<std::string>{"/", "/"});
  // All whom a match would let through: alice who matches, and two who do not; and carol, to whom
  // a match would let bob through.
  CHECK(of_bob.summary.possibly == 4);
}

}  // namespace
}  // namespace ringfence
