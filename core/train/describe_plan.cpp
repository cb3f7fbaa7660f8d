#include <malloc.h>

#include <algorithm>
#include <cstdio>
#include <set>
#include <string_view>
#include <unordered_set>

#include "system/limits.hpp"
#include "train/caching_allocator.hpp"
#include "train/group_table.hpp"
#include "train/run_plan.hpp"

namespace ph {
namespace {

template <class... T>
std::string format(const char* pattern, T... values) {
  char text[512];
  std::snprintf(text, sizeof text, pattern, values...);
  return text;
}

double mib(std::int64_t bytes) { return static_cast<double>(bytes) / (1 << 20); }

// A few iterations that show the shape: the first, warm-up, around each change, the last.
void describe_schedule(const RunPlan& plan, const ScheduleChain& chain, std::vector<std::string>& lines) {
  const auto& length = plan.length;
  std::set<std::int64_t> at{0, length.max_iters - 1};
  for (int i = 1; i < 8; ++i) at.insert(length.max_iters * i / 8);
  for (const auto& [part, optimizer, first] : plan.optimizers->members()) {
    const auto index = optimizer->hyper_index(chain.hyper());
    if (index < 0) continue;
    const auto base = optimizer->groups()[0].base[static_cast<std::size_t>(index)];
    lines.push_back("Schedule of " + chain.hyper() + " (" + chain.description() + "), group " +
                    std::to_string(first) + ":");
    for (const auto iter : at) {
      const Progress where{iter / length.iters_per_epoch, iter, iter};
      lines.push_back(format("  iteration %8lld  epoch %5lld  %.6g", static_cast<long long>(iter + 1),
                             static_cast<long long>(where.epoch + 1),
                             chain.value(length, where, static_cast<std::int64_t>(first), base)));
    }
  }
}

void describe_loader(const char* name, const Loader* loader, std::vector<std::string>& lines) {
  if (!loader) return;
  lines.push_back(format("Data %s: %lld instances, %lld batches of %lld, %d threads", name,
                         static_cast<long long>(loader->dataset().size()),
                         static_cast<long long>(loader->batches()),
                         static_cast<long long>(loader->options().batch_size), loader->options().threads));
  for (const auto& line : loader->dataset().report()) lines.push_back("  " + line);
  for (const auto& line : loader->dataset().info().assumptions) lines.push_back("  assumed: " + line);
}

// Memory that one sample's forward pass holds until backward: measured, not guessed.
std::int64_t activation_bytes(const RunPlan& plan, std::int64_t height, std::int64_t width) {
  const auto in_use = [] {
    const auto info = mallinfo2();
    return static_cast<std::int64_t>(info.uordblks + info.hblkhd + large_tensor_bytes());
  };
  plan.model->train();
  const auto image = at::zeros({2, 3, height, width}, plan.compute.device)
                         .contiguous(plan.compute.channels_last ? at::MemoryFormat::ChannelsLast
                                                                : at::MemoryFormat::Contiguous);
  const auto before = in_use();
  const AutocastScope autocast(plan.compute);
  const auto output = plan.model->forward(image);
  return std::max<std::int64_t>(0, in_use() - before) / 2;
}

// What the cache will hold after an epoch, of pictures with three bytes a pixel as most configs load them.
std::int64_t kept_picture_bytes(const RunPlan& plan) {
  if (!plan.images) return 0;
  const auto most = static_cast<std::int64_t>(plan.images->capacity());
  std::unordered_set<std::string_view> seen;
  double bytes = 0;
  for (const auto* loader : {plan.train.get(), plan.val.get()}) {
    if (!loader) continue;
    for (const auto& one : loader->dataset().instances()) {
      if (one.image_width == 0) return most;  // not known
      if (seen.insert(one.image_file).second)
        bytes += 3.0 * static_cast<double>(one.image_width) * static_cast<double>(one.image_height);
    }
  }
  return bytes < static_cast<double>(most) ? static_cast<std::int64_t>(bytes) : most;
}

void describe_memory(RunPlan& plan, std::vector<std::string>& lines) {
  std::int64_t params = 0;
  for (const auto& param : plan.model->parameters()) params += static_cast<std::int64_t>(param.nbytes());
  const auto masters = plan.masters.bytes();
  std::int64_t total = 2 * params + masters + plan.optimizers->state_bytes();
  lines.push_back(format("Memory estimate: parameters %.1f MiB, gradients %.1f MiB, optimizer state %.1f MiB",
                         mib(params), mib(params), mib(plan.optimizers->state_bytes())));
  if (masters > 0)
    lines.push_back(format("  parameters in 32 bits, which are trained, %.1f MiB", mib(masters)));
  if (plan.train) {
    const auto batch = plan.train->options().batch_size;
    plan.train->start(0);
    const auto first = plan.train->next();
    const auto activations = batch * activation_bytes(plan, first->img.size(2), first->img.size(3));
    const auto data =
        static_cast<std::int64_t>(first->img.nbytes()) * (plan.train->options().prefetch_batches + 1);
    total += activations + data;
    lines.push_back(format("  activations of a batch of %lld %.1f MiB (measured), prefetched data %.1f MiB",
                           static_cast<long long>(batch), mib(activations), mib(data)));
  }
  if (const auto pictures = kept_picture_bytes(plan); pictures > 0) {
    total += pictures;
    lines.push_back(format("  decoded pictures, kept, %.1f MiB (runtime.image_cache_mb)", mib(pictures)));
  }
  lines.push_back(format("  together %.1f MiB of %.0f MiB usable", mib(total), mib(usable_memory())));
}

}  // namespace

std::vector<std::string> describe_plan(RunPlan& plan) {
  std::vector<std::string> lines;
  const auto& length = plan.length;
  lines.push_back(length.by_epoch ? format("Run: %lld epochs of %lld iterations",
                                           static_cast<long long>(length.max_epochs),
                                           static_cast<long long>(length.iters_per_epoch))
                                  : format("Run: %lld iterations", static_cast<long long>(length.max_iters)));
  lines.push_back("Work dir: " + plan.work_dir.string() + " (not made)");
  lines.push_back("Device " + plan.compute.device.str() + ", precision " +
                  name_of_precision(plan.compute.precision) + ", parameters " +
                  name_of_precision(plan.compute.param_dtype) + ", " + std::to_string(plan.compute.threads) +
                  " threads, seed " + std::to_string(plan.seed));
  for (const auto& note : plan.compute.notes) lines.push_back("  " + note);
  for (const auto& line : plan.weights_report) lines.push_back("  " + line);
  describe_loader("train", plan.train.get(), lines);
  describe_loader("val", plan.val.get(), lines);
  for (const auto& line : group_table(*plan.optimizers)) lines.push_back(line);
  for (const auto& chain : plan.schedules) describe_schedule(plan, *chain, lines);
  for (const auto& line : plan.hooks.listing()) lines.push_back(line);
  describe_memory(plan, lines);
  return lines;
}

}  // namespace ph
