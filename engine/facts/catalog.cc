// The catalog as its users see it: facts by id and name, values to codes and back.
#include <ringfence/catalog.h>

#include <algorithm>
#include <charconv>
#include <span>

#include "base/check.h"
#include "base/embedded.h"
#include "base/sha256.h"
#include "base/utf8.h"
#include "facts/catalog_places.h"

namespace ringfence {

std::span<const EmbeddedFile> StandardCatalogFiles();  // made by rf_embed

namespace {

constexpr std::string_view kUnset = "unset";
constexpr std::string_view kUnavailable = "unavailable";
constexpr size_t kShownBytes = 64;

using Index = std::unordered_map<std::string_view, FactId>;

std::string Quoted(std::string_view text) { return "'" + Printable(text, kShownBytes) + "'"; }

std::string WithHint(const std::string& message, const std::string& hint) {
  return hint.empty() ? message : message + "; " + hint;
}

Status Unknown(std::string_view what, std::string_view name, const std::string& hint) {
  return Status(StatusCode::kNotFound,
                WithHint("unknown " + std::string(what) + " " + Quoted(name), hint));
}

// The nearest name of an index. The hint must not depend on the order of a hash table.
std::string NearestIn(std::string_view name, const Index& index) {
  std::vector<std::string_view> names;
  names.reserve(index.size());
  for (const auto& [known, id] : index) names.push_back(known);
  std::sort(names.begin(), names.end());
  return DidYouMean(name, names);
}

// A name that only lacks its party ("calls_enabled", "callee.follows") is more than near.
std::string NearestFact(std::string_view name, const Index& index) {
  const std::string text(name.substr(0, kMaxNameBytes * 2));
  for (const std::string& whole : {text + "(caller)", text + "(callee)", "callee." + text,
                                   "callee." + text + "(caller)", "call." + text}) {
    if (index.contains(whole)) return "did you mean '" + whole + "'?";
  }
  return NearestIn(name, index);
}

std::string Expected(const FactInfo& fact) {
  std::string text;
  switch (fact.type) {
    case FactType::kBool:
      text = "true or false";
      break;
    case FactType::kEnum:
      for (const std::string& member : fact.members) text += (text.empty() ? "" : ", ") + member;
      text = "one of " + text;
      break;
    case FactType::kInt:
      text = "an integer from " + std::to_string(fact.lowest) + " to " +
             std::to_string(fact.highest) + (fact.unit.empty() ? "" : " (" + fact.unit + ")");
      break;
  }
  return fact.can_be_unset ? text + ", or unset" : text;
}

Status BadValue(const FactInfo& fact, std::string_view text) {
  std::string hint;
  if (fact.type == FactType::kEnum) {
    hint = DidYouMean(text, {fact.members.begin(), fact.members.end()});
  }
  return Status(
      StatusCode::kInvalidArgument,
      WithHint(Quoted(text) + " is no value of '" + fact.name + "': expected " + Expected(fact),
               hint));
}

// Digits with at most one sign before them; what does not fit 64 bits is saturated like the rest.
std::optional<int64_t> ParseSaturated(std::string_view text) {
  int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (stop != end || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc::result_out_of_range) return text.front() == '-' ? INT64_MIN : INT64_MAX;
  return value;
}

/// The value's code without the shift of facts that can be unset.
std::optional<FactCode> ParsePlain(const FactInfo& fact, std::string_view text) {
  switch (fact.type) {
    case FactType::kBool:
      if (text == "false") return FactCode{0};
      if (text == "true") return FactCode{1};
      return std::nullopt;
    case FactType::kEnum: {
      const auto found = std::find(fact.members.begin(), fact.members.end(), text);
      if (found == fact.members.end()) return std::nullopt;
      return static_cast<FactCode>(found - fact.members.begin());
    }
    case FactType::kInt: {
      const std::optional<int64_t> value = ParseSaturated(text);
      if (!value) return std::nullopt;
      return static_cast<FactCode>(std::clamp(*value, fact.lowest, fact.highest) - fact.lowest);
    }
  }
  return std::nullopt;
}

void FillIndices(Index* by_name, Index* user_entries, Index* relations,
                 const std::vector<FactInfo>& facts) {
  for (const FactInfo& fact : facts) {
    by_name->emplace(fact.name, fact.id);
    const bool of_user = fact.kind == FactKind::kSetting || fact.kind == FactKind::kAttribute;
    if (of_user && fact.group == Group::kCallee) user_entries->emplace(fact.entry, fact.id);
    const bool of_callee = fact.name.starts_with("callee.");
    if (fact.kind == FactKind::kRelation && of_callee) relations->emplace(fact.entry, fact.id);
  }
}

}  // namespace

FactCode FactInfo::code_count() const {
  FactCode values = 2;
  if (type == FactType::kEnum) values = static_cast<FactCode>(members.size());
  if (type == FactType::kInt) values = static_cast<FactCode>(highest - lowest) + 1;
  return values + (can_be_unset ? 1 : 0);
}

const Catalog& Catalog::Standard() {
  static const Catalog standard = [] {
    const EmbeddedFile& file = StandardCatalogFiles().front();
    Result<Catalog> parsed = Parse(file.text, file.name);
    CHECK_MSG(parsed.ok(), parsed.status().message());
    return std::move(parsed).value();
  }();
  return standard;
}

Catalog Catalog::Of(std::shared_ptr<Data> data) {
  data->digest_hex = Sha256Hex(CanonicalCatalog(data->parsed));
  FillIndices(&data->by_name, &data->user_entries, &data->relations, data->parsed.facts);
  return Catalog(std::move(data));
}

Result<Catalog> Catalog::Parse(std::string_view text, std::string_view file_name) {
  Diagnostics diagnostics;
  std::optional<ParsedCatalog> parsed = ParseCatalog(text, file_name, &diagnostics);
  if (!parsed) return Status(StatusCode::kParse, diagnostics.Render(text));
  auto data = std::make_shared<Data>();
  data->parsed = std::move(*parsed);
  data->base_size = data->parsed.facts.size();
  return Of(std::move(data));
}

Result<Catalog> Catalog::Extend(const Catalog& base, std::string_view text,
                                std::string_view file_name) {
  if (!base.extension().empty()) {
    return Status(StatusCode::kInvalidArgument,
                  "the catalog is extended already, by " + Quoted(base.extension()));
  }
  Diagnostics diagnostics;
  std::optional<ExtensionFile> file =
      ReadExtension(base.data_->parsed, text, file_name, &diagnostics);
  if (!file) return Status(StatusCode::kParse, diagnostics.Render(text));
  auto data = std::make_shared<Data>();
  data->parsed = {base.version(), std::move(file->facts), std::move(file->constraints)};
  data->extension = std::move(file->name);
  data->extension_version = file->version;
  data->base_size = base.size();
  return Of(std::move(data));
}

Status Catalog::CheckNextVersion(const Catalog& base, const ExtensionText& old,
                                 const ExtensionText& next) {
  std::optional<ExtensionFile> files[2];
  for (size_t i = 0; i < 2; ++i) {
    const ExtensionText& from = i == 0 ? old : next;
    Diagnostics diagnostics;
    files[i] = ReadExtension(base.data_->parsed, from.text, from.file_name, &diagnostics);
    if (!files[i]) return Status(StatusCode::kParse, diagnostics.Render(from.text));
  }
  Diagnostics diagnostics;
  CatalogErrors errors{next.text, next.file_name, diagnostics};
  CompareExtensions(*files[0], *files[1], &errors);
  if (diagnostics.HasErrors()) return Status(StatusCode::kParse, diagnostics.Render(next.text));
  return Status();
}

std::string_view Catalog::extension() const { return data_->extension; }
int Catalog::extension_version() const { return data_->extension_version; }
size_t Catalog::base_size() const { return data_->base_size; }
std::vector<Catalog::Room> Catalog::ExtensionRoom() const {
  std::vector<Room> rooms;
  for (const Section section : {Section::kUser, Section::kRelations, Section::kCall}) {
    for (const BitRange& range : BlockMap(section, data_->parsed.facts).Free()) {
      rooms.push_back({ToString(section), range.first, range.last});
    }
  }
  return rooms;
}

std::string Catalog::Canonical() const { return CanonicalCatalog(data_->parsed); }
int Catalog::version() const { return data_->parsed.version; }
size_t Catalog::size() const { return data_->parsed.facts.size(); }
std::span<const FactInfo> Catalog::facts() const { return data_->parsed.facts; }
std::span<const CatalogConstraint> Catalog::constraints() const {
  return data_->parsed.constraints;
}
std::string_view Catalog::digest_hex() const { return data_->digest_hex; }

const FactInfo& Catalog::fact(FactId id) const {
  CHECK_MSG(id < size(), "a fact of another catalog");
  return data_->parsed.facts[id];
}

Result<FactId> Catalog::Find(std::string_view fact_name) const {
  const auto found = data_->by_name.find(fact_name);
  if (found != data_->by_name.end()) return found->second;
  return Unknown("fact", fact_name, NearestFact(fact_name, data_->by_name));
}

Result<FactId> Catalog::FindUserEntry(std::string_view entry_name) const {
  const auto found = data_->user_entries.find(entry_name);
  if (found != data_->user_entries.end()) return found->second;
  return Unknown("setting or attribute", entry_name, NearestIn(entry_name, data_->user_entries));
}

Result<FactId> Catalog::FindRelation(std::string_view entry_name) const {
  const auto found = data_->relations.find(entry_name);
  if (found != data_->relations.end()) return found->second;
  return Unknown("relation", entry_name, NearestIn(entry_name, data_->relations));
}

Result<FactCode> Catalog::ParseValue(FactId id, std::string_view text) const {
  if (id >= size()) {
    return Status(StatusCode::kInvalidArgument, "no fact has the id " + std::to_string(id));
  }
  const FactInfo& info = fact(id);
  if (text == "?" || text == kUnavailable) return kUnavailableCode;
  if (info.can_be_unset && text == kUnset) return FactCode{0};
  const std::optional<FactCode> plain = ParsePlain(info, text);
  if (!plain) return BadValue(info, text);
  return info.can_be_unset ? *plain + 1 : *plain;
}

Result<Fact> Catalog::MakeFact(std::string_view fact_name, std::string_view value) const {
  const Result<FactId> id = Find(fact_name);
  if (!id.ok()) return id.status();
  const Result<FactCode> code = ParseValue(*id, value);
  if (!code.ok()) return code.status();
  return Fact{*id, *code};
}

std::string Catalog::FormatValue(FactId id, FactCode code) const {
  const FactInfo& info = fact(id);
  if (code == kUnavailableCode) return std::string(kUnavailable);
  if (code >= info.code_count()) return "corrupt";
  if (info.can_be_unset && code == 0) return std::string(kUnset);
  const FactCode plain = info.can_be_unset ? code - 1 : code;
  switch (info.type) {
    case FactType::kBool:
      return plain == 0 ? "false" : "true";
    case FactType::kEnum:
      return info.members[plain];
    case FactType::kInt:
      return std::to_string(info.lowest + static_cast<int64_t>(plain));
  }
  return {};
}

}  // namespace ringfence
