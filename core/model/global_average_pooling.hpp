#pragma once
#include "config/args.hpp"
#include "model/neck.hpp"

namespace ph {

struct GlobalAveragePoolingArgs {
  static const ArgTable<GlobalAveragePoolingArgs>& table();
};

/// The mean of each channel: N x C x h x w become N x C. No parameters.
class GlobalAveragePooling final : public Neck {
 public:
  GlobalAveragePooling() : Neck("GlobalAveragePooling") {}
  Features forward(const Features& features) override;
  std::vector<std::int64_t> out_channels(const std::vector<std::int64_t>& channels) const override {
    return channels;
  }
  bool gives_vectors() const override { return true; }
};

}  // namespace ph
