// The standard catalog: places that never move, codes and their texts, names and hints, the digest.
#include <doctest/doctest.h>
#include <ringfence/catalog.h>
#include <ringfence/limits.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "facts/frame.h"

namespace ringfence {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream stream(std::string(RINGFENCE_SOURCE_DIR "/") + path, std::ios::binary);
  REQUIRE(stream.good());
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

const Catalog& Standard() { return Catalog::Standard(); }

FactId Id(std::string_view name) {
  const Result<FactId> id = Standard().Find(name);
  CAPTURE(name);
  REQUIRE(id.ok());
  return *id;
}
const FactInfo& Info(std::string_view name) { return Standard().fact(Id(name)); }

std::string Message(const Status& status) { return status.message(); }

TEST_CASE("the library holds schema/catalog.json") {
  const Result<Catalog> parsed = Catalog::Parse(ReadFile("schema/catalog.json"));
  REQUIRE(parsed.ok());
  CHECK(parsed->digest_hex() == Standard().digest_hex());
  CHECK(parsed->size() == Standard().size());
  CHECK(Standard().version() == 1);
  CHECK(Standard().digest_hex().size() == 64);
}

TEST_CASE("every fact lies where it always lay: append to the golden file, change no line of it") {
  std::istringstream golden(ReadFile("tests/golden/catalog_bits.txt"));
  std::set<std::string> known;
  std::string line;
  while (std::getline(golden, line)) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream fields(line);
    std::string name;
    uint32_t word = 0, bit = 0, width = 0;
    fields >> name >> word >> bit >> width;
    CAPTURE(line);
    REQUIRE(fields);
    CHECK(known.insert(name).second);
    const FactInfo& fact = Info(name);
    CHECK(fact.first_bit / 32 == word);
    CHECK(fact.first_bit % 32 == bit);
    CHECK(fact.width_bits == width);
  }
  for (const FactInfo& fact : Standard().facts()) {
    CAPTURE(fact.name);
    CHECK(known.contains(fact.name));
  }
  CHECK(known.size() == Standard().size());
}

TEST_CASE("no two facts share a bit, and none leaves its block") {
  std::vector<std::string> owners(kFrameBits);
  for (const FactInfo& fact : Standard().facts()) {
    CAPTURE(fact.name);
    const GroupBlock& block = kGroupBlocks[static_cast<size_t>(fact.group)];
    CHECK(fact.first_bit / 32 >= block.first_word);
    CHECK(fact.first_bit / 32 < block.first_word + block.word_count);
    CHECK(fact.first_bit / 32 == (fact.first_bit + fact.width_bits - 1) / 32);
    for (int bit = fact.first_bit; bit < fact.first_bit + fact.width_bits; ++bit) {
      CHECK(owners[static_cast<size_t>(bit)] == "");
      owners[static_cast<size_t>(bit)] = fact.name;
    }
  }
}

TEST_CASE("names, sides and reverses") {
  CHECK(Standard().size() <= kMaxFacts);
  for (const FactInfo& fact : Standard().facts()) {
    CAPTURE(fact.name);
    CHECK(Id(fact.name) == fact.id);
    CHECK(&Standard().fact(fact.id) == &fact);
    CHECK_FALSE(fact.doc.empty());
    const FactInfo& reverse = Standard().fact(fact.reverse);
    CHECK(reverse.reverse == fact.id);
    CHECK(reverse.entry == fact.entry);
    CHECK(reverse.symmetric == fact.symmetric);
    CHECK((fact.says.empty() || fact.type == FactType::kInt ||
           fact.says.size() == fact.code_count() - (fact.can_be_unset ? 1 : 0)));
    CHECK_FALSE(fact.says.empty());
  }
  CHECK(Info("callee.follows(caller)").reverse == Id("caller.follows(callee)"));
  CHECK(Info("callee.premium").reverse == Id("caller.premium"));
  CHECK(Info("callee.unknown_callers").reverse == Id("caller.unknown_callers"));
  CHECK(Info("callee.contact(caller)").reverse == Id("caller.contact(callee)"));
  CHECK(Info("callee.list(caller)").reverse == Id("caller.list(callee)"));
  CHECK(Info("callee.grant(caller)").reverse == Id("callee.grant(caller)"));
  CHECK(Info("call.media").reverse == Id("call.media"));
  CHECK(
      Info("callee.follows(caller)").says ==
      std::vector<std::string>{"{subject} does not follow {object}", "{subject} follows {object}"});
}

