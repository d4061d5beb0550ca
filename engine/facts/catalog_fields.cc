// The table of keys, and the errors every key can have.
#include "facts/catalog_fields.h"

#include <algorithm>

#include "base/utf8.h"

namespace ringfence {
namespace {

using Type = JsonValue::Type;

constexpr unsigned On(Section section) { return 1u << static_cast<unsigned>(section); }
constexpr unsigned kEverywhere = 15;

struct Key {
  std::string_view name;
  unsigned sections;
  std::string_view expected;
};

constexpr Key kKeys[] = {
    {"name", kEverywhere, "a name of small letters, digits and _"},
    {"entry", On(Section::kDerived), "the NAME of \"callee.NAME\" or \"callee.NAME(caller)\""},
    {"group", On(Section::kDerived),
     "one of cohort, contact, caller_contact, list, grant, attempts, time"},
    {"kind", On(Section::kUser) | On(Section::kRelations), "the kind of the entry"},
    {"type", kEverywhere & ~On(Section::kRelations), "one of bool, enum, int"},
    {"members", kEverywhere, "the members' names in the order of their codes"},
    {"range", kEverywhere & ~On(Section::kRelations), "[lowest, highest]"},
    {"unit", kEverywhere & ~On(Section::kRelations), "one of ms, s, min, h, d, or an empty string"},
    {"default", On(Section::kUser), "the value where nobody chose one"},
    {"absent", kEverywhere, "the value where the account or the data does not exist"},
    {"bit", kEverywhere, "the first bit, counted from the begin of the block"},
    {"bits", kEverywhere, "how many bits to keep, where more are wanted than the values need"},
    {"known_to", kEverywhere, "a list of those who know the value"},
    {"changeable", kEverywhere, "who can change the value"},
    {"changeable_to", kEverywhere, "a list of values"},
    {"probe", kEverywhere, "true or false"},
    {"enumerable", kEverywhere, "true or false"},
    {"replay", kEverywhere, "true or false"},
    {"says", kEverywhere, "a sentence for each value"},
    {"change", kEverywhere, "what to do for a value, for each value that can be brought about"},
    {"doc", kEverywhere, "one sentence"},
};

std::string_view ExpectedOf(std::string_view name) {
  const auto found = std::find_if(std::begin(kKeys), std::end(kKeys),
                                  [&](const Key& k) { return k.name == name; });
  return found->expected;
}

}  // namespace

std::string QuotedText(std::string_view text) {
  constexpr size_t kShownBytes = 64;
  return "'" + Printable(text, kShownBytes) + "'";
}

SourceSpan BraceOf(const JsonValue& value) {
  SourceSpan brace = value.span;
  brace.length = 1;
  return brace;
}

const JsonValue* EntryFields::Get(std::string_view key, Type type, bool required) {
  const JsonValue* value = json_.Find(key);
  if (value == nullptr) {
    if (required) {
      Error(BraceOf(json_), Label() + " has no \"" + std::string(key) + "\"",
            std::string(ExpectedOf(key)));
    }
    return nullptr;
  }
  if (value->type == type) return value;
  Error(value->span, "\"" + std::string(key) + "\" is " + std::string(ToString(value->type)),
        std::string(ToString(type)) + ": " + std::string(ExpectedOf(key)));
  return nullptr;
}

void EntryFields::Forbid(std::string_view key, std::string_view why) {
  const auto is_it = [&](const JsonValue::Member& member) { return member.key == key; };
  const auto found = std::find_if(json_.members.begin(), json_.members.end(), is_it);
  if (found == json_.members.end()) return;
  Error(found->key_span, Label() + " has \"" + std::string(key) + "\"", std::string(why));
}

void EntryFields::CheckKeys() {
  std::vector<std::string_view> names;
  for (const Key& key : kKeys) {
    if ((key.sections & On(entry_.section)) != 0) names.push_back(key.name);
  }
  for (const JsonValue::Member& member : json_.members) {
    if (std::find(names.begin(), names.end(), member.key) != names.end()) continue;
    std::string all;
    for (std::string_view name : names) all += (all.empty() ? "" : ", ") + std::string(name);
    Error(member.key_span,
          "unknown key " + QuotedText(member.key) + " of an entry of \"" +
              std::string(ToString(entry_.section)) + "\"",
          "one of " + all, DidYouMean(member.key, names));
  }
}

std::optional<int> EntryFields::ReadWord(const JsonValue& json, std::string_view what,
                                         std::span<const Word> words) {
  std::vector<std::string_view> names;
  std::string all;
  for (const Word& word : words) {
    if (json.type == Type::kString && json.string == word.text) return word.value;
    names.push_back(word.text);
    all += (all.empty() ? "" : ", ") + std::string(word.text);
  }
  if (json.type != Type::kString) {
    Error(json.span, std::string(what) + " is " + std::string(ToString(json.type)),
          "one of " + all);
  } else {
    Error(json.span, "unknown " + std::string(what) + " " + QuotedText(json.string),
          "one of " + all, DidYouMean(json.string, names));
  }
  return std::nullopt;
}

bool EntryFields::ReadFlag(std::string_view key) {
  const JsonValue* value = Get(key, Type::kBool, false);
  return value != nullptr && value->boolean;
}

}  // namespace ringfence
