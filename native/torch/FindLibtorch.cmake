# Defines the target `libtorch`: headers as SYSTEM, the libraries, libtorch's own compile flags (the C++ ABI choice).
# Debian's libtorch-dev is found by itself; CMAKE_PREFIX_PATH names any newer libtorch.
find_package(Torch QUIET)
add_library(libtorch INTERFACE)
if(TORCH_FOUND)
  target_include_directories(libtorch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
  target_link_libraries(libtorch INTERFACE ${TORCH_LIBRARIES})
  separate_arguments(flags UNIX_COMMAND "${TORCH_CXX_FLAGS}")
  target_compile_options(libtorch INTERFACE ${flags})
else()
  # The package file of some builds asks for components that are not there; headers and libraries are enough.
  find_path(libtorch_headers ATen/core/Tensor.h PATH_SUFFIXES include)
  find_library(libtorch_library torch)
  find_library(libtorch_cpu_library torch_cpu)
  find_library(libtorch_c10_library c10)
  if(NOT (libtorch_headers AND libtorch_library AND libtorch_cpu_library AND libtorch_c10_library))
    message(FATAL_ERROR "libtorch is missing. On Debian:  apt-get install -y libtorch-dev libopenblas0-openmp\n"
                        "Elsewhere: unpack libtorch and pass -DCMAKE_PREFIX_PATH=/path/to/libtorch")
  endif()
  target_include_directories(libtorch SYSTEM INTERFACE ${libtorch_headers}
                                                       ${libtorch_headers}/torch/csrc/api/include)
  target_link_libraries(libtorch INTERFACE ${libtorch_library} ${libtorch_cpu_library} ${libtorch_c10_library})
endif()

# Debian's libtorch takes its matrix products from whichever package provides libblas.so.3.
file(GLOB blas LIST_DIRECTORIES false /usr/lib/*-linux-gnu/libblas.so.3)
foreach(library IN LISTS blas)
  file(REAL_PATH ${library} provider)
  if(NOT provider MATCHES "openblas-openmp")
    message(WARNING "libblas.so.3 is ${provider}: matrix products will be slow or not share threads with libtorch. "
                    "Install libopenblas0-openmp (apt-get install -y libopenblas0-openmp)")
  endif()
endforeach()
