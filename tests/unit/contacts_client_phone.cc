// Telephone numbers: what people write, to E.164, or the reason why not.
#include "unit/contacts_client_support.h"

namespace ringfence {
namespace {

struct Good {
  const char* text;
  const char* region;
  const char* canonical;
};

TEST_CASE("ways of writing a number") {
  constexpr Good kGood[] = {
      {"+4915112345678", "ZZ", "+4915112345678"},
      {"+49 151 123-456.78", "US", "+4915112345678"},
      {"0151 12345678", "DE", "+4915112345678"},
      {"0151/123 456 78", "DE", "+4915112345678"},
      {"+49 (0)151 12345678", "ZZ", "+4915112345678"},
      {"+490151 12345678", "ZZ", "+4915112345678"},
      {"(+49) 151 12345678", "ZZ", "+4915112345678"},
      {"0049 151 12345678", "DE", "+4915112345678"},
      {"011 49 151 12345678", "US", "+4915112345678"},
      {"  +49 151 12345678\r\n", "ZZ", "+4915112345678"},
      {"(905)\t555-1234", "CA", "+19055551234"},
      {"1 (905) 555-1234", "US", "+19055551234"},
      {"1-905-555-1234", "US", "+19055551234"},
      {"06 12345678", "IT", "+390612345678"},  // Italy's leading zero is part of the number
      {"+39 06 12345678", "ZZ", "+390612345678"},
      {"8 916 123-45-67", "RU", "+79161234567"},
      {"+52 1 55 1234 5678", "ZZ", "+525512345678"},  // Mexico's mobile 1 is history
      {"+52 55 1234 5678", "ZZ", "+525512345678"},
      {"+800 1234 5678", "ZZ", "+80012345678"},  // no country's
      {"310-1234", "CA", "+13101234"},           // seven digits for a whole country
      {"+49 30 123450", "ZZ", "+4930123450"},
      {"+49\xE2\x80\x91"
       "30\xE2\x80\x91"
       "123450",
       "ZZ", "+4930123450"},  // hyphens that do not break
      {"+49\xC2\xA0"
       "30\xC2\xA0"
       "123450",
       "ZZ", "+4930123450"},  // nor do these spaces
      {"\xEF\xBC\x8B"
       "4930123450",
       "ZZ", "+4930123450"},  // full-width plus
  };
  for (const Good& good : kGood) {
    CAPTURE(good.text);
    const Read read = ReadPhone(good.text, good.region);
    CHECK(read.status == RF_CONTACT_OK);
    CHECK(read.forms == std::vector<std::string>{good.canonical});
  }
}

struct Bad {
  std::string_view text;
  const char* region;
  rf_contact_status status;
};

TEST_CASE("every refused number has its reason") {
  using namespace std::literals;
  constexpr Bad kBad[] = {
      {"", "DE", RF_CONTACT_EMPTY},
      {" \t\r\n\xC2\xA0", "DE", RF_CONTACT_EMPTY},
      {"\xE2\x80\x8E", "DE", RF_CONTACT_EMPTY},  // a mark that shows nothing
      {"+49 151 12345678\0"sv, "DE", RF_CONTACT_NOT_TEXT},
      {"+49 151\0 12345678"sv, "DE", RF_CONTACT_NOT_TEXT},
      {"+49 151 1234567\xFF", "DE", RF_CONTACT_NOT_TEXT},
      {"+49 151 1234567\xC0\xB8", "DE", RF_CONTACT_NOT_TEXT},  // an overlong 8
      {"0151 12345678", "ZZ", RF_CONTACT_NEEDS_REGION},
      {"49 151 12345678", "ZZ", RF_CONTACT_NEEDS_REGION},
      {"0151 12345678", "de", RF_CONTACT_UNKNOWN_REGION},
      {"+4915112345678", "XX", RF_CONTACT_UNKNOWN_REGION},
      {"+4915112345678", "", RF_CONTACT_UNKNOWN_REGION},
      {"+4915112345678", "DEU", RF_CONTACT_UNKNOWN_REGION},
      {"+4915112345678", "001", RF_CONTACT_UNKNOWN_REGION},
      {"mother", "DE", RF_CONTACT_NOT_A_NUMBER},
      {"---", "DE", RF_CONTACT_NOT_A_NUMBER},
      {"+", "DE", RF_CONTACT_NOT_A_NUMBER},
      {"7", "DE", RF_CONTACT_NOT_A_NUMBER},
      {"+999 123 456", "DE", RF_CONTACT_NOT_A_NUMBER},  // no such country
      {"00 999 123456", "DE", RF_CONTACT_NOT_A_NUMBER},
      {"++4915112345678", "DE", RF_CONTACT_NOT_A_NUMBER},
      {"+4915112345678 / +4917012345678", "DE", RF_CONTACT_NOT_A_NUMBER},
      {"+4915112345678 +4917012345678", "DE", RF_CONTACT_NOT_A_NUMBER},
      {"0151 12345678\n0170 12345678", "DE", RF_CONTACT_NOT_A_NUMBER},
      {"*31#0151 12345678", "DE", RF_CONTACT_NOT_A_NUMBER},  // services, not numbers
      {"*67 650 253 0000", "US", RF_CONTACT_NOT_A_NUMBER},
      {"0151 12345678?", "DE", RF_CONTACT_NOT_A_NUMBER},
      {"030 123 / 030 456 / 030 789", "DE", RF_CONTACT_NOT_POSSIBLE},
      {"112", "DE", RF_CONTACT_NOT_POSSIBLE},
      {"911", "US", RF_CONTACT_NOT_POSSIBLE},
      {"116 117", "DE", RF_CONTACT_NOT_POSSIBLE},  // long enough, but everybody's
      {"+49 116117", "ZZ", RF_CONTACT_NOT_POSSIBLE},
      {"253-0000", "US", RF_CONTACT_NOT_POSSIBLE},  // in which town?
      {"+49 1", "ZZ", RF_CONTACT_NOT_POSSIBLE},
      {"+1 650 253 00000", "ZZ", RF_CONTACT_NOT_POSSIBLE},
      {"+49 30 1234 5678 9012 3456", "ZZ", RF_CONTACT_NOT_POSSIBLE},
      {"+49 123456789012345", "ZZ", RF_CONTACT_NOT_POSSIBLE},  // Germany has room, E.164 has not
      {"+41 44 668 18 00 x3", "ZZ", RF_CONTACT_EXTENSION},
      {"+41 44 668 18 00 ext. 102", "ZZ", RF_CONTACT_EXTENSION},
      {"+41446681800;ext=102", "ZZ", RF_CONTACT_EXTENSION},
      {"+41 44 668 18 00,,102", "ZZ", RF_CONTACT_EXTENSION},
      {"+41 44 668 18 00 #102", "ZZ", RF_CONTACT_EXTENSION},
      {"044 668 18 00 x302/x2303", "CH", RF_CONTACT_EXTENSION},
      {"1-800-FLOWERS", "US", RF_CONTACT_LETTERS},
      {"+4915112345678 mobile", "ZZ", RF_CONTACT_LETTERS},
      {"tel:+4915112345678", "ZZ", RF_CONTACT_NOT_A_NUMBER},
      {"0151 12345678 \xD0\xBC", "DE", RF_CONTACT_LETTERS},  // a Cyrillic one
      {"+49151234567O", "ZZ", RF_CONTACT_LETTERS},           // O for 0
  };
  for (const Bad& bad : kBad) {
    CAPTURE(bad.text);
    CHECK(ReadPhone(bad.text, bad.region).status == bad.status);
  }
}

TEST_CASE("letters are digits where they are allowed, and only as a word") {
  CHECK(ReadPhone("1-800-FLOWERS", "US", RF_CONTACT_ALLOW_LETTERS).forms ==
        std::vector<std::string>{"+18003569377"});
  CHECK(ReadPhone("+1 800 flowers", "ZZ", RF_CONTACT_ALLOW_LETTERS).forms ==
        std::vector<std::string>{"+18003569377"});
  CHECK(ReadPhone("0151 12345678 m", "DE", RF_CONTACT_ALLOW_LETTERS).status == RF_CONTACT_LETTERS);
  CHECK(ReadPhone("1-800-FLOWERS x3", "US", RF_CONTACT_ALLOW_LETTERS).status ==
        RF_CONTACT_EXTENSION);
  CHECK(ReadPhone("7042;phone-context=+1-650", "US", RF_CONTACT_ALLOW_LETTERS).status ==
        RF_CONTACT_NOT_A_NUMBER);
  CHECK(ReadPhone("\xD0\xA4\xD0\xA4\xD0\xA4 800 123", "US", RF_CONTACT_ALLOW_LETTERS).status ==
        RF_CONTACT_LETTERS);
}

TEST_CASE("the region decides what national digits mean") {
  // Nothing in the digits tells that this is a Californian number: so the region is never guessed.
  CHECK(ReadPhone("650 253 0000", "US").forms == std::vector<std::string>{"+16502530000"});
  CHECK(ReadPhone("650 253 0000", "DE").forms == std::vector<std::string>{"+496502530000"});
  // An international number means the same wherever it is read.
  for (const char* region : {"ZZ", "DE", "US", "IT", "AR", "CN"}) {
    CAPTURE(region);
    CHECK(ReadPhone("+49 151 12345678", region).forms ==
          std::vector<std::string>{"+4915112345678"});
  }
}

TEST_CASE("a number that reads two ways is refused, one that reads one way is not") {
  constexpr Bad kAmbiguous[] = {
      {"49 151 12345678", "DE", RF_CONTACT_AMBIGUOUS},  // +49 151 ... or +49 49151 ...
      {"0049 30 1234", "US", RF_CONTACT_AMBIGUOUS},     // "00" dials abroad, elsewhere
      {"+49 00151 123456", "ZZ", RF_CONTACT_AMBIGUOUS},
  };
  for (const Bad& bad : kAmbiguous) {
    CAPTURE(bad.text);
    CHECK(ReadPhone(bad.text, bad.region).status == bad.status);
  }
  constexpr Good kGood[] = {
      {"0491 51123456", "DE", "+4949151123456"},  // the 0 says: national
      {"0049 151 12345678", "DE", "+4915112345678"},
      {"49 30 1234567", "DE", "+49301234567"},    // no area code 493
      {"391 1234567", "IT", "+393911234567"},     // +39 1 ... would be nobody's
      {"91 98765 43210", "IN", "+919876543210"},  // no Indian number has twelve digits
      {"7 916 123 45 67", "RU", "+79161234567"},
      {"44 20 7946 0958", "GB", "+442079460958"},
      {"55 99999-9999", "BR", "+5555999999999"},  // area code 55 of country 55
      {"55 55 99999-9999", "BR", "+5555999999999"},
      {"1 650 253 0000", "US", "+16502530000"},
  };
  for (const Good& good : kGood) {
    CAPTURE(good.text);
    CHECK(ReadPhone(good.text, good.region).forms == std::vector<std::string>{good.canonical});
  }
  CHECK(ReadPhone("0049 151 12345678", "US").status == RF_CONTACT_NOT_POSSIBLE);
}

TEST_CASE("digits of other scripts equal ASCII digits") {
  // The zero of each script.
  constexpr const char* kZeros[] = {
      "0",
      "\xD9\xA0",          // Arabic-Indic
      "\xDB\xB0",          // Persian
      "\xE0\xA5\xA6",      // Devanagari
      "\xE0\xA7\xA6",      // Bengali
      "\xE0\xB9\x90",      // Thai
      "\xEF\xBC\x90",      // full-width
      "\xF0\x9D\x9F\x8E",  // mathematical, bold
      "\xF0\x9D\x9F\x98",  // and double-struck, which follow each other
  };
  for (const std::string zero : kZeros) {
    CAPTURE(zero);
    const auto written = [&](std::string_view digits) {
      std::string text;
      for (const char c : digits) {
        text += zero;
        text.back() = static_cast<char>(text.back() + (c - '0'));
      }
      return text;
    };
    const std::vector<std::string> expected{"+4915112345678"};
    CHECK(ReadPhone("+" + written("4915112345678"), "ZZ").forms == expected);
    CHECK(ReadPhone(written("0151") + " " + written("12345678"), "DE").forms == expected);
  }
  CHECK(ReadPhone("+49\xD9\xA1"
                  "5112345678",
                  "ZZ")
            .forms == std::vector<std::string>{"+4915112345678"});  // mixed
}

TEST_CASE("marks that do not show are dropped wherever they are") {
  for (const std::string mark : {"\xE2\x80\xAA", "\xE2\x80\xAC", "\xE2\x80\x8B", "\xE2\x80\x8F",
                                 "\xE2\x81\xA6", "\xEF\xBB\xBF", "\xC2\xAD", "\xD8\x9C"}) {
    CAPTURE(mark);
    std::string text = mark;
    text.append("+49").append(mark).append("151 12345678").append(mark);
    CHECK(ReadPhone(text, "ZZ").forms == std::vector<std::string>{"+4915112345678"});
  }
}

TEST_CASE("Argentine mobile numbers have a second form in books") {
  const std::vector<std::string> abroad{"+5491123456789", "+541123456789"};
  const std::vector<std::string> home{"+541123456789", "+5491123456789"};
  CHECK(ReadPhone("+54 9 11 2345-6789", "ZZ", RF_CONTACT_ALIASES).forms == abroad);
  CHECK(ReadPhone("011 15 2345-6789", "AR", RF_CONTACT_ALIASES).forms == abroad);
  CHECK(ReadPhone("+54 11 2345-6789", "ZZ", RF_CONTACT_ALIASES).forms == home);
  CHECK(ReadPhone("+54 11 2345-6789", "ZZ").forms.size() == 1);
  CHECK(ReadPhone("+54 9 11 2345-6789", "ZZ").forms.size() == 1);
  CHECK(ReadPhone("+52 1 55 1234 5678", "ZZ", RF_CONTACT_ALIASES).forms.size() == 1);
  CHECK(ReadPhone("+4915112345678", "ZZ", RF_CONTACT_ALIASES).forms.size() == 1);
  CHECK(ReadPhone("0800 123 4567", "AR", RF_CONTACT_ALIASES).forms.size() == 2);
}

}  // namespace
}  // namespace ringfence
