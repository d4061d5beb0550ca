// A compiled policy: text in, immutable program inside, everything an admin wants to know about it.
// The language is described in schema/policy.md, its JSON form in schema/policy.schema.json.
#pragma once

#include <ringfence/catalog.h>
#include <ringfence/export.h>
#include <ringfence/status.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence {

/// An immutable compiled policy. Cheap to copy (shared); safe to use from any thread.
class RINGFENCE_API Policy {
 public:
  /// What DumpText prints: the result of one stage of the compiler.
  enum class Dump {
    kDocument,  ///< the typed document: outcomes, rules, conditions
    kDiagram,   ///< the chosen decision diagram of each decision
    kProgram,   ///< what the evaluator runs
  };

  /// Figures of one decision of the policy.
  struct DecisionStats {
    std::string name;           ///< "ring", "path"
    size_t rules = 0;           ///< reserved ones included
    size_t nodes = 0;           ///< of its diagram, at most kMaxDiagramNodes
    size_t facts = 0;           ///< tested anywhere
    double expected_reads = 0;  ///< groups read per decision, each class of a fact equally likely
    std::string order;          ///< the order of facts and why it was chosen
  };

  /// Parses, checks and compiles. The status of a bad policy (kParse, or kLimit for a diagram over
  /// budget) holds all diagnostics, each with file, line, column, caret and advice. O(nodes
  /// created).
  static Result<Policy> Compile(std::string_view text, std::string_view file_name = "policy.json",
                                const Catalog& catalog = Catalog::Standard());
  /// Compiles a rule set shipped in the library: "default", "x-2023", "x-2024". kNotFound
  /// otherwise.
  static Result<Policy> Shipped(std::string_view name);
  /// Names of the shipped rule sets, sorted.
  static std::vector<std::string> ShippedNames();
  /// The text of one, as it stands in rules/<name>/policy.json. kNotFound names the nearest.
  static Result<std::string> ShippedText(std::string_view name);

  /// Warnings about a policy that compiles, rendered; empty when there is none. Errors as in
  /// Compile.
  static Result<std::string> Lint(std::string_view text, std::string_view file_name = "policy.json",
                                  const Catalog& catalog = Catalog::Standard());

  /// The policy's own name, not its file's. Views and references live as long as any copy.
  const std::string& name() const;
  /// SHA-256 over the canonical text and the catalog's digest: 64 hexadecimal digits.
  const std::string& digest() const;
  /// Canonical JSON; compiles to the same digest.
  const std::string& canonical() const;
  /// The vocabulary it was compiled for.
  const Catalog& catalog() const;
  /// The value code (never unset) that an unset setting or attribute takes under this policy: its
  /// `defaults`, else the catalog's.
  FactCode DefaultValue(FactId fact) const;
  /// A listing for people and golden tests; its form may change between versions.
  std::string DumpText(Dump what) const;
  /// One element a decision, `ring` first.
  std::vector<DecisionStats> Stats() const;

  struct Impl;
  /// For the library's own parts.
  const std::shared_ptr<const Impl>& impl() const { return impl_; }

 private:
  explicit Policy(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

}  // namespace ringfence
