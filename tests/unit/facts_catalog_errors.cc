// Everything that can be wrong with a catalog: the error, the words it points at, and what it
// expects.
#include <doctest/doctest.h>
#include <ringfence/limits.h>

#include <string>
#include <string_view>
#include <vector>

#include "facts/catalog_internal.h"

namespace ringfence {
namespace {

constexpr std::string_view kKnown =
    R"({"name":"known","kind":"derived","type":"bool","absent":false,"bit":0,
"known_to":["owner"],"changeable":"nobody","doc":"d"})";
constexpr std::string_view kSame =
    R"({"name":"same_account","type":"bool","absent":false,"bit":0,
"known_to":[],"changeable":"nobody","doc":"d"})";
constexpr std::string_view kCohorts =
    R"({"name":"callee.cohort","entry":"cohort","group":"cohort",
"type":"int","range":[0,9999],"absent":0,"bit":0,"known_to":[],
"changeable":"nobody","doc":"d"},
{"name":"caller.cohort","entry":"cohort","group":"cohort",
"type":"int","range":[0,9999],"absent":0,"bit":14,
"known_to":[],"changeable":"nobody","doc":"d"})";

/// The least catalog, with `more` as the last entries of a section.
std::string CatalogWith(Section section, std::string_view more) {
  const auto list = [&](Section of, std::string_view entries) {
    std::string text = "\"" + std::string(ToString(of)) + "\":[" + std::string(entries);
    if (of == section && !more.empty()) text += (entries.empty() ? "" : ",\n") + std::string(more);
    return text + "]";
  };
  return "{\"catalog\":1,\n" + list(Section::kUser, kKnown) + ",\n" +
         list(Section::kRelations, "") + ",\n" + list(Section::kCall, kSame) + ",\n" +
         list(Section::kDerived, kCohorts) + "}";
}

struct Wrong {
  std::string message, at, expected, hint;
};

std::vector<Wrong> ErrorsIn(std::string_view text) {
  Diagnostics diagnostics;
  const bool parsed = ParseCatalog(text, "c", &diagnostics).has_value();
  CHECK(parsed != diagnostics.HasErrors());
  std::vector<Wrong> errors;
  for (const Diagnostic& one : diagnostics.items()) {
    CHECK(one.file == "c");
    CHECK((one.span.line > 0 || text.empty()));
    CHECK_FALSE(one.expected.empty());
    errors.push_back({one.message, std::string(text.substr(one.span.offset, one.span.length)),
                      one.expected, one.hint});
  }
  return errors;
}

/// Exactly one error.
Wrong OneError(std::string_view text) {
  const std::vector<Wrong> errors = ErrorsIn(text);
  std::string all;
  for (const Wrong& error : errors) all += error.message + "\n";
  CAPTURE(all);
  REQUIRE(errors.size() == 1);
  return errors[0];
}

Wrong OneError(Section section, std::string_view entry) {
  return OneError(CatalogWith(section, entry));
}

/// `entry` with one thing replaced.
std::string With(std::string_view entry, std::string_view from, std::string_view to) {
  std::string text(entry);
  const size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

constexpr std::string_view kSetting =
    R"({"name":"a","kind":"setting","type":"bool","default":true,"absent":false,"bit":2,
"known_to":["owner"],"changeable":"owner","doc":"d"})";
constexpr std::string_view kChoice =
    R"({"name":"c","kind":"choice","members":["none","to"],"absent":"none","bit":4,
"known_to":["subject"],"changeable":"subject","doc":"d"})";
constexpr std::string_view kMedia =
    R"({"name":"m","type":"enum","members":["unspecified","x"],"absent":"unspecified","bit":2,
"known_to":["caller"],"changeable":"caller","doc":"d"})";
constexpr std::string_view kCounter =
    R"x({"name":"callee.n(caller)","entry":"n","group":"attempts",
"type":"int","range":[0,15],"unit":"s","absent":0,"bit":32,
"known_to":["callee"],"changeable":"nobody","doc":"d"})x";

