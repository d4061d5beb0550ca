// Reading blobs. Members that are not known are ignored: a newer writer may add some.
#include "log/blobs.h"

#include <ringfence/limits.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/check.h"
#include "base/json.h"
#include "base/sha256.h"
#include "log/folder.h"

namespace ringfence {
namespace {

class ObjectReader {
 public:
  ObjectReader(std::string_view what, const JsonValue& object) : what_(what), object_(object) {
    if (object.type != JsonValue::Type::kObject) Fail("", "an object");
  }

  void Text(std::string_view key, std::string* out) {
    if (const JsonValue* value = Find(key, JsonValue::Type::kString, "a string")) {
      *out = value->string;
    }
  }

  void HexBytes(std::string_view key, std::span<uint8_t> out) {
    const JsonValue* const value = Find(key, JsonValue::Type::kString, "hexadecimal digits");
    if (value != nullptr && !FromHex(value->string, out)) {
      Fail(key, std::to_string(2 * out.size()) + " hexadecimal digits");
    }
  }

  template <class T>
  void Number(std::string_view key, T* out) {
    const JsonValue* const value = Find(key, JsonValue::Type::kInt, "a number");
    if (value == nullptr) return;
    if (value->integer < 0 || value->integer > int64_t{std::numeric_limits<T>::max()}) {
      return Fail(key, "a number from 0 to " + std::to_string(std::numeric_limits<T>::max()));
    }
    *out = static_cast<T>(value->integer);
  }

  void Names(std::string_view key, size_t most, std::vector<std::string>* out) {
    CHECK(most > 0 && out->empty());
    const JsonValue* const value = Find(key, JsonValue::Type::kArray, "a list of names");
    if (value == nullptr) return;
    if (value->items.size() > most) return Fail(key, "at most " + std::to_string(most) + " names");
    for (const JsonValue& item : value->items) {
      if (item.type != JsonValue::Type::kString) return Fail(key, "a list of names");
      out->push_back(item.string);
    }
  }

  const JsonValue* Find(std::string_view key, JsonValue::Type type, std::string_view expected) {
    if (!status_.ok()) return nullptr;
    const JsonValue* const value = object_.Find(key);
    if (value != nullptr && value->type == type) return value;
    Fail(key, expected);
    return nullptr;
  }

  void Fail(std::string_view key, std::string_view expected) {
    if (!status_.ok()) return;
    DCHECK(!expected.empty());
    status_ = Status(StatusCode::kParse,
                     what_ + ": '" + std::string(key) + "' must be " + std::string(expected));
  }

  const Status& status() const { return status_; }

 private:
  std::string what_;
  const JsonValue& object_;
  Status status_;
};

// A tree of a text takes a hundred times its size where values are short. Ours are long and few.
bool HasManyValues(std::string_view text) {
  constexpr size_t kMostValues = 4 * kMaxRules;
  size_t values = 0;
  bool quoted = false;
  for (size_t at = 0; at < text.size() && values <= kMostValues; ++at) {
    const char c = text[at];
    if (c == '"') quoted = !quoted;
    if (c == '\\' && quoted) ++at;
    if (!quoted && c == '/') return true;  // a comment: no writer of ours makes any
    if (!quoted && (c == ',' || c == '[' || c == '{' || c == ':')) ++values;
  }
  return values > kMostValues;
}

Status Parse(std::string_view what, std::string_view text, size_t limit, JsonValue* out) {
  if (HasManyValues(text)) {
    return Status(StatusCode::kParse, std::string(what) + ": more values than it can need");
  }
  Diagnostics diagnostics;
  if (ParseJson(text, what, diagnostics, out, limit)) return Status();
  return Status(StatusCode::kParse, diagnostics.Render(text));
}

}  // namespace

Result<GenesisBlob> ParseGenesisBlob(std::string_view text) {
  JsonValue json;
  if (Status status = Parse("genesis blob", text, kMaxGenesisBlobBytes, &json); !status.ok()) {
    return status;
  }
  GenesisBlob blob;
  ObjectReader reader("genesis blob", json);
  reader.Text("origin", &blob.origin);
  reader.HexBytes("log", blob.identity);
  reader.Number("writer", &blob.writer);
  reader.Number("retention_days", &blob.retention_days);
  const JsonValue* const previous = json.Find("previous");
  if (previous == nullptr) reader.Fail("previous", "an object or null");
  if (!reader.status().ok()) return reader.status();
  if (previous->type == JsonValue::Type::kNull) return blob;
  ObjectReader inner("genesis blob, 'previous'", *previous);
  blob.previous.emplace();
  inner.Text("origin", &blob.previous->origin);
  inner.Text("checkpoint", &blob.previous->checkpoint);
  if (!inner.status().ok()) return inner.status();
  return blob;
}

Result<PolicyBlob> ParsePolicyBlob(std::string_view text) {
  JsonValue json;
  if (Status status = Parse("policy blob", text, kMaxLogBlobBytes, &json); !status.ok()) {
    return status;
  }
  constexpr size_t kMostNames = 2 * kMaxRules;  // with the rules every policy has
  PolicyBlob blob;
  ObjectReader reader("policy blob", json);
  reader.Text("policy", &blob.policy);
  reader.HexBytes("digest", blob.digest);
  reader.Names("rules", kMostNames, &blob.rules);
  reader.Names("outcomes", kMostNames, &blob.outcomes);
  reader.Names("paths", kMostNames, &blob.paths);
  reader.Text("catalog", &blob.catalog);
  if (!reader.status().ok()) return reader.status();
  return blob;
}

Hash PolicyBlobDigest(const PolicyBlob& blob) {
  TreeHasher hasher;
  return hasher.Of(AsBytes(blob.policy + "\n" + ToHex(hasher.Of(AsBytes(blob.catalog)))));
}

}  // namespace ringfence
