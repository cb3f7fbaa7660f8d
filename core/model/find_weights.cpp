#include <cstdlib>

#include "model/load_weights.hpp"

namespace ph {
namespace {

constexpr const char* other_way = "or set it to null, with --load-from FILE for weights of the whole network";

// "https://host/a/resnet50-19c8e357.pth?x=1" -> "resnet50-19c8e357.safetensors"
std::string file_name_of(const std::string& url) {
  auto name = url.substr(url.find("://") + 3);
  name = name.substr(0, name.find_first_of("?#"));
  if (const auto slash = name.rfind('/'); slash != std::string::npos) name.erase(0, slash + 1);
  return std::filesystem::path(name).replace_extension(".safetensors").string();
}

std::filesystem::path find_by_url(const Node& source, const std::string& url) {
  const auto name = file_name_of(url);
  const char* folder = std::getenv("POSEHOST_WEIGHTS");
  if (folder && *folder) {
    auto file = std::filesystem::path(folder) / name;
    if (std::filesystem::is_regular_file(file)) return file;
    throw source.error("weights that are not on this machine; posehost downloads nothing", file.string(),
                       std::string("put the weights there as safetensors, ") + other_way);
  }
  throw source.error("weights that are not on this machine; posehost downloads nothing",
                     "POSEHOST_WEIGHTS naming a folder that holds " + name,
                     std::string("set POSEHOST_WEIGHTS, ") + other_way);
}

}  // namespace

std::filesystem::path find_weights(const Node& source) {
  const auto text = source.string();
  if (text.find("://") != std::string::npos) return find_by_url(source, text);
  const std::filesystem::path file(text);
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) {
    throw source.error("no such file", std::filesystem::absolute(file, ignored).string(),
                       std::string("a path from the current folder on, ") + other_way);
  }
  if (file.extension() == ".pth" || file.extension() == ".pt" || file.extension() == ".ckpt") {
    throw source.error(
        "PyTorch's pickle files are not read yet", "a .safetensors file",
        "in Python: safetensors.torch.save_file(torch.load(FILE)[\"state_dict\"], \"x.safetensors\")");
  }
  return file;
}

}  // namespace ph
