# ONNX's file format as Debian and Ubuntu package it (libonnx-dev, libprotobuf-dev): generated classes, the checker and
# protobuf, as OnnxProto::OnnxProto. Its own CMake files want targets of protobuf's that not every version makes.
find_path(OnnxProto_INCLUDE_DIR onnx/onnx_pb.h)
find_path(OnnxProto_PROTOBUF_INCLUDE_DIR google/protobuf/message.h)
foreach(library onnx onnx_proto protobuf)
  find_library(OnnxProto_${library}_LIBRARY ${library})
endforeach()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OnnxProto REQUIRED_VARS OnnxProto_INCLUDE_DIR OnnxProto_PROTOBUF_INCLUDE_DIR
  OnnxProto_onnx_LIBRARY OnnxProto_onnx_proto_LIBRARY OnnxProto_protobuf_LIBRARY
  REASON_FAILURE_MESSAGE "packages libonnx-dev and libprotobuf-dev")
if(OnnxProto_FOUND AND NOT TARGET OnnxProto::OnnxProto)
  add_library(OnnxProto::OnnxProto INTERFACE IMPORTED)
  target_include_directories(OnnxProto::OnnxProto SYSTEM INTERFACE
    ${OnnxProto_INCLUDE_DIR} ${OnnxProto_PROTOBUF_INCLUDE_DIR})
  target_compile_definitions(OnnxProto::OnnxProto INTERFACE ONNX_ML=1 ONNX_NAMESPACE=onnx)
  target_link_libraries(OnnxProto::OnnxProto INTERFACE
    ${OnnxProto_onnx_LIBRARY} ${OnnxProto_onnx_proto_LIBRARY} ${OnnxProto_protobuf_LIBRARY})
endif()
