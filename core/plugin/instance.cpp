#include "plugin/instance.hpp"

#include <exception>
#include <nlohmann/json.hpp>
#include <utility>

#include "config/schema.hpp"
#include "plugin/config_table.hpp"
#include "plugin/declared.hpp"
#include "plugin/host_table.hpp"
#include "plugin/kind_table.hpp"
#include "plugin/text_rules.hpp"

namespace ph {
namespace {

std::string qualified(const LoadedComponent& component) { return component.plugin_id + "/" + component.name; }

/// Where a message sends the reader: "org.x.y 1.2.3, /path/y.so".
std::string origin(const LoadedComponent& component) {
  return component.plugin_id + " " + component.plugin_version + ", " + component.file.string();
}

ErrorKind kind_of_status(std::int32_t status) {
  switch (status) {
    case PH_ERR_INVALID_ARGUMENT:
      return ErrorKind::config;
    case PH_ERR_OUT_OF_MEMORY:
    case PH_ERR_IO:
      return ErrorKind::environment;
    default:
      return ErrorKind::plugin;
  }
}

/// A schema that the host cannot read is the plugin's fault, not that of the config.
Schema schema_of(const LoadedComponent& component) {
  try {
    return Schema::parse(component.schema, qualified(component));
  } catch (const Error& error) {
    throw Error(ErrorKind::plugin, component.file.string() + ": malformed schema of " + qualified(component),
                error.summary() + (error.found().empty() ? "" : ": " + error.found()), error.expected(),
                "`posehost plugin info` shows it");
  }
}

Node checked_args(const LoadedComponent& component, const Node& args) {
  if (!args.is_object()) throw args.error("not an object", "the arguments of " + qualified(component));
  const auto schema = schema_of(component);
  const auto checked = schema.check(args, {"type"});
  // "type" chose the component; it is no argument, unless the component has one of that name.
  const auto& json = schema.json();
  if (json.contains("properties") && json["properties"].contains("type")) return checked;
  Json rest = checked.json();
  rest.erase("type");
  return checked.with(rest);
}

}  // namespace

std::string name_of_status(std::int32_t status) {
  switch (status) {
    case PH_OK:
      return "ok";
    case PH_ERR_INVALID_ARGUMENT:
      return "invalid argument";
    case PH_ERR_UNSUPPORTED:
      return "unsupported";
    case PH_ERR_OUT_OF_MEMORY:
      return "out of memory";
    case PH_ERR_NOT_FOUND:
      return "not found";
    case PH_ERR_IO:
      return "input/output error";
    case PH_ERR_FAILED:
      return "failed";
    default:
      return "status " + std::to_string(status);
  }
}

struct PluginInstance::Impl {
  Impl(LoadedComponent from, const Node& given)
      : component{std::move(from)},
        args{checked_args(component, given)},
        host{qualified(component)},
        table{copy_kind_table(component)} {
    if (const auto* optimizer = std::get_if<ph_optimizer_api>(&table)) {
      static_cast<void>(read_hypers(*optimizer, component, args));
    }
  }
  LoadedComponent component;
  Node args;
  HostTable host;
  KindTable table;
  void* self = nullptr;
};

PluginInstance::PluginInstance(const LoadedComponent& component, const Node& args)
    : impl_{std::make_unique<Impl>(component, args)} {
  create();
}

void PluginInstance::create() {
  const ConfigTable config{impl_->args};
  std::int32_t status = PH_ERR_FAILED;
  std::string thrown;
  try {
    status = impl_->component.component.create(impl_->host.get(), config.get(), &impl_->self);
  } catch (const std::exception& error) {
    thrown = "a C++ exception: " + printable(error.what(), 500);
  } catch (...) {
    thrown = "a C++ exception of an unknown type";
  }
  if (!thrown.empty()) {
    throw Error(ErrorKind::plugin,
                impl_->args.where() + ": " + qualified_name() + ": create threw across the ABI",
                thrown + " (" + origin(impl_->component) + ")", "a status",
                "the plugin's author: catch everything in create; the SDK's C++ layer does");
  }
  check(status, "create");
}

PluginInstance::~PluginInstance() {
  // Not reached when the constructor throws: after a failed create there is nothing to destroy.
  try {
    std::visit([&](const auto& table) { table.destroy(impl_->self); }, impl_->table);
  } catch (...) {
    // Nothing that could be done about it here, and the run has what it needed.
  }
}

void* PluginInstance::self() const noexcept { return impl_->self; }
const LoadedComponent& PluginInstance::component() const noexcept { return impl_->component; }
const Node& PluginInstance::args() const noexcept { return impl_->args; }
std::string PluginInstance::qualified_name() const { return qualified(impl_->component); }

void PluginInstance::check(std::int32_t status, std::string_view during) const {
  if (status == PH_OK) return;
  const auto text = impl_->host.take_error();
  auto found = text.empty() ? name_of_status(status) + ", and the plugin said nothing more" : text;
  found += text.empty() ? " (" : " (" + name_of_status(status) + "; ";
  throw Error(kind_of_status(status),
              impl_->args.where() + ": " + qualified_name() + ": " + std::string{during} + " failed",
              found + origin(impl_->component) + ")");
}

const void* PluginInstance::api_table() const noexcept {
  return std::visit([](const auto& table) -> const void* { return &table; }, impl_->table);
}

}  // namespace ph
