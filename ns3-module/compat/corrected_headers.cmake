# SPDX-License-Identifier: MIT
#
# Two headers of ns-3 3.37 name their constructors with template arguments, which C++20 no longer
# allows and g++ 12 refuses. Corrected copies are made in the build tree from the headers that are
# installed, and included first: their include guards then keep the originals out.
function(smclab_correct_ns3_headers target)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/compat)
  get_target_property(roots ns3::libcore INTERFACE_INCLUDE_DIRECTORIES)
  find_path(SMCLAB_NS3_HEADERS ns3/singleton.h PATHS ${roots} REQUIRED)
  foreach(name singleton simulation-singleton)
    file(READ ${SMCLAB_NS3_HEADERS}/ns3/${name}.h text)
    # Constructors and destructors only: a parenthesis follows the name at once.
    string(REGEX REPLACE "([^:&A-Za-z]~?)(Singleton|SimulationSingleton)<T>\\(" "\\1\\2("
                         text "${text}")
    string(REPLACE "#include \"simulator.h\"" "#include \"ns3/simulator.h\"" text "${text}")
    file(CONFIGURE OUTPUT ${folder}/${name}.h CONTENT "#pragma GCC system_header\n${text}" @ONLY)
    target_compile_options(${target} INTERFACE "SHELL:-include ${folder}/${name}.h")
  endforeach()
endfunction()
