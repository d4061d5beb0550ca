// A file that gets new contents, all of them or none. Takes a path and contents.
#pragma once

#include <ringfence/status.h>

#include <string>
#include <string_view>

namespace ringfence::cli {

/// Writes beside the file, to the disk, and then takes its place, with its permissions; what a
/// symbolic link names is replaced, not the link. kInvalidArgument: it is no regular file, or may
/// not be written to. After an error the file is what it was, and nothing is left beside it.
Status ReplaceFile(const std::string& path, std::string_view contents);

/// kInvalidArgument where ReplaceFile would refuse it for what it is; ok where nothing is there.
Status CheckRegular(const std::string& path);

}  // namespace ringfence::cli