Wrong Setting(std::string_view from, std::string_view to) {
  return OneError(Section::kUser, With(kSetting, from, to));
}
Wrong Choice(std::string_view from, std::string_view to) {
  return OneError(Section::kRelations, With(kChoice, from, to));
}
Wrong Media(std::string_view from, std::string_view to) {
  return OneError(Section::kCall, With(kMedia, from, to));
}
Wrong Counter(std::string_view from, std::string_view to) {
  return OneError(Section::kDerived, With(kCounter, from, to));
}

#define CHECK_WRONG(wrong, message_, at_, expected_) \
  do {                                               \
    const Wrong got = (wrong);                       \
    CHECK(got.message == (message_));                \
    CHECK(got.at == (at_));                          \
    CHECK(got.expected == (expected_));              \
  } while (false)

TEST_CASE("the texts the errors are made from are right") {
  CHECK(ErrorsIn(CatalogWith(Section::kUser, "")).empty());
  CHECK(ErrorsIn(CatalogWith(Section::kUser, kSetting)).empty());
  CHECK(ErrorsIn(CatalogWith(Section::kRelations, kChoice)).empty());
  CHECK(ErrorsIn(CatalogWith(Section::kCall, kMedia)).empty());
  CHECK(ErrorsIn(CatalogWith(Section::kDerived, kCounter)).empty());
}

TEST_CASE("the file as a whole") {
  CHECK(ErrorsIn("").size() == 1);
  CHECK(ErrorsIn("{").size() == 1);
  CHECK_WRONG(OneError("[]"), "the catalog is an array", "[]", "an object");
  const std::string good = CatalogWith(Section::kUser, "");
  CHECK_WRONG(OneError(With(good, "\"catalog\":1,", "")), "the catalog has no \"catalog\"", "{",
              "its version, 1");
  CHECK_WRONG(OneError(With(good, "\"catalog\":1", "\"catalog\":2")),
              "this version of the catalog's format is not known", "2", "1");
  CHECK_WRONG(OneError(With(good, "\"catalog\":1", "\"catalog\":\"1\"")),
              "this version of the catalog's format is not known", "\"1\"", "1");
  const Wrong unknown = OneError(With(good, "\"catalog\":1", "\"catalog\":1,\"calls\":[]"));
  CHECK(unknown.message == "unknown key 'calls' of a catalog");
  CHECK(unknown.at == "\"calls\"");
  CHECK(unknown.hint == "did you mean 'call'?");
  CHECK_WRONG(OneError(With(good, "\"relations\":[]", "\"relations\":{}")),
              "\"relations\" is an object", "{}", "an array of entries");
  CHECK_WRONG(OneError(With(good, "\"relations\":[],\n", "")), "the catalog has no \"relations\"",
              "{", "an array of entries");
  CHECK_WRONG(OneError(Section::kUser, "3"), "an entry is an integer", "3", "an object");
}

TEST_CASE("what the engine needs") {
  const std::string good = CatalogWith(Section::kUser, "");
  CHECK(OneError(With(good, kKnown, "")).message ==
        "the catalog has no 'callee.known' as the engine needs it");
  CHECK(OneError(With(good, R"("absent":false,"bit":0)", R"("absent":false,"bit":1)")).message ==
        "the catalog has no 'callee.known' as the engine needs it");
  CHECK(OneError(With(good, R"("absent":false,"bit":0)", R"("absent":true,"bit":0)")).message ==
        "the catalog has no 'callee.known' as the engine needs it");
  CHECK(OneError(With(good, kSame, "")).message ==
        "the catalog has no 'call.same_account' as the engine needs it");
  CHECK(ErrorsIn(With(good, kCohorts, "")).size() == 2);
  CHECK(OneError(With(good, "[0,9999]", "[0,9998]")).message ==
        "the catalog has no 'callee.cohort' as the engine needs it");
}

