// Address books as spreadsheets: RFC 4180 with the columns of Google Contacts and Outlook.
// Looks at every byte a fixed number of times; copies nothing but numbers and addresses.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "cli/address_book.h"
#include "cli/address_text.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

enum class Column : uint8_t { kOther, kPhone, kEmail };

// Outlook's columns, and what a file written by hand would have.
constexpr std::string_view kPhoneColumns[] = {"Assistant's Phone",
                                              "Business Fax",
                                              "Business Phone",
                                              "Business Phone 2",
                                              "Callback",
                                              "Car Phone",
                                              "Home Fax",
                                              "Home Phone",
                                              "Home Phone 2",
                                              "ISDN",
                                              "Company Main Phone",
                                              "Mobile Phone",
                                              "Other Fax",
                                              "Other Phone",
                                              "Pager",
                                              "Primary Phone",
                                              "Radio Phone",
                                              "TTY/TDD Phone",
                                              "Phone",
                                              "Phone Number",
                                              "Telephone",
                                              "Mobile",
                                              "Work Phone",
                                              "Mobile Number",
                                              "Fax Number"};
constexpr std::string_view kEmailColumns[] = {
    "E-mail Address", "E-mail 2 Address", "E-mail 3 Address", "E-mail",
    "Email",          "Email Address",    "Primary Email",    "Secondary Email"};

