// A compiled policy: text in, immutable program inside, everything an admin wants to know about it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <ringfence/catalog.h>
#include <ringfence/export.h>
#include <ringfence/status.h>

namespace ringfence {

/// An immutable compiled policy. Cheap to copy (shared); safe to use from any thread.
class RINGFENCE_API Policy {
 public:
  enum class Dump { kDocument, kDiagram, kProgram };

  /// Figures of one decision of the policy.
  struct DecisionStats {
    std::string name;
    size_t rules = 0;  ///< reserved ones included
    size_t nodes = 0;
    size_t facts = 0;  ///< tested anywhere
    double expected_reads = 0;  ///< groups read per decision, each class of a fact equally likely
    std::string order;          ///< the order of facts and why it was chosen
  };

  /// Parses, checks and compiles. The status of a bad policy (kParse, or kLimit for a diagram over
  /// budget) holds all diagnostics, each with file, line, column, caret and advice. O(nodes created).
  static Result<Policy> Compile(std::string_view text, std::string_view file_name = "policy.json",
                                const Catalog& catalog = Catalog::Standard());
  /// Compiles a rule set shipped in the library: "default", "x-2023", "x-2024". kNotFound otherwise.
  static Result<Policy> Shipped(std::string_view name);
  /// Names of the shipped rule sets, and the text of one.
  static std::vector<std::string> ShippedNames();
  static Result<std::string> ShippedText(std::string_view name);

  /// Warnings about a policy that compiles, rendered; empty when there is none. Errors as in Compile.
  static Result<std::string> Lint(std::string_view text, std::string_view file_name = "policy.json",
                                  const Catalog& catalog = Catalog::Standard());

  const std::string& name() const;
  const std::string& digest() const;     ///< 64 hexadecimal digits, over canonical text and catalog
  const std::string& canonical() const;  ///< canonical JSON; compiles to the same digest
  const Catalog& catalog() const;
  /// The value code (never unset) that an unset setting or attribute takes under this policy: its
  /// `defaults`, else the catalog's.
  FactCode DefaultValue(FactId fact) const;
  std::string DumpText(Dump what) const;
  std::vector<DecisionStats> Stats() const;

  struct Impl;
  const std::shared_ptr<const Impl>& impl() const { return impl_; }

 private:
  explicit Policy(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

}  // namespace ringfence
