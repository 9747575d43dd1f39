# SPDX-License-Identifier: MIT
#
# Sets ns3_FOUND by SMCLAB_NS3. Debian's CMake files for ns-3 name files of packages that libns3-dev
# does not depend on, and stop the configuration when one is not there; AUTO looks first.
set(ns3_FOUND FALSE)
set(ns3_absent "")
if(SMCLAB_NS3 STREQUAL "AUTO" AND NOT ns3_DIR)
  foreach(needed libexec/ns3/ns3.37-raw-sock-creator include/ns3/core-module.h include/gsl
                 include/libxml2 include/python3.11 include/sqlite3.h)
    if(NOT EXISTS /usr/${needed})
      list(APPEND ns3_absent /usr/${needed})
    endif()
  endforeach()
endif()
if(SMCLAB_NS3 STREQUAL "AUTO" AND NOT ns3_absent)
  find_package(ns3 3.37 QUIET)
elseif(SMCLAB_NS3 AND NOT SMCLAB_NS3 STREQUAL "AUTO")
  find_package(ns3 3.37 REQUIRED)
endif()
if(NOT ns3_FOUND)
  message(STATUS "ns3-module is left out: SMCLAB_NS3 is ${SMCLAB_NS3}; absent: ${ns3_absent}")
endif()
