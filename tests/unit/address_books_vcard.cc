// The vCard reader: each construct of the three versions, each error, and files meant to stall it.
#include <doctest/doctest.h>
#include <ringfence/limits.h>

#include <string>
#include <vector>

#include "cli/address_book.h"

namespace ringfence::cli {
namespace {

std::string Card(std::string_view version, std::string_view lines) {
  return "BEGIN:VCARD\nVERSION:" + std::string(version) + "\n" + std::string(lines) +
         "\nEND:VCARD\n";
}

/// The entries of one card; a failure as its message.
std::vector<std::string> Texts(std::string_view version, std::string_view lines) {
  const Result<AddressBook> book = ReadVcards(Card(version, lines));
  if (!book.ok()) return {book.status().message()};
  std::vector<std::string> texts;
  for (const AddressEntry& entry : book.value().entries) {
    texts.push_back((entry.kind == AddressKind::kPhone ? "tel " : "mail ") + entry.text);
  }
  return texts;
}

using Strings = std::vector<std::string>;

TEST_CASE("names, groups, parameters") {
  CHECK(Texts("3.0", "TEL:1") == Strings{"tel 1"});
  CHECK(Texts("3.0", "tel;type=home:1") == Strings{"tel 1"});
  CHECK(Texts("3.0", "item1.TEL:1\nA.b-2.EMAIL;TYPE=x:a@b") == Strings{"tel 1", "mail a@b"});
  CHECK(Texts("4.0", "TEL;TYPE=\"a:b;c\";PREF=1:1") == Strings{"tel 1"});
  CHECK(Texts("4.0", "TEL;VALUE=\"uri\";TYPE=\"a,b\":tel:1") == Strings{"tel 1"});
  CHECK(Texts("2.1", "TEL;HOME;VOICE:1\nX-MS-TEL;CAR:2") == Strings{"tel 1", "tel 2"});
  CHECK(Texts("2.1", "TEL;X-6\"2:1") == Strings{"tel 1"});  // 2.1 knows no quotes
  CHECK(Texts("3.0", " TEL : 1 ") ==
        Strings{"line 2: expected VERSION 2.1, 3.0 or 4.0"});  // folded
  CHECK(Texts("3.0", "TEL : 1 ") == Strings{"tel 1"});
  CHECK(Texts("3.0", "TELEX:1\nX-TEL:2\nEMAILS:3\nIMPP:4\nNOTE:TEL:5").empty());
}

TEST_CASE("folded lines") {
  CHECK(Texts("3.0", "TEL:+1 212\n  555\n\t0101") == Strings{"tel +1 212 5550101"});
  CHECK(Texts("4.0", "TE\n L;TYPE=\n home:1\n 2") == Strings{"tel 12"});
  CHECK(Texts("2.1", "TEL:+1 212\n 555\n 0101") == Strings{"tel +1 212 555 0101"});
  CHECK(Texts("3.0", "NOTE:a\n TEL:1\n  TEL:2").empty());
  CHECK(Texts("3.0", "TEL:1\n\nEMAIL:a@b") == Strings{"tel 1", "mail a@b"});
  CHECK(ReadVcards("BEGIN:VC\n ARD\nVERSION:3\n .0\nEND:VCA\n RD\n").ok());
}

TEST_CASE("quoted-printable") {
  CHECK(Texts("2.1", "TEL;QUOTED-PRINTABLE:=2B1=20212") == Strings{"tel +1 212"});
  CHECK(Texts("2.1", "TEL;ENCODING=quoted-printable:+1=\n212=  \n555") == Strings{"tel +1212555"});
  CHECK(Texts("3.0", "EMAIL;ENCODING=QUOTED-PRINTABLE:a=\n =40b") == Strings{"mail a@b"});
  CHECK(Texts("2.1", "NOTE;QUOTED-PRINTABLE:=\nTEL:1=\nTEL:2\nTEL:3") == Strings{"tel 3"});
  CHECK(Texts("2.1", "NOTE;QUOTED-PRINTABLE:a=\n\nTEL:3") == Strings{"tel 3"});
  CHECK(Texts("2.1", "TEL:=2B1") == Strings{"tel =2B1"});  // not announced
}

TEST_CASE("base64 is passed over, in all its shapes") {
  CHECK(Texts("2.1", "PHOTO;BASE64:\n AAAA\n BBBB\n\nTEL:1") == Strings{"tel 1"});
  CHECK(Texts("2.1", "PHOTO;ENCODING=BASE64;JPEG:AAAA\nBBBB\nCC==\n\nTEL:1") == Strings{"tel 1"});
  CHECK(Texts("2.1", "PHOTO;ENCODING=BASE64:AAAA\nBBBB\nTEL:1") == Strings{"tel 1"});
  CHECK(Texts("3.0", "PHOTO;ENCODING=b:AAAA\n BBBB=\nTEL:1") == Strings{"tel 1"});
  CHECK(Texts("3.0", "PHOTO;X=b:AAAA\nTEL:1") == Strings{"tel 1"});
  CHECK(Texts("2.1", "TEL;HOME;B:1") == Strings{"tel 1"});  // a type, no encoding
}

TEST_CASE("escapes") {
  CHECK(Texts("3.0", "EMAIL:a\\,b\\;c\\:d\\\\e\\nf\\xg\\") == Strings{"mail a,b;c:d\\e\nf\\xg\\"});
  CHECK(Texts("3.0", "TEL:\\n1\\N") == Strings{"tel 1"});
}

TEST_CASE("URIs of telephones") {
  CHECK(Texts("4.0", "TEL:tel:+1-418-656-9254;ext=102") == Strings{"tel +1-418-656-9254;ext=102"});
  CHECK(Texts("4.0", "TEL:TEL:+1;EXT=2;phone-context=x") == Strings{"tel +1;ext=2"});
  CHECK(Texts("4.0", "TEL:tel:+1;isub=2") == Strings{"tel +1;ext=2"});
  CHECK(Texts("4.0", "TEL:tel:+1;postd=pp22") == Strings{"tel +1;ext=pp22"});
  CHECK(Texts("4.0", "TEL:tel:+1;cic=3;;=") == Strings{"tel +1"});
  CHECK(Texts("4.0", "TEL:tel:7042;phone-context=+1-914-555") == Strings{"tel +1-914-555-7042"});
  CHECK(Texts("4.0", "TEL:tel:7042;phone-context=example.com").empty());
  CHECK(Texts("4.0", "TEL:tel:%2B1%20212") == Strings{"tel +1 212"});
  CHECK(Texts("4.0", "TEL:tel:").empty());
  CHECK(Texts("4.0", "TEL:sip:a@b\nTEL:callto:1\nEMAIL:tel:1\nTEL:mailto:a@b").empty());
  CHECK(Texts("4.0", "EMAIL:MAILTO:a%40b?subject=x") == Strings{"mail a@b"});
}

TEST_CASE("cards of agents are somebody else's") {
  const std::string_view agent = "BEGIN:VCARD\nVERSION:2.1\nTEL:9\nEND:VCARD\nTEL:1";
  for (const std::string before : {"AGENT:\n", "AGENT:\n\n", "AGENT;X=1:"}) {
    const Result<AddressBook> book = ReadVcards(Card("2.1", before + std::string(agent)));
    REQUIRE_MESSAGE(book.ok(), book.status().message());
    CHECK(book.value().contacts == 1);
    CHECK(book.value().skipped.agents == 1);
    REQUIRE(book.value().entries.size() == 1);
    CHECK(book.value().entries[0].text == "1");
  }
  CHECK(Texts("2.1",
              "AGENT:\nBEGIN:VCARD\nAGENT:\nBEGIN:VCARD\nTEL:8\nEND:VCARD\nTEL:9\nEND:VCARD\n"
              "TEL:1") == Strings{"tel 1"});
  CHECK(Texts("3.0", "AGENT;VALUE=uri:CID:x@y\nTEL:1") == Strings{"tel 1"});
}

TEST_CASE("errors have a place, say what was expected and quote nothing") {
  struct Bad {
    std::string_view text;
    const char* message;
  };
  constexpr Bad kBad[] = {
      {"", "line 1: expected BEGIN:VCARD"},
      {"\n\n", "line 1: expected BEGIN:VCARD"},
      {"secret", "line 1: expected BEGIN:VCARD"},
      {"\n\nNAME:secret", "line 3: expected BEGIN:VCARD"},
      {"BEGIN:VCALENDAR\n", "line 1: expected BEGIN:VCARD"},
      {"BEGIN:VCARD\n", "line 2: expected END:VCARD before the end of the file"},
      {"BEGIN:VCARD\nVERSION:3.0\nsecret\nEND:VCARD", "line 3: expected NAME:VALUE"},
      {"BEGIN:VCARD\nVERSION:5.0\nEND:VCARD", "line 2: expected VERSION 2.1, 3.0 or 4.0"},
      {"BEGIN:VCARD\nTEL:1\nEND:VCARD", "line 3: expected a VERSION before the card's end"},
      {"BEGIN:VCARD\nVERSION:3.0\nEND:secret", "line 3: expected END:VCARD"},
      {"BEGIN:VCARD\nVERSION:3.0\nTEL:1\nBEGIN:VCARD\nVERSION:3.0\nEND:VCARD",
       "line 4: expected END:VCARD first, of the card of line 1"},
      {"BEGIN:VCARD\nVERSION:3.0\nEND:VCARD\nTEL:1", "line 4: expected BEGIN:VCARD"},
      {"BEGIN:VCARD\nVERSION:2.1\nAGENT:\nBEGIN:VCARD\nEND:VCARD",
       "line 6: expected END:VCARD before the end of the file"},
      {"BEGIN:VCARD\nVERSION:2.1\nAGENT:\nTEL:1\nBEGIN:VCARD\nEND:VCARD\nEND:VCARD",
       "line 5: expected END:VCARD first, of the card of line 1"},
      {"\xFF\xFE"
       "B",
       "line 1: expected UTF-16 throughout, as the byte order mark announces"},
      {"\xFE\xFF\xD8\x01", "line 1: expected UTF-16 throughout, as the byte order mark announces"},
  };
  for (const Bad& bad : kBad) {
    CAPTURE(bad.text);
    const Result<AddressBook> book = ReadVcards(bad.text);
    REQUIRE_FALSE(book.ok());
    CHECK(book.status().code() == StatusCode::kParse);
    CHECK(book.status().message() == bad.message);
  }
}

// A reader that looked at anything twice would need hours for some of these: the time limit of the
// test finds it.
TEST_CASE("a megabyte of one thing") {
  constexpr size_t kSize = 1024 * 1024;
  const auto repeated = [&](std::string_view piece) {
    std::string text;
    text.reserve(kSize + piece.size());
    while (text.size() < kSize) text += piece;
    return text;
  };
  for (const std::string_view piece : {"\r",
                                       "\n",
                                       " ",
                                       "\r\r",
                                       "\r\n ",
                                       "\n ",
                                       "\n \"",
                                       "\"",
                                       ";",
                                       ":",
                                       "=\n",
                                       "==\n",
                                       "\\",
                                       "A\n :\n",
                                       "TEL:1\n",
                                       "TEL;QUOTED-PRINTABLE:=\n",
                                       "PHOTO;BASE64:\n",
                                       "AGENT:\nBEGIN:VCARD\n",
                                       "AGENT:BEGIN:VCARD\n",
                                       "TEL:tel:1;a;\n",
                                       "END:VCARD\nBEGIN:VCARD\nVERSION:2.1\n",
                                       "EMAIL:\n"}) {
    CAPTURE(piece);
    for (const std::string_view before :
         {"", "BEGIN:VCARD\nVERSION:3.0\n",
          "BEGIN:VCARD\nVERSION:2.1\nTEL;QUOTED-PRINTABLE:", "BEGIN:VCARD\nVERSION:4.0\nTEL;X=\"",
          "BEGIN:VCARD\nVERSION:4.0\nTEL:tel:1", "BEGIN:VCARD\nVERSION:2.1\nPHOTO;BASE64:"}) {
      const Result<AddressBook> book =
          ReadVcards(std::string(before) + repeated(piece) + "\nEND:VCARD\n");
      CHECK((book.ok() || book.status().code() == StatusCode::kParse));
    }
  }
}

TEST_CASE("a file has its limit") {
  std::string text = Card("3.0", "TEL:1");
  text.resize(kMaxAddressBookBytes, '\n');
  CHECK(ReadVcards(text).ok());
  text += '\n';
  CHECK(ReadVcards(text).status().code() == StatusCode::kLimit);
  CHECK(ReadAddressCsv(text).status().code() == StatusCode::kLimit);
}

TEST_CASE("what was read is erased at the end") {
  std::string text = "+1 212 555 0101, long enough for the heap";
  const char* const where = text.data();
  EraseText(&text);
  CHECK(text.empty());
  CHECK(text.data() == where);
  for (size_t i = 0; i < 20; ++i) CHECK(where[i] == 0);
}

}  // namespace
}  // namespace ringfence::cli