TEST_CASE("keys") {
  const Wrong unknown = Setting("\"bit\"", "\"bi\":1,\"bit\"");
  CHECK(unknown.message == "unknown key 'bi' of an entry of \"user\"");
  CHECK(unknown.at == "\"bi\"");
  CHECK(OneError(Section::kUser, With(kSetting, "\"doc\"", "\"prob\":true,\"doc\"")).hint ==
        "did you mean 'probe'?");
  CHECK(Choice("\"bit\"", "\"type\":\"enum\",\"bit\"").message ==
        "unknown key 'type' of an entry of \"relations\"");
  CHECK(Media("\"bit\"", "\"kind\":\"call\",\"bit\"").message ==
        "unknown key 'kind' of an entry of \"call\"");
  CHECK(Media("\"bit\"", "\"default\":\"x\",\"bit\"").message ==
        "unknown key 'default' of an entry of \"call\"");
  CHECK_WRONG(Setting("\"bit\":2,", ""), "'a' has no \"bit\"", "{",
              "the first bit, counted from the begin of the block");
  CHECK_WRONG(Setting("\"bit\":2", "\"bit\":\"2\""), "\"bit\" is a string", "\"2\"",
              "an integer: the first bit, counted from the begin of the block");
  for (const auto& [key, text] : {std::pair{"name", R"("name":"a",)"},
                                  {"kind", R"("kind":"setting",)"},
                                  {"type", R"("type":"bool",)"},
                                  {"default", R"("default":true,)"},
                                  {"absent", R"("absent":false,)"},
                                  {"known_to", R"("known_to":["owner"],)"},
                                  {"changeable", R"("changeable":"owner",)"},
                                  {"doc", R"(,"doc":"d")"}}) {
    const std::string label = std::string(key) == "name" ? "the entry" : "'a'";
    CHECK(Setting(text, "").message == label + " has no \"" + key + "\"");
  }
  CHECK(Choice(R"("members":["none","to"],)", "").message == "'c' has no \"members\"");
  CHECK(Choice(R"("absent":"none",)", "").message == "'c' has no \"absent\"");
  CHECK(Media(R"("absent":"unspecified",)", "").message == "'m' has no \"absent\"");
  CHECK(Counter(R"("range":[0,15],)", "").message == "'callee.n(caller)' has no \"range\"");
  CHECK(Counter(R"("group":"attempts",)", "").message == "'callee.n(caller)' has no \"group\"");
  CHECK(Counter(R"("entry":"n",)", "").message == "the entry has no \"entry\"");
}

TEST_CASE("names") {
  for (const char* bad : {"", "A", "1a", "a-b", "a b", "a.b", "\\u00e9"}) {
    const std::string quoted = "\"name\":\"" + std::string(bad) + "\"";
    CHECK(Setting("\"name\":\"a\"", quoted).message.ends_with("is no name of an entry"));
  }
  CHECK(ErrorsIn(CatalogWith(Section::kUser,
                             With(kSetting, "\"a\"", "\"" + std::string(64, 'a') + "\"")))
            .empty());
  CHECK(Setting("\"a\"", "\"" + std::string(65, 'a') + "\"").message.ends_with("of an entry"));
  CHECK_WRONG(Setting("\"a\"", "\"while\""), "'while' is a reserved word of conditions",
              "\"while\"", "another name");
  CHECK(Setting("\"name\":\"a\"", "\"name\":7").message == "\"name\" is an integer");
  for (const char* bad : {"n", "callee.", "call.n", "callee.n(callee)", "caller.n(caller)",
                          "callee.n()", "callee.while", "callee.n(caller) "}) {
    const std::string quoted = "\"" + std::string(bad) + "\"";
    CHECK(Counter("\"callee.n(caller)\"", quoted).message.ends_with("no name of a derived fact"));
  }
  CHECK_WRONG(Counter("\"entry\":\"n\"", "\"entry\":\"m\""),
              "the entry of 'callee.n(caller)' is 'm'", "\"m\"", "'n'");
}

