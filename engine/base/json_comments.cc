// One walk over a text that is known to be JSON: nothing is checked, every comment gets its place.
#include "base/json_comments.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/check.h"

namespace ringfence {
namespace {

// What stands between two tokens.
struct Gap {
  JsonComments comments;
  size_t newlines = 0;  // after the last comment
};

void Append(JsonComments* to, JsonComments from) {
  to->insert(to->end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

bool IsLine(const JsonComment& comment) { return comment.text.starts_with("//"); }

class Walk {
 public:
  explicit Walk(std::string_view text) : text_(text) {}

  CommentedJson Run() {
    CommentedJson json;
    Gap gap = ReadGap();
    TakeLeading(&json.root, std::move(gap));
    ReadValue(&json.root);
    gap = ReadGap();
    json.root.trailing = TakeLine(&gap.comments, true);
    json.end = std::move(gap.comments);
    CHECK(at_ == text_.size());
    return json;
  }

 private:
  char Here() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  Gap ReadGap() {
    Gap gap;
    for (;; ++at_) {
      const char c = Here();
      if (c == '\n') {
        ++gap.newlines;
      } else if (c == '/') {
        if (!gap.comments.empty()) gap.comments.back().breaks = gap.newlines > 0;
        gap.comments.push_back(ReadComment());
        gap.comments.back().new_line = gap.newlines > 0;
        gap.comments.back().blank_before = gap.newlines > 1;
        gap.newlines = 0;
      } else if (c != ' ' && c != '\t' && c != '\r') {
        break;
      }
    }
    if (!gap.comments.empty()) gap.comments.back().breaks = gap.newlines > 0;
    return gap;
  }

  // Leaves at_ at the comment's last byte.
  JsonComment ReadComment() {
    JsonComment comment;
    const bool line = text_.substr(at_).starts_with("//");
    const size_t close = line ? text_.find('\n', at_) : text_.find("*/", at_ + 2) + 2;
    const size_t end = std::min(close, text_.size());
    for (const char c : text_.substr(at_, end - at_)) {
      if (c == '\n') comment.text.erase(comment.text.find_last_not_of('\r') + 1);
      comment.text += c;
    }
    if (line) comment.text.erase(comment.text.find_last_not_of(" \t\r") + 1);
    at_ = end - 1;
    return comment;
  }

  // The comments on the line of the token before them, if that line ends with them or `all` of them
  // are meant.
  static JsonComments TakeLine(JsonComments* comments, bool all) {
    const auto other = std::ranges::find(*comments, true, &JsonComment::new_line);
    JsonComments taken;
    if (other == comments->begin() || !(all || std::prev(other)->breaks)) return taken;
    taken.assign(std::make_move_iterator(comments->begin()), std::make_move_iterator(other));
    comments->erase(comments->begin(), other);
    return taken;
  }

  static void TakeLeading(JsonNode* node, Gap gap) {
    Append(&node->leading, std::move(gap.comments));
    node->blank_before = gap.newlines > 1;
  }

  std::string ReadScalar() {
    const size_t begin = at_;
    if (Here() == '"') {
      for (++at_; Here() != '"'; ++at_) at_ += Here() == '\\' ? 1 : 0;
      ++at_;
    } else {
      at_ = std::min(text_.find_first_of(" \t\r\n,]}/", at_), text_.size());
    }
    CHECK(begin < at_);
    return std::string(text_.substr(begin, at_ - begin));
  }

  void ReadValue(JsonNode* node) {
    node->offset = static_cast<uint32_t>(at_);
    if (Here() != '{' && Here() != '[') {
      node->scalar = ReadScalar();
      return;
    }
    node->open = Here();
    const char close = node->open == '{' ? '}' : ']';
    ++at_;
    Gap gap = ReadGap();
    node->broken = gap.comments.empty() ? gap.newlines > 0 : gap.comments.front().new_line;
    node->after_open = TakeLine(&gap.comments, false);
    while (Here() != close) {
      JsonNode& kid = node->kids.emplace_back();
      TakeLeading(&kid, std::move(gap));
      if (node->open == '{') ReadKey(&kid);
      ReadValue(&kid);
      gap = ReadEnd(&kid, close);
    }
    ++at_;
    node->dangling = std::move(gap.comments);
  }

  // What cannot stand between a key and its value without breaking the line goes before the key.
  void ReadKey(JsonNode* kid) {
    kid->key = ReadScalar();
    JsonComments comments = ReadGap().comments;
    CHECK(Here() == ':');
    ++at_;
    Append(&comments, ReadGap().comments);
    if (std::ranges::none_of(comments, &JsonComment::TakesLines)) {
      kid->before_value = std::move(comments);
      return;
    }
    for (JsonComment& comment : comments) {
      comment.blank_before = false;
      comment.breaks = true;
    }
    if (kid->blank_before && kid->leading.empty()) {
      comments.front().blank_before = true;
      kid->blank_before = false;
    }
    Append(&kid->leading, std::move(comments));
  }

  static void PutBehind(JsonNode* kid, JsonComments comments) {
    Append(&kid->after, std::move(comments));
    if (kid->after.empty() || !IsLine(kid->after.back())) return;
    kid->trailing.push_back(std::move(kid->after.back()));
    kid->after.pop_back();
  }

  // From the end of a value over its comma to the next token. Gives what belongs to that.
  Gap ReadEnd(JsonNode* kid, char close) {
    Gap before = ReadGap();
    PutBehind(kid, TakeLine(&before.comments, true));
    if (Here() != ',') return before;
    ++at_;
    Gap gap = ReadGap();
    if (kid->trailing.empty() && before.comments.empty()) {
      const bool last = Here() == close && std::ranges::none_of(gap.comments, IsLine);
      JsonComments line = TakeLine(&gap.comments, last);
      // Without its comma, which goes, the last value's are simply behind it.
      if (Here() == close) {
        PutBehind(kid, std::move(line));
      } else {
        kid->trailing = std::move(line);
      }
    }
    for (JsonComment& comment : before.comments) comment.breaks = true;
    if (!before.comments.empty() && !gap.comments.empty()) gap.comments.front().new_line = true;
    before.comments.insert(before.comments.end(), gap.comments.begin(), gap.comments.end());
    gap.comments = std::move(before.comments);
    return gap;
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

bool JsonComment::TakesLines() const {
  return text.starts_with("//") || text.find('\n') != std::string::npos;
}

CommentedJson ReadCommentedJson(std::string_view text) { return Walk(text).Run(); }

}  // namespace ringfence
