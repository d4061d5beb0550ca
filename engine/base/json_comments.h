// JSON as its author wrote it: raw tokens with the comments that belong to each. Takes a text that
// ParseJson accepts; gives a tree that has everything of it but its blanks and commas.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence {

struct JsonComment {
  std::string text;           // with its // or /* */; no blanks at the end of a line comment
  bool new_line = false;      // a line of its own begins here
  bool blank_before = false;  // an empty line, or several, stood before it
  bool breaks = false;        // what follows stands on a new line; always so after //

  // Cannot stand before something else on one line.
  bool TakesLines() const;
};

using JsonComments = std::vector<JsonComment>;

// One value with its key, if it is a member.
struct JsonNode {
  std::string key;             // as written, with quotes; empty: an item, or the root
  std::string scalar;          // as written; empty: an object or array
  char open = 0;               // '{', '[', or 0 for a scalar
  bool broken = false;         // its author broke the line after the opening bracket
  bool blank_before = false;   // an empty line before the key, or before the item
  JsonComments leading;        // before it
  JsonComments before_value;   // /* */ between key and value
  JsonComments after_open;     // on the line of the opening bracket
  JsonComments dangling;       // before the closing bracket, on lines of their own
  JsonComments after;          // /* */ behind it, before the comma
  JsonComments trailing;       // behind it and its comma, to the end of the line
  std::vector<JsonNode> kids;  // in the order written
  uint32_t offset = 0;         // of the value in the text
};

// A whole text: the root's `leading` is what stands before it, and `end` what stands after its
// line.
struct CommentedJson {
  JsonNode root;
  JsonComments end;
};

CommentedJson ReadCommentedJson(std::string_view text);

}  // namespace ringfence