TEST_CASE("kinds, types, groups, units") {
  CHECK_WRONG(Setting("\"setting\"", "\"settin\""), "unknown kind 'settin'", "\"settin\"",
              "one of setting, attribute, derived");
  CHECK(Choice("\"choice\"", "\"flags\"").hint == "did you mean 'flag'?");
  CHECK_WRONG(Setting("\"bool\"", "\"boolean\""), "unknown type 'boolean'", "\"boolean\"",
              "one of bool, enum, int");
  CHECK_WRONG(Counter("\"attempts\"", "\"pair\""), "unknown group 'pair'", "\"pair\"",
              "one of cohort, contact, caller_contact, list, grant, attempts, time");
  CHECK_WRONG(Counter("\"s\"", "\"sec\""), "unknown unit 'sec'", "\"sec\"",
              "one of ms, s, min, h, d");
  CHECK_WRONG(Setting("\"bit\"", "\"members\":[\"x\",\"y\"],\"bit\""), "'a' has \"members\"",
              "\"members\"", "none: only an enum has members");
  CHECK(Setting("\"bit\"", "\"range\":[0,1],\"bit\"").message == "'a' has \"range\"");
  CHECK(Media("\"bit\"", "\"unit\":\"s\",\"bit\"").message == "'m' has \"unit\"");
  CHECK_WRONG(OneError(Section::kRelations,
                       With(With(kChoice, "choice", "flag"), "\"absent\":\"none\",", "")),
              "'c' has \"members\"", "\"members\"", "none: only a choice has members");
  CHECK_WRONG(OneError(Section::kUser, With(With(kSetting, "\"setting\"", "\"derived\""),
                                            "\"owner\",\"doc\"", "\"nobody\",\"doc\"")),
              "'a' has \"default\"", "\"default\"", "no default: a derived fact is never unset");
}

TEST_CASE("members") {
  const std::string_view members = R"(["none","to"])";
  CHECK_WRONG(Choice(members, R"(["none"])"), "'c' has 1 members", "[\"none\"]", "2 to 64");
  CHECK(Choice(members, R"(["none",7])").message == "a member is an integer");
  CHECK(Choice(members, R"(["none","to","to"])").message == "member 'to' is there twice");
  for (const char* bad : {"", "X", "unset", "unavailable", "corrupt", "true", "false", "?"}) {
    CHECK(Choice(members, R"(["none",")" + std::string(bad) + "\"]")
              .message.ends_with("is no name of a member"));
  }
  const auto many = [](int count) {
    std::string text = "[\"none\"";
    for (int i = 1; i < count; ++i) text += ",\"m" + std::to_string(i) + "\"";
    return text + "]";
  };
  CHECK(ErrorsIn(CatalogWith(Section::kRelations, With(kChoice, members, many(64)))).empty());
  CHECK(Choice(members, many(65)).message == "'c' has 65 members");
  CHECK(OneError(Section::kCall, With(kMedia, R"(["unspecified","x"],"absent":"unspecified")",
                                      R"(["x","unspecified"],"absent":"x")"))
            .message == "the first member of a call attribute is 'x'");
}

TEST_CASE("ranges") {
  for (const char* bad : {"[0]", "[0,1,2]", "[\"0\",1]", "[0,true]", "[]"}) {
    CHECK_WRONG(Counter("[0,15]", bad), "a range of other than two integers", bad,
                "[lowest, highest]");
  }
  CHECK(Counter("[0,15]", "[1,1]").message == "an empty range");
  CHECK(Counter("[0,15]", "[2,1]").message == "an empty range");
  CHECK(Counter("[0,15]", "{}").message == "\"range\" is an object");
  const auto fits = [](const char* range) {
    return ErrorsIn(CatalogWith(Section::kDerived, With(kCounter, "[0,15]", range))).empty();
  };
  CHECK(fits("[-1,0]"));
  CHECK(fits("[0,2147483646]"));
  CHECK_WRONG(Counter("[0,15]", "[0,2147483647]"), "a range of too many values", "[0,2147483647]",
              "at most 2147483647 values");
  CHECK(Counter("[0,15]", "[-9223372036854775808,9223372036854775807]").message ==
        "a range of too many values");
}

