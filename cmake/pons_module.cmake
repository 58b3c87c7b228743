# pons_module: one module, and the only modules it may include from.
#
# Every module gets its own include root: a folder with one symbolic link in it, named as the
# module. A target sees the roots of the modules it lists under USES, its own, and no others, so an
# include that the table in modules.cmake does not allow does not compile. Roots are not passed on:
# whoever includes a header must be allowed everything that header includes.
#
#   pons_module(NAME sync USES base model connector store [DIR src/sync] [LINK lib...])
#
# *.cc in the folder become the library pons_<name>; *_test.cc become the program <name>_test, whose
# tests ctest knows under the label given with LABEL (unit by default).

set(PONS_ROOTS ${CMAKE_BINARY_DIR}/roots)

function(pons_root NAME DIR)
  # A vendor's part lives at vendors/<vendor>/<part>; includes name it by that path.
  file(RELATIVE_PATH relative ${CMAKE_SOURCE_DIR} ${DIR})
  string(REGEX REPLACE "^src/" "" relative ${relative})
  set(link ${PONS_ROOTS}/${NAME}/${relative})
  get_filename_component(parent ${link} DIRECTORY)
  file(MAKE_DIRECTORY ${parent})
  file(CREATE_LINK ${DIR} ${link} SYMBOLIC)
endfunction()

function(pons_use TARGET)
  foreach(used ${ARGN})
    target_include_directories(${TARGET} PRIVATE ${PONS_ROOTS}/${used})
    target_link_libraries(${TARGET} PUBLIC pons_${used})
  endforeach()
endfunction()

function(pons_module)
  cmake_parse_arguments(M "NO_TESTS" "NAME;DIR;LABEL" "USES;LINK;TEST_USES;TEST_LINK" ${ARGN})
  if(NOT M_DIR)
    set(M_DIR src/${M_NAME})
  endif()
  if(NOT M_LABEL)
    set(M_LABEL unit)
  endif()
  set(dir ${CMAKE_SOURCE_DIR}/${M_DIR})
  pons_root(${M_NAME} ${dir})

  file(GLOB sources CONFIGURE_DEPENDS ${dir}/*.cc)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  # A vendor's conformance tests are programs of their own (tests/conformance).
  list(FILTER tests EXCLUDE REGEX "/conformance(_[a-z]+)?_test\\.cc$")

  if(NOT sources)
    add_library(pons_${M_NAME} INTERFACE)
  else()
    add_library(pons_${M_NAME} STATIC ${sources})
    target_include_directories(pons_${M_NAME} PRIVATE ${PONS_ROOTS}/${M_NAME})
    target_link_libraries(pons_${M_NAME} PRIVATE pons_flags PUBLIC ${M_LINK})
    pons_use(pons_${M_NAME} ${M_USES})
  endif()

  if(tests AND NOT M_NO_TESTS)
    pons_test(NAME ${M_NAME}_test SOURCES ${tests} USES ${M_NAME} ${M_USES} ${M_TEST_USES}
              LINK ${M_TEST_LINK} LABEL ${M_LABEL})
  endif()
endfunction()

# A test program of its own, seeing only what it lists.
function(pons_test)
  cmake_parse_arguments(T "" "NAME;LABEL;TIMEOUT" "SOURCES;USES;LINK;DEPENDS" ${ARGN})
  if(NOT T_LABEL)
    set(T_LABEL unit)
  endif()
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 120)
  endif()
  add_executable(${T_NAME} ${T_SOURCES})
  pons_use(${T_NAME} ${T_USES})
  target_link_libraries(${T_NAME} PRIVATE pons_flags GTest::gmock GTest::gtest_main ${T_LINK})
  target_compile_definitions(${T_NAME} PRIVATE
    PONS_SOURCE_DIR="${CMAKE_SOURCE_DIR}" PONS_BINARY_DIR="${CMAKE_BINARY_DIR}")
  if(T_DEPENDS)
    add_dependencies(${T_NAME} ${T_DEPENDS})
  endif()
  add_test(NAME ${T_NAME} COMMAND ${T_NAME} --gtest_brief=1 WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${T_NAME} PROPERTIES LABELS ${T_LABEL} TIMEOUT ${T_TIMEOUT})
endfunction()

# A program of ours: its main and command files, and every module it wires together.
function(pons_app)
  cmake_parse_arguments(A "" "NAME;DIR" "USES;LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${A_DIR}/*.cc)
  if(NOT sources)
    return()
  endif()
  add_executable(${A_NAME} ${sources})
  target_include_directories(${A_NAME} PRIVATE ${CMAKE_SOURCE_DIR}/${A_DIR})
  pons_use(${A_NAME} ${A_USES})
  target_link_libraries(${A_NAME} PRIVATE pons_flags ${A_LINK})
endfunction()
