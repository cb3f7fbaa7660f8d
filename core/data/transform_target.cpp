// TopDownGenerateTarget: heatmaps for the crop's keypoints, by one of mmpose's encodings.
#include "codec/combined_target.hpp"
#include "codec/megvii_target.hpp"
#include "codec/msra_target.hpp"
#include "codec/stages_target.hpp"
#include "codec/udp_target.hpp"
#include "codec/unbiased_target.hpp"
#include "data/transform.hpp"

namespace ph {
namespace {

// mmpose's spelling: one value, or a list with a value for each stage of the network.
struct TargetArgs {
  Node sigma = Node::parse("2.0"), kernel = Node::parse("[11, 11]"),
       valid_radius_factor = Node::parse("0.0546875");
  std::string target_type = "GaussianHeatmap", encoding = "MSRA";
  bool unbiased_encoding = false;
  static const ArgTable<TargetArgs>& table();
};

const ArgTable<TargetArgs>& TargetArgs::table() {
  static const auto t =
      ArgTable<TargetArgs>("heatmaps from keypoints")
          .arg("sigma", &TargetArgs::sigma, "deviation of the Gaussian in heatmap pixels, or a list of them")
          .arg("kernel", &TargetArgs::kernel, "Megvii: width, height of the blur, or a list of such pairs")
          .arg("valid_radius_factor", &TargetArgs::valid_radius_factor,
               "CombinedTarget: radius of the disc over the heatmap's height, or a list of them")
          .arg("target_type", &TargetArgs::target_type, "what the channels hold",
               one_of({"GaussianHeatmap", "GaussianHeatMap", "CombinedTarget"}))
          .arg("encoding", &TargetArgs::encoding, "how heatmaps are drawn", one_of({"MSRA", "Megvii", "UDP"}))
          .arg("unbiased_encoding", &TargetArgs::unbiased_encoding,
               "MSRA with the centre between pixels (DARK)");
  return t;
}

constexpr std::int64_t max_kernel = 255;

double positive(const Node& node, double maximum) {
  const double value = node.f64();
  if (value > 0 && value <= maximum) return value;
  throw node.error("out of range", "above 0, at most " + std::to_string(static_cast<int>(maximum)));
}

std::array<std::int64_t, 2> kernel_of(const Node& node) {
  const char* const expected = "two odd numbers from 1 to 255, as [11, 11]";
  if (!node.is_array() || node.size() != 2) throw node.error("not the size of a kernel", expected);
  std::array<std::int64_t, 2> size{};
  for (std::size_t i = 0; i < 2; ++i) {
    size[i] = node[i].i64();
    if (size[i] < 1 || size[i] > max_kernel || size[i] % 2 == 0)
      throw node[i].error("not the size of a kernel", expected);
  }
  return size;
}

// What the three encodings have in common: one codec for a value, or a codec for each of a list.
template <class Make>
std::unique_ptr<TargetCodec> one_or_stages(const Node& values, bool is_list, const Make& make) {
  if (!is_list) return make(values);
  if (values.size() == 0) throw values.error("an empty list", "one value for each stage");
  std::vector<std::unique_ptr<TargetCodec>> stages;
  for (const Node& value : values.elements()) stages.push_back(make(value));
  return std::make_unique<StagesTarget>(std::move(stages));
}

void check_udp_sizes(const TargetSize& size) {
  for (const auto side : {size.crop[0], size.crop[1], size.heatmap[0], size.heatmap[1]}) {
    if (side < 2) {
      throw Unavailable{"encoding", "UDP counts the steps between pixels, and a side has one pixel",
                        "image_size and heatmap_size of 2 at least"};
    }
  }
}

std::unique_ptr<TargetCodec> make_codec(const TargetArgs& args, const PipelineContext& context) {
  const TargetSize size{context.image_size, context.heatmap_size};
  const bool combined = args.target_type == "CombinedTarget";
  if (combined && args.encoding != "UDP") {
    throw Unavailable{"target_type", "CombinedTarget belongs to another encoding", "\"encoding\": \"UDP\""};
  }
  if (args.unbiased_encoding && args.encoding != "MSRA") {
    throw Unavailable{"unbiased_encoding", "it has no meaning for " + args.encoding,
                      "false, or \"encoding\": \"MSRA\""};
  }
  if (args.encoding == "Megvii") {
    const bool several = args.kernel.is_array() && args.kernel.size() > 0 && args.kernel[0].is_array();
    return one_or_stages(args.kernel, several, [&](const Node& kernel) {
      return std::make_unique<MegviiTarget>(size, kernel_of(kernel));
    });
  }
  if (args.encoding == "UDP") check_udp_sizes(size);
  if (combined) {
    return one_or_stages(args.valid_radius_factor, args.valid_radius_factor.is_array(), [&](const Node& of) {
      const double radius = CombinedTarget::radius_of(positive(of, 1), size.heatmap[0], size.heatmap[1],
                                                      !context.compat->offset_blur);
      return std::make_unique<CombinedTarget>(size, radius, !context.compat->offset_blur);
    });
  }
  return one_or_stages(args.sigma, args.sigma.is_array(),
                       [&](const Node& node) -> std::unique_ptr<TargetCodec> {
                         const double sigma = positive(node, MsraTarget::max_sigma);
                         if (args.encoding == "UDP") return std::make_unique<UdpTarget>(size, sigma);
                         if (args.unbiased_encoding) return std::make_unique<UnbiasedTarget>(size, sigma);
                         return std::make_unique<MsraTarget>(size.crop, size.heatmap, sigma);
                       });
}

}  // namespace

void register_generate_target(TransformRegistry& registry) {
  registry.add<TargetArgs>("TopDownGenerateTarget",
                           [](const TargetArgs& args, const PipelineContext& context) {
                             return make_encode_step(make_codec(args, context), context);
                           });
}

}  // namespace ph