TEST_CASE("who knows and who can change, seen from each side") {
  const auto who = [](Who one) { return static_cast<uint8_t>(one); };
  const uint8_t callee = who(Who::kCallee), caller = who(Who::kCaller);
  const uint8_t operators = who(Who::kOperator);
  CHECK(Info("callee.calls_enabled").known_to == (callee | operators));
  CHECK(Info("caller.calls_enabled").known_to == (caller | operators));
  CHECK(Info("callee.calls_enabled").changeable_by == Who::kCallee);
  CHECK(Info("caller.calls_enabled").changeable_by == Who::kCaller);
  CHECK(Info("caller.verified").changeable_by == Who::kOperator);
  CHECK(Info("caller.verified").known_to == (callee | caller | operators));
  CHECK(Info("callee.blocks(caller)").known_to == (callee | operators));
  CHECK(Info("caller.blocks(callee)").known_to == (caller | operators));
  CHECK(Info("callee.messaged(caller)").changeable_by == Who::kCallee);
  CHECK(Info("callee.messaged(caller)").changeable_to == std::vector<FactCode>{1});
  CHECK(Info("callee.contact(caller)").changeable_by == Who::kNobody);
  CHECK(Info("callee.contact(caller)").known_to == callee);
  CHECK(Info("caller.contact(callee)").known_to == caller);
  for (const FactInfo& fact : Standard().facts()) {
    CAPTURE(fact.name);
    if (fact.kind == FactKind::kDerived) CHECK(fact.changeable_by == Who::kNobody);
    // A callee who wants quiet gives no button to press, as one whose calls are off.
    const bool says_who = fact.entry == "contact" || fact.entry == "suggested" ||
                          (fact.group == Group::kList && fact.entry != "quiet");
    CHECK(fact.probe == says_who);
  }
}

TEST_CASE("names everybody relies on, with their defaults") {
  for (const auto& [entry, is_on] : {std::pair{"calls_enabled", true},
                                     {"allow_followed", true},
                                     {"allow_verified", false},
                                     {"allow_contacts", false},
                                     {"allow_everyone", false},
                                     {"relay_calls", false},
                                     {"verified", false},
                                     {"premium", false},
                                     {"rolled_out", false},
                                     {"on_ios", false},
                                     {"on_android", false},
                                     {"on_mac", false},
                                     {"on_pc", false},
                                     {"on_web", false}}) {
    CAPTURE(entry);
    const Result<FactId> id = Standard().FindUserEntry(entry);
    REQUIRE(id.ok());
    const FactInfo& fact = Standard().fact(*id);
    CHECK(fact.name == std::string("callee.") + entry);
    CHECK(fact.type == FactType::kBool);
    CHECK(fact.can_be_unset);
    CHECK(fact.default_code == (is_on ? 1 : 0));
    CHECK(fact.absent_code == 0);
  }
  for (const char* entry : {"follows", "blocks", "messaged"}) {
    CHECK(Standard().FindRelation(entry).ok());
  }
  CHECK(Info("call.platform").members ==
        std::vector<std::string>{"unspecified", "ios", "android", "mac", "pc", "web"});
  CHECK(Info("call.media").members == std::vector<std::string>{"unspecified", "audio", "video"});
  CHECK(Info("callee.list(caller)").members ==
        std::vector<std::string>{"none", "always", "never", "silent", "bypass"});
  CHECK(Info("callee.contact(caller)").members ==
        std::vector<std::string>{"no_book", "no_match", "match", "stale", "expired"});
  CHECK(Info("call.tenant").highest == 9999);
  CHECK_FALSE(Standard().FindUserEntry("known").ok());  // derived: nobody sets it
  CHECK_FALSE(Standard().FindRelation("friends").ok());
}

