// The CSV reader: separators, quotes, columns, character sets, each error, and files meant to stall
// it.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "cli/address_book.h"

namespace ringfence::cli {
namespace {

using Strings = std::vector<std::string>;

Strings Texts(std::string_view csv) {
  const Result<AddressBook> book = ReadAddressCsv(csv);
  if (!book.ok()) return {book.status().message()};
  Strings texts;
  for (const AddressEntry& entry : book.value().entries) {
    texts.push_back((entry.kind == AddressKind::kPhone ? "tel " : "mail ") + entry.text);
  }
  return texts;
}

TEST_CASE("separators and line ends") {
  for (const std::string separator : {",", ";", "\t"}) {
    for (const std::string line_end : {"\n", "\r", "\r\n"}) {
      std::string text = "Name";
      text.append(separator).append("Phone").append(separator).append("E-mail").append(line_end);
      text.append("x").append(separator).append("1").append(separator).append("a@b");
      text.append(line_end);
      CHECK(Texts(text) == Strings{"tel 1", "mail a@b"});
    }
  }
  CHECK(Texts("Phone\n1\n\n2") == Strings{"tel 1", "tel 2"});  // an empty line is no row
  CHECK(Texts("Phone,Email\n\n1,a@b\n\n") == Strings{"tel 1", "mail a@b"});
  CHECK(Texts("Phone,Email\n1,\n,a@b") == Strings{"tel 1", "mail a@b"});
  CHECK(Texts("Phone").empty());
}

TEST_CASE("quotes") {
  CHECK(Texts("Name,Phone\n\"a,\"\"b\"\"\n\",\"1\"\n") == Strings{"tel 1"});
  CHECK(Texts("\"Phone\"\n\"1\"\"2\"") == Strings{"tel 1\"2"});
  CHECK(Texts("Phone\n1\"2") == Strings{"tel 1\"2"});  // no quote at the start: a character
  const Result<AddressBook> book = ReadAddressCsv("Note,Phone\n\"a\r\nb\rc\nd\",1\n,2\n");
  REQUIRE(book.ok());
  REQUIRE(book.value().entries.size() == 2);
  CHECK(book.value().entries[0].place == "line 5, column 2");
  CHECK(book.value().entries[1].place == "line 6, column 2");
}

TEST_CASE("columns") {
  for (const char* name : {"Phone 1 - Value", "phone 12 - value", "Mobile Phone",
                           "Business Phone 2", "Home Fax", "Assistant's Phone", " Phone "}) {
    CAPTURE(name);
    CHECK(Texts(std::string(name) + "\n1") == Strings{"tel 1"});
  }
  for (const char* name :
       {"E-mail 1 - Value", "E-mail 12 - Value", "E-mail Address", "E-mail 3 Address", "EMAIL"}) {
    CAPTURE(name);
    CHECK(Texts(std::string(name) + "\n1") == Strings{"mail 1"});
  }
  for (const char* name :
       {"Phone 1 - Type", "Phone  - Value", "Phone x - Value", "Phone 1 - Values",
        "E-mail Display Name", "E-mail Type", "Telex", "Notes", ""}) {
    CAPTURE(name);
    CHECK(ReadAddressCsv(std::string(name) + "\n1").status().code() == StatusCode::kParse);
  }
}

TEST_CASE("several values of one cell, and a spreadsheet's mark") {
  CHECK(Texts("Phone 1 - Value\n1 ::: 2:::3") == Strings{"tel 1", "tel 2", "tel 3"});
  CHECK(Texts("E-mail 1 - Value\na@b ::: c@d") == Strings{"mail a@b", "mail c@d"});
  CHECK(Texts("Phone\n'+1\n'") == Strings{"tel +1"});
  CHECK(Texts("Email\n'a@b") == Strings{"mail 'a@b"});
  const Result<AddressBook> book = ReadAddressCsv("Phone\n1 :::  ::: 2");
  REQUIRE(book.ok());
  CHECK(book.value().entries.size() == 2);
  CHECK(book.value().skipped.empty == 1);
}

TEST_CASE("character sets") {
  CHECK(Texts("Email\n\xC3\xBC@b") == Strings{"mail \xC3\xBC@b"});
  CHECK(Texts("\xEF\xBB\xBF"
              "Email\n\xC3\xBC@b") == Strings{"mail \xC3\xBC@b"});
  CHECK(Texts("Email\n\xFC\x80@b") == Strings{"mail \xC3\xBC\xE2\x82\xAC@b"});  // Windows-1252
  using namespace std::literals;
  CHECK(Texts("\xFF\xFE"
              "E\0m\0a\0i\0l\0\n\0\xFC\0@\0b\0"sv) == Strings{"mail \xC3\xBC@b"});
  CHECK(Texts("\xFE\xFF\0E\0m\0a\0i\0l\0\n\xD8\x3D\xDE\0\0@"sv) ==
        Strings{"mail \xF0\x9F\x98\x80@"});
  const Result<AddressBook> book = ReadAddressCsv("Email\n\x81@b\n\xFC@b");
  REQUIRE(book.ok());
  CHECK(book.value().skipped.charset == 1);  // 0x81 is nothing in Windows-1252
  CHECK(book.value().entries.size() == 1);
}

TEST_CASE("errors have a place, say what was expected and quote nothing") {
  struct Bad {
    std::string_view text;
    const char* message;
  };
  constexpr const char* kHeader =
      "line 1: expected a header with a column as Google (\"Phone 1 - Value\", \"E-mail 1 - "
      "Value\") or Outlook (\"Mobile Phone\", \"E-mail Address\") name it";
  constexpr Bad kBad[] = {
      {"", kHeader},
      {"secret,+1\n", kHeader},
      {"\"Phone\n1", kHeader},
      {"Phone,Email\n1\n", "line 2: expected 2 cells as in the header, not 1"},
      {"Phone\n1\n1,2\n", "line 3: expected 1 cell as in the header, not 2"},
      {"Phone\n\"1\n2\n3", "line 2: expected a closing quote for this cell"},
      {"Phone\n\"1\n2\"secret\n",
       "line 3: expected a separator or the end of the row after a closing quote"},
  };
  for (const Bad& bad : kBad) {
    CAPTURE(bad.text);
    const Result<AddressBook> book = ReadAddressCsv(bad.text);
    REQUIRE_FALSE(book.ok());
    CHECK(book.status().code() == StatusCode::kParse);
    CHECK(book.status().message() == bad.message);
  }
}

TEST_CASE("a megabyte of one thing") {
  for (const std::string_view piece : {",", "\"", "\"\"", "\r", "\n", "\r\n", ":::", "Phone,",
                                       "Phone\n", "\"Phone\",", "1 ::: "}) {
    CAPTURE(piece);
    for (const std::string_view before : {"", "Phone\n", "Phone\n\"", "Phone,Email\n", "\""}) {
      std::string text(before);
      while (text.size() < 1024 * 1024) text += piece;
      const Result<AddressBook> book = ReadAddressCsv(text);
      CHECK((book.ok() || book.status().code() == StatusCode::kParse));
    }
  }
}

}  // namespace
}  // namespace ringfence::cli
