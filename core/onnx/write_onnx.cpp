// The one file that sees protobuf. LibTorch ships headers of an older protobuf, so this target has none of its include paths.
#include "onnx/write_onnx.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <onnx/checker.h>
#include <onnx/defs/schema.h>
#include <onnx/onnx_pb.h>

#include "config/error.hpp"
#include "tensor/atomic_file.hpp"

namespace ph {
namespace {

// The first version of the file format that came with an opset.
int ir_version_for(int opset) {
  if (opset <= 11) return 6;
  if (opset <= 14) return 7;
  if (opset <= 18) return 8;
  return 9;
}

void set_attribute(onnx::AttributeProto& to, const OnnxAttribute& from) {
  using Type = onnx::AttributeProto;
  if (const auto* value = std::get_if<std::int64_t>(&from)) {
    to.set_type(Type::INT);
    to.set_i(*value);
  } else if (const auto* number = std::get_if<float>(&from)) {
    to.set_type(Type::FLOAT);
    to.set_f(*number);
  } else if (const auto* text = std::get_if<std::string>(&from)) {
    to.set_type(Type::STRING);
    to.set_s(*text);
  } else if (const auto* list = std::get_if<std::vector<std::int64_t>>(&from)) {
    to.set_type(Type::INTS);
    for (const auto each : *list) to.add_ints(each);
  } else {
    to.set_type(Type::FLOATS);
    for (const auto each : std::get<std::vector<float>>(from)) to.add_floats(each);
  }
}

void add_node(onnx::GraphProto& to, const OnnxNode& from) {
  auto& node = *to.add_node();
  node.set_op_type(from.op);
  node.set_name(from.name);
  for (const auto& input : from.inputs) node.add_input(input);
  for (const auto& output : from.outputs) node.add_output(output);
  for (const auto& [name, value] : from.attributes) {
    auto& attribute = *node.add_attribute();
    attribute.set_name(name);
    set_attribute(attribute, value);
  }
}

void set_port(onnx::ValueInfoProto& to, const OnnxPort& from) {
  to.set_name(from.name);
  auto& tensor = *to.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(static_cast<int>(from.type));
  auto& shape = *tensor.mutable_shape();
  for (const auto size : from.shape) {
    auto& dimension = *shape.add_dim();
    size < 0 ? dimension.set_dim_param("batch") : dimension.set_dim_value(size);
  }
}

onnx::ModelProto to_proto(const OnnxGraph& graph) {
  onnx::ModelProto model;
  model.set_ir_version(ir_version_for(graph.opset));
  model.set_producer_name("posehost");
  model.set_producer_version(POSEHOST_VERSION);
  model.add_opset_import()->set_version(graph.opset);
  for (const auto& [key, value] : graph.metadata) {
    auto& entry = *model.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value);
  }
  auto& to = *model.mutable_graph();
  to.set_name(graph.name);
  for (const auto& port : graph.inputs) set_port(*to.add_input(), port);
  for (const auto& port : graph.outputs) set_port(*to.add_output(), port);
  for (const auto& constant : graph.constants) {
    auto& tensor = *to.add_initializer();
    tensor.set_name(constant.name);
    tensor.set_data_type(static_cast<int>(constant.type));
    for (const auto size : constant.shape) tensor.add_dims(size);
    tensor.set_raw_data(constant.data, constant.bytes);
  }
  for (const auto& node : graph.nodes) add_node(to, node);
  return model;
}

void check_with_onnx(const onnx::ModelProto& model, int opset) {
  const auto known = onnx::OpSchemaRegistry::DomainToVersionRange::Instance().Map().at("").second;
  if (opset > known) return;
  try {
    onnx::checker::check_model(model);
  } catch (const std::exception& error) {
    throw Error(ErrorKind::internal, "the ONNX model that was made is not a valid one", error.what(),
                "a model that ONNX's own checker takes", "report this with the config");
  }
}

}  // namespace

std::string onnx_bytes(const OnnxGraph& graph) {
  std::size_t weights = 0;
  for (const auto& constant : graph.constants) weights += constant.bytes;
  constexpr std::size_t limit = std::size_t{2000} << 20;
  if (weights > limit) {
    throw Error(ErrorKind::environment, "the network is too large for one ONNX file",
                std::to_string(weights >> 20) + " MiB of weights",
                "at most " + std::to_string(limit >> 20) + " MiB");
  }
  const auto model = to_proto(graph);
  check_with_onnx(model, graph.opset);
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    if (!model.SerializeToCodedStream(&coded))
      throw Error(ErrorKind::internal, "the ONNX model could not be written down");
  }
  return bytes;
}

void write_onnx(const std::filesystem::path& path, const OnnxGraph& graph) {
  const auto bytes = onnx_bytes(graph);
  AtomicFile file(path, bytes.size());
  file.write(bytes.data(), bytes.size());
  file.commit();
}

}  // namespace ph
