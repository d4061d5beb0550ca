// Command lines, parsed by Boost.Program_options from the commands' plain specifications.
#include "cli/arguments.h"

#include <algorithm>
#include <boost/program_options.hpp>

#include "cli/text.h"

namespace ringfence::cli {
namespace {

namespace po = boost::program_options;

// No option may have this name: it collects the positional arguments.
constexpr char kPositional[] = "positional arguments";

// "-h" and "-q" are the only short options; Boost wants them behind a comma.
std::string BoostName(std::string_view name) {
  if (name == "help") return "help,h";
  if (name == "quiet") return "quiet,q";
  return std::string(name);
}

void Declare(const std::vector<OptionSpec>& specs, po::options_description* description) {
  for (const OptionSpec& spec : specs) {
    const std::string name = BoostName(spec.name);
    if (spec.value.empty()) {
      description->add_options()(name.c_str(), "");
    } else if (spec.many) {
      description->add_options()(
          name.c_str(), po::value<std::vector<std::string>>()->composing()->multitoken(), "");
    } else {
      description->add_options()(name.c_str(), po::value<std::vector<std::string>>(), "");
    }
  }
}

const OptionSpec* Find(const std::vector<OptionSpec>& specs, std::string_view name) {
  auto found = std::find_if(specs.begin(), specs.end(),
                            [&](const OptionSpec& spec) { return spec.name == name; });
  return found == specs.end() ? nullptr : &*found;
}

Status Usage(std::string message) {
  return Status(StatusCode::kInvalidArgument, std::move(message));
}

Status UnknownOption(std::string_view option, const std::vector<OptionSpec>& specs) {
  std::vector<std::string> names;
  names.reserve(specs.size());
  for (const OptionSpec& spec : specs) names.push_back("--" + std::string(spec.name));
  std::string message = Cat({"unknown option '", Printable(option), "'"});
  if (auto nearest = Nearest(option, names)) message += Cat({"; did you mean ", *nearest, "?"});
  return Usage(message);
}

}  // namespace

bool Arguments::Has(std::string_view option) const {
  return options_.find(option) != options_.end();
}

std::string_view Arguments::Get(std::string_view option) const {
  const std::vector<std::string>& all = All(option);
  return all.empty() ? std::string_view() : std::string_view(all.front());
}

const std::vector<std::string>& Arguments::All(std::string_view option) const {
  static const std::vector<std::string> none;
  auto found = options_.find(option);
  return found == options_.end() ? none : found->second;
}

std::string_view Arguments::At(size_t index) const {
  return index < positional_.size() ? std::string_view(positional_[index]) : std::string_view();
}

Status Arguments::ExpectPositional(size_t least, size_t most) const {
  if (positional_.size() < least) {
    return Usage(positional_.empty() ? "arguments are missing" : "an argument is missing");
  }
  if (positional_.size() > most) {
    return Usage(Cat({"unexpected argument '", Printable(positional_[most]), "'"}));
  }
  return Status();
}

const std::vector<OptionSpec>& GlobalOptions() {
  static const std::vector<OptionSpec> options = {
      {"db", "FILE", "The database. Without it, the environment variable RINGFENCE_DB names it."},
      {"policy", "FILE|NAME",
       "Use this policy instead of the one in force: a file, if the value contains a slash or ends "
       "in .json, else the name of a shipped rule set (see `ringfence rules`)."},
      {"catalog-extension", "FILE",
       "Settings, attributes, relations and call attributes of your own, behind the standard ones "
       "(schema/README.md); RINGFENCE_CATALOG_EXTENSION if not given."},
      {"keys", "FILE",
       "The key file of contact sync. Without it, the environment variable RINGFENCE_KEYS names "
       "it."},
      {"log", "DIR",
       "The decision log: what is decided is recorded in it. Without it, the environment variable "
       "RINGFENCE_LOG names it; without both nothing is recorded."},
      {"log-keys", "FILE",
       "The key file of the decision log. Without it, the environment variable RINGFENCE_LOG_KEYS "
       "names it, else it is the log's name with .keys behind it."},
      {"json", "", "Print JSON, one object a line where there can be several."},
      {"quiet", "", "Print nothing but what was asked for: no confirmations, no progress."},
      {"color", "auto|always|never",
       "Colours. auto: on a terminal, unless NO_COLOR is set or TERM is dumb."},
      {"help", "", "Print this page."},
      {"version", "", "Print the version."},
  };
  return options;
}

SplitLine SplitAtCommand(const std::vector<std::string>& line,
                         const std::vector<std::string>& groups) {
  SplitLine split;
  bool value_follows = false;
  for (size_t i = 0; i < line.size(); ++i) {
    const std::string& token = line[i];
    const bool is_option = token.size() > 1 && token.front() == '-';
    const bool in_group = split.words.size() == 1 &&
                          std::find(groups.begin(), groups.end(), split.words[0]) != groups.end();
    const bool wanted = split.words.empty() || in_group;
    if (token == "--") {
      split.rest.insert(split.rest.end(), line.begin() + static_cast<std::ptrdiff_t>(i),
                        line.end());
      return split;
    }
    if (wanted && !is_option && !value_follows) {
      split.words.push_back(token);
      continue;
    }
    // Before the command only global options can stand, and only these may take the next token.
    const OptionSpec* spec =
        is_option && token.size() > 2 ? Find(GlobalOptions(), token.substr(2)) : nullptr;
    value_follows = spec != nullptr && !spec->value.empty();
    split.rest.push_back(token);
  }
  return split;
}

Result<Arguments> ParseArguments(const std::vector<std::string>& rest,
                                 const std::vector<OptionSpec>& options) {
  std::vector<OptionSpec> specs = GlobalOptions();
  specs.insert(specs.end(), options.begin(), options.end());
  po::options_description description;
  Declare(specs, &description);
  description.add_options()(kPositional, po::value<std::vector<std::string>>(), "");
  po::positional_options_description positional;
  positional.add(kPositional, -1);

  Arguments arguments;
  try {
    const auto style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    const auto parsed = po::command_line_parser(rest)
                            .options(description)
                            .positional(positional)
                            .style(style)
                            .run();
    for (const auto& option : parsed.options) {
      if (option.string_key == kPositional) {
        arguments.positional_.insert(arguments.positional_.end(), option.value.begin(),
                                     option.value.end());
        continue;
      }
      const OptionSpec* spec = Find(specs, option.string_key);
      std::vector<std::string>& values = arguments.options_[option.string_key];
      if (spec != nullptr && !spec->many && !spec->value.empty() && !values.empty()) {
        return Usage(Cat({"--", option.string_key, " is given twice"}));
      }
      values.insert(values.end(), option.value.begin(), option.value.end());
    }
  } catch (const po::unknown_option& error) {
    return UnknownOption(error.get_option_name(), specs);
  } catch (const po::error& error) {
    return Usage(Printable(error.what()));
  }
  return arguments;
}

}  // namespace ringfence::cli
