// The import formats.
#include "cli/import_file.h"

#include <algorithm>

#include "cli/text.h"

namespace ringfence::cli {
namespace {

Status Bad(std::string message) { return Status(StatusCode::kParse, std::move(message)); }

Status CellCount(size_t expected, size_t found) {
  return Bad(
      Cat({"expected ", Count(expected, "cell", "cells"), ", found ", std::to_string(found)}));
}

class RelationRows : public ImportFormat {
 public:
  RelationRows(const Catalog& catalog, FactId relation) : catalog_(catalog), relation_(relation) {}

  Status Header(std::string_view line) override {
    const std::vector<std::string_view> cells = Split(line, '\t');
    const bool choice = catalog_.fact(relation_).type != FactType::kBool;
    with_value_ = cells.size() == 3;
    if (cells.size() < 2 || cells.size() > 3 || cells[0] != "subject" || cells[1] != "object" ||
        (with_value_ && cells[2] != "value") || (choice && !with_value_)) {
      return Bad(choice ? "expected the header subject, object, value, separated by tabs"
                        : "expected the header subject, object, separated by a tab");
    }
    return Status();
  }

  Status Row(std::string_view line, Store::Transaction& writes, IdForms& ids) override {
    const std::vector<std::string_view> cells = Split(line, '\t');
    const size_t expected = with_value_ ? 3 : 2;
    if (cells.size() != expected) return CellCount(expected, cells.size());
    FactCode code = 1;
    if (with_value_) {
      auto parsed = catalog_.ParseValue(relation_, cells[2]);
      if (!parsed.ok()) return parsed.status();
      if (*parsed == kUnavailableCode) return Bad("unavailable is no value to store");
      code = *parsed;
    }
    Status status = writes.Relate(cells[0], relation_, cells[1], code);
    if (!status.ok()) return status;
    ids.Add(cells[0]);
    ids.Add(cells[1]);
    return status;
  }

 private:
  const Catalog& catalog_;
  FactId relation_;
  bool with_value_ = false;
};

class UserRows : public ImportFormat {
 public:
  explicit UserRows(const Catalog& catalog) : catalog_(catalog) {}

  Status Header(std::string_view line) override {
    auto cells = SplitCsv(line);
    if (!cells.ok()) return cells.status();
    if (cells->empty() || cells->front() != "user") {
      return Bad("expected a header that starts with user, separated by commas");
    }
    for (size_t i = 1; i < cells->size(); ++i) {
      auto fact = catalog_.FindUserEntry((*cells)[i]);
      if (!fact.ok()) return Bad(fact.status().message());
      for (FactId other : columns_) {
        if (other == *fact) return Bad(Cat({"column '", (*cells)[i], "' occurs twice"}));
      }
      columns_.push_back(*fact);
    }
    return Status();
  }

  Status Row(std::string_view line, Store::Transaction& writes, IdForms& ids) override {
    auto cells = SplitCsv(line);
    if (!cells.ok()) return cells.status();
    if (cells->size() != columns_.size() + 1) {
      return CellCount(columns_.size() + 1, cells->size());
    }
    // All cells are looked at before the first is written: with --skip-bad a row counts whole.
    std::vector<FactCode> codes;
    for (size_t i = 0; i < columns_.size(); ++i) {
      const std::string& cell = (*cells)[i + 1];
      auto code = catalog_.ParseValue(columns_[i], cell.empty() ? "unset" : cell);
      if (!code.ok()) return code.status();
      if (*code == kUnavailableCode) return Bad("unavailable is no value to store");
      codes.push_back(*code);
    }
    const std::string& user = cells->front();
    Status status = writes.AddUser(user);
    for (size_t i = 0; i < codes.size() && status.ok(); ++i) {
      status = writes.SetUser(user, columns_[i], codes[i]);
    }
    if (status.ok()) ids.Add(user);
    return status;
  }

 private:
  const Catalog& catalog_;
  std::vector<FactId> columns_;
};

}  // namespace

Result<std::vector<std::string>> SplitCsv(std::string_view line) {
  std::vector<std::string> cells;
  size_t at = 0;
  for (;;) {
    std::string cell;
    if (at < line.size() && line[at] == '"') {
      for (++at;; ++at) {
        if (at >= line.size()) return Bad("a quoted cell has no closing quote");
        if (line[at] == '"') {
          if (at + 1 >= line.size() || line[at + 1] != '"') break;
          ++at;
        }
        cell += line[at];
      }
      ++at;
      if (at < line.size() && line[at] != ',') return Bad("text after a closing quote");
    } else {
      const size_t end = std::min(line.find(',', at), line.size());
      cell = line.substr(at, end - at);
      if (cell.find('"') != std::string::npos) return Bad("a quote inside a cell without quotes");
      at = end;
    }
    cells.push_back(std::move(cell));
    if (at >= line.size()) return cells;
    ++at;
  }
}

std::string CsvCell(std::string_view text) {
  if (text.find_first_of(",\"") == std::string_view::npos) return std::string(text);
  std::string cell = "\"";
  for (char byte : text) {
    if (byte == '"') cell += '"';
    cell += byte;
  }
  return cell + "\"";
}

std::unique_ptr<ImportFormat> RelationFormat(const Catalog& catalog, FactId relation) {
  return std::make_unique<RelationRows>(catalog, relation);
}
std::unique_ptr<ImportFormat> UserFormat(const Catalog& catalog) {
  return std::make_unique<UserRows>(catalog);
}

}  // namespace ringfence::cli
