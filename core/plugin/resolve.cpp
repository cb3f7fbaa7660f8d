// Names to components: the rules of abi.md, "Names", and what to say when they find none or too many.
#include <algorithm>

#include "config/error.hpp"
#include "plugin/aliases.hpp"
#include "plugin/catalog_impl.hpp"
#include "plugin/text_rules.hpp"

namespace ph {
namespace {

struct Name {
  std::string_view id, component;  // id is empty for a bare name
  explicit Name(std::string_view text) : component{text} {
    if (const auto slash = text.rfind('/'); slash != text.npos) {
      id = text.substr(0, slash);
      component = text.substr(slash + 1);
    }
  }
};

/// Components of that name in the entries that can be used, or in those that cannot.
std::vector<ComponentRef> matches(const std::vector<CatalogEntry>& entries, std::string_view kind,
                                  const Name& name, bool usable) {
  std::vector<ComponentRef> found;
  for (const auto& entry : entries) {
    if ((entry.error == nullptr) != usable || (!name.id.empty() && entry.note.id != name.id)) continue;
    for (const auto& note : entry.note.components) {
      if (note.kind == kind && note.name == name.component) found.push_back({&entry, &note});
    }
  }
  return found;
}

[[noreturn]] void throw_ambiguous(std::string_view kind, std::string_view name, const Node& asked,
                                  const std::vector<ComponentRef>& found) {
  std::vector<std::string> qualified, files;
  for (const auto& ref : found) {
    if (std::find(qualified.begin(), qualified.end(), ref.qualified_name()) == qualified.end()) {
      qualified.push_back(ref.qualified_name());
    }
    files.push_back(ref.entry->file.string());
  }
  const auto where = asked.where() + ": " + kind_title(kind) + " \"" + std::string{name} + "\" is ambiguous";
  if (qualified.size() < files.size()) {
    throw Error(ErrorKind::plugin, where, "the same name in " + join(files),
                "one file that offers " + join(qualified), "remove the files that you do not want");
  }
  throw Error(ErrorKind::plugin, where, join(qualified) + ", from " + join(files),
              "a name that only one plugin has",
              "write the whole name, such as \"" + qualified.front() + "\"");
}

[[noreturn]] void throw_unusable(std::string_view name, const Node& asked, const CatalogEntry& entry) {
  const auto& error = *entry.error;
  const auto prefix = entry.file.string() + ": ";
  const auto& summary = error.summary();
  const auto problem =
      summary.compare(0, prefix.size(), prefix) == 0 ? summary.substr(prefix.size()) : summary;
  throw Error(ErrorKind::plugin, asked.where() + " \"" + std::string{name} + "\": " + problem,
              error.found() + (error.found().empty() ? "" : "   ") + entry.file.string(), error.expected(),
              error.advice());
}

/// Everything that explains why a name was not found.
class Unknown {
 public:
  Unknown(const PluginCatalog& catalog, std::string_view kind, std::string_view name)
      : catalog_{catalog}, kind_{kind}, name_{name} {}

  [[nodiscard]] Error error(const Node& asked) const {
    const auto kind = kind_title(kind_);
    return Error(ErrorKind::plugin, asked.where() + ": there is no " + kind + " \"" + name_ + "\"", found(),
                 "a component of a plugin in " + searched(), advice());
  }

 private:
  [[nodiscard]] std::vector<std::string> names(bool qualified) const {
    std::vector<std::string> all;
    for (const auto& ref : catalog_.components(kind_)) {
      auto name = qualified ? ref.qualified_name() : ref.note->name;
      if (std::find(all.begin(), all.end(), name) == all.end()) all.push_back(std::move(name));
    }
    return all;
  }
  [[nodiscard]] std::string found() const {
    const auto known = names(name_.find('/') != name_.npos);
    auto text = known.empty() ? "no plugin with a " + kind_title(kind_) : join(known);
    std::vector<std::string> broken;
    for (const auto& entry : catalog_.entries()) {
      if (entry.error) broken.push_back(entry.file.string() + " (" + short_problem(entry) + ")");
    }
    if (!broken.empty()) text += "; cannot be used: " + join(broken);
    for (const auto& entry : catalog_.entries()) {
      for (const auto& note : entry.note.components) {
        if (note.name == Name{name_}.component && note.kind != kind_) {
          return text + "; a " + kind_title(note.kind) + " has that name";
        }
      }
    }
    return text;
  }
  [[nodiscard]] std::string searched() const {
    std::vector<std::string> dirs;
    for (const auto& folder : catalog_.folders()) {
      std::error_code failure;
      const bool there = std::filesystem::is_directory(folder.dir, failure);
      dirs.push_back(folder.dir.string() + (there ? "" : " (not there)"));
    }
    return dirs.empty() ? "a plugin folder (there is none)" : join(dirs);
  }
  [[nodiscard]] std::string advice() const {
    auto known = names(name_.find('/') != name_.npos);
    for (auto& alias : alias_names(kind_)) known.push_back(std::move(alias));
    return did_you_mean(
        name_, known,
        "put the plugin's file into one of these folders, or name its folder with --plugin-dir");
  }

  const PluginCatalog& catalog_;
  std::string_view kind_;
  std::string name_;
};

}  // namespace

std::vector<ComponentRef> PluginCatalog::resolve_all(std::string_view kind, std::string_view name,
                                                     const Node& asked) const {
  auto found = matches(impl_->entries, kind, Name{name}, true);
  const auto broken = matches(impl_->entries, kind, Name{name}, false);
  if (!found.empty()) {
    const auto best = found.front().entry->tier;  // entries are sorted by tier
    std::erase_if(found, [&](const ComponentRef& ref) { return ref.entry->tier != best; });
    if (found.size() > 1) throw_ambiguous(kind, name, asked, found);
    if (!broken.empty() && broken.front().entry->tier < best) {
      impl_->warn_once(found.front().qualified_name() + " (" + name_of(best) + ") is used for \"" +
                       std::string{name} + "\": " + broken.front().entry->file.string() +
                       " would come first, but " + short_problem(*broken.front().entry));
    }
    return found;
  }
  if (!broken.empty()) throw_unusable(name, asked, *broken.front().entry);
  std::vector<ComponentRef> all;
  for (const auto& target : components_for_alias(kind, name)) {
    for (const auto& ref : resolve_all(kind, target, asked)) all.push_back(ref);
  }
  if (all.empty()) throw Unknown{*this, kind, name}.error(asked);
  return all;
}

ComponentRef PluginCatalog::resolve(std::string_view kind, std::string_view name, const Node& asked) const {
  const auto all = resolve_all(kind, name, asked);
  if (all.size() == 1) return all.front();
  std::vector<std::string> names;
  for (const auto& ref : all) names.push_back(ref.qualified_name());
  throw Error(ErrorKind::plugin,
              asked.where() + ": \"" + std::string{name} + "\" stands for several components", join(names),
              "one " + kind_title(kind), "name one of them");
}

}  // namespace ph
