// Policy: parse, check, compile, dump; and the rule sets shipped inside the library.
#include <ringfence/lint.h>
#include <ringfence/policy.h>

#include <algorithm>
#include <utility>

#include "api/policy_impl.h"
#include "api/shipped_rules.h"
#include "base/diagnostic.h"
#include "compile/compile.h"

namespace ringfence {
namespace {

// What the compiler says that the reader has not: the policy is beyond a limit.
constexpr std::string_view kLimitRule = "limit";

Status ParseError(const Diagnostics& diagnostics, std::string_view text) {
  return Status(StatusCode::kParse, diagnostics.Render(text));
}

}  // namespace

Result<Policy> Policy::Compile(std::string_view text, std::string_view file_name,
                               const Catalog& catalog) {
  Diagnostics diagnostics;
  std::optional<Document> document = ParsePolicy(catalog, text, file_name, &diagnostics);
  if (!document.has_value()) return ParseError(diagnostics, text);
  auto impl = std::make_shared<Impl>(catalog);
  impl->document = std::move(*document);
  std::optional<Program> program = ringfence::Compile(
      impl->layout, impl->document, CompileOptions{}, file_name, &diagnostics, &impl->diagram_dump);
  if (!program.has_value()) return Status(StatusCode::kLimit, diagnostics.Render(text));
  impl->program = std::move(*program);
  impl->canonical = PrintDocument(catalog, impl->document);
  impl->digest = impl->program.digest_hex;
  return Policy(std::move(impl));
}

LintReport LintPolicy(std::string_view text, std::string_view file_name, const Catalog& catalog) {
  Diagnostics diagnostics;
  const std::optional<Document> document = ParsePolicy(catalog, text, file_name, &diagnostics);
  if (document.has_value() &&
      ringfence::Compile(Layout(catalog), *document, CompileOptions{}, file_name, &diagnostics)) {
    LintDocument(catalog, *document, &diagnostics);
  }
  diagnostics.Name(kLimitRule);
  LintReport report;
  report.errors = diagnostics.errors();
  report.warnings = diagnostics.warnings();
  report.text = diagnostics.Render(text);
  for (const Diagnostic& item : diagnostics.items()) {
    report.findings.push_back({item.id, item.severity == Diagnostic::Severity::kError,
                               item.span.line, item.span.column, item.span.offset, item.span.length,
                               item.message, item.expected, item.hint});
  }
  return report;
}

Result<std::string> Policy::Lint(std::string_view text, std::string_view file_name,
                                 const Catalog& catalog) {
  LintReport report = LintPolicy(text, file_name, catalog);
  if (report.errors == 0) return std::move(report.text);
  const bool limit =
      std::ranges::find(report.findings, kLimitRule, &LintFinding::rule) != report.findings.end();
  return Status(limit ? StatusCode::kLimit : StatusCode::kParse, std::move(report.text));
}

Result<Policy> Policy::Shipped(std::string_view name) {
  Result<std::string> text = ShippedText(name);
  if (!text.ok()) return text.status();
  return Compile(text.value(), "rules/" + std::string(name) + "/policy.json");
}

std::vector<std::string> Policy::ShippedNames() {
  std::vector<std::string> names;
  for (const EmbeddedFile& file : ShippedRules()) names.emplace_back(file.name);
  std::sort(names.begin(), names.end());  // files come by path, where '-' is less than '/'
  return names;
}

Result<std::string> Policy::ShippedText(std::string_view name) {
  const auto files = ShippedRules();
  const auto is_it = [&](const EmbeddedFile& file) { return file.name == name; };
  const auto found = std::find_if(files.begin(), files.end(), is_it);
  if (found != files.end()) return std::string(found->text);
  std::vector<std::string_view> names;
  for (const EmbeddedFile& file : files) names.push_back(file.name);
  const std::string hint = DidYouMean(name, names);
  return Status(StatusCode::kNotFound, "no shipped rule set '" + std::string(name) + "'" +
                                           (hint.empty() ? "" : ": " + hint));
}

const std::string& Policy::name() const { return impl_->document.name; }
const std::string& Policy::digest() const { return impl_->digest; }
const std::string& Policy::canonical() const { return impl_->canonical; }
const Catalog& Policy::catalog() const { return impl_->layout.catalog; }

FactCode Policy::DefaultValue(FactId fact) const { return impl_->program.unset_values[fact]; }

std::string Policy::DumpText(Dump what) const {
  switch (what) {
    case Dump::kDocument:
      return DumpDocument(catalog(), impl_->document);
    case Dump::kDiagram:
      return impl_->diagram_dump;
    case Dump::kProgram:
      return DumpProgram(catalog(), impl_->program);
  }
  return {};
}

std::vector<Policy::DecisionStats> Policy::Stats() const {
  std::vector<DecisionStats> stats;
  for (const ProgramDecision& decision : impl_->program.decisions) {
    DecisionStats one;
    one.name = decision.name;
    one.rules = decision.rules.size();
    one.nodes = decision.nodes.size();
    one.facts = decision.order.size();
    one.expected_reads = decision.expected_reads;
    one.order = decision.order_reason;
    stats.push_back(std::move(one));
  }
  return stats;
}

}  // namespace ringfence
