// The objects of a SARIF log from the outermost to a region.
#include "cli/sarif.h"

#include <algorithm>

#include "cli/json_out.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr std::string_view kSchema =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// A place as SARIF counts it: lines from 1, columns from 1 in UTF-16 code units.
struct Place {
  size_t line = 1;
  size_t column = 1;
};

Place PlaceAt(std::string_view text, size_t offset) {
  Place place;
  for (const char c : text.substr(0, offset)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      ++place.line;
      place.column = 1;
    } else if (byte >= 0xF0) {
      place.column += 2;  // the first byte of a code point outside the basic plane
    } else if (byte < 0x80 || byte >= 0xC0) {
      ++place.column;
    }
  }
  return place;
}

/// A path as a URI reference (RFC 3986): relative ones stay so, and code hosts find the file.
std::string UriOf(std::string_view path) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
  while (path.starts_with("./")) path.remove_prefix(2);
  std::string uri = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    if (kPlain.find(c) != std::string_view::npos) {
      uri += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    uri += {'%', kHex[byte >> 4], kHex[byte & 15]};
  }
  return uri;
}

void Message(JsonOut& json, std::string_view key, std::string_view text) {
  json.Key(key).Object().Key("text").Text(text).EndObject();
}

void Rules(JsonOut& json) {
  json.Key("rules").Array();
  for (const LintRule& rule : LintRules()) {
    json.Object().Key("id").Text(rule.id);
    Message(json, "shortDescription", rule.brief);
    Message(json, "fullDescription", Cat({rule.brief, " ", rule.help}));
    Message(json, "help", rule.help);
    json.Key("defaultConfiguration").Object();
    json.Key("level").Text(rule.error ? "error" : "warning").EndObject().EndObject();
  }
  json.EndArray();
}

void Tool(JsonOut& json, std::string_view version) {
  json.Key("tool").Object().Key("driver").Object();
  json.Key("name").Text("ringfence").Key("semanticVersion").Text(version);
  Rules(json);
  json.EndObject().EndObject();
}

/// Files that could not be read are what the tool has to say of itself.
void Invocation(JsonOut& json, const std::vector<LintedFile>& files) {
  const bool all = std::ranges::all_of(files, &std::string::empty, &LintedFile::unread);
  json.Key("invocations").Array().Object().Key("executionSuccessful").Bool(all);
  if (!all) {
    json.Key("toolExecutionNotifications").Array();
    for (const LintedFile& file : files) {
      if (file.unread.empty()) continue;
      json.Object().Key("level").Text("error");
      Message(json, "message", file.unread);
      json.EndObject();
    }
    json.EndArray();
  }
  json.EndObject().EndArray();
}

void Region(JsonOut& json, const LintedFile& file, const LintFinding& finding) {
  const Place begin = PlaceAt(file.text, finding.offset_bytes);
  const Place end = PlaceAt(file.text, finding.offset_bytes + finding.length_bytes);
  json.Key("region").Object();
  json.Key("startLine").Number(begin.line).Key("startColumn").Number(begin.column);
  json.Key("endLine").Number(end.line).Key("endColumn").Number(end.column).EndObject();
}

void Finding(JsonOut& json, const LintedFile& file, const LintFinding& finding) {
  const auto rules = LintRules();
  const auto rule = std::ranges::find(rules, finding.rule, &LintRule::id);
  json.Object().Key("ruleId").Text(finding.rule);
  json.Key("ruleIndex").Number(static_cast<uint64_t>(rule - rules.begin()));
  json.Key("level").Text(finding.error ? "error" : "warning");
  std::string message = finding.message;
  if (!finding.expected.empty()) message += Cat({"; expected: ", finding.expected});
  if (!finding.hint.empty()) message += Cat({"; hint: ", finding.hint});
  Message(json, "message", message);
  json.Key("locations").Array().Object().Key("physicalLocation").Object();
  json.Key("artifactLocation").Object().Key("uri").Text(UriOf(file.path)).EndObject();
  Region(json, file, finding);
  json.EndObject().EndObject().EndArray().EndObject();
}

}  // namespace

std::string SarifLog(const std::vector<LintedFile>& files, std::string_view version) {
  JsonOut json(true);
  json.Object().Key("$schema").Text(kSchema).Key("version").Text("2.1.0");
  json.Key("runs").Array().Object();
  Tool(json, version);
  Invocation(json, files);
  json.Key("columnKind").Text("utf16CodeUnits");
  json.Key("results").Array();
  for (const LintedFile& file : files) {
    for (const LintFinding& finding : file.report.findings) Finding(json, file, finding);
  }
  json.EndArray().EndObject().EndArray().EndObject();
  return json.Line();
}

}  // namespace ringfence::cli
