// vCard 2.1 (versit, 1996), 3.0 (RFC 2426) and 4.0 (RFC 6350), as address-book programs write them.
// Looks at every line once; copies nothing but numbers and addresses.
#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "cli/address_book.h"
#include "cli/address_text.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t'; }

std::string_view WithoutBlanksBehind(std::string_view text) {
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

// Lines with any of the three ends, and one line of outlook.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) { Find(); }

  bool at_end() const { return at_end_; }
  std::string_view line() const { return line_; }
  size_t number() const { return number_; }
  bool continues() const { return !at_end_ && !line_.empty() && IsBlank(line_.front()); }

  void Next() {
    ++number_;
    Find();
  }

 private:
  void Find() {
    at_end_ = rest_.empty();
    const size_t end = std::min(rest_.find_first_of("\r\n"), rest_.size());
    line_ = rest_.substr(0, end);
    rest_.remove_prefix(end);
    // The second is what two conversions leave of one line end; iPhone exports have it.
    for (const std::string_view line_end : {"\r\n", "\r\r\n", "\r", "\n"}) {
      if (!rest_.starts_with(line_end)) continue;
      rest_.remove_prefix(line_end.size());
      break;
    }
  }

  std::string_view rest_;
  std::string_view line_;
  size_t number_ = 1;
  bool at_end_ = false;
};

// Where the name and parameters end: the first ':' that is not in quotes. Takes the text bit by
// bit, as lines are unfolded, and never looks at a byte twice.
class ColonFinder {
 public:
  bool Find(std::string_view text) {
    for (; at_ < text.size(); ++at_) {
      if (text[at_] == '"') quoted_ = !quoted_;
      if (text[at_] == ':' && !quoted_) return true;
    }
    return false;
  }
  size_t at() const { return at_; }

 private:
  size_t at_ = 0;
  bool quoted_ = false;
};

// "TEL;TYPE=home" and what it says about the value.
struct Property {
  size_t line = 0;
  std::string_view name;     // without its group
  std::string_view charset;  // "": none is given
  bool quoted_printable = false;
  bool base64 = false;
};

void ReadParameter(std::string_view parameter, Property* property) {
  const size_t equals = parameter.find('=');
  const bool named = equals != std::string_view::npos;
  const std::string_view name = named ? Trimmed(parameter.substr(0, equals)) : "ENCODING";
  std::string_view value = Trimmed(named ? parameter.substr(equals + 1) : parameter);
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
    value = value.substr(1, value.size() - 2);
  }
  if (SameWord(name, "CHARSET")) property->charset = value;
  if (!SameWord(name, "ENCODING")) return;
  // Without a name it may be a type (2.1 allows "TEL;HOME"): then none of these fits.
  if (SameWord(value, "QUOTED-PRINTABLE")) property->quoted_printable = true;
  if (SameWord(value, "BASE64") || (named && SameWord(value, "B"))) property->base64 = true;
}

Property ReadHead(std::string_view head, size_t line) {
  Property property;
  property.line = line;
  for (bool first = true; !head.empty() || first; first = false) {
    size_t end = 0;
    for (bool quoted = false; end < head.size() && (quoted || head[end] != ';'); ++end) {
      if (head[end] == '"') quoted = !quoted;
    }
    const std::string_view part = head.substr(0, end);
    head.remove_prefix(std::min(end + 1, head.size()));
    if (first) {
      const size_t group = part.rfind('.');
      property.name = Trimmed(group == std::string_view::npos ? part : part.substr(group + 1));
    } else {
      ReadParameter(part, &property);
    }
  }
  return property;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// "=41" and "%41": bytes after a mark. A mark at the end is what is left of a soft line break.
bool AppendMarkedBytes(std::string_view text, char mark, std::string* out) {
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] != mark) {
      *out += text[at];
      continue;
    }
    if (mark == '=' && at + 1 == text.size()) break;
    if (at + 2 >= text.size()) return false;
    const int high = HexDigit(text[at + 1]);
    const int low = HexDigit(text[at + 2]);
    if (high < 0 || low < 0) return false;
    *out += static_cast<char>(high << 4 | low);
    at += 2;
  }
  return true;
}

// "\," "\;" "\:" "\\" and "\n" (RFC 6350 section 3.4). Programs write them in all versions.
void AppendUnescaped(std::string_view text, std::string* out) {
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\' || at + 1 == text.size()) {
      *out += text[at];
      continue;
    }
    const char next = text[++at];
    if (next == 'n' || next == 'N') {
      *out += '\n';
    } else if (next == ',' || next == ';' || next == ':' || next == '\\') {
      *out += next;
    } else {
      (*out += '\\') += next;
    }
  }
}

// Letters, digits, '+', '-' and '.' before a ':' (RFC 3986 section 3.1); "" when it is no URI.
std::string_view SchemeOf(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0) return {};
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto fits = [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  };
  const std::string_view scheme = text.substr(0, colon);
  return letter(scheme[0]) && std::all_of(scheme.begin(), scheme.end(), fits) ? scheme
                                                                              : std::string_view();
}

