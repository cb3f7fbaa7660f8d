// A project is made of layers, folders of templates: common, the language's, the kind's, and that of
// both. In contents and names of files three words stand for what was asked for, chosen so that a
// template compiles as it is; a fourth for the folder of posehost's configs.
#include "plugin/new_project.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "config/error.hpp"
#include "plugin/text_rules.hpp"

namespace ph {
namespace fs = std::filesystem;
namespace {

struct Word {
  std::string stands_for, text;
};

std::string replaced(const std::string& text, const std::vector<Word>& words) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto word = std::find_if(words.begin(), words.end(), [&](const auto& candidate) {
      return text.compare(at, candidate.stands_for.size(), candidate.stands_for) == 0;
    });
    if (word == words.end()) {
      out += text[at++];
    } else {
      out += word->text;
      at += word->stands_for.size();
    }
  }
  return out;
}

std::vector<Word> words_of(const NewProject& project, const fs::path& configs) {
  // In the config it stands within a JSON string.
  const auto quoted = nlohmann::json(configs.string()).dump();
  // The id first: it contains the last but one.
  return {{"org.example.new_plugin", project.id},
          {"NewPlugin", project.name},
          {"new_plugin", snake_case(project.name)},
          {"@CONFIGS@", quoted.substr(1, quoted.size() - 2)}};
}

std::string read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in) throw Error(ErrorKind::environment, file.string() + ": cannot be read", std::strerror(errno));
  return text;
}

/// A new file, never one that exists, and not through a link.
void write_file(const fs::path& file, const std::string& text, bool executable) {
  std::error_code failure;
  fs::create_directories(file.parent_path(), failure);
  const int out = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, executable ? 0777 : 0666);
  bool good = out >= 0;
  for (std::size_t done = 0; good && done < text.size();) {
    const auto n = ::write(out, text.data() + done, text.size() - done);
    good = n > 0 || (n < 0 && errno == EINTR);
    if (n > 0) done += static_cast<std::size_t>(n);
  }
  const int reason = errno;
  if (out >= 0 && ::close(out) != 0) good = false;
  if (!good)
    throw Error(ErrorKind::environment, file.string() + ": cannot be written", std::strerror(reason),
                "a new file in a folder that you can write to");
}

/// The files of one template folder, by their place in the project.
void add_layer(const fs::path& layer, const fs::path& below, const std::vector<Word>& words,
               std::map<fs::path, fs::path>& files) {
  std::error_code failure;
  for (const auto& entry : fs::recursive_directory_iterator(layer, failure)) {
    if (!entry.is_regular_file()) continue;
    files[below / replaced(entry.path().lexically_relative(layer).string(), words)] = entry.path();
  }
}

std::map<fs::path, fs::path> project_files(const NewProject& project, const fs::path& sdk,
                                           const std::vector<Word>& words) {
  std::map<fs::path, fs::path> files;
  for (const auto& layer :
       {std::string{"common"}, project.lang, project.kind, project.lang + "-" + project.kind})
    add_layer(sdk / "templates" / layer, {}, words, files);
  // Cargo knows no installed libraries: the crate goes along.
  if (project.lang == "rust") add_layer(sdk / "rust", "posehost-sdk", {}, files);
  return files;
}

std::string joined(const std::vector<std::string>& names) {
  std::string all;
  for (const auto& name : names) all += (all.empty() ? "" : ", ") + name;
  return all;
}

[[noreturn]] void unknown(const char* what, const std::string& found, const std::vector<std::string>& known) {
  throw Error(ErrorKind::usage, std::string{"plugin new: no template for this "} + what, found, joined(known),
              did_you_mean(found, known));
}

/// A class in four languages: no keyword and no macro looks like this.
bool is_type_name(const std::string& name) {
  return is_component_name(name) && std::isupper(static_cast<unsigned char>(name[0])) != 0 &&
         name != "Self" && name.find('_') == std::string::npos &&
         std::any_of(name.begin(), name.end(), [](unsigned char c) { return std::islower(c) != 0; });
}

