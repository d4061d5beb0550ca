// Prints a commented tree: whatever fits on one line and was not broken, on one line.
#include "base/json_format.h"

#include <ringfence/limits.h>

#include <algorithm>

#include "base/json_comments.h"
#include "base/utf8.h"

namespace ringfence {
namespace {

constexpr size_t kIndent = 2;

// Gives up as soon as the line is full or something cannot stand on it.
class OneLine {
 public:
  explicit OneLine(size_t columns) : left_(columns) {}

  std::optional<std::string> Of(const JsonNode& node) {
    if (!Value(node)) return std::nullopt;
    return std::move(line_);
  }

 private:
  bool Put(std::string_view text) {
    const size_t columns = CodePoints(text);
    if (columns > left_) return false;
    left_ -= columns;
    line_ += text;
    return true;
  }

  bool Comments(const JsonComments& comments, std::string_view before, std::string_view behind) {
    return std::ranges::all_of(comments, [&](const JsonComment& comment) {
      return !comment.TakesLines() && !comment.new_line && !comment.breaks && Put(before) &&
             Put(comment.text) && Put(behind);
    });
  }

  bool Kid(const JsonNode& kid) {
    if (!kid.trailing.empty() || !Comments(kid.leading, "", " ")) return false;
    if (!kid.key.empty() && !(Put(kid.key) && Put(": "))) return false;
    return Comments(kid.before_value, "", " ") && Value(kid) && Comments(kid.after, " ", "");
  }

  bool Value(const JsonNode& node) {
    if (node.open == 0) return Put(node.scalar);
    const bool empty = node.kids.empty() && node.dangling.empty();
    if (!node.after_open.empty() || (node.broken && !empty)) return false;
    const std::string_view blank = node.open == '{' && !node.kids.empty() ? " " : "";
    if (!Put(node.open == '{' ? "{" : "[") || !Put(blank)) return false;
    for (const JsonNode& kid : node.kids) {
      if (&kid != &node.kids.front() && !Put(", ")) return false;
      if (!Kid(kid)) return false;
    }
    if (!Comments(node.dangling, " ", node.kids.empty() ? " " : "")) return false;
    return Put(blank) && Put(node.open == '{' ? "}" : "]");
  }

  size_t left_;
  std::string line_;
};

class Printer {
 public:
  std::string Run(const CommentedJson& json) {
    Leading(json.root, 0, true);
    if (json.root.open != 0 && !json.root.kids.empty()) {
      Broken(json.root, 0);
    } else {
      Value(json.root, 0, 0);
    }
    OnLine(json.root.after);
    OnLine(json.root.trailing);
    NewLine();
    OwnLines(json.end, 0, false);
    return std::move(out_);
  }

 private:
  void NewLine() {
    out_ += '\n';
    line_ = out_.size();
  }
  void Indent(size_t depth) {
    if (out_.size() == line_) out_.append(depth * kIndent, ' ');
  }
  void Comment(const JsonComment& comment) {
    const size_t last_line = comment.text.rfind('\n');
    if (last_line != std::string::npos) line_ = out_.size() + last_line + 1;
    out_ += comment.text;
  }

  void OnLine(const JsonComments& comments) {
    for (const JsonComment& comment : comments) {
      out_ += ' ';
      Comment(comment);
    }
  }

  void OwnLines(const JsonComments& comments, size_t depth, bool first) {
    for (const JsonComment& comment : comments) {
      if (comment.blank_before && !first) NewLine();
      first = false;
      Indent(depth);
      Comment(comment);
      NewLine();
    }
  }

  void Leading(const JsonNode& node, size_t depth, bool first) {
    for (const JsonComment& comment : node.leading) {
      if (comment.blank_before && !first && out_.size() == line_) NewLine();
      first = false;
      Indent(depth);
      Comment(comment);
      if (comment.breaks) {
        NewLine();
      } else {
        out_ += ' ';
      }
    }
    if (node.blank_before && !first && out_.size() == line_) NewLine();
    Indent(depth);
  }

  void Kid(const JsonNode& kid, size_t depth, bool first, bool last) {
    Leading(kid, depth, first);
    if (!kid.key.empty()) {
      out_ += kid.key;
      out_ += ": ";
    }
    for (const JsonComment& comment : kid.before_value) {
      out_ += comment.text;
      out_ += ' ';
    }
    size_t behind = last ? 0 : 1;
    for (const JsonComment& comment : kid.after) behind += 1 + CodePoints(comment.text);
    Value(kid, depth, behind);
    OnLine(kid.after);
    if (!last) out_ += ',';
    OnLine(kid.trailing);
    NewLine();
  }

  // `behind`: columns that must stand on the value's line after it.
  void Value(const JsonNode& node, size_t depth, size_t behind) {
    if (node.open == 0) {
      out_ += node.scalar;
      return;
    }
    const size_t used = CodePoints(std::string_view(out_).substr(line_)) + behind;
    const size_t columns = used < kJsonLineColumns ? kJsonLineColumns - used : 0;
    // Brackets with nothing between them gain nothing by a line of their own.
    const bool bare = node.kids.empty() && node.dangling.empty() && node.after_open.empty();
    const auto line = OneLine(bare ? kJsonLineColumns : columns).Of(node);
    if (line.has_value()) {
      out_ += *line;
    } else {
      Broken(node, depth);
    }
  }

  void Broken(const JsonNode& node, size_t depth) {
    out_ += node.open;
    OnLine(node.after_open);
    NewLine();
    for (const JsonNode& kid : node.kids) {
      Kid(kid, depth + 1, &kid == &node.kids.front(), &kid == &node.kids.back());
    }
    OwnLines(node.dangling, depth + 1, node.kids.empty());
    Indent(depth);
    out_ += node.open == '{' ? '}' : ']';
  }

  std::string out_;
  size_t line_ = 0;  // where the last line of out_ begins
};

void Apply(const std::vector<JsonEdit>& edits, JsonNode* node) {
  if (node->open == 0) {
    const auto edit = std::ranges::lower_bound(edits, node->offset, {}, &JsonEdit::offset);
    if (edit != edits.end() && edit->offset == node->offset) node->scalar = edit->written;
  }
  for (JsonNode& kid : node->kids) Apply(edits, &kid);
}

}  // namespace

std::string FormatJson(std::string_view text, const std::vector<JsonEdit>& edits) {
  CommentedJson json = ReadCommentedJson(text);
  Apply(edits, &json.root);
  return Printer().Run(json);
}

std::optional<std::string> LayOut(std::string_view text, const std::vector<JsonEdit>& edits,
                                  std::string_view file, Diagnostics* diagnostics) {
  std::string formatted = FormatJson(text, edits);
  if (formatted.size() <= kMaxJsonBytes) return formatted;
  diagnostics->Error(file, {},
                     "laid out, the text has " + std::to_string(formatted.size()) + " bytes",
                     "at most " + std::to_string(kMaxJsonBytes) + " bytes");
  return std::nullopt;
}

}  // namespace ringfence
