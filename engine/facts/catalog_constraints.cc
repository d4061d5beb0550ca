// The list "constraints" of a catalog or an extension: conditions that hold in every situation.
// Takes JSON; gives ids, texts and places. Conditions are a stage above: policy/constraints.cc.
#include <ringfence/limits.h>

#include <algorithm>
#include <iterator>

#include "base/names.h"
#include "base/utf8.h"
#include "facts/catalog_fields.h"
#include "facts/catalog_places.h"

namespace ringfence {
namespace {

using Type = JsonValue::Type;

constexpr std::string_view kKeys[] = {"id", "that", "doc"};

class ConstraintsReader {
 public:
  ConstraintsReader(std::vector<CatalogConstraint> base, bool of_extension, CatalogErrors* errors)
      : constraints_(std::move(base)),
        base_size_(constraints_.size()),
        of_extension_(of_extension),
        errors_(*errors) {}

  void Read(const JsonValue& list) {
    if (list.type != Type::kArray) {
      errors_.Add(list.span, "\"constraints\" is " + std::string(ToString(list.type)),
                  "an array of constraints");
      return;
    }
    for (const JsonValue& item : list.items) {
      if (constraints_.size() == kMaxConstraints) {
        errors_.Add(BraceOf(item),
                    "a catalog has at most " + std::to_string(kMaxConstraints) + " constraints");
        return;
      }
      ReadOne(item);
    }
  }

  std::vector<CatalogConstraint> Take() && { return std::move(constraints_); }

 private:
  void ReadOne(const JsonValue& item) {
    if (item.type != Type::kObject) {
      errors_.Add(item.span, "a constraint is " + std::string(ToString(item.type)), "an object");
      return;
    }
    CheckKeys(item);
    CatalogConstraint constraint;
    constraint.file = errors_.file;
    if (const JsonValue* id = Text(item, "id", "its name", kMaxNameBytes)) {
      CheckId(*id);
      constraint.id = id->string;
    }
    if (const JsonValue* that =
            Text(item, "that", "a condition over facts that always holds", kMaxConditionBytes)) {
      constraint.that = that->string;
      constraint.line = that->span.line;
      constraint.column = that->span.column;
      constraint.written = errors_.text.substr(that->span.offset, that->span.length);
    }
    if (const JsonValue* doc = Text(item, "doc", "one sentence", kMaxReasonBytes)) {
      constraint.doc = doc->string;
    }
    constraints_.push_back(std::move(constraint));
  }

  void CheckKeys(const JsonValue& item) {
    const std::vector<std::string_view> keys(std::begin(kKeys), std::end(kKeys));
    for (const JsonValue::Member& member : item.members) {
      if (std::find(keys.begin(), keys.end(), member.key) != keys.end()) continue;
      errors_.Add(member.key_span, "unknown key " + QuotedText(member.key) + " of a constraint",
                  "one of id, that, doc", DidYouMean(member.key, keys));
    }
  }

  const JsonValue* Text(const JsonValue& item, std::string_view key, const std::string& expected,
                        size_t most) {
    const JsonValue* value = item.Find(key);
    const std::string quoted = "\"" + std::string(key) + "\"";
    if (value == nullptr) {
      errors_.Add(BraceOf(item), "the constraint has no " + quoted, expected);
      return nullptr;
    }
    if (value->type != Type::kString) {
      errors_.Add(value->span, quoted + " is " + std::string(ToString(value->type)), expected);
      return nullptr;
    }
    if (value->string.empty() || value->string.size() > most) {
      errors_.Add(value->span, quoted + " has " + std::to_string(value->string.size()) + " bytes",
                  "1 to " + std::to_string(most));
      return nullptr;
    }
    if (HasControlBytes(value->string)) {
      errors_.Add(value->span, quoted + " has control characters", "one line of text");
      return nullptr;
    }
    return value;
  }

  void CheckId(const JsonValue& id) {
    const auto is_it = [&](const CatalogConstraint& other) { return other.id == id.string; };
    const auto found = std::find_if(constraints_.begin(), constraints_.end(), is_it);
    if (!IsNameLike(id.string)) {
      errors_.Add(id.span, QuotedText(id.string) + " is no name of a constraint",
                  "small letters, digits, _ and -");
    } else if (found != constraints_.end()) {
      const bool of_base = static_cast<size_t>(found - constraints_.begin()) < base_size_;
      errors_.Add(id.span,
                  of_base ? "the catalog has a constraint " + QuotedText(id.string) + " already"
                          : "there are two constraints " + QuotedText(id.string),
                  "a name of its own");
    } else if (of_extension_ && !id.string.starts_with(kExtensionPrefix)) {
      errors_.Add(id.span, QuotedText(id.string) + " could be a name of a later standard catalog",
                  "a name that begins with " + std::string(kExtensionPrefix));
    }
  }

  std::vector<CatalogConstraint> constraints_;
  size_t base_size_;
  bool of_extension_;
  CatalogErrors& errors_;
};

}  // namespace

std::vector<CatalogConstraint> ReadConstraints(const JsonValue& root,
                                               std::vector<CatalogConstraint> base,
                                               bool of_extension, CatalogErrors* errors) {
  const JsonValue* list = root.Find("constraints");
  if (list == nullptr) return base;
  ConstraintsReader reader(std::move(base), of_extension, errors);
  reader.Read(*list);
  return std::move(reader).Take();
}

}  // namespace ringfence
