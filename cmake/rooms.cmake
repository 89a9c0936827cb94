# One room = one folder = one static library `glossator_<room>`; sources are what the folder holds,
# programs are the files named *_main.cpp.

# glossator_room(NAME [USES room...] [LIBRARIES target...])
function(glossator_room name)
  cmake_parse_arguments(ARG "" "" "USES;LIBRARIES" ${ARGN})
  string(REPLACE "-" "_" target "glossator_${name}")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "_main\\.cpp$")
  if(NOT sources)  # a room with headers only
    set(sources ${CMAKE_CURRENT_BINARY_DIR}/empty.cpp)
    file(TOUCH ${sources})
  endif()
  add_library(${target} STATIC ${sources})
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/generated)
  foreach(used ${ARG_USES})
    string(REPLACE "-" "_" used "glossator_${used}")
    target_link_libraries(${target} PUBLIC ${used})
  endforeach()
  target_link_libraries(${target} PUBLIC ${ARG_LIBRARIES})
endfunction()

# glossator_program(NAME SOURCE room...): build/bin/NAME
function(glossator_program name source)
  if(NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${source})
    return()
  endif()
  add_executable(${name} ${source})
  foreach(used ${ARGN})
    string(REPLACE "-" "_" used "glossator_${used}")
    target_link_libraries(${name} PRIVATE ${used})
  endforeach()
endfunction()

# glossator_unit(ROOM [EXTRA room or target...]): tests/unit/ROOM/*_test.cpp -> unit_ROOM
function(glossator_unit name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/unit/${name}/*.cpp)
  if(NOT sources)
    return()
  endif()
  string(REPLACE "-" "_" room "${name}")
  add_executable(unit_${room} ${sources})
  target_link_libraries(unit_${room} PRIVATE glossator_${room} ${ARGN} GTest::gtest GTest::gmock
                        GTest::gtest_main)
  target_compile_definitions(unit_${room} PRIVATE GLOSSATOR_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                             GLOSSATOR_BINARY_DIR="${CMAKE_BINARY_DIR}")
  add_test(NAME unit_${room} COMMAND unit_${room})
endfunction()