TEST_CASE("code counts and widths") {
  CHECK(Info("callee.known").code_count() == 2);
  CHECK(Info("callee.calls_enabled").code_count() == 3);
  CHECK(Info("callee.dnd").code_count() == 5);
  CHECK(Info("call.platform").code_count() == 6);
  CHECK(Info("callee.local_weekday").code_count() == 7);
  CHECK(Info("callee.country").code_count() == 1001);
  for (const FactInfo& fact : Standard().facts()) {
    CAPTURE(fact.name);
    CHECK(fact.code_count() >= 2);
    CHECK(uint64_t{fact.code_count()} <= uint64_t{1} << fact.width_bits);
  }
}

TEST_CASE("every code is formatted as it is parsed") {
  for (const FactInfo& fact : Standard().facts()) {
    CAPTURE(fact.name);
    std::set<std::string> texts;
    const FactCode step = fact.code_count() > 4096 ? 997 : 1;
    for (FactCode code = 0; code < fact.code_count(); code += step) {
      const std::string text = Standard().FormatValue(fact.id, code);
      CHECK(texts.insert(text).second);
      const Result<FactCode> parsed = Standard().ParseValue(fact.id, text);
      REQUIRE(parsed.ok());
      CHECK(*parsed == code);
    }
    CHECK(Standard().FormatValue(fact.id, fact.code_count()) == "corrupt");
    CHECK(Standard().FormatValue(fact.id, kUnavailableCode) == "unavailable");
    CHECK(Standard().FormatValue(fact.id, kUnavailableCode - 1) == "corrupt");
    for (const char* text : {"?", "unavailable"}) {
      const Result<FactCode> parsed = Standard().ParseValue(fact.id, text);
      REQUIRE(parsed.ok());
      CHECK(*parsed == kUnavailableCode);
    }
    CHECK(Standard().ParseValue(fact.id, "unset").ok() == fact.can_be_unset);
  }
}

TEST_CASE("integers outside the range are saturated") {
  const auto parse = [](std::string_view name, std::string_view text) {
    const Result<FactCode> code = Standard().ParseValue(Id(name), text);
    REQUIRE(code.ok());
    return *code;
  };
  CHECK(parse("call.tenant", "9999") == 9999);
  CHECK(parse("call.tenant", "10000") == 9999);
  CHECK(parse("call.tenant", "-1") == 0);
  CHECK(parse("call.tenant", "9223372036854775808") == 9999);
  CHECK(parse("call.tenant", "99999999999999999999999999") == 9999);
  CHECK(parse("call.tenant", "-99999999999999999999999999") == 0);
  CHECK(parse("callee.local_weekday", "0") == 0);
  CHECK(parse("callee.local_weekday", "1") == 0);
  CHECK(parse("callee.local_weekday", "7") == 6);
  CHECK(parse("callee.country", "0") == 1);  // 0 is unset
  CHECK(parse("callee.country", "5000") == 1000);
}

TEST_CASE("what is no value") {
  const auto message = [](std::string_view name, std::string_view value) {
    const Result<Fact> fact = Standard().MakeFact(name, value);
    REQUIRE_FALSE(fact.ok());
    CHECK(fact.status().code() == StatusCode::kInvalidArgument);
    return Message(fact.status());
  };
  CHECK(message("callee.calls_enabled", "yes") ==
        "'yes' is no value of 'callee.calls_enabled': expected true or false, or unset");
  CHECK(message("callee.follows(caller)", "unset") ==
        "'unset' is no value of 'callee.follows(caller)': expected true or false");
  CHECK(message("call.media", "vidoe") ==
        "'vidoe' is no value of 'call.media': expected one of unspecified, audio, video; "
        "did you mean 'video'?");
  CHECK(message("callee.since_attempt_ms(caller)", "3m") ==
        "'3m' is no value of 'callee.since_attempt_ms(caller)': expected an integer from 0 to "
        "3600000 (ms)");
  for (const char* bad : {"", " 1", "1 ", "+1", "1.5", "0x1", "-", "--1", "true"}) {
    CHECK(message("call.tenant", bad).ends_with("expected an integer from 0 to 9999"));
  }
  CHECK(message("call.media", "\x1b[2J").starts_with("'\\x1B[2J' is no value"));
  CHECK(message("call.media", std::string(1000, 'x')).size() < 200);
  CHECK(Message(Standard().ParseValue(static_cast<FactId>(Standard().size()), "1").status()) ==
        "no fact has the id " + std::to_string(Standard().size()));
}

