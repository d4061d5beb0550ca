// UTF-8: every sequence of one to three bytes and the edges of four, escaping, ids.
#include <doctest/doctest.h>
#include <ringfence/limits.h>

#include <string>

#include "base/utf8.h"
#include "unit/death.h"

namespace ringfence {
namespace {

// Whether the bytes are taken for one code point; what is taken must be what encoding it gives.
bool IsOneCodePoint(const std::string& bytes) {
  const Utf8Step step = DecodeUtf8(bytes, 0);
  if (!step.ok || step.length != bytes.size()) return false;
  std::string again;
  AppendUtf8(step.code_point, &again);
  REQUIRE(again == bytes);
  return true;
}

char Byte(unsigned value) { return static_cast<char>(value); }

TEST_CASE("exactly the valid sequences are valid") {
  unsigned one = 0, two = 0, three = 0, four = 0;
  for (unsigned a = 0; a < 256; ++a) {
    one += IsOneCodePoint({Byte(a)});
    for (unsigned b = 0; b < 256; ++b) {
      two += IsOneCodePoint({Byte(a), Byte(b)});
      if (a < 0xE0) continue;
      for (unsigned c = 0; c < 256; ++c) {
        three += IsOneCodePoint({Byte(a), Byte(b), Byte(c)});
        for (const unsigned d : {0x7Fu, 0x80u, 0xBFu, 0xC0u}) {
          four += a >= 0xF0 && IsOneCodePoint({Byte(a), Byte(b), Byte(c), Byte(d)});
        }
      }
    }
  }
  // Each decodes to the code point it encodes, and no two share one, so the counts say it all.
  CHECK(one == 0x80);
  CHECK(two == 0x800 - 0x80);
  CHECK(three == 0x10000 - 0x800 - 0x800);   // without surrogates
  CHECK(four == (0x110000 - 0x10000) / 32);  // 2 of the 64 last bytes
}

TEST_CASE("the first invalid byte is found") {
  CHECK(FindInvalidUtf8("plain") == std::string_view::npos);
  CHECK(FindInvalidUtf8("a\xC3\xA9\xFFz") == 3);
  CHECK(FindInvalidUtf8("a\xE2\x82") == 1);         // truncated
  CHECK(FindInvalidUtf8("\xED\xA0\x80") == 0);      // surrogate
  CHECK(FindInvalidUtf8("\xC0\xAF") == 0);          // overlong
  CHECK(FindInvalidUtf8("\xF4\x90\x80\x80") == 0);  // above U+10FFFF
  CHECK(IsValidUtf8(""));
  CHECK(DecodeUtf8("", 0).length == 0);
  CHECK(CodePoints("a\xC3\xA9\xF0\x9F\x98\x80") == 3);
  CHECK(CodePoints("\xFF\xFE") == 2);
}

TEST_CASE("control bytes") {
  CHECK_FALSE(HasControlBytes("alice \xC3\xA9"));
  CHECK(HasControlBytes(std::string_view("a\0b", 3)));
  CHECK(HasControlBytes("a\x1F"));
  CHECK(HasControlBytes("a\x7F"));
}

TEST_CASE("what a terminal would act on is escaped, byte by byte") {
  CHECK(Printable("caf\xC3\xA9 \\x") == "caf\xC3\xA9 \\x");
  CHECK(Printable("a\tb\n\x1b[31m") == "a\\x09b\\x0A\\x1B[31m");
  CHECK(Printable("\xC2\x9B") == "\\xC2\\x9B");           // C1
  CHECK(Printable("\xE2\x80\xAE") == "\\xE2\\x80\\xAE");  // right-to-left override
  CHECK(Printable("\xEF\xBB\xBF") == "\\xEF\\xBB\\xBF");  // byte order mark
  CHECK(Printable("\xFFz") == "\\xFFz");
  CHECK(Printable("abcdef", 6) == "abcdef");
  CHECK(Printable("abcdefg", 6) == "abcdef...");
  CHECK(Printable("a\xC3\xA9z", 2) == "a...");  // never half a code point
}

TEST_CASE("ids") {
  CHECK(CheckId("a").ok());
  CHECK(CheckId(std::string(kMaxIdBytes, 'x')).ok());
  CHECK(CheckId("'; DROP TABLE users; --").ok());
  CHECK(CheckId("e\xCC\x81").ok());

  const auto message = [](std::string_view id) {
    const Status status = CheckId(id);
    CHECK(status.code() == StatusCode::kInvalidArgument);
    return status.message();
  };
  CHECK(message("") == "an id is empty: expected 1 to 255 bytes");
  CHECK(message(std::string(256, 'x')) ==
        "an id has 256 bytes, expected 1 to 255: '" + std::string(32, 'x') + "...'");
  CHECK(message("bob\xFF") == "an id is not valid UTF-8: 'bob\\xFF'");
  CHECK(message(std::string_view("bob\0", 4)) == "an id has a control byte: 'bob\\x00'");
  CHECK(message(std::string(32, '\n') + "tail").size() < 200);
}

TEST_CASE("encoding a surrogate is a defect") {
  std::string out;
  CHECK(AbortText([&] { AppendUtf8(0xD800, &out); }).find("CHECK failed") != std::string::npos);
  CHECK(AbortText([&] { AppendUtf8(0x110000, &out); }).find("utf8.cc:") != std::string::npos);
}

}  // namespace
}  // namespace ringfence
