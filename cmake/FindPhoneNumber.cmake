# Finds libphonenumber, which ships no CMake package in Debian: defines PhoneNumber::PhoneNumber.
# Its headers include those of protobuf.
find_path(PHONENUMBER_INCLUDE_DIR phonenumbers/phonenumberutil.h)
find_library(PHONENUMBER_LIBRARY phonenumber)
find_library(PHONENUMBER_PROTOBUF_LIBRARY protobuf)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  PhoneNumber REQUIRED_VARS PHONENUMBER_LIBRARY PHONENUMBER_PROTOBUF_LIBRARY
                            PHONENUMBER_INCLUDE_DIR)
if(PhoneNumber_FOUND AND NOT TARGET PhoneNumber::PhoneNumber)
  add_library(PhoneNumber::PhoneNumber UNKNOWN IMPORTED)
  set_target_properties(
    PhoneNumber::PhoneNumber
    PROPERTIES IMPORTED_LOCATION ${PHONENUMBER_LIBRARY}
               INTERFACE_INCLUDE_DIRECTORIES ${PHONENUMBER_INCLUDE_DIR}
               INTERFACE_LINK_LIBRARIES ${PHONENUMBER_PROTOBUF_LIBRARY})
endif()
