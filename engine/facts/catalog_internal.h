// What the files of the catalog hand each other: text -> entries -> facts -> Catalog.
// For engine/facts and its tests; everybody else uses <ringfence/catalog.h>.
#pragma once

#include <ringfence/catalog.h>
#include <ringfence/limits.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/diagnostic.h"
#include "base/json.h"

namespace ringfence {

inline constexpr int kCatalogVersion = 1;

/// The four lists of a catalog file. Bits of an entry count from the begin of its section's block;
/// `user` and `relations` have two blocks, callee's and caller's side.
enum class Section : uint8_t { kUser, kRelations, kCall, kDerived };
inline constexpr int kSectionCount = 4;

/// One entry as the file has it, every field checked by itself. Who is seen from the entry's first
/// party: kCallee stands for owner or subject, kCaller for other or object.
struct CatalogEntry {
  Section section = Section::kUser;
  FactInfo
      info;  ///< without id, reverse and first_bit; `name` is the entry's where it has two sides
  bool mirrored = false;  ///< stands for two facts
  uint32_t bit = 0;
  SourceSpan name_span;
  SourceSpan bit_span;
};

/// Where a catalog's errors go.
struct CatalogErrors {
  std::string_view text;
  std::string_view file;
  Diagnostics& out;

  void Add(SourceSpan span, std::string message, std::string expected = {}, std::string hint = {}) {
    out.Error(file, span, std::move(message), std::move(expected), std::move(hint));
  }
};

/// catalog_entry.cc: one object of a section's list. nullopt when it has an error of its own.
std::optional<CatalogEntry> ReadCatalogEntry(const JsonValue& json, Section section,
                                             CatalogErrors* errors);

/// "user", "relations", "call", "derived".
std::string_view ToString(Section section);

struct ParsedCatalog {
  int version = kCatalogVersion;
  std::vector<FactInfo> facts;  ///< by id
  std::vector<CatalogConstraint> constraints{};
};

/// catalog_constraints.cc: `base` and behind it the constraints of a file that is an object.
std::vector<CatalogConstraint> ReadConstraints(const JsonValue& root,
                                               std::vector<CatalogConstraint> base,
                                               bool of_extension, CatalogErrors* errors);

/// catalog_parse.cc: the whole file. nullopt, and at least one error added, when it is not valid.
std::optional<ParsedCatalog> ParseCatalog(std::string_view text, std::string_view file,
                                          Diagnostics* diagnostics);

/// An extension's file, as it stands behind the catalog it extends.
struct ExtensionFile {
  std::string name;
  int version = 0;
  std::vector<CatalogEntry> entries;
  std::vector<FactInfo> facts;                 ///< the catalog's and then the extension's, by id
  std::vector<CatalogConstraint> constraints;  ///< likewise
  SourceSpan name_span, version_span;
  std::array<SourceSpan, kSectionCount> lists{};  ///< where each begins; line 0: not there
};

/// catalog_extend.cc: the whole file. nullopt, and at least one error added, when it is not valid.
std::optional<ExtensionFile> ReadExtension(const ParsedCatalog& base, std::string_view text,
                                           std::string_view file, Diagnostics* diagnostics);
/// catalog_extend.cc: adds an error for each thing of `old` that `now` does not keep. Places are in
/// the text of `now`.
void CompareExtensions(const ExtensionFile& old, const ExtensionFile& now, CatalogErrors* errors);

/// catalog_print.cc: all that can change a decision, a row or a log entry, one JSON text. Sentences
/// and documentation are left out, so that rewording changes no digest.
std::string CanonicalCatalog(const ParsedCatalog& catalog);

struct Catalog::Data {
  ParsedCatalog parsed;
  std::string extension;  ///< its name; empty: none
  int extension_version = 0;
  size_t base_size = 0;  ///< facts before the extension's
  std::string digest_hex;
  /// Keys are views into `parsed`.
  std::unordered_map<std::string_view, FactId> by_name, user_entries, relations;
};

}  // namespace ringfence
