// Verifier keys and signed notes: C2SP's example, and what is no note and why.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "log/note.h"
#include "unit/hex_bytes.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

// c2sp.org/signed-note, "Example".
constexpr std::string_view kExampleKey =
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
constexpr std::string_view kExampleNote =
    "This is an example message.\n"
    "\n"
    "\xE2\x80\x94 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYj"
    "OBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

bool Verifies(const VerifierKey& key, const SignedNote& note, size_t which) {
  const std::vector<uint8_t>& bytes = note.signatures.at(which).bytes;
  Signature signature{};
  if (bytes.size() != signature.size()) return false;
  std::copy(bytes.begin(), bytes.end(), signature.begin());
  return VerifyEd25519(key.key, AsBytes(note.text), signature);
}

std::string ErrorOf(std::string_view note) {
  const Result<SignedNote> parsed = ParseNote(note);
  if (parsed.ok()) return "no error";
  CHECK(parsed.status().code() == StatusCode::kParse);
  return parsed.status().message();
}

// A signature line; nothing here looks at whether the signature is right.
std::string Line(std::string_view name = "n", std::string_view base64 = "AAAAAQI=") {
  return "\xE2\x80\x94 " + std::string(name) + " " + std::string(base64) + "\n";
}

TEST_CASE("notes: the example of the standard verifies and formats back") {
  const Result<VerifierKey> key = ParseVerifierKey(kExampleKey);
  REQUIRE(key.ok());
  CHECK(key->name == "example.com/foo");
  CHECK(key->id == 0x530d903a);
  CHECK(key->type == kNoteEd25519);
  CHECK(FormatVerifierKey(*key) == kExampleKey);
  CHECK(FormatVerifierKey(MakeVerifierKey(key->name, key->type, key->key)) == kExampleKey);
  const Result<SignedNote> note = ParseNote(kExampleNote);
  REQUIRE(note.ok());
  CHECK(note->text == "This is an example message.\n");
  REQUIRE(note->signatures.size() == 1);
  CHECK(note->signatures[0].name == "example.com/foo");
  CHECK(note->signatures[0].id == key->id);
  CHECK(Verifies(*key, *note, 0));
  CHECK(FormatNote(*note) == kExampleNote);
}

TEST_CASE("notes: the text may have empty lines; the last one separates") {
  const std::string text = "\n\none\n\ntwo\n\n";
  const Result<SignedNote> note = ParseNote(text + "\n" + Line());
  REQUIRE(note.ok());
  CHECK(note->text == text);
  CHECK(ParseNote("\n\n" + Line())->text == "\n");
}

TEST_CASE("notes: what is none, by line") {
  CHECK(ErrorOf("") == "note: no empty line between text and signatures");
  CHECK(ErrorOf("text\n" + Line()) == "note: no empty line between text and signatures");
  CHECK(ErrorOf("text\n\n") == "note, line 3: expected signatures behind the empty line");
  CHECK(ErrorOf("text\r\n\r\n" + Line()) ==
        "note, line 1: a control character; lines end with a newline alone");
  CHECK(ErrorOf("a\nb\tc\n\n" + Line()) ==
        "note, line 2: a control character; lines end with a newline alone");
  CHECK(ErrorOf(std::string("a\0\n\n", 4) + Line()) ==
        "note, line 1: a control character; lines end with a newline alone");
  CHECK(ErrorOf("a\n\xFF\n\n" + Line()) == "note, line 2: not valid UTF-8");
  CHECK(ErrorOf("a\n\xED\xA0\x80\n\n" + Line()) == "note, line 2: not valid UTF-8");
  const std::string whole = "a\n\n" + Line() + Line("m");
  CHECK(ErrorOf(whole.substr(0, whole.size() - 1)) == "note, line 4: no newline at the end");
  CHECK(ErrorOf("a\n\n" + Line() + "- n AAAAAQI=\n") ==
        "note, line 4: expected '\xE2\x80\x94 NAME BASE64', got '- n AAAAAQI='");
  CHECK(ErrorOf(whole + "\nmore\n").starts_with("note, line 6: expected"));
}

