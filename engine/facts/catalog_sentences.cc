// Sentences are checked when the catalog is read, so that an explanation never shows a bare {name}.
#include "facts/catalog_sentences.h"

#include <algorithm>

#include "base/utf8.h"
#include "facts/catalog_fields.h"

namespace ringfence {
namespace {

std::vector<std::string_view> Placeholders(const CatalogEntry& entry) {
  std::vector<std::string_view> names;
  switch (entry.section) {
    case Section::kUser:
    case Section::kDerived:
      names = {"{owner}", "{other}"};
      break;
    case Section::kRelations:
      names = {"{subject}", "{object}"};
      break;
    case Section::kCall:
      names = {"{callee}", "{caller}"};
      break;
  }
  if (entry.info.type == FactType::kInt) names.push_back("{value}");
  return names;
}

/// The texts by which a file names the values, in code order.
std::vector<std::string_view> ValueNames(const FactInfo& info) {
  if (info.type == FactType::kBool) return {"false", "true"};
  return {info.members.begin(), info.members.end()};
}

void CheckPlaceholders(const CatalogEntry& entry, const JsonValue& sentence,
                       CatalogErrors* errors) {
  const std::vector<std::string_view> names = Placeholders(entry);
  std::string all;
  for (std::string_view name : names) all += (all.empty() ? "" : ", ") + std::string(name);
  const std::string_view text = sentence.string;
  for (size_t at = text.find_first_of("{}"); at != std::string_view::npos;
       at = text.find_first_of("{}", at + 1)) {
    const size_t end = text[at] == '{' ? text.find('}', at) : at;
    const size_t length = end == std::string_view::npos ? 1 : end + 1 - at;
    const std::string_view name = text.substr(at, length);
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      errors->Add(SpanInString(sentence, at, length, errors->text),
                  QuotedText(name) + " stands for nobody", "one of " + all,
                  DidYouMean(name, names));
    }
    at += length - 1;
  }
}

std::string ReadSentence(const CatalogEntry& entry, const JsonValue& sentence,
                         CatalogErrors* errors) {
  const std::string& text = sentence.string;
  if (sentence.type != JsonValue::Type::kString || text.empty() || text.size() > kMaxReasonBytes ||
      HasControlBytes(text)) {
    errors->Add(sentence.span, "this is no sentence",
                "a string of 1 to " + std::to_string(kMaxReasonBytes) + " bytes on one line");
    return {};
  }
  CheckPlaceholders(entry, sentence, errors);
  return text;
}

void CheckComplete(const CatalogEntry& entry, std::string_view key, const JsonValue& json,
                   CatalogErrors* errors) {
  if (key != "says") return;
  for (std::string_view name : ValueNames(entry.info)) {
    if (json.Find(name) != nullptr) continue;
    errors->Add(BraceOf(json), "\"says\" has no sentence for '" + std::string(name) + "'",
                "a sentence for each value");
  }
}

}  // namespace

std::vector<std::string> ReadCatalogSentences(const CatalogEntry& entry, std::string_view key,
                                              const JsonValue& json, CatalogErrors* errors) {
  if (entry.info.type == FactType::kInt) return {ReadSentence(entry, json, errors)};
  if (json.type != JsonValue::Type::kObject) {
    errors->Add(json.span, "\"" + std::string(key) + "\" is " + std::string(ToString(json.type)),
                "an object with a sentence for each value");
    return {};
  }
  const std::vector<std::string_view> names = ValueNames(entry.info);
  std::vector<std::string> sentences(names.size());
  for (const JsonValue::Member& member : json.members) {
    const auto found = std::find(names.begin(), names.end(), member.key);
    if (found == names.end()) {
      std::string all;
      for (std::string_view name : names) all += (all.empty() ? "" : ", ") + std::string(name);
      errors->Add(member.key_span, QuotedText(member.key) + " is no value of the entry",
                  "one of " + all, DidYouMean(member.key, names));
      continue;
    }
    sentences[static_cast<size_t>(found - names.begin())] =
        ReadSentence(entry, member.value, errors);
  }
  CheckComplete(entry, key, json, errors);
  return sentences;
}

}  // namespace ringfence
