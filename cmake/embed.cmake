# Files of this tree as text inside the library, so that it needs nothing of theirs at run time.
#
#   rf_embed(<out.cc> <function> [BY_FOLDER] [FOR <folder>] <files...>)
#     Writes <out.cc>, relative to the binary directory unless absolute, which defines
#       std::span<const EmbeddedFile> ringfence::<function>();
#     (base/embedded.h), one element for each file, in the order given. FOR cli: of cli/embedded.h
#     and in ringfence::cli, for a folder that may not include base. An element's name is the
#     file's ("catalog.json") or, with BY_FOLDER, that of the folder it is in ("default" of
#     rules/default/policy.json). The caller declares the function and adds <out.cc> to a target of
#     the same CMakeLists.txt.
#     The file is written again when a file changes. For files that come and go, list them with
#     file(GLOB ... CONFIGURE_DEPENDS ...).
#
# Included, this defines the function. Run as a script (cmake -P) it is what writes the file.

if(NOT CMAKE_SCRIPT_MODE_FILE)
  function(rf_embed out function)
    cmake_parse_arguments(PARSE_ARGV 2 arg "BY_FOLDER" "FOR" "")
    if(NOT arg_UNPARSED_ARGUMENTS)
      message(FATAL_ERROR "rf_embed(${function}): no files")
    endif()
    get_filename_component(out ${out} ABSOLUTE BASE_DIR ${CMAKE_CURRENT_BINARY_DIR})
    set(files "")
    foreach(file IN LISTS arg_UNPARSED_ARGUMENTS)
      get_filename_component(file ${file} ABSOLUTE)
      list(APPEND files ${file})
    endforeach()
    # The list stands in a file of its own, written when it changes: a file that is gone, or a new
    # one older than the output, would otherwise go unseen.
    string(REPLACE ";" "\n" lines "${files}")
    file(CONFIGURE OUTPUT ${out}.list CONTENT "${lines}\n" @ONLY)
    set(header base)
    set(space ringfence)
    if(arg_FOR)
      set(header ${arg_FOR})
      set(space ringfence::${arg_FOR})
    endif()
    add_custom_command(
      OUTPUT ${out}
      COMMAND ${CMAKE_COMMAND} -D out=${out} -D function=${function} -D by_folder=${arg_BY_FOLDER}
              -D header=${header} -D space=${space} -P ${CMAKE_CURRENT_FUNCTION_LIST_FILE}
      DEPENDS ${files} ${out}.list ${CMAKE_CURRENT_FUNCTION_LIST_FILE}
      COMMENT "Embedding files for ${function}"
      VERBATIM)
  endfunction()

  return()
endif()

file(STRINGS ${out}.list files)
set(arrays "")
set(elements "")
set(index 0)
foreach(file IN LISTS files)
  if(by_folder)
    get_filename_component(folder ${file} DIRECTORY)
    get_filename_component(name ${folder} NAME)
  else()
    get_filename_component(name ${file} NAME)
  endif()
  # Characters, not a string literal: compilers limit the length of those.
  file(READ ${file} bytes HEX)
  file(SHA256 ${file} sha256)
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${bytes}")
  string(REGEX REPLACE "('....','....','....','....','....','....','....','....','....','....',)"
                       "\\1\n    " bytes "${bytes}")
  string(APPEND arrays "constexpr char kText${index}[] = {\n    ${bytes}'\\0'};\n")
  string(APPEND elements
         "    {\"${name}\", std::string_view(kText${index}, sizeof kText${index} - 1),\n"
         "     \"${sha256}\"},\n")
  math(EXPR index "${index} + 1")
endforeach()
file(WRITE ${out}.new "// Made by cmake/embed.cmake.
#include <span>
#include <string_view>

#include \"${header}/embedded.h\"

namespace ${space} {
namespace {
${arrays}constexpr EmbeddedFile kFiles[] = {
${elements}};
}  // namespace
std::span<const EmbeddedFile> ${function}();
std::span<const EmbeddedFile> ${function}() { return kFiles; }
}  // namespace ${space}
")
file(RENAME ${out}.new ${out})
