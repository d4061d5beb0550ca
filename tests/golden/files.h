// The files of the golden tests: where the sources are, what a file holds, what is in a folder.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace ringfence {

inline const std::filesystem::path kSource = RINGFENCE_SOURCE_DIR;

/// Empty, too, if there is none.
inline std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// With that extension, as ".json", in the order of their names.
inline std::vector<std::filesystem::path> FilesOf(const std::filesystem::path& folder,
                                                  const std::string& extension) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == extension) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace ringfence
