// The parser of telephone numbers takes time in the square of its text. This file stands before it,
// measures what it is given, and lets it work.
#include <phonenumbers/logger.h>
#include <phonenumbers/phonenumberutil.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "unit/contacts_client_support.h"

namespace {

std::atomic<size_t> g_calls{0};
std::atomic<size_t> g_longest{0};

}  // namespace

// The program's own definition comes before the library's, which keeps the raw text besides.
i18n::phonenumbers::PhoneNumberUtil::ErrorType i18n::phonenumbers::PhoneNumberUtil::Parse(
    const std::string& text, const std::string& region, PhoneNumber* number) const {
  ++g_calls;
  g_longest = std::max(g_longest.load(), text.size());
  const ErrorType error = ParseAndKeepRawInput(text, region, number);
  number->clear_raw_input();
  number->clear_country_code_source();
  number->clear_preferred_domestic_carrier_code();
  return error;
}

namespace ringfence {
namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

std::string Repeated(std::string_view piece, size_t size) {
  std::string text;
  while (text.size() < size) text += piece;
  text.resize(size);
  return text;
}

TEST_CASE("64 bytes reach the parser, 65 do not, whatever they are") {
  for (const std::string_view piece :
       {"0", "+49---", "x", "1x", "(", " ", "1 ", "\xE2\x80\x8B", ";"}) {
    CAPTURE(piece);
    for (const char* region : {"ZZ", "DE", "US"}) {
      for (const unsigned flags : {0u, 3u}) {
        g_longest = 0;
        CHECK(ReadPhone(Repeated(piece, 64), region, flags).status != RF_CONTACT_TOO_LONG);
        CHECK(g_longest <= 64);
        g_calls = 0;
        for (const size_t size : {size_t{65}, size_t{250}, size_t{100000}}) {
          CHECK(ReadPhone(Repeated(piece, size), region, flags).status == RF_CONTACT_TOO_LONG);
        }
        CHECK(g_calls == 0);
      }
    }
  }
  // Digits of 64 bytes do get there: the counting above counts something.
  g_calls = 0;
  g_longest = 0;
  CHECK(ReadPhone(Repeated("0", 64), "DE").status == RF_CONTACT_NOT_POSSIBLE);
  CHECK(g_calls == 1);
  CHECK(g_longest == 64);
}

TEST_CASE("one entry costs a handful of calls") {
  for (const char* text : {"+49 151 12345678", "49 151 12345678", "1-800-FLOWERS", "+1 x3"}) {
    g_calls = 0;
    ReadPhone(text, "DE", RF_CONTACT_ALLOW_LETTERS | RF_CONTACT_ALIASES);
    CHECK(g_calls <= 3);
  }
}

TEST_CASE("every example of every region comes back, however it is written") {
  const PhoneNumberUtil& util = *PhoneNumberUtil::GetInstance();
  std::set<std::string> regions;
  util.GetSupportedRegions(&regions);
  CHECK(regions.size() > 200);
  size_t examples = 0;
  for (const std::string& region : regions) {
    for (int type = PhoneNumberUtil::FIXED_LINE; type <= PhoneNumberUtil::VOICEMAIL; ++type) {
      PhoneNumber number;
      if (!util.GetExampleNumberForType(region, static_cast<PhoneNumberUtil::PhoneNumberType>(type),
                                        &number)) {
        continue;
      }
      ++examples;
      std::string e164, international, national;
      util.Format(number, PhoneNumberUtil::E164, &e164);
      util.Format(number, PhoneNumberUtil::INTERNATIONAL, &international);
      util.Format(number, PhoneNumberUtil::NATIONAL, &national);
      CAPTURE(region);
      CAPTURE(national);
      const std::vector<std::string> expected{e164};
      CHECK(ReadPhone(international, "ZZ").forms == expected);
      CHECK(ReadPhone(e164, region.c_str()).forms == expected);
      CHECK(ReadPhone(national, region.c_str()).forms == expected);
    }
  }
  CHECK(examples > 1000);
}

TEST_CASE("the library's log is silenced by the first call") {
  ReadPhone("+4915112345678", "ZZ");
  REQUIRE(i18n::phonenumbers::Logger::mutable_logger_impl() != nullptr);
  CHECK(i18n::phonenumbers::Logger::mutable_logger_impl()->level() == 0);
}

TEST_CASE("threads may call at once") {
  std::vector<std::thread> threads;
  threads.reserve(4);
  std::atomic<int> right{0};
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&right] {
      for (int k = 0; k < 50; ++k) {
        rf_contact_identifier forms[RF_CONTACT_MAX_FORMS];
        size_t count = 0;
        const std::string text = "0151 123456" + std::to_string(10 + k % 90);
        const rf_contact_status status =
            rf_contact_phone(text.data(), text.size(), "DE", 0, forms, &count);
        const std::string expected = "+49151123456" + std::to_string(10 + k % 90);
        right += status == RF_CONTACT_OK && expected == std::string(forms[0].bytes, forms[0].size);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(right == 200);
}

}  // namespace
}  // namespace ringfence
