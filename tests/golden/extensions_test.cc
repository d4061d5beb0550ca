// Every diagnostic a catalog extension can earn, word for word: tests/golden/extensions/NAME.json
// gives NAME.txt; next_NAME.json is read as the next version of old.json. A file that is right has
// an empty text. --update=extensions writes the texts anew.
#include <doctest/doctest.h>
#include <ringfence/catalog.h>
#include <ringfence/limits.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "golden/files.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = kSource / "tests/golden/extensions";

std::string DiagnosticsOf(const fs::path& path) {
  const std::string text = ReadFile(path);
  const std::string name = path.filename().string();
  const Catalog& standard = Catalog::Standard();
  const Result<Catalog> extended = Catalog::Extend(standard, text, name);
  if (!extended.ok()) {
    CHECK(extended.status().code() == StatusCode::kParse);
    return extended.status().message();
  }
  if (!name.starts_with("next_")) return {};
  const Status kept = Catalog::CheckNextVersion(
      standard, {ReadFile(kFolder / "old.json"), "old.json"}, {text, name});
  CHECK((kept.ok() || kept.code() == StatusCode::kParse));
  return kept.message();
}

TEST_CASE("every extension earns its diagnostics word for word") {
  const bool update = Argument("update") == "extensions";
  const std::vector<fs::path> files = FilesOf(kFolder, ".json");
  CHECK(files.size() >= 19);
  size_t good = 0;
  for (const fs::path& path : files) {
    CAPTURE(path.filename().string());
    const std::string found = DiagnosticsOf(path);
    if (found.empty()) ++good;
    fs::path expected = path;
    expected.replace_extension(".txt");
    if (update) std::ofstream(expected, std::ios::binary) << found;
    CHECK(fs::exists(expected));
    CHECK(found == ReadFile(expected));
  }
  CHECK(good == 4);  // good, old, next_good, next_same_version
  CHECK(FilesOf(kFolder, ".txt").size() == files.size());
}

TEST_CASE("an extension that is too large") {
  const std::string text = "{ \"extension\": \"" + std::string(kMaxJsonBytes, 'a') + "\" }";
  const Result<Catalog> extended = Catalog::Extend(Catalog::Standard(), text);
  REQUIRE_FALSE(extended.ok());
  CHECK(extended.status().message().find(std::to_string(kMaxJsonBytes)) != std::string::npos);
}

}  // namespace
}  // namespace ringfence