// One value on its way from the file to an entry.
class EntryMaker {
 public:
  explicit EntryMaker(AddressBook* book) : book_(book) {}

  void Add(AddressKind kind, const Property& property, std::string_view value) {
    kind_ = kind;
    line_ = property.line;
    OwnText decoded;
    OwnText text;
    OwnText plain;
    decoded.text.reserve(value.size());
    text.text.reserve(2 * value.size());  // what a byte of ISO-8859-1 becomes at most
    plain.text.reserve(2 * value.size());
    if (property.base64 ||
        (property.quoted_printable && !AppendMarkedBytes(Trimmed(value), '=', &decoded.text))) {
      ++book_->skipped.encoding;
      return;
    }
    if (property.quoted_printable) value = decoded.text;
    if (!AppendAsUtf8(value, FindCharset(property.charset), &text.text)) {
      ++book_->skipped.charset;
      return;
    }
    AppendUnescaped(text.text, &plain.text);
    AddPlain(Trimmed(plain.text));
  }

 private:
  void AddPlain(std::string_view text) {
    const std::string_view scheme = SchemeOf(text);
    if (text.empty()) {
      ++book_->skipped.empty;
    } else if (scheme.empty()) {
      Emit({text});
    } else if (kind_ == AddressKind::kPhone && SameWord(scheme, "tel")) {
      AddTelephoneUri(text.substr(scheme.size() + 1));
    } else if (kind_ == AddressKind::kEmail && SameWord(scheme, "mailto")) {
      text.remove_prefix(scheme.size() + 1);
      AddUnquoted({text.substr(0, text.find('?'))});  // RFC 6068: headers follow
    } else {
      ++book_->skipped.scheme;
    }
  }

  // RFC 3966: "+1-418-656-9254;ext=102", "7042;phone-context=+1-914-555".
  void AddTelephoneUri(std::string_view uri) {
    const std::string_view number = Trimmed(uri.substr(0, uri.find(';')));
    std::string_view rest = uri.substr(std::min(uri.find(';'), uri.size()));
    std::string_view context;
    std::string_view extension;
    while (!rest.empty()) {
      rest.remove_prefix(1);
      const std::string_view parameter = rest.substr(0, rest.find(';'));
      rest.remove_prefix(parameter.size());
      const size_t equals = std::min(parameter.find('='), parameter.size());
      const std::string_view name = Trimmed(parameter.substr(0, equals));
      const std::string_view value =
          Trimmed(parameter.substr(std::min(equals + 1, parameter.size())));
      if (SameWord(name, "phone-context")) context = value;
      // An ISDN subaddress and digits to dial afterwards are desks behind a number as well.
      for (const std::string_view one : {"ext", "isub", "postd"}) {
        if (SameWord(name, one)) extension = value;
      }
    }
    if (number.starts_with('+')) context = {};
    if (!context.empty() && !context.starts_with('+')) {
      ++book_->skipped.context;
      return;
    }
    const std::string_view mark = extension.empty() ? "" : ";ext=";
    if (number.empty()) {
      ++book_->skipped.empty;
    } else {
      AddUnquoted({context, context.empty() ? "" : "-", number, mark, extension});
    }
  }

  void AddUnquoted(std::initializer_list<std::string_view> pieces) {
    OwnText text;
    size_t size = 0;
    for (const std::string_view piece : pieces) size += piece.size();
    text.text.reserve(size);
    for (const std::string_view piece : pieces) {
      if (!AppendMarkedBytes(piece, '%', &text.text)) {
        ++book_->skipped.encoding;
        return;
      }
    }
    Emit(Trimmed(text.text));
  }

  void Emit(std::string_view text) {
    if (text.empty()) {
      ++book_->skipped.empty;
      return;
    }
    AddressEntry& entry = book_->entries.emplace_back();
    entry.kind = kind_;
    entry.text = text;
    entry.place = Cat({"line ", std::to_string(line_)});
  }

  AddressBook* book_;
  AddressKind kind_ = AddressKind::kPhone;
  size_t line_ = 0;
};

class VcardReader {
 public:
  explicit VcardReader(std::string_view text) : lines_(text), maker_(&book_) {}

  Result<AddressBook> Read() {
    while (!lines_.at_end()) {
      if (Trimmed(lines_.line()).empty()) {
        lines_.Next();
        continue;
      }
      const Status status = ReadProperty();
      if (!status.ok()) return status;
    }
    if (depth_ > 0) return Expected(lines_.number(), "END:VCARD before the end of the file");
    if (book_.contacts == 0) return Expected(1, "BEGIN:VCARD");
    return std::move(book_);
  }

 private:
  // A property with all its lines.
  Status ReadProperty() {
    const size_t number = lines_.number();
    OwnText unfolded;
    std::string_view head = lines_.line();
    lines_.Next();
    ColonFinder colon;
    bool found = colon.Find(head);
    while (!found && lines_.continues()) {
      if (unfolded.text.empty()) unfolded.text = head;
      unfolded.text += Unfolded(lines_.line());
      lines_.Next();
      head = unfolded.text;
      found = colon.Find(head);
    }
    size_t end = colon.at();
    if (!found) end = head.find(':');  // a quote that nobody closed: of 2.1, which knows no quotes
    if (end == std::string_view::npos) {
      return Expected(number, depth_ == 0 ? "BEGIN:VCARD" : "NAME:VALUE");
    }
    return ReadValue(ReadHead(head.substr(0, end), number), head.substr(end + 1));
  }