TEST_CASE("notes: DEL, C1 and U+FFFD are characters as in Go; the standard forbids C0 only") {
  CHECK(ParseNote("a\x7F\n\n" + Line()).ok());
  CHECK(ParseNote("a\xC2\x81\n\n" + Line()).ok());
  CHECK(ParseNote("a\xEF\xBF\xBD\n\n" + Line()).ok());
}

TEST_CASE("notes: names of keys") {
  for (const std::string_view good : {"n", "example.com/a-b", "\xC3\xA4", "\x7F", "a=b"}) {
    CHECK(IsKeyName(good));
    CHECK(ParseNote("a\n\n" + Line(good)).ok());
  }
  // Unicode's spaces, one of each run.
  for (const std::string_view space :
       {"\t", "\n", "\v", "\f", "\r", " ", "\xC2\x85", "\xC2\xA0", "\xE1\x9A\x80", "\xE2\x80\x80",
        "\xE2\x80\x8A", "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F",
        "\xE3\x80\x80", "+"}) {
    CHECK_FALSE(IsKeyName(space));
    CHECK_FALSE(IsKeyName("a" + std::string(space)));
    CHECK_FALSE(ParseNote("a\n\n" + Line("a" + std::string(space) + "b")).ok());
  }
  CHECK_FALSE(IsKeyName(""));
  CHECK_FALSE(IsKeyName("\xC3"));
  CHECK(IsKeyName("\xE2\x80\x8B"));  // zero width, but no space
  CHECK_FALSE(ParseNote("a\n\n" + Line("")).ok());
}

TEST_CASE("notes: signatures are a key id and at least one byte, in base64") {
  const auto accepts = [](std::string_view base64) {
    return ParseNote("a\n\n" + Line("n", base64)).ok();
  };
  CHECK(accepts("AAAAAQI="));
  CHECK(accepts("AAAAAQJ="));  // unused bits, which Go lets through
  CHECK_FALSE(accepts(""));
  CHECK_FALSE(accepts("AAAAAQ=="));  // the key id alone
  CHECK_FALSE(accepts("AAAAAQI"));
  CHECK_FALSE(accepts("AAAAAQI=="));
  CHECK_FALSE(accepts("AAAAAQI=AAAA"));
  CHECK_FALSE(accepts("AAAA AQI="));
  CHECK_FALSE(accepts("AAAAAQI= "));
  CHECK_FALSE(accepts("AAAA-_I="));
  CHECK_FALSE(accepts("========"));
  CHECK_FALSE(ParseNote("a\n\n\xE2\x80\x94 n\n").ok());
}

TEST_CASE(
    "notes: 100 signatures are accepted, one more is not; repeated ones count but are dropped") {
  std::string note = "a\n\n";
  for (int i = 0; i < 16; ++i) note += Line("n" + std::to_string(i));
  CHECK(ParseNote(note)->signatures.size() == 16);
  for (int i = 16; i < 100; ++i) note += Line("n" + std::to_string(i));
  CHECK(ParseNote(note)->signatures.size() == 100);
  CHECK(ErrorOf(note + Line("n0")) == "note, line 103: more than 100 signatures");
  const Result<SignedNote> repeated =
      ParseNote("a\n\n" + Line("x") + Line("y") + Line("x") + Line("x", "AAAAAQM="));
  REQUIRE(repeated->signatures.size() == 3);
  CHECK(repeated->signatures[0].name == "x");
  CHECK(repeated->signatures[1].name == "y");
  CHECK(repeated->signatures[2].bytes == std::vector<uint8_t>{3});
}

TEST_CASE("notes: at most a million bytes") {
  const std::string tail = "\n\n" + Line();
  const std::string fits(kMaxNoteFileBytes - tail.size(), 'a');
  CHECK(ParseNote(fits + tail).ok());
  CHECK(ErrorOf(fits + "a" + tail) == "note: more than 1000000 bytes");
}

std::string KeyError(std::string_view text) {
  const Result<VerifierKey> key = ParseVerifierKey(text);
  if (key.ok()) return "no error";
  CHECK(key.status().code() == StatusCode::kParse);
  return key.status().message();
}