TEST_CASE("values") {
  CHECK_WRONG(Setting("\"default\":true", "\"default\":1"), "this is no value of 'a'", "1",
              "true or false");
  CHECK_WRONG(Setting("\"absent\":false", "\"absent\":null"), "this is no value of 'a'", "null",
              "true or false");
  CHECK_WRONG(Counter("\"absent\":0", "\"absent\":16"), "this is no value of 'callee.n(caller)'",
              "16", "an integer from 0 to 15");
  CHECK(Counter("\"absent\":0", "\"absent\":-1").message ==
        "this is no value of 'callee.n(caller)'");
  const Wrong misspelt = Media(R"("absent":"unspecified")", R"("absent":"unspecifed")");
  CHECK(misspelt.hint == "did you mean 'unspecified'?");
  CHECK_WRONG(Media(R"("absent":"unspecified")", R"("absent":"x")"),
              "what is not there has to be the first value of 'm'", "\"x\"", "'unspecified'");
  CHECK_WRONG(Choice(R"("absent":"none")", R"("absent":"to")"),
              "what is not there has to be the first value of 'c'", "\"to\"", "'none'");
  CHECK_WRONG(OneError(Section::kRelations,
                       With(With(kChoice, "choice", "flag"),
                            R"("members":["none","to"],"absent":"none")", R"("absent":true)")),
              "what is not there has to be the first value of 'c'", "true", "false");
}

TEST_CASE("places") {
  CHECK_WRONG(Setting("\"bit\":2", "\"bit\":-1"), "bit -1 is in no block", "-1",
              "an integer from 0, counted from the begin of the block");
  CHECK(Setting("\"bit\":2", "\"bit\":9999999999").message == "bit 9999999999 is in no block");
  const Wrong overlap = Setting("\"bit\":2", "\"bit\":0");
  CHECK(overlap.message == "'a' (2 bits) overlaps 'known'");
  CHECK(overlap.at == "0");
  CHECK(overlap.expected == "bits of its own");
  CHECK(overlap.hint == "the entries before it leave bit 1 free");
  CHECK_WRONG(Setting("\"bit\":2", "\"bit\":31"), "'a' (2 bits) lies across a word boundary", "31",
              "all bits in one word of 32");
  CHECK_WRONG(Setting("\"bit\":2", "\"bit\":155"), "'a' (2 bits) ends beyond the block of \"user\"",
              "155", "a place within 156 bits");
  CHECK(ErrorsIn(CatalogWith(Section::kUser, With(kSetting, "\"bit\":2", "\"bit\":154"))).empty());
  CHECK(Choice("\"bit\":4", "\"bit\":32").message ==
        "'c' (1 bit) ends beyond the block of \"relations\"");
  CHECK(Media("\"bit\":2", "\"bit\":64").message ==
        "'m' (1 bit) ends beyond the block of \"call\"");
  CHECK(Counter("\"bit\":32", "\"bit\":125").message ==
        "'callee.n(caller)' (4 bits) ends beyond the block of \"derived\"");
  CHECK_WRONG(Choice("\"bit\":4", "\"bit\":4,\"bits\":0"), "'c' needs 1 bits", "0",
              "an integer from 1 to 32");
  CHECK(Choice("\"bit\":4", "\"bit\":0,\"bits\":33").message == "'c' needs 1 bits");
  CHECK(Counter("\"bit\":32", "\"bit\":32,\"bits\":3").message ==
        "'callee.n(caller)' needs 4 bits");
  const std::string wide = With(kChoice, "\"bit\":4", "\"bit\":0,\"bits\":32");
  CHECK(ErrorsIn(CatalogWith(Section::kRelations, wide)).empty());
  const std::string second = With(kChoice, "\"name\":\"c\"", "\"name\":\"e\"");
  CHECK(OneError(Section::kRelations, wide + "," + second).hint ==
        "the entries before it leave no room of that width");
}

