# SPDX-License-Identifier: MIT
#
# Two headers of ns-3 3.37 name their constructors Singleton<T>(), which C++20 forbids and g++ 12
# refuses. Corrected copies are made from the installed ones at configure time and are included
# before everything else; their include guards keep the originals out.
function(smclab_ns3_cxx20 target include_dir)
  foreach(name singleton simulation-singleton)
    file(READ ${include_dir}/ns3/${name}.h text)
    string(REPLACE "Singleton<T>()" "Singleton()" text "${text}")
    string(REPLACE "Singleton<T>(const" "Singleton(const" text "${text}")
    string(REPLACE "#include \"simulator.h\"" "#include <ns3/simulator.h>" text "${text}")
    set(copy ${CMAKE_CURRENT_BINARY_DIR}/compat/${name}.h)
    file(CONFIGURE OUTPUT ${copy} CONTENT "${text}" @ONLY)
    target_compile_options(${target} PUBLIC "SHELL:-include ${copy}")
  endforeach()
endfunction()
