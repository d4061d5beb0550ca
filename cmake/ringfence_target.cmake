# Compile options shared by every target of this project, and the instrumentation of special builds.
# rf_target(<target>) applies them; nothing here reaches the targets of a host project.

set(rf_warnings -Wall -Wextra -Wconversion -Wshadow)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # g++ 12 reports overlapping copies inside its own std::string (gcc bug 105651).
  list(APPEND rf_warnings -Wno-restrict)
endif()
if(RINGFENCE_WERROR)
  list(APPEND rf_warnings -Werror)
endif()

set(rf_instrument "")
if(RINGFENCE_SANITIZE)
  list(APPEND rf_instrument -fsanitize=${RINGFENCE_SANITIZE} -fno-sanitize-recover=all
       -fno-omit-frame-pointer)
endif()
if(RINGFENCE_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "RINGFENCE_FUZZ needs clang: libFuzzer is part of it")
  endif()
  list(APPEND rf_instrument -fsanitize=fuzzer-no-link,address,undefined
       -fno-sanitize-recover=all -fno-omit-frame-pointer)
endif()

function(rf_target target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(
    ${target}
    PROPERTIES CXX_EXTENSIONS OFF
               CXX_VISIBILITY_PRESET hidden
               VISIBILITY_INLINES_HIDDEN ON
               POSITION_INDEPENDENT_CODE ON)
  target_compile_options(${target} PRIVATE ${rf_warnings} ${rf_instrument})
  target_link_options(${target} PRIVATE ${rf_instrument})
endfunction()
