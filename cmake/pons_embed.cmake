# pons_embed: files of a module as raw string literals inside its library.
#
#   pons_embed(TARGET pons_x OUTPUT page_data.inc FILES page/index.html page/app.js)
#
# OUTPUT holds one line per file, {"page/app.js", R"pons_embed(…)pons_embed"}, for #include between
# the braces of an array. It is made anew when a file changes. The same file run with -P does it.

if(CMAKE_SCRIPT_MODE_FILE)
  set(text "")
  string(REPLACE "," ";" FILES "${FILES}")
  foreach(file IN LISTS FILES)
    file(READ ${DIR}/${file} content)
    string(APPEND text "{\"${file}\", R\"pons_embed(${content})pons_embed\"},\n")
  endforeach()
  file(WRITE ${OUTPUT} "${text}")
  return()
endif()

set(PONS_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(pons_embed)
  cmake_parse_arguments(E "" "TARGET;DIR;OUTPUT" "FILES" ${ARGN})
  set(folder ${CMAKE_BINARY_DIR}/embedded/${E_TARGET})
  file(MAKE_DIRECTORY ${folder})
  list(TRANSFORM E_FILES PREPEND ${CMAKE_SOURCE_DIR}/${E_DIR}/ OUTPUT_VARIABLE inputs)
  list(JOIN E_FILES "," files)  # a semicolon would not survive the shell
  add_custom_command(
    OUTPUT ${folder}/${E_OUTPUT}
    COMMAND ${CMAKE_COMMAND} -DDIR=${CMAKE_SOURCE_DIR}/${E_DIR} -DOUTPUT=${folder}/${E_OUTPUT}
            -DFILES=${files} -P ${PONS_EMBED_SCRIPT}
    DEPENDS ${inputs} ${PONS_EMBED_SCRIPT}
    VERBATIM)
  target_sources(${E_TARGET} PRIVATE ${folder}/${E_OUTPUT})
  target_include_directories(${E_TARGET} PRIVATE ${folder})
endfunction()