TEST_CASE("people") {
  CHECK_WRONG(Setting("[\"owner\"]", "[\"owner\",\"callee\"]"), "unknown party 'callee'",
              "\"callee\"", "one of owner, other, operator");
  CHECK(Setting("[\"owner\"]", "[\"owner\",\"owner\"]").message == "'owner' is there twice");
  CHECK(Setting("[\"owner\"]", "[1]").message == "party is an integer");
  CHECK(Setting("[\"owner\"]", "\"owner\"").message == "\"known_to\" is a string");
  CHECK_WRONG(Setting("\"changeable\":\"owner\"", "\"changeable\":\"other\""),
              "unknown party 'other'", "\"other\"", "one of owner, operator, nobody");
  CHECK(Choice("\"changeable\":\"subject\"", "\"changeable\":\"object\"").expected ==
        "one of subject, operator, nobody");
  CHECK(Media("\"changeable\":\"caller\"", "\"changeable\":\"callee\"").expected ==
        "one of caller, operator, nobody");
  CHECK(Counter("\"nobody\"", "\"operator\"").expected == "one of nobody");
  CHECK(Setting("\"doc\"", "\"changeable_to\":[],\"doc\"").message ==
        "'a' can be changed to nothing");
  CHECK(Setting("\"doc\"", "\"changeable_to\":[1],\"doc\"").message == "this is no value of 'a'");
  CHECK(Setting("\"doc\"", "\"changeable_to\":[true,true],\"doc\"").message ==
        "this value is there twice");
  CHECK_WRONG(Counter("\"doc\"", "\"changeable_to\":[1],\"doc\""),
              "'callee.n(caller)' has \"changeable_to\"", "\"changeable_to\"",
              "none: nobody can change it");
  CHECK(Counter("\"doc\"", "\"change\":\"x\",\"doc\"").message ==
        "'callee.n(caller)' has \"change\"");
  CHECK(Setting("\"doc\"", "\"probe\":1,\"doc\"").message == "\"probe\" is an integer");
}

TEST_CASE("sentences") {
  CHECK_WRONG(Setting("\"doc\":\"d\"", "\"doc\":\"\""), "the documentation of 'a' is no sentence",
              "\"\"", "1 to 256 bytes on one line");
  CHECK(Setting("\"doc\":\"d\"", "\"doc\":\"a\\nb\"").message ==
        "the documentation of 'a' is no sentence");
  CHECK(Setting("\"doc\":\"d\"", "\"doc\":\"" + std::string(257, 'd') + "\"").message ==
        "the documentation of 'a' is no sentence");
  const auto says = [](const std::string& text) {
    return Setting("\"doc\"", "\"says\":" + text + ",\"doc\"");
  };
  CHECK_WRONG(says(R"({"true":"t"})"), "\"says\" has no sentence for 'false'", "{",
              "a sentence for each value");
  CHECK_WRONG(says(R"({"true":"t","false":"f","no":"n"})"), "'no' is no value of the entry",
              "\"no\"", "one of false, true");
  CHECK(says(R"("text")").message == "\"says\" is a string");
  CHECK(says(R"({"true":"t","false":""})").message == "this is no sentence");
  CHECK(says(R"({"true":"t","false":7})").message == "this is no sentence");
  const Wrong misspelt = says(R"({"true":"{owners} has\t{other}","false":"f"})");
  CHECK(misspelt.message == "this is no sentence");  // a control byte
  const Wrong nobody = says(R"({"true":"\u007b\u006fwners} x","false":"f"})");
  CHECK(nobody.message == "'{owners}' stands for nobody");
  CHECK(nobody.at == "\\u007b\\u006fwners}");
  CHECK(nobody.hint == "did you mean '{owner}'?");
  CHECK(says(R"({"true":"a } b","false":"f"})").message == "'}' stands for nobody");
  CHECK(says(R"({"true":"a { b","false":"f"})").message == "'{' stands for nobody");
  CHECK(says(R"({"true":"{subject}","false":"f"})").expected == "one of {owner}, {other}");
  CHECK(Choice("\"doc\"", R"("change":{"to":"{owner}"},"doc")").expected ==
        "one of {subject}, {object}");
  CHECK(Media("\"doc\"", R"("change":{"x":"{owner}"},"doc")").expected ==
        "one of {callee}, {caller}");
  CHECK(Counter("\"doc\"", R"("says":"{x}","doc")").expected == "one of {owner}, {other}, {value}");
  CHECK(Counter("\"doc\"", R"("says":{},"doc")").message == "this is no sentence");
}