TEST_CASE("names that are not there") {
  const auto message = [](std::string_view name) {
    const Result<FactId> id = Standard().Find(name);
    REQUIRE_FALSE(id.ok());
    CHECK(id.status().code() == StatusCode::kNotFound);
    return Message(id.status());
  };
  CHECK(message("callee.folows(caller)") ==
        "unknown fact 'callee.folows(caller)'; did you mean 'callee.follows(caller)'?");
  CHECK(message("callee.follows") ==
        "unknown fact 'callee.follows'; did you mean 'callee.follows(caller)'?");
  CHECK(message("calls_enabled") ==
        "unknown fact 'calls_enabled'; did you mean 'callee.calls_enabled'?");
  CHECK(message("media") == "unknown fact 'media'; did you mean 'call.media'?");
  CHECK(message("zz") == "unknown fact 'zz'");
  CHECK(message("") == "unknown fact ''");
  CHECK(message("a\nb").starts_with("unknown fact 'a\\x0Ab'"));
  CHECK(message(std::string(5000, 'z')).size() < 200);
  CHECK(Message(Standard().FindUserEntry("call_enabled").status()) ==
        "unknown setting or attribute 'call_enabled'; did you mean 'calls_enabled'?");
  CHECK(Message(Standard().FindRelation("folows").status()) ==
        "unknown relation 'folows'; did you mean 'follows'?");
  CHECK(Message(Standard().MakeFact("call.medai", "video").status()) ==
        "unknown fact 'call.medai'; did you mean 'call.media'?");
}

TEST_CASE("the digest depends on what can alter a decision, a row or a log, and on nothing else") {
  const std::string text = ReadFile("schema/catalog.json");
  const auto digest_with = [&](const std::string& from, const std::string& to) {
    std::string changed = text;
    const size_t at = changed.find(from);
    REQUIRE(at != std::string::npos);
    changed.replace(at, from.size(), to);
    CAPTURE(from);
    const Result<Catalog> parsed = Catalog::Parse(changed);
    REQUIRE(parsed.ok());
    return std::string(parsed->digest_hex());
  };
  const std::string own(Standard().digest_hex());
  CHECK(digest_with("{owner} accepts calls", "{owner} takes calls") == own);
  CHECK(digest_with("A write has named this account.", "Known.") == own);
  CHECK(digest_with("\n", "\n// a comment\n\n") == own);
  CHECK(digest_with("\"switch calls on\"", "\"enable calls\"") == own);
  CHECK(digest_with("\"default\": true", "\"default\": false") != own);
  CHECK(digest_with("\"bit\": 20", "\"bit\": 62") != own);
  CHECK(digest_with("\"audio\", \"none\"", "\"none\", \"audio\"") != own);
  CHECK(digest_with("\"name\": \"bot\"", "\"name\": \"robot\"") != own);
  CHECK(digest_with("\"replay\": true", "\"replay\": false") != own);
  CHECK(digest_with("[0, 255]", "[0, 254]") != own);
}

TEST_CASE("a catalog is shared, not copied") {
  const Result<Catalog> parsed = Catalog::Parse(ReadFile("schema/catalog.json"));
  REQUIRE(parsed.ok());
  const Catalog copy = *parsed;
  CHECK(&copy.fact(0) == &parsed->fact(0));
  CHECK(copy.facts().size() == copy.size());
}

}  // namespace
}  // namespace ringfence
