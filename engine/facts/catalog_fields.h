// The fields of one entry of a catalog file: which keys it may have, and their values by JSON type,
// with errors that name the entry, the key and what was expected. What ReadCatalogEntry is built
// on.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "facts/catalog_internal.h"

namespace ringfence {

/// A text in quotes, safe to print.
std::string QuotedText(std::string_view text);
/// Where to say that something is missing in an object or array: its opening bracket.
SourceSpan BraceOf(const JsonValue& value);

class EntryFields {
 protected:
  /// A word of the format and what it stands for.
  struct Word {
    std::string_view text;
    int value;
  };

  EntryFields(const JsonValue& json, Section section, CatalogErrors* errors)
      : json_(json), errors_(*errors) {
    entry_.section = section;
  }

  /// Reports keys that entries of the section do not have.
  void CheckKeys();
  /// The key's value if it has that type. Else reports it; its absence only if it is required.
  const JsonValue* Get(std::string_view key, JsonValue::Type type, bool required = true);
  /// Reports the key if it is there.
  void Forbid(std::string_view key, std::string_view why);
  /// The value of a word of `words`, with an error naming all of them if it is none.
  std::optional<int> ReadWord(const JsonValue& json, std::string_view what,
                              std::span<const Word> words);
  /// False if it is not there.
  bool ReadFlag(std::string_view key);

  void Error(SourceSpan span, std::string message, std::string expected = {},
             std::string hint = {}) {
    errors_.Add(span, std::move(message), std::move(expected), std::move(hint));
  }
  std::string Label() const {
    return entry_.info.name.empty() ? "the entry" : "'" + entry_.info.name + "'";
  }

  const JsonValue& json_;
  CatalogErrors& errors_;
  CatalogEntry entry_;
};

}  // namespace ringfence
