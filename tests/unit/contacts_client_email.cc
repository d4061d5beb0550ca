// E-mail addresses: one form for one mailbox, and never one form for two.
#include <set>

#include "unit/contacts_client_support.h"

namespace ringfence {
namespace {

TEST_CASE("ways of writing an address") {
  struct Good {
    const char* text;
    const char* canonical;
  };
  constexpr Good kGood[] = {
      {"alice@example.com", "alice@example.com"},
      {"Alice@EXAMPLE.com", "alice@example.com"},
      {" alice@example.com\r\n", "alice@example.com"},
      {"alice@example.com.", "alice@example.com"},
      {"alice@example\xE3\x80\x82"
       "com",
       "alice@example.com"},  // ideographic full stop
      {"alice@example.com\xE3\x80\x82", "alice@example.com"},
      {"alice@\xEF\xBD\x85xample.com", "alice@example.com"},  // full-width e
      {"alice@b\xC3\xBC"
       "cher.example",
       "alice@xn--bcher-kva.example"},
      {"alice@B\xC3\x9C"
       "CHER.example",
       "alice@xn--bcher-kva.example"},
      {"alice@bu\xCC\x88"
       "cher.example",
       "alice@xn--bcher-kva.example"},  // decomposed
      {"alice@XN--BCHER-KVA.example", "alice@xn--bcher-kva.example"},
      {"alice@xn--zzz-invalid", "alice@xn--zzz-invalid"},  // which decodes to Buginese letters
      {"alice@ab--cd.example", "alice@ab--cd.example"},
      {"a.l.i.c.e+tag@example.com", "a.l.i.c.e+tag@example.com"},
      {"a..b.@example.com", "a..b.@example.com"},  // forbidden, and in use in Japan
      {"!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~@example.com"},
      {"alice@localhost", "alice@localhost"},
      {"J\xC3\xBCrgen@example.com", "j\xC3\xBCrgen@example.com"},
      {"ju\xCC\x88rgen@example.com", "j\xC3\xBCrgen@example.com"},
      {"\xE2\x84\xAA@example.com", "k@example.com"},          // sign of kelvin: a K
      {"H\xCC\xB1@example.com", "\xE1\xBA\x96@example.com"},  // composes once it is small
      {"\xE7\x94\xB0@\xE4\xBE\x8B.jp", "\xE7\x94\xB0@xn--fsq.jp"},
  };
  for (const Good& good : kGood) {
    CAPTURE(good.text);
    const Read read = ReadEmail(good.text);
    CHECK(read.status == RF_CONTACT_OK);
    CHECK(read.forms == std::vector<std::string>{good.canonical});
    CHECK(ReadEmail(good.canonical).forms == read.forms);
  }
}

TEST_CASE("every refused address has its reason") {
  using namespace std::literals;
  struct Bad {
    std::string_view text;
    rf_contact_status status;
  };
  constexpr Bad kBad[] = {
      {"", RF_CONTACT_EMPTY},
      {" \r\n\t ", RF_CONTACT_EMPTY},
      {"a\0@example.com"sv, RF_CONTACT_NOT_TEXT},
      {"a@example.com\0"sv, RF_CONTACT_NOT_TEXT},
      {"a\xFF@example.com", RF_CONTACT_NOT_TEXT},
      {"a@\xC3.com", RF_CONTACT_NOT_TEXT},
      {"alice", RF_CONTACT_NOT_AN_ADDRESS},
      {"@example.com", RF_CONTACT_NOT_AN_ADDRESS},
      {"alice@", RF_CONTACT_NOT_AN_ADDRESS},
      {"a@b@example.com", RF_CONTACT_NOT_AN_ADDRESS},
      {"a\xEF\xBC\xA0"
       "example.com",
       RF_CONTACT_NOT_AN_ADDRESS},  // a full-width '@' is no '@'
      {"\"a b\"@example.com", RF_CONTACT_NOT_AN_ADDRESS},
      {"a(comment)@example.com", RF_CONTACT_NOT_AN_ADDRESS},
      {"Alice <alice@example.com>", RF_CONTACT_NOT_AN_ADDRESS},
      {"a b@example.com", RF_CONTACT_NOT_AN_ADDRESS},
      {"a,b@example.com", RF_CONTACT_NOT_AN_ADDRESS},
      {"a\xC2\xA0"
       "b@example.com",
       RF_CONTACT_NOT_AN_ADDRESS},
      {"a\xE2\x80\x8B@example.com", RF_CONTACT_NOT_AN_ADDRESS},  // does not show
      {"\xE2\x80\xAA"
       "alice@example.com",
       RF_CONTACT_NOT_AN_ADDRESS},                           // nor does this
      {"a\xCD\xBE@example.com", RF_CONTACT_NOT_AN_ADDRESS},  // Greek question mark: composes to ';'
      {"a\xCD\xB8@example.com", RF_CONTACT_NOT_AN_ADDRESS},  // not assigned yet
      {"a@exa mple.com", RF_CONTACT_BAD_DOMAIN},
      {"a@ex_ample.com", RF_CONTACT_BAD_DOMAIN},
      {"a@b\xC3\xBC"
       "_cher.de",
       RF_CONTACT_BAD_DOMAIN},
      {"a@b\xC3\xBC cher.de", RF_CONTACT_BAD_DOMAIN},
      {"a@a..b", RF_CONTACT_BAD_DOMAIN},
      {"a@.example.com", RF_CONTACT_BAD_DOMAIN},
      {"a@example.com..", RF_CONTACT_BAD_DOMAIN},
      {"a@example.com.\xE3\x80\x82", RF_CONTACT_BAD_DOMAIN},
      {"a@.", RF_CONTACT_BAD_DOMAIN},
      {"a@[192.0.2.1]", RF_CONTACT_BAD_DOMAIN},
      {"a@192.0.2.1", RF_CONTACT_BAD_DOMAIN},
      {"a@[IPv6:2001:db8::1]", RF_CONTACT_BAD_DOMAIN},
      {"a@-example.com", RF_CONTACT_BAD_DOMAIN},
      {"a@example-.com", RF_CONTACT_BAD_DOMAIN},
      {"a@xn--", RF_CONTACT_BAD_DOMAIN},
      {"a@xn--a.com", RF_CONTACT_BAD_DOMAIN},
      {"a@\xE2\x98\x83.com", RF_CONTACT_BAD_DOMAIN},   // a snowman is no letter
      {"a@\xE2\x84\x80.com", RF_CONTACT_BAD_DOMAIN},   // maps to "a/c"
      {"a@x\xE2\x80\x8D.com", RF_CONTACT_BAD_DOMAIN},  // a joiner that joins nothing
      {"a@example.com?subject=x", RF_CONTACT_BAD_DOMAIN},
  };
  for (const Bad& bad : kBad) {
    CAPTURE(bad.text);
    CHECK(ReadEmail(bad.text).status == bad.status);
  }
}

TEST_CASE("sizes at their limits and one past them") {
  const std::string local(64, 'a');
  const std::string label(63, 'b');
  const std::string domain = label + "." + label + "." + std::string(61, 'b');  // 189
  CHECK(ReadEmail(local + "@" + domain).status == RF_CONTACT_OK);
  CHECK(ReadEmail(local + "@" + domain).forms.at(0).size() == 254);
  CHECK(ReadEmail(local + "@" + domain + "b").status == RF_CONTACT_TOO_LONG);
  CHECK(ReadEmail(local + "a@example.com").status == RF_CONTACT_TOO_LONG);
  CHECK(ReadEmail("a@" + label + ".com").status == RF_CONTACT_OK);
  CHECK(ReadEmail("a@" + label + "b.com").status == RF_CONTACT_BAD_DOMAIN);
  CHECK(ReadEmail("a@" + std::string(100000, 'b')).status == RF_CONTACT_TOO_LONG);
  // Short as written, long in A-labels.
  std::string wide;
  for (int i = 0; i < 5; ++i) wide += "b" + std::string(40, 'c') + "\xC3\xBC.";
  CHECK(ReadEmail(local.substr(0, 30) + "@" + wide + "de").status == RF_CONTACT_TOO_LONG);
}

TEST_CASE("addresses of different people stay different") {
  const std::vector<std::string> people = {
      "strasse@example.com",
      // NOLINTNEXTLINE(bugprone-suspicious-missing-comma): 'e' would belong to the escape
      "stra\xC3\x9F"
      "e@example.com",  // sharp s
      "stra\xC3\x9F"
      "e@stra\xC3\x9F"
      "e.de",
      "stra\xC3\x9F"
      "e@strasse.de",
      "apple@apple.com",
      "apple@\xD0\xB0pple.com",  // Cyrillic a
      "\xD0\xB0pple@apple.com", "i@example.com", "\xC4\xB1@example.com",
      "\xC4\xB0@example.com",  // Turkish i
      "i@i.com", "i@\xC4\xB1.com", "a.b@example.com", "ab@example.com", "ab+c@example.com",
      "\xC3\xA9@example.com", "\xC3\x89@example.com", "e@example.com", "\xEF\xBC\xA1@example.com",
      "a@example.com",  // full-width, and not
  };
  std::set<std::string> forms;
  for (const std::string& person : people) {
    CAPTURE(person);
    REQUIRE(ReadEmail(person).status == RF_CONTACT_OK);
    forms.insert(ReadEmail(person).forms[0]);
  }
  CHECK(forms.size() == people.size());
}

}  // namespace
}  // namespace ringfence