TEST_CASE("names are there once") {
  const std::string two = std::string(kSetting) + ",\n" + With(kSetting, "\"bit\":2", "\"bit\":4");
  const Wrong twice = OneError(Section::kUser, two);
  CHECK(twice.message == "the fact 'callee.a' is there twice");
  CHECK(twice.at == "\"a\"");
  CHECK(twice.hint == "the other is in line 4");
  const std::string derived = With(With(kCounter, "\"callee.n(caller)\"", "\"callee.known\""),
                                   "\"entry\":\"n\"", "\"entry\":\"known\"");
  CHECK(OneError(Section::kDerived, derived).message == "the fact 'callee.known' is there twice");
}

TEST_CASE("at most kMaxFacts facts") {
  // The least catalog has 5 facts. 61 call attributes and 95 * 2 facts of users make 256.
  const auto catalog = [](int extra) {
    std::string user, call;
    for (int i = 0; i < 61; ++i) {
      call += ",\n" + With(With(With(kSame, "same_account", "x" + std::to_string(i)), "\"bit\":0",
                                "\"bit\":" + std::to_string(i + 1)),
                           "[]", "[\"caller\"]");
    }
    for (int i = 0; i < 95 + extra; ++i) {
      user += ",\n" + With(With(kKnown, "known", "x" + std::to_string(i)), "\"bit\":0",
                           "\"bit\":" + std::to_string(i + 1));
    }
    std::string text = CatalogWith(Section::kUser, user.substr(2));
    return With(text, kSame, std::string(kSame) + call);
  };
  CHECK(ErrorsIn(catalog(0)).empty());
  const Wrong full = OneError(catalog(1));
  CHECK(full.message == "too many facts");
  CHECK(full.expected == "at most 256: an entry of users or relations is two");
}

TEST_CASE("all errors in one run, rendered") {
  const Result<Catalog> parsed = Catalog::Parse(
      "{ \"catalog\": 1, \"user\": [ { \"name\": \"A\" } ], \"relations\": [], \"call\": [],\n"
      "  \"derivd\": [] }",
      "mine.json");
  REQUIRE_FALSE(parsed.ok());
  CHECK(parsed.status().code() == StatusCode::kParse);
  CHECK(parsed.status().message().starts_with(
      "mine.json:1:1: error: the catalog has no \"derived\"\n"
      "{ \"catalog\": 1, \"user\": [ { \"name\": \"A\" } ], \"relations\": [], \"call\": [],\n"
      "^\n"
      "  expected: an array of entries\n"
      "mine.json:1:27: error: the entry has no \"kind\"\n"));
  CHECK(parsed.status().message().ends_with(
      "mine.json:2:3: error: unknown key 'derivd' of a catalog\n"
      "  \"derivd\": [] }\n"
      "  ^~~~~~~~\n"
      "  expected: one of catalog, user, relations, call, derived, constraints\n"
      "  hint: did you mean 'derived'?\n"));
}

TEST_CASE("hundreds of broken entries") {
  std::string entries;
  for (int i = 0; i < 500; ++i) entries += i == 0 ? "{}" : ",{}";
  Diagnostics diagnostics;
  const std::string text = CatalogWith(Section::kUser, entries);
  CHECK_FALSE(ParseCatalog(text, "c", &diagnostics).has_value());
  CHECK(diagnostics.errors() == 500 * 7);
  CHECK(diagnostics.items().size() == kMaxDiagnostics);
}

}  // namespace
}  // namespace ringfence
