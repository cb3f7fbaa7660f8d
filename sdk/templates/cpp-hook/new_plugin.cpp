// NewPlugin: logs a running mean of the loss as "loss_smooth"; a hook to begin with. Override the stages
// that it wants: posehost/hook.hpp has them all.
#include <posehost/hook.hpp>

namespace {

class NewPlugin final : public ph::Hook {
 public:
  static constexpr auto info = ph::component("NewPlugin", "logs a running mean of the loss");
  static constexpr auto args = ph::args(ph::arg<double>("keep", 0.9, ph::at_least(0), ph::below(1),
                                                        "share of the mean that an iteration keeps"));

  explicit NewPlugin(const ph::Config& config) : keep_{config.get<double>("keep")} {}

  void after_train_iter(ph::RunView& run) override {
    const auto loss = run.scalar("loss");
    if (!loss) return;
    kept_.mean = kept_.iters == 0 ? *loss : keep_ * kept_.mean + (1 - keep_) * *loss;
    ++kept_.iters;
    run.publish("loss_smooth", kept_.mean);
  }

  std::string save_state() const override { return {reinterpret_cast<const char*>(&kept_), sizeof kept_}; }
  void load_state(std::string_view bytes) override {
    if (bytes.size() != sizeof kept_)
      throw std::invalid_argument("the state in the checkpoint is of another size");
    std::memcpy(&kept_, bytes.data(), sizeof kept_);
  }

 private:
  // What checkpoints keep; this machine's byte order, which is the only one that posehost runs on.
  struct Kept {
    double mean = 0;
    std::int64_t iters = 0;
  };
  double keep_;
  Kept kept_;
};

}  // namespace

POSEHOST_COMPONENT(NewPlugin);
POSEHOST_PLUGIN("org.example.new_plugin", "0.1.0", "MIT", "", NewPlugin);