  Status ReadValue(const Property& property, std::string_view value) {
    const auto is = [&](std::string_view name) { return SameWord(property.name, name); };
    const bool phone = is("TEL") || is("X-MS-TEL");
    const bool entry = depth_ == 1 && (phone || is("EMAIL"));
    OwnText joined;
    const bool wanted = entry || is("BEGIN") || is("END") || is("VERSION");
    const bool whole = !PassLines(property, value, wanted ? &joined.text : nullptr);
    const bool agent = std::exchange(after_agent_, false);
    if (wanted && !whole) value = joined.text;
    if (entry) {
      maker_.Add(phone ? AddressKind::kPhone : AddressKind::kEmail, property, value);
      return Status();
    }
    value = Trimmed(value);
    if (is("BEGIN")) return Begin(property.line, value, agent);
    if (depth_ == 0) return Expected(property.line, "BEGIN:VCARD");
    if (is("END")) return End(property.line, value);
    if (is("VERSION") && depth_ == 1) return Version(property.line, value);
    if (is("AGENT")) Agent(value, whole);
    return Status();
  }

  // Follows folded lines and the soft breaks of quoted-printable: whether there are any. What is
  // not wanted is passed over without a copy.
  bool PassLines(const Property& property, std::string_view piece, std::string* joined) {
    bool more = false;
    for (;;) {
      if (property.quoted_printable) piece = WithoutBlanksBehind(piece);
      const bool soft = property.quoted_printable && piece.ends_with('=');
      const bool last = lines_.at_end() || !(soft || lines_.continues());
      if (joined != nullptr && (more || !last)) {
        if (joined->empty()) joined->reserve(kJoinedBytes);
        joined->append(soft ? piece.substr(0, piece.size() - 1) : piece);
      }
      if (last) break;
      more = true;
      piece = lines_.continues() ? Unfolded(lines_.line()) : lines_.line();
      lines_.Next();
    }
    // Base64 of 2.1 ends with an empty line, and may go on without blanks in front.
    while (property.base64 && !lines_.at_end() && !lines_.line().empty() &&
           lines_.line().find(':') == std::string_view::npos) {
      lines_.Next();
    }
    return more;
  }

  // 2.1 folds where a blank was and keeps it; the others put one in.
  std::string_view Unfolded(std::string_view line) const { return old_ ? line : line.substr(1); }

  Status Version(size_t line, std::string_view value) {
    has_version_ = value == "2.1" || value == "3.0" || value == "4.0";
    if (!has_version_) return Expected(line, "VERSION 2.1, 3.0 or 4.0");
    old_ = value == "2.1";
    return Status();
  }

  // 2.1 puts the agent's card behind "AGENT:", mostly on lines of its own; 3.0 into the value, with
  // escaped line ends.
  void Agent(std::string_view value, bool whole) {
    after_agent_ = whole && value.empty();
    if (!SameWord(value.substr(0, kBegin.size()), kBegin)) return;
    if (depth_ == 1) ++book_.skipped.agents;
    if (whole && value.size() == kBegin.size()) ++depth_;
  }

  Status Begin(size_t line, std::string_view value, bool agent) {
    if (depth_ > 0 && !agent) {
      return Expected(line, Cat({"END:VCARD first, of the card of line ", std::to_string(begun_)}));
    }
    if (!SameWord(value, "VCARD")) return Expected(line, "BEGIN:VCARD");
    if (depth_ == 1) ++book_.skipped.agents;
    if (++depth_ > 1) return Status();
    begun_ = line;
    has_version_ = false;
    old_ = false;
    return Status();
  }

  Status End(size_t line, std::string_view value) {
    if (!SameWord(value, "VCARD")) return Expected(line, "END:VCARD");
    if (--depth_ > 0) return Status();
    if (!has_version_) return Expected(line, "a VERSION before the card's end");
    ++book_.contacts;
    return Status();
  }

  static constexpr size_t kJoinedBytes = 512;  // a value of several lines, with room
  static constexpr std::string_view kBegin = "BEGIN:VCARD";

  Lines lines_;
  AddressBook book_;
  EntryMaker maker_;
  size_t depth_ = 0;  // of cards within cards
  size_t begun_ = 0;  // line of the outermost BEGIN
  bool has_version_ = false;
  bool old_ = false;          // 2.1
  bool after_agent_ = false;  // "AGENT:" stood before
};

}  // namespace

Result<AddressBook> ReadVcards(std::string_view text) {
  OwnText own;
  const Status status = TakeByteOrderMark(&text, &own);
  if (!status.ok()) return status;
  return VcardReader(text).Read();
}

}  // namespace ringfence::cli
