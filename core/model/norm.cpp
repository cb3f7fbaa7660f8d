#include "model/norm.hpp"

namespace ph {

namespace {
void check_norm(NormArgs& args, const Node& node) {
  if (args.type == "BN" || args.type == "BN2d") return;
  throw node.at("type").error("there is no norm \"" + args.type + "\"", "\"BN\"",
                              args.type == "SyncBN"
                                  ? "\"BN\": one process trains, so there is nothing to synchronise"
                                  : "\"BN\"; other norms are not available yet");
}
}  // namespace

const CheckedArgs<NormArgs>& NormArgs::table() {
  static const CheckedArgs<NormArgs> table(
      ArgTable<NormArgs>("batch norm")
          .arg("type", &NormArgs::type, "BN")
          .arg("eps", &NormArgs::eps, "added to the variance", above(0))
          .arg("momentum", &NormArgs::momentum, "share of the new batch in the running figures", range(0, 1))
          .arg("requires_grad", &NormArgs::requires_grad,
               "false freezes scale and shift; running figures still change"),
      check_norm);
  return table;
}

torch::nn::BatchNorm2d make_norm(const NormArgs& args, std::int64_t channels) {
  torch::nn::BatchNorm2d norm(torch::nn::BatchNorm2dOptions(channels).eps(args.eps).momentum(args.momentum));
  if (!args.requires_grad) {
    for (auto& parameter : norm->parameters()) parameter.set_requires_grad(false);
  }
  return norm;
}

}  // namespace ph
