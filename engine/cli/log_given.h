// What somebody who looks at a log brings along: the log, keys to its facts, checkpoints and keys
// to verify it with. Takes arguments; gives them opened, or what was expected.
#pragma once

#include <ringfence/log.h>

#include <optional>
#include <vector>

#include "cli/arguments.h"
#include "cli/context.h"
#include "cli/new_file.h"

namespace ringfence::cli {

/// LOG as the command's own argument, --log or RINGFENCE_LOG.
Status ChooseLog(Context& context, const Arguments& arguments);

/// --key, --trusted, --witness, --threads, and the database where there is one.
Result<LogVerifyOptions> VerifyOptionsFrom(const Context& context, const Arguments& arguments);
std::vector<OptionSpec> VerifyOptionSpecs();

/// What `log keys` exported (--facts), else the seeds of the database and the log's key file, else
/// nothing. The key file is not asked for where nobody named it and it does not lie beside the log:
/// an auditor may have a database of their own.
Result<LogSecrets> SecretsFrom(const Context& context, const Arguments& arguments);
OptionSpec FactsOptionSpec();

/// The file of --html: the name is taken before the work begins whose result it gets.
Result<std::optional<NewFile>> PageFile(const Arguments& arguments);

}  // namespace ringfence::cli
