// JSON as the tool reads it, on RapidJSON's SAX reader: iterative, with encodings checked.
#include "cli/json_in.h"

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <set>
#include <utility>

#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag |
                            rapidjson::kParseNumbersAsStringsFlag;

/// Collects members at depth 1 and 2. A false return ends the parse; `complaint` says why.
class MemberHandler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, MemberHandler> {
 public:
  std::vector<JsonMember> members;
  std::string complaint;

  bool Null() { return Value("", true); }
  bool Bool(bool value) { return Value(value ? "true" : "false", false); }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    return Value(std::string_view(text, size), false);
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    return Value(std::string_view(text, size), false);
  }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    key_.assign(text, size);
    if (keys_.emplace(outer_, key_).second) return true;
    return Complain(Cat({"key '", Printable(key_), "' occurs twice"}));
  }
  bool StartObject() {
    if (++depth_ > 2) return Complain("an object lies too deep");
    if (depth_ == 2) outer_ = key_;
    return true;
  }
  bool EndObject(rapidjson::SizeType) {
    --depth_;
    outer_.clear();
    return true;
  }
  bool StartArray() { return Complain("an array is not expected"); }

 private:
  bool Complain(std::string message) {
    complaint = std::move(message);
    return false;
  }
  bool Value(std::string_view value, bool is_null) {
    if (depth_ == 0) return Complain("expected an object");
    members.push_back(JsonMember{outer_, key_, std::string(value), is_null});
    return true;
  }

  int depth_ = 0;
  std::string outer_;
  std::string key_;
  std::set<std::pair<std::string, std::string>> keys_;
};

/// RapidJSON's sentence as part of one of ours: no capital, no full stop.
std::string Phrase(rapidjson::ParseErrorCode code) {
  std::string text = rapidjson::GetParseError_En(code);
  if (text.ends_with('.')) text.pop_back();
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] += 'a' - 'A';
  return text;
}

}  // namespace

Result<std::vector<JsonMember>> ParseJsonObject(std::string_view text) {
  // RapidJSON takes a NUL for the end of the text and would not see what follows.
  const size_t nul = text.find('\0');
  if (nul != std::string_view::npos) {
    return Status(StatusCode::kParse, Cat({"column ", std::to_string(nul + 1), ": a NUL byte"}));
  }
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::Reader reader;
  MemberHandler handler;
  const rapidjson::ParseResult parsed = reader.Parse<kFlags>(stream, handler);
  if (parsed.IsError()) {
    const std::string why = handler.complaint.empty() ? Phrase(parsed.Code()) : handler.complaint;
    return Status(StatusCode::kParse,
                  Cat({"column ", std::to_string(parsed.Offset() + 1), ": ", why}));
  }
  return std::move(handler.members);
}

}  // namespace ringfence::cli
