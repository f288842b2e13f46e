# How every library, program and test of the house is built: one place for flags.
find_package(Threads REQUIRED)
find_package(Eigen3 REQUIRED NO_MODULE)
find_package(spdlog REQUIRED)
find_package(fmt REQUIRED)
find_package(Protobuf REQUIRED)

find_program(CCACHE ccache)
if(CCACHE)
  # Wherever a checkout lies, what was compiled of the same text before is found.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
endif()

add_library(trocar_flags INTERFACE)
target_include_directories(trocar_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(trocar_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast
  -Wswitch-enum -Werror=switch-enum -Werror=return-type)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports these falsely inside Eigen and std::variant at -O3 (GCC bug 105562 and kin).
  target_compile_options(trocar_flags INTERFACE -Wno-maybe-uninitialized -Wno-array-bounds
    -Wno-stringop-overflow -Wno-restrict)
endif()
if(TROCAR_WERROR)
  target_compile_options(trocar_flags INTERFACE -Werror)
endif()
if(TROCAR_SANITIZE)
  add_compile_options(-fsanitize=${TROCAR_SANITIZE} -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=${TROCAR_SANITIZE})
  if(TROCAR_SANITIZE MATCHES undefined)
    add_compile_options(-fno-sanitize-recover=undefined)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      # A third of the compile time. ASan sees a null pointer too; misalignment is looked for by the
      # fuzzers only (clang), which feed every parser of bytes.
      add_compile_options(-fno-sanitize=null,alignment)
    endif()
  endif()
endif()
if(TROCAR_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)  # coverage of the code under test, not of the target
endif()
target_link_libraries(trocar_flags INTERFACE Threads::Threads)

# trocar_library(name SOURCES a.cpp ... [PUBLIC lib ...] [PRIVATE lib ...])
function(trocar_library name)
  cmake_parse_arguments(A "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${A_SOURCES})
  target_link_libraries(${name} PUBLIC trocar_flags Eigen3::Eigen ${A_PUBLIC} PRIVATE ${A_PRIVATE})
endfunction()

# trocar_proto(name FILE path/from/top.proto [LINK lib ...]): its generated code, which is not ours to
# warn about, found as "path/from/top.pb.h".
function(trocar_proto name)
  cmake_parse_arguments(A "" "FILE" "LINK" ${ARGN})
  string(REGEX REPLACE "\\.proto$" ".pb" made ${CMAKE_BINARY_DIR}/${A_FILE})
  add_custom_command(
    OUTPUT ${made}.cc ${made}.h
    COMMAND protobuf::protoc --proto_path=${CMAKE_SOURCE_DIR} --cpp_out=${CMAKE_BINARY_DIR} ${A_FILE}
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
    DEPENDS ${CMAKE_SOURCE_DIR}/${A_FILE})
  add_library(${name} STATIC ${made}.cc ${made}.h)
  target_compile_options(${name} PRIVATE -w)
  target_include_directories(${name} SYSTEM PUBLIC ${CMAKE_BINARY_DIR})
  target_link_libraries(${name} PUBLIC protobuf::libprotobuf ${A_LINK})
endfunction()

# trocar_test(name [ONE_THREAD] SOURCES a_test.cpp ... LINK lib ...): one Catch2 program, one CTest per program.
# ONE_THREAD: the thread sanitizer has nothing to find in it and does not get it.
function(trocar_test name)
  cmake_parse_arguments(A "ONE_THREAD" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${A_SOURCES})
  target_link_libraries(${name} PRIVATE trocar_test_main ${A_LINK})
  if(A_ONE_THREAD AND TROCAR_SANITIZE STREQUAL "thread")
    set_target_properties(${name} PROPERTIES EXCLUDE_FROM_ALL ON)
    return()
  endif()
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES TIMEOUT 900)
endfunction()