TEST_CASE("verifier keys: errors say what was expected") {
  constexpr std::string_view kKey = "AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
  const std::string tail = "+530d903a+" + std::string(kKey);
  CHECK(KeyError("") == "verifier key: expected NAME+KEYID+KEY, got ''");
  CHECK(KeyError("a+530d903a") == "verifier key: expected NAME+KEYID+KEY, got 'a+530d903a'");
  CHECK(KeyError(tail) == "verifier key: a name is UTF-8 without spaces, got ''");
  CHECK(KeyError("a b" + tail) == "verifier key: a name is UTF-8 without spaces, got 'a b'");
  for (const std::string_view id :
       {"530d903", "530d903a0", "0x530d90", "-530d903", "530d903g", ""}) {
    CHECK(KeyError("n+" + std::string(id) + "+" + std::string(kKey)) ==
          "verifier key: expected a key id of eight hexadecimal digits, got '" + std::string(id) +
              "'");
  }
  CHECK(KeyError("n+00000000+").starts_with("verifier key: expected base64"));
  CHECK(KeyError("n+00000000+A===").starts_with("verifier key: expected base64"));
  CHECK(KeyError("n+00000000+AQ==") == "verifier key: 0 bytes of key, expected 32");
  CHECK(KeyError("n+00000000+" + std::string(kKey) + "AAAA") ==
        "verifier key: 35 bytes of key, expected 32");
  CHECK(KeyError("n+00000000+AgAA") ==
        "verifier key: type 2, expected 1 (Ed25519) or 4 (cosignature/v1)");
  // The id belongs to name, type and key.
  constexpr std::string_view kWrongId =
      "verifier key: the key id does not belong to name and key: a typing error?";
  CHECK(KeyError("example.com/foo" + tail) == "no error");
  CHECK(KeyError("example.com/bar" + tail) == kWrongId);
  std::string changed = "example.com/foo" + tail;
  changed[changed.size() - 2] = '3';
  CHECK(KeyError(changed) == kWrongId);
  CHECK(KeyError("example.com/foo+530D903A+" + std::string(kKey)) == "no error");  // as in Go
}

TEST_CASE("verifier keys: one key as two types has two ids") {
  const PublicKey key = ParseVerifierKey(kExampleKey)->key;
  const VerifierKey log = MakeVerifierKey("example.com/foo", kNoteEd25519, key);
  const VerifierKey witness = MakeVerifierKey("example.com/foo", kNoteCosignatureV1, key);
  CHECK(log.id != witness.id);
  const Result<VerifierKey> again = ParseVerifierKey(FormatVerifierKey(witness));
  REQUIRE(again.ok());
  CHECK(again->type == kNoteCosignatureV1);
  CHECK(again->id == witness.id);
}

TEST_CASE("base64: RFC 4648 section 10, and every length there and back") {
  constexpr std::pair<std::string_view, std::string_view> kVectors[] = {{"", ""},
                                                                        {"f", "Zg=="},
                                                                        {"fo", "Zm8="},
                                                                        {"foo", "Zm9v"},
                                                                        {"foob", "Zm9vYg=="},
                                                                        {"fooba", "Zm9vYmE="},
                                                                        {"foobar", "Zm9vYmFy"}};
  std::vector<uint8_t> out;
  for (const auto& [clear, text] : kVectors) {
    CHECK(Base64(AsBytes(clear)) == text);
    REQUIRE(FromBase64(text, &out));
    CHECK(std::equal(out.begin(), out.end(), AsBytes(clear).begin(), AsBytes(clear).end()));
  }
  std::mt19937_64 random(Seed());
  std::vector<uint8_t> bytes;
  for (int size = 0; size < 200; ++size) {
    REQUIRE(FromBase64(Base64(bytes), &out));
    REQUIRE(out == bytes);
    bytes.push_back(static_cast<uint8_t>(random()));
  }
  for (const std::string_view bad : {"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm9v\n", "Z g=", "=",
                                     "====", "Zm9v====", "Zg==Zg==", "Zm-v", "Zm_v"}) {
    CAPTURE(bad);
    CHECK_FALSE(FromBase64(bad, &out));
  }
}

}  // namespace
}  // namespace ringfence