/// What the user may have meant: "MySgd" for "my_sgd".
std::string suggested_name(const std::string& name) {
  std::string out;
  bool up = true;
  for (const unsigned char c : name) {
    if (std::isalnum(c) == 0 || (out.empty() && std::isdigit(c) != 0)) {
      up = true;
      continue;
    }
    out += static_cast<char>(up ? std::toupper(c) : c);
    up = false;
  }
  return is_type_name(out) ? out : "MyRule";
}

}  // namespace

std::string snake_case(const std::string& name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto c = static_cast<unsigned char>(name[i]);
    const bool lower_before = i > 0 && std::isupper(static_cast<unsigned char>(name[i - 1])) == 0;
    const bool lower_after =
        i + 1 < name.size() && std::islower(static_cast<unsigned char>(name[i + 1])) != 0;
    if (i > 0 && std::isupper(c) != 0 && (lower_before || lower_after)) out += '_';
    out += static_cast<char>(std::tolower(c));
  }
  return out;
}

fs::path sdk_folder() {
  std::error_code failure;
  const auto program = fs::read_symlink("/proc/self/exe", failure);
  const auto sdk = program.parent_path().parent_path() / "share" / "posehost-sdk";
  // In the build tree it is a link to where the SDK's own prefix is.
  const auto real = fs::canonical(sdk, failure);
  if (failure || !fs::is_directory(real / "templates", failure))
    throw Error(ErrorKind::environment, "plugin new: the SDK is not installed with this program",
                "no folder " + (sdk / "templates").string(), {},
                "cmake --install <build folder> --component sdk --prefix " +
                    program.parent_path().parent_path().string());
  return real;
}

std::vector<std::string> template_kinds(const fs::path& sdk, const std::string& lang) {
  std::vector<std::string> kinds;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(sdk / "templates", failure)) {
    const auto name = entry.path().filename().string();
    if (!lang.empty() && name.starts_with(lang + "-")) kinds.push_back(name.substr(lang.size() + 1));
  }
  std::sort(kinds.begin(), kinds.end());
  return kinds;
}

std::vector<std::string> template_languages(const fs::path& sdk) {
  std::vector<std::string> languages;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(sdk / "templates", failure)) {
    const auto name = entry.path().filename().string();
    if (const auto dash = name.find('-'); dash != name.npos) languages.push_back(name.substr(0, dash));
  }
  std::sort(languages.begin(), languages.end());
  languages.erase(std::unique(languages.begin(), languages.end()), languages.end());
  return languages;
}

NewProject complete(NewProject project, const fs::path& sdk) {
  if (!is_type_name(project.name))
    throw Error(ErrorKind::usage, "plugin new: not a name for a component", printable(project.name, 100),
                "a capital letter, then letters and digits, one of them small; at most 64",
                "posehost plugin new " + suggested_name(project.name));
  const auto languages = template_languages(sdk);
  if (std::find(languages.begin(), languages.end(), project.lang) == languages.end())
    unknown("language", project.lang, languages);
  const auto kinds = template_kinds(sdk, project.lang);
  if (std::find(kinds.begin(), kinds.end(), project.kind) == kinds.end())
    unknown("kind in this language", project.kind, kinds);
  const auto snake = snake_case(project.name);
  if (project.id.empty()) project.id = "org.example." + snake;
  if (!is_plugin_id(project.id))
    throw Error(ErrorKind::usage, "plugin new: not an id for a plugin", printable(project.id, 200),
                "reverse DNS with at least one dot; lower-case letters, digits, _ and -; at most 128",
                "--id com.example." + snake);
  if (project.dir.empty()) project.dir = snake;
  return project;
}

std::vector<fs::path> write_project(const NewProject& project, const fs::path& sdk, const fs::path& configs) {
  const auto words = words_of(project, configs);
  const auto files = project_files(project, sdk, words);
  for (const auto& [name, source] : files) {
    std::error_code failure;
    const auto status = fs::symlink_status(project.dir / name, failure);
    if (fs::exists(status))
      throw Error(ErrorKind::usage, (project.dir / name).string() + ": already there",
                  "a file or folder of this name", "none: nothing is overwritten", "another --dir");
  }
  std::vector<fs::path> written;
  for (const auto& [name, source] : files) {
    const bool executable = (fs::status(source).permissions() & fs::perms::owner_exec) != fs::perms::none;
    write_file(project.dir / name, replaced(read_file(source), words), executable);
    written.push_back(name);
  }
  return written;
}

}  // namespace ph
