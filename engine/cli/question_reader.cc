// Reads questions from TSV or JSON lines.
#include "cli/questions.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool StartsJson(std::string_view line) {
  const size_t first = line.find_first_not_of(" \t");
  return first != std::string_view::npos && line[first] == '{';
}

}  // namespace

Status QuestionReader::ReadHeader(std::string_view line) {
  for (std::string_view name : Split(line, '\t')) {
    auto field = FindField(*catalog_, name);
    if (!field.ok()) return field.status();
    for (const Field& other : columns_) {
      if (other.kind == field->kind && other.fact == field->fact) {
        return Status(StatusCode::kParse, Cat({"column '", Printable(name), "' occurs twice"}));
      }
    }
    columns_.push_back(*field);
  }
  return Status();
}

Result<AskedQuestion> QuestionReader::ReadRow(std::string_view line) const {
  const std::vector<std::string_view> cells = Split(line, '\t');
  if (cells.size() != columns_.size()) {
    return Status(StatusCode::kParse, Cat({"expected ", Count(columns_.size(), "cell", "cells"),
                                           ", found ", std::to_string(cells.size())}));
  }
  AskedQuestion question;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (cells[i].empty()) continue;
    Status status = Assign(*catalog_, columns_[i], cells[i], &question);
    if (!status.ok()) return status;
  }
  Status complete = CheckComplete(question);
  if (!complete.ok()) return complete;
  return question;
}

QuestionReader::Got QuestionReader::ReadLine() {
  switch (lines_.Next()) {
    case LineReader::Got::kEnd:
      return Got::kEnd;
    case LineReader::Got::kFailed:
      status_ = lines_.status();
      return Got::kFailed;
    case LineReader::Got::kTooLong:
      status_ = Status(StatusCode::kLimit, "the line is too long");
      return Got::kBad;
    case LineReader::Got::kLine:
      break;
  }
  return Got::kQuestion;
}

QuestionReader::Got QuestionReader::Next() {
  Got got = ReadLine();
  if (!started_ && got != Got::kEnd) {
    started_ = true;
    if (got != Got::kQuestion) return Got::kFailed;
    json_ = StartsJson(lines_.line());
    if (!json_) {
      std::string_view header = lines_.line();
      if (header.starts_with(kByteOrderMark)) header.remove_prefix(kByteOrderMark.size());
      status_ = ReadHeader(header);
      if (!status_.ok()) return Got::kFailed;
      got = ReadLine();
    }
  }
  if (got != Got::kQuestion) return got;
  auto question = json_ ? QuestionFromJson(*catalog_, lines_.line()) : ReadRow(lines_.line());
  if (!question.ok()) {
    status_ = question.status();
    return Got::kBad;
  }
  question_ = *std::move(question);
  question_.line = lines_.number();
  return Got::kQuestion;
}

}  // namespace ringfence::cli
