# Language, warnings, sanitizers: what every target of ours is built with.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

option(PONS_FUZZ "Build the fuzz targets (needs clang)" OFF)
set(PONS_SANITIZE "" CACHE STRING "address or thread; empty for none")

find_program(PONS_CCACHE ccache)
if(PONS_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${PONS_CCACHE})
endif()

add_library(pons_flags INTERFACE)
target_compile_options(pons_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # These two report library internals under optimisation, not our code (g++ 12).
  target_compile_options(pons_flags INTERFACE -Wno-maybe-uninitialized -Wno-restrict)
endif()
if(PONS_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(PONS_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
  # Fences are beyond this sanitizer; Asio's own locks order what its fences would.
  add_compile_options(-Wno-tsan)
  add_compile_definitions(BOOST_ASIO_DISABLE_FENCED_BLOCK)
  add_link_options(-fsanitize=thread)
endif()
if(PONS_FUZZ)
  # The warnings that are errors are g++'s; clang has others, which scripts/check --tidy shows.
  target_compile_options(pons_flags INTERFACE -Wno-error)
  # Coverage in every module, so that the fuzzer sees its way into them.
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
