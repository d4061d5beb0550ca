// JSON as the tool prints it, on RapidJSON's writers.
#include "cli/json_out.h"

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <algorithm>

#include "cli/text.h"

namespace ringfence::cli {

/// A PrettyWriter writes both: without indentation it keeps everything on one line but for the
/// blanks, so compact output has a Writer of its own.
struct JsonOut::Impl {
  explicit Impl(bool with_indent) : indented(with_indent), compact(buffer), pretty(buffer) {
    pretty.SetIndent(' ', 2);
  }

  template <class Write>
  void With(Write write) {
    indented ? write(pretty) : write(compact);
  }

  bool indented;
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> compact;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> pretty;
};

namespace {

template <class Writer>
void WriteText(Writer& writer, std::string_view text) {
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

}  // namespace

JsonOut::JsonOut(bool indented) : impl_(std::make_unique<Impl>(indented)) {}
JsonOut::~JsonOut() = default;

JsonOut& JsonOut::Object() {
  impl_->With([](auto& writer) { writer.StartObject(); });
  return *this;
}
JsonOut& JsonOut::EndObject() {
  impl_->With([](auto& writer) { writer.EndObject(); });
  return *this;
}
JsonOut& JsonOut::Array() {
  impl_->With([](auto& writer) { writer.StartArray(); });
  return *this;
}
JsonOut& JsonOut::EndArray() {
  impl_->With([](auto& writer) { writer.EndArray(); });
  return *this;
}

JsonOut& JsonOut::Key(std::string_view key) {
  impl_->With(
      [&](auto& writer) { writer.Key(key.data(), static_cast<rapidjson::SizeType>(key.size())); });
  return *this;
}

JsonOut& JsonOut::Text(std::string_view text) {
  const std::string printable = IsUtf8(text) ? std::string() : Printable(text);
  const std::string_view valid = printable.empty() ? text : printable;
  impl_->With([&](auto& writer) { WriteText(writer, valid); });
  return *this;
}

JsonOut& JsonOut::TextOrNull(std::string_view text) { return text.empty() ? Null() : Text(text); }

JsonOut& JsonOut::Number(uint64_t number) {
  impl_->With([&](auto& writer) { writer.Uint64(number); });
  return *this;
}
JsonOut& JsonOut::Signed(int64_t number) {
  impl_->With([&](auto& writer) { writer.Int64(number); });
  return *this;
}
JsonOut& JsonOut::Real(double number) {
  impl_->With([&](auto& writer) { writer.Double(number); });
  return *this;
}
JsonOut& JsonOut::Bool(bool value) {
  impl_->With([&](auto& writer) { writer.Bool(value); });
  return *this;
}
JsonOut& JsonOut::Null() {
  impl_->With([](auto& writer) { writer.Null(); });
  return *this;
}
JsonOut& JsonOut::Raw(std::string_view json) {
  // Inside a text a line feed is written \n, so those there are stand between parts.
  std::string line;
  for (size_t at = json.find_first_not_of(" \n"); at < json.size();) {
    const size_t end = std::min(json.find('\n', at), json.size());
    line += json.substr(at, end - at);
    at = std::min(json.find_first_not_of(" \n", end), json.size());
  }
  impl_->With(
      [&](auto& writer) { writer.RawValue(line.data(), line.size(), rapidjson::kObjectType); });
  return *this;
}

std::string JsonOut::Line() const {
  return PrintableJson({impl_->buffer.GetString(), impl_->buffer.GetSize()}) + "\n";
}

}  // namespace ringfence::cli