// Google's "Phone 1 - Value": a word, a number, a word.
bool IsNumbered(std::string_view name, std::string_view word) {
  constexpr std::string_view kEnd = " - Value";
  if (name.size() <= word.size() + kEnd.size() || !SameWord(name.substr(0, word.size()), word) ||
      !SameWord(name.substr(name.size() - kEnd.size()), kEnd)) {
    return false;
  }
  name = name.substr(word.size(), name.size() - word.size() - kEnd.size());
  return std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Column FindColumn(std::string_view name) {
  const auto is = [&](std::string_view known) { return SameWord(name, known); };
  if (IsNumbered(name, "Phone ") ||
      std::any_of(std::begin(kPhoneColumns), std::end(kPhoneColumns), is)) {
    return Column::kPhone;
  }
  if (IsNumbered(name, "E-mail ") || IsNumbered(name, "Email ") ||
      std::any_of(std::begin(kEmailColumns), std::end(kEmailColumns), is)) {
    return Column::kEmail;
  }
  return Column::kOther;
}

struct Cell {
  std::string_view text;  // as it stands in the file; inside the quotes when quoted
  bool quoted = false;
  bool ends_row = false;
  size_t line = 0;  // where it starts
};

// Cells one after the other.
class Cells {
 public:
  Cells(std::string_view text, char separator) : rest_(text), separator_(separator) {}

  bool at_end() const { return rest_.empty() && !after_separator_; }
  size_t line() const { return line_; }

  Status Next(Cell* cell) {
    *cell = Cell();
    cell->line = line_;
    if (rest_.starts_with('"')) {
      Status status = TakeQuoted(cell);
      if (!status.ok()) return status;
    } else {
      const std::array<char, 3> ends = {separator_, '\r', '\n'};
      const size_t end = rest_.find_first_of(std::string_view(ends.data(), ends.size()));
      cell->text = rest_.substr(0, end);
      rest_.remove_prefix(cell->text.size());
    }
    after_separator_ = rest_.starts_with(separator_);
    cell->ends_row = !after_separator_;
    if (after_separator_) {
      rest_.remove_prefix(1);
    } else if (!rest_.empty()) {
      rest_.remove_prefix(rest_.starts_with("\r\n") ? 2 : 1);
      ++line_;
    }
    return Status();
  }

 private:
  // Up to the quote that is neither doubled nor inside.
  Status TakeQuoted(Cell* cell) {
    cell->quoted = true;
    size_t at = 1;
    for (;; ++at) {
      if (at >= rest_.size()) return Expected(cell->line, "a closing quote for this cell");
      if (rest_[at] == '\n' || (rest_[at] == '\r' && rest_.substr(at + 1, 1) != "\n")) ++line_;
      if (rest_[at] != '"') continue;
      if (rest_.substr(at + 1, 1) != "\"") break;
      ++at;
    }
    cell->text = rest_.substr(1, at - 1);
    rest_.remove_prefix(at + 1);
    if (!rest_.empty() && rest_[0] != separator_ && rest_[0] != '\r' && rest_[0] != '\n') {
      return Expected(line_, "a separator or the end of the row after a closing quote");
    }
    return Status();
  }

  std::string_view rest_;
  char separator_;
  size_t line_ = 1;
  bool after_separator_ = false;  // a cell follows, be it empty
};

class CsvReader {
 public:
  CsvReader(std::string_view text, Charset charset) : text_(text), charset_(charset) {}

  Result<AddressBook> Read() {
    for (const char separator : {',', ';', '\t'}) {
      Cells cells(text_, separator);
      if (ReadHeader(cells).ok()) return ReadRows(cells);
    }
    return Expected(1,
                    "a header with a column as Google (\"Phone 1 - Value\", \"E-mail 1 - Value\") "
                    "or Outlook (\"Mobile Phone\", \"E-mail Address\") name it");
  }

 private:
  Status ReadHeader(Cells& cells) {
    columns_.clear();
    for (Cell cell; !cell.ends_row;) {
      Status status = cells.Next(&cell);
      if (!status.ok()) return status;
      columns_.push_back(FindColumn(Trimmed(cell.text)));
    }
    const bool any = std::any_of(columns_.begin(), columns_.end(),
                                 [](Column column) { return column != Column::kOther; });
    return any ? Status() : Expected(1, "a column");
  }

  Result<AddressBook> ReadRows(Cells& cells) {
    while (!cells.at_end()) {
      Status status = ReadRow(cells);
      if (!status.ok()) return status;
    }
    return std::move(book_);
  }

  Status ReadRow(Cells& cells) {
    const size_t line = cells.line();
    size_t count = 0;
    bool blank = true;
    for (Cell cell; !cell.ends_row; ++count) {
      Status status = cells.Next(&cell);
      if (!status.ok()) return status;
      const bool empty = Trimmed(cell.text).empty();
      blank = blank && empty;
      if (!empty && count < columns_.size()) AddCell(cell, count);
    }
    if (blank && count == 1) return Status();  // an empty line
    if (count != columns_.size()) {
      return Expected(line, Cat({Count(columns_.size(), "cell", "cells"), " as in the header, not ",
                                 std::to_string(count)}));
    }
    if (!blank) ++book_.contacts;
    return Status();
  }

  void AddCell(const Cell& cell, size_t index) {
    if (columns_[index] == Column::kOther) return;
    OwnText plain;
    OwnText text;
    plain.text.reserve(cell.text.size());
    text.text.reserve(3 * cell.text.size());  // what a byte of Windows-1252 becomes at most
    for (size_t at = 0; at < cell.text.size(); ++at) {
      plain.text += cell.text[at];
      if (cell.quoted && cell.text[at] == '"') ++at;  // doubled
    }
    if (!AppendAsUtf8(plain.text, charset_, &text.text)) {
      ++book_.skipped.charset;
      return;
    }
    AddValues(text.text, cell.line, index);
  }

  // Google puts several numbers of one kind into one cell.
  void AddValues(std::string_view values, size_t line, size_t index) {
    constexpr std::string_view kBetween = ":::";
    for (;;) {
      const size_t end = values.find(kBetween);
      std::string_view value = Trimmed(values.substr(0, end));
      // A spreadsheet's mark for "this is text, not a sum".
      if (columns_[index] == Column::kPhone && value.starts_with('\'')) value.remove_prefix(1);
      if (value.empty()) {
        ++book_.skipped.empty;
      } else {
        AddressEntry& entry = book_.entries.emplace_back();
        entry.kind = columns_[index] == Column::kPhone ? AddressKind::kPhone : AddressKind::kEmail;
        entry.text = value;
        entry.place = Cat({"line ", std::to_string(line), ", column ", std::to_string(index + 1)});
      }
      if (end == std::string_view::npos) return;
      values.remove_prefix(end + kBetween.size());
    }
  }

  std::string_view text_;
  Charset charset_;
  std::vector<Column> columns_;
  AddressBook book_;
};

}  // namespace

Result<AddressBook> ReadAddressCsv(std::string_view text) {
  OwnText own;
  const Status status = TakeByteOrderMark(&text, &own);
  if (!status.ok()) return status;
  // Outlook writes in the code page of its Windows, which for most of Europe and America is 1252.
  return CsvReader(text, IsUtf8(text) ? Charset::kUtf8 : Charset::kWindows1252).Read();
}

}  // namespace ringfence::cli
