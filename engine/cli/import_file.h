// The import formats: rows of relations (TSV) and of users (CSV), applied to one transaction.
// Takes lines; gives writes, and a complaint for each line that is none.
#pragma once

#include <ringfence/catalog.h>
#include <ringfence/store.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/id_forms.h"

namespace ringfence::cli {

/// What one kind of file means. The header comes first, then rows.
class ImportFormat {
 public:
  virtual ~ImportFormat() = default;
  /// kParse: the file is not of this kind, nothing can be read.
  virtual Status Header(std::string_view line) = 0;
  /// kParse, kInvalidArgument, kNotFound, kLimit: this row is bad, the next may be good. Others:
  /// the import cannot go on.
  virtual Status Row(std::string_view line, Store::Transaction& writes, IdForms& ids) = 0;
};

/// "subject object", and "value" for a relation with a choice, separated by tabs.
std::unique_ptr<ImportFormat> RelationFormat(const Catalog& catalog, FactId relation);
/// "user" and names of settings or attributes, separated by commas; an empty cell is unset.
std::unique_ptr<ImportFormat> UserFormat(const Catalog& catalog);

/// Cells of a line of RFC 4180 (a quoted cell cannot span lines: ids hold no line feed).
Result<std::vector<std::string>> SplitCsv(std::string_view line);
/// A cell as SplitCsv takes it, quoted where it has to be.
std::string CsvCell(std::string_view text);

}  // namespace ringfence::cli
