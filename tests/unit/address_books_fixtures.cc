// Address books as programs write them, whole: tests/fixtures/address-books to canonical forms.
#include <doctest/doctest.h>
#include <ringfence/contacts_client.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "cli/address_book.h"

namespace ringfence::cli {
namespace {

std::string Slurp(const std::string& name) {
  std::ifstream file(RINGFENCE_SOURCE_DIR "/tests/fixtures/address-books/" + name,
                     std::ios::binary);
  REQUIRE(file);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

/// "PLACE FORM" or "PLACE: why not".
std::string Describe(const AddressEntry& entry, const char* region) {
  rf_contact_identifier forms[RF_CONTACT_MAX_FORMS];
  size_t count = 1;
  const rf_contact_status status =
      entry.kind == AddressKind::kEmail
          ? rf_contact_email(entry.text.data(), entry.text.size(), forms)
          : rf_contact_phone(entry.text.data(), entry.text.size(), region, 0, forms, &count);
  if (status != RF_CONTACT_OK) return entry.place + ": " + rf_contact_status_text(status);
  return entry.place + " " + std::string(forms[0].bytes, forms[0].size);
}

struct Expectation {
  const char* file;
  const char* region;
  size_t contacts;
  std::vector<std::string> entries;
  SkippedAddresses skipped;
};

const Expectation kBooks[] = {
    {"android-2.1.vcf",
     "DE",
     2,
     {"line 5 +4915112345678", "line 6 +4930123450", "line 7 +4930123451",
      "line 8 j\xC3\xB6rg@xn--bcher-kva.example", "line 29: no telephone number can be read",
      "line 30: too short or too long for its country, or a short number"},
     {.empty = 1}},
    {"outlook-2.1.vcf",
     "US",
     1,
     {"line 5 +12125550101", "line 6: a number with an extension", "line 7 +12125550103",
      "line 8 +12125550100", "line 11 mary.roe@example.com",
      "line 12: not an e-mail address of the form NAME@HOST"},
     {.agents = 1}},
    {"apple-3.0.vcf",
     "US",
     2,
     {"line 6 jane.doe@example.com", "line 8 +12125550104", "line 9 +12125550105",
      "line 11 +442079460958", "line 32 office@example.org"},
     {.agents = 1}},
    {"uris-4.0.vcf",
     "CA",
     1,
     {"line 5: a number with an extension", "line 6 +14185550111", "line 7 +14185550112",
      "line 9 +14185550113", "line 12 +14185550114", "line 13 simone@example.ca",
      "line 14 simone+home@example.ca"},
     {.encoding = 1, .scheme = 1, .context = 1}},
    {"charsets.vcf",
     "US",
     1,
     {"line 4 j\xC3\xBCrgen@example.com", "line 5 zo\xC3\xAB@example.com",
      "line 6 plain@example.com", "line 12 +12125550106"},
     {.charset = 2, .encoding = 2}},
    {"google.csv",
     "US",
     3,
     {"line 3, column 6 jane.doe@example.com", "line 3, column 8 jane@example.org",
      "line 3, column 8 jd@example.org", "line 3, column 10 +12125550104",
      "line 3, column 10 +12125550105", "line 4, column 10 +442079460958",
      "line 4, column 12: a number with an extension"},
     {}},
    {"outlook.csv",
     "DE",
     2,
     {"line 2, column 6 +4930123450", "line 2, column 8 +4915112345678",
      "line 2, column 9 j\xC3\xBCrgen@example.de", "line 4, column 5 +4930123451",
      "line 4, column 6 +4930123452",
      "line 4, column 9: not an e-mail address of the form NAME@HOST",
      "line 4, column 12 mary@example.com"},
     {}},
    {"outlook-utf16.csv",
     "ZZ",
     1,
     {"line 2, column 2 +81312345678", "line 2, column 3 \xE7\x94\xB0@xn--fsq.jp"},
     {}},
};

TEST_CASE("every shipped address book gives its numbers and addresses, and nothing else") {
  for (const Expectation& expected : kBooks) {
    CAPTURE(expected.file);
    const std::string text = Slurp(expected.file);
    const bool vcard = std::string(expected.file).ends_with(".vcf");
    Result<AddressBook> book = vcard ? ReadVcards(text) : ReadAddressCsv(text);
    REQUIRE_MESSAGE(book.ok(), book.status().message());
    CHECK(book->contacts == expected.contacts);
    std::vector<std::string> entries;
    for (const AddressEntry& entry : book->entries) {
      entries.push_back(Describe(entry, expected.region));
    }
    CHECK(entries == expected.entries);
    CHECK(book->skipped.empty == expected.skipped.empty);
    CHECK(book->skipped.charset == expected.skipped.charset);
    CHECK(book->skipped.encoding == expected.skipped.encoding);
    CHECK(book->skipped.scheme == expected.skipped.scheme);
    CHECK(book->skipped.context == expected.skipped.context);
    CHECK(book->skipped.agents == expected.skipped.agents);
    CHECK(book->skipped.total() == expected.skipped.empty + expected.skipped.charset +
                                       expected.skipped.encoding + expected.skipped.scheme +
                                       expected.skipped.context + expected.skipped.agents);
  }
}

TEST_CASE("line ends of any kind and a byte order mark change nothing") {
  const std::string text = Slurp("apple-3.0.vcf");
  const Result<AddressBook> expected = ReadVcards(text);
  for (const char* line_end : {"\n", "\r", "\r\n", "\r\r\n"}) {
    for (const char* mark : {"", "\xEF\xBB\xBF"}) {
      std::string other = mark;
      for (const char c : text) {
        if (c == '\n') other += line_end;
        if (c != '\n' && c != '\r') other += c;
      }
      const Result<AddressBook> book = ReadVcards(other);
      REQUIRE(book.ok());
      REQUIRE((*&book.value()).entries.size() == expected.value().entries.size());
      for (size_t i = 0; i < book.value().entries.size(); ++i) {
        CHECK(book.value().entries[i].text == expected.value().entries[i].text);
        CHECK(book.value().entries[i].place == expected.value().entries[i].place);
      }
    }
  }
}

// Cut anywhere, a file is refused unless it ends with a whole card.
TEST_CASE("a truncated card is an error") {
  for (const char* file : {"android-2.1.vcf", "outlook-2.1.vcf", "apple-3.0.vcf", "uris-4.0.vcf"}) {
    CAPTURE(file);
    const std::string text = Slurp(file);
    for (size_t size = 0; size < text.size(); ++size) {
      CAPTURE(size);
      const std::string_view kept = std::string_view(text).substr(0, size);
      const Result<AddressBook> book = ReadVcards(kept);
      if (book.ok()) {
        CHECK(kept.substr(0, kept.find_last_not_of("\r\n") + 1).ends_with("\nEND:VCARD"));
      } else {
        CHECK(book.status().code() == StatusCode::kParse);
        CHECK(book.status().message().starts_with("line "));
      }
    }
  }
}

}  // namespace
}  // namespace ringfence::cli
