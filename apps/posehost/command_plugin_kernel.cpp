#include <cstdio>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "config/node.hpp"
#include "kernel/kernel_source.hpp"
#include "kernel/nvrtc.hpp"
#include "plugin/catalog.hpp"
#include "plugin/trust.hpp"
#include "tensor/safetensors.hpp"

namespace {

struct Options {
  std::string name, arch;
  std::filesystem::path out, nvrtc;
  std::vector<std::string> dirs;
  bool wide = false;
};

void write(const Options& options, const std::string& content) {
  if (options.out.empty()) {
    std::fwrite(content.data(), 1, content.size(), stdout);
  } else {
    ph::write_file_atomically(options.out, content);
    std::printf("wrote %s, %zu bytes\n", options.out.c_str(), content.size());
  }
}

int kernel(const Options& options) {
  const auto catalog = ph::PluginCatalog::scan(ph::plugin_folders(options.dirs, nullptr));
  const auto& component = catalog.load(catalog.resolve(PH_KIND_OPTIMIZER, options.name, ph::Node()));
  const auto rule = ph::rule_source_of(component);
  const auto source = ph::kernel_source(rule, options.wide ? 64 : 32, ph::KernelTarget::cuda);
  if (options.arch.empty()) {
    write(options, source);
    return 0;
  }
  const auto compiler = ph::Nvrtc::open(options.nvrtc);
  const auto made = compiler.compile(source, component.plugin_id + "/" + component.name, options.arch);
  if (!made.log.empty()) std::fprintf(stderr, "%s\n", made.log.c_str());
  const auto number = options.arch.substr(options.arch.find('_') + 1);
  if (const int n = options.wide ? 0
                                 : ph::double_instructions(
                                       compiler.compile(source, rule.name, "compute_" + number).code)) {
    std::fprintf(stderr, "warning: %d instructions in double precision; write constants as Real(0.5)\n", n);
  }
  if (options.out.empty()) {
    std::printf("%s compiles for %s: %zu bytes (NVRTC %s)\n", rule.name.c_str(), options.arch.c_str(),
                made.code.size(), compiler.version().c_str());
  } else {
    write(options, made.code);
  }
  return 0;
}

}  // namespace

void add_plugin_kernel(CLI::App& plugin, Action& action) {
  static Options options;
  auto* command = plugin.add_subcommand(
      "kernel", "Draft: the CUDA kernel made from an optimizer's rule; compiling it needs no GPU");
  command->add_option("name", options.name, "An optimizer written with PH_RULE")->required();
  command->add_option("--arch", options.arch, "Compile: sm_90 (machine code), compute_90 (PTX)")
      ->check([](const std::string& text) {
        const bool known = text.rfind("sm_", 0) == 0 || text.rfind("compute_", 0) == 0;
        return known ? std::string() : "expected sm_<number> or compute_<number>, as in sm_90";
      });
  command->add_option("--out", options.out, "Where to write source or code");
  command->add_option("--nvrtc", options.nvrtc, "Folder with libnvrtc.so")->check(CLI::ExistingDirectory);
  command->add_flag("--double", options.wide, "Parameters in double precision");
  command->add_option("--plugin-dir", options.dirs, "Look here first")->type_name("DIR");
  command->footer("Example: posehost plugin kernel SgdOnce --arch sm_90 --out sgd.cubin");
  command->callback([&action] { action = [] { return kernel(options); }; });
}
