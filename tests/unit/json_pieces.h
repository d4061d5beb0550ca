// What a layout must not lose: the comments of a JSON text, in any order, and its values.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/json_comments.h"

namespace ringfence {

inline void AddComments(const JsonComments& comments, std::vector<std::string>* texts) {
  for (const JsonComment& comment : comments) texts->push_back(comment.text);
}

inline void AddComments(const JsonNode& node, std::vector<std::string>* texts) {
  for (const JsonComments* comments : {&node.leading, &node.before_value, &node.after_open,
                                       &node.dangling, &node.after, &node.trailing}) {
    AddComments(*comments, texts);
  }
  for (const JsonNode& kid : node.kids) AddComments(kid, texts);
}

inline std::vector<std::string> CommentsOf(std::string_view text) {
  const CommentedJson json = ReadCommentedJson(text);
  std::vector<std::string> texts;
  AddComments(json.root, &texts);
  AddComments(json.end, &texts);
  std::ranges::sort(texts);
  return texts;
}

inline bool SameJson(const JsonValue& a, const JsonValue& b) {
  if (a.type != b.type || a.boolean != b.boolean || a.integer != b.integer ||
      a.string != b.string) {
    return false;
  }
  return std::ranges::equal(a.items, b.items, SameJson) &&
         std::ranges::equal(a.members, b.members,
                            [](const JsonValue::Member& x, const JsonValue::Member& y) {
                              return x.key == y.key && SameJson(x.value, y.value);
                            });
}

}  // namespace ringfence
