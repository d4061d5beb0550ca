// Files of questions: read one by one, answered one by one, compared where they say what they
// expect.
#pragma once

#include <ringfence/catalog.h>
#include <ringfence/status.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/context.h"
#include "cli/lines.h"
#include "cli/question.h"

namespace ringfence::cli {

/// Questions of a file: TSV with a header, or JSON lines (the first line starts with a brace).
class QuestionReader {
 public:
  QuestionReader(LineReader lines, const Catalog& catalog)
      : lines_(std::move(lines)), catalog_(&catalog) {}

  enum class Got : uint8_t {
    kQuestion,  ///< in question()
    kBad,       ///< this line is no question: status(); the next may be one
    kEnd,
    kFailed,  ///< the file cannot be read further, or its header is wrong: status()
  };
  Got Next();

  const AskedQuestion& question() const { return question_; }
  const Status& status() const { return status_; }
  uint64_t number() const { return lines_.number(); }
  bool is_stdin() const { return lines_.is_stdin(); }

 private:
  Got ReadLine();
  Status ReadHeader(std::string_view line);
  Result<AskedQuestion> ReadRow(std::string_view line) const;

  LineReader lines_;
  const Catalog* catalog_;
  bool started_ = false;
  bool json_ = false;
  std::vector<Field> columns_;
  AskedQuestion question_;
  Status status_;
};

/// What of a decision is printed.
struct AnswerForm {
  bool as_caller = false;  ///< only what the caller may see
  bool response = false;   ///< and how to say it in signalling (in JSON only)
};

/// `check --questions`: the exit code.
int CheckQuestions(Context& context, OpenEngine& open, const std::string& path, AnswerForm form);

}  // namespace ringfence::cli
