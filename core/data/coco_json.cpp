#include "data/coco_json.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

namespace ph {
namespace {

std::string read_text(const std::filesystem::path& file) {
  std::error_code ignored;
  // Before it is opened: a pipe would wait for somebody to write.
  const bool other =
      std::filesystem::exists(file, ignored) && !std::filesystem::is_regular_file(file, ignored);
  std::ifstream stream;
  if (!other) stream.open(file, std::ios::binary);
  std::string text;
  if (other || !stream) {
    const bool folder = std::filesystem::is_directory(file, ignored);
    throw Error(ErrorKind::data, file.string() + ": the annotation file cannot be read",
                folder  ? "a folder"
                : other ? "not a file"
                        : std::strerror(errno),
                "a COCO keypoint file (JSON)",
                "check ann_file; relative paths count from the current folder, then from the config's");
  }
  stream.seekg(0, std::ios::end);
  text.resize(static_cast<std::size_t>(std::max<std::streamoff>(0, stream.tellg())));
  stream.seekg(0);
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  return text;
}

// The word around `at`, to tell NaN and Infinity from other mistakes.
std::string word_at(const std::string& text, std::size_t at) {
  const auto is_word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '+';
  };
  at = std::min(at, text.size());
  std::size_t begin = at, end = at;
  while (begin > 0 && is_word(text[begin - 1])) --begin;
  while (end < text.size() && is_word(text[end])) ++end;
  return text.substr(begin, end - begin);
}

Error not_json(const std::string& file, const std::string& text, const Json::parse_error& error) {
  const std::size_t at = std::min<std::size_t>(error.byte > 0 ? error.byte - 1 : 0, text.size());
  const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
  const std::string where = file + ":" + std::to_string(line) + ": ";
  const std::string word = word_at(text, at);
  if (word == "NaN" || word == "nan" || word.ends_with("Infinity") || word.ends_with("inf")) {
    return Error(ErrorKind::data, where + word + " is no coordinate", word + " (which JSON does not know)",
                 "finite numbers", "write points that are not labelled as 0, 0, 0");
  }
  std::string found = error.what();
  if (const auto start = found.find("parse error"); start != std::string::npos) found = found.substr(start);
  return Error(ErrorKind::data, where + "not valid JSON", found, "a COCO keypoint file (JSON)",
               "copy or export the file again; is it the file that you meant?");
}

}  // namespace

Json parse_annotation_json(const std::filesystem::path& file) {
  const std::string text = read_text(file);
  const auto keep = [](int, Json::parse_event_t event, Json& parsed) {
    return event != Json::parse_event_t::key || parsed != "segmentation";
  };
  try {
    return Json::parse(text, keep);
  } catch (const Json::parse_error& error) {
    throw not_json(file.string(), text, error);
  } catch (const Json::out_of_range& error) {
    throw Error(ErrorKind::data, file.string() + ": a number is too large", error.what(), "finite numbers");
  }
}

Json parse_coco_json(const std::filesystem::path& file) {
  Json root = parse_annotation_json(file);
  if (root.is_object()) return root;
  throw Error(ErrorKind::data, file.string() + ": not an annotation file",
              std::string("JSON ") + root.type_name(),
              "an object with the lists images, annotations and categories");
}

void check_below_folder(const std::string& file_name, const std::string& where) {
  const auto path = std::filesystem::path(file_name).lexically_normal();
  if (!path.empty() && !path.is_absolute() && *path.begin() != "..") return;
  throw Error(ErrorKind::data, where + " is wrong", "\"" + file_name + "\"", "a path below the image folder",
              "set img_prefix to the folder that holds all images");
}

}  // namespace ph
