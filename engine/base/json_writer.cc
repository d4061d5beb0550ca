// JSON text from RapidJSON's writers, with the nesting checked in every build.
#include "base/json_writer.h"

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <vector>

#include "base/check.h"
#include "base/utf8.h"

namespace ringfence {
namespace {

std::string ReplaceInvalidUtf8(std::string_view text) {
  std::string out;
  for (size_t offset = 0; offset < text.size();) {
    const Utf8Step step = DecodeUtf8(text, offset);
    AppendUtf8(step.ok ? step.code_point : 0xFFFD, &out);
    offset += step.length;
  }
  return out;
}

}  // namespace

class JsonWriter::Impl {
 public:
  explicit Impl(Style style) : style_(style), compact_(buffer_), pretty_(buffer_) {
    pretty_.SetIndent(' ', 2);
  }

  // RapidJSON's two writers share no virtual base.
  template <class Call>
  void Write(Call call) {
    const bool written = style_ == Style::kPretty ? call(pretty_) : call(compact_);
    CHECK(written);
  }

  // A value may stand at the top once, in an array, and in an object after a key.
  void BeforeValue() {
    CHECK(!done_);
    if (open_.empty()) {
      done_ = true;
    } else if (open_.back() == '{') {
      CHECK(key_pending_);
      key_pending_ = false;
    }
  }

  void Open(char bracket) {
    BeforeValue();
    done_ = false;
    open_.push_back(bracket);
  }

  void Close(char bracket) {
    CHECK(!open_.empty() && open_.back() == bracket && !key_pending_);
    open_.pop_back();
    done_ = open_.empty();
  }

  void BeforeKey() {
    CHECK(!open_.empty() && open_.back() == '{' && !key_pending_);
    key_pending_ = true;
  }

  void Text(std::string_view text) {
    const std::string fixed = IsValidUtf8(text) ? std::string() : ReplaceInvalidUtf8(text);
    const std::string_view valid = fixed.empty() ? text : std::string_view(fixed);
    const auto length = static_cast<rapidjson::SizeType>(valid.size());
    // RapidJSON's writer wants a pointer even to no bytes.
    const char* const data = valid.empty() ? "" : valid.data();
    Write([&](auto& writer) { return writer.String(data, length); });
  }

  std::string Finish() {
    CHECK(done_);
    return std::string(buffer_.GetString(), buffer_.GetSize());
  }

 private:
  Style style_;
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> compact_;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> pretty_;
  std::vector<char> open_;
  bool key_pending_ = false;
  bool done_ = false;
};

JsonWriter::JsonWriter(Style style) : impl_(std::make_unique<Impl>(style)) {}
JsonWriter::~JsonWriter() = default;
JsonWriter::JsonWriter(JsonWriter&&) noexcept = default;
JsonWriter& JsonWriter::operator=(JsonWriter&&) noexcept = default;

JsonWriter& JsonWriter::BeginObject() {
  impl_->Open('{');
  impl_->Write([](auto& writer) { return writer.StartObject(); });
  return *this;
}

JsonWriter& JsonWriter::EndObject() {
  impl_->Close('{');
  impl_->Write([](auto& writer) { return writer.EndObject(); });
  return *this;
}

JsonWriter& JsonWriter::BeginArray() {
  impl_->Open('[');
  impl_->Write([](auto& writer) { return writer.StartArray(); });
  return *this;
}

JsonWriter& JsonWriter::EndArray() {
  impl_->Close('[');
  impl_->Write([](auto& writer) { return writer.EndArray(); });
  return *this;
}

JsonWriter& JsonWriter::Key(std::string_view key) {
  impl_->BeforeKey();
  impl_->Text(key);
  return *this;
}

JsonWriter& JsonWriter::String(std::string_view value) {
  impl_->BeforeValue();
  impl_->Text(value);
  return *this;
}

JsonWriter& JsonWriter::Int(int64_t value) {
  impl_->BeforeValue();
  impl_->Write([value](auto& writer) { return writer.Int64(value); });
  return *this;
}

JsonWriter& JsonWriter::Uint(uint64_t value) {
  impl_->BeforeValue();
  impl_->Write([value](auto& writer) { return writer.Uint64(value); });
  return *this;
}

JsonWriter& JsonWriter::Bool(bool value) {
  impl_->BeforeValue();
  impl_->Write([value](auto& writer) { return writer.Bool(value); });
  return *this;
}

JsonWriter& JsonWriter::Null() {
  impl_->BeforeValue();
  impl_->Write([](auto& writer) { return writer.Null(); });
  return *this;
}

std::string JsonWriter::Finish() { return impl_->Finish(); }

}  // namespace ringfence
