// CollectedData_<scorer>.csv: header rows scorer, [individuals,] bodyparts, coords; then a picture a row, named in one column (a path)
// or, since DeepLabCut 2.3, in three (labeled-data, video, file).
#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "config/error.hpp"
#include "import/csv.hpp"
#include "import/image_finder.hpp"
#include "import/readers.hpp"
#include "import/simple_yaml.hpp"

namespace ph {
namespace fs = std::filesystem;
namespace {

constexpr const char* kExpected =
    "DeepLabCut's CollectedData_<scorer>.csv: header rows scorer, bodyparts, coords";
constexpr const char* kAdvice =
    "the CSV as DeepLabCut wrote it into labeled-data; another --format for other tables";

struct Column {
  std::string individual, part;
  bool is_x = true;
};

struct Header {
  std::size_t index_columns = 1;
  std::vector<Column> columns;  // of the cells after the index
};

std::vector<std::string> header_row(CsvReader& csv, const std::string& name, std::size_t cells) {
  std::vector<std::string> row;
  if (!csv.next(row) || row[0] != name)
    throw Error(ErrorKind::data, csv.where() + ": no header row \"" + name + "\"",
                row.empty() ? "the end" : row[0], kExpected, kAdvice);
  if (cells > 0 && row.size() != cells)
    throw Error(ErrorKind::data, csv.where() + ": the header rows differ in length",
                std::to_string(row.size()) + " cells", std::to_string(cells));
  return row;
}

Header read_header(CsvReader& csv) {
  const auto scorer = header_row(csv, "scorer", 0);
  Header header;
  while (header.index_columns < scorer.size() && scorer[header.index_columns].empty()) ++header.index_columns;
  std::vector<std::string> second, individuals;
  if (!csv.next(second))
    throw Error(ErrorKind::data, csv.where() + ": the file ends in its header", "one row", kExpected,
                kAdvice);
  if (second[0] == "individuals") {
    individuals = second;
    second = header_row(csv, "bodyparts", scorer.size());
  } else if (second[0] != "bodyparts") {
    throw Error(ErrorKind::data, csv.where() + ": no header row \"bodyparts\"", second[0], kExpected,
                kAdvice);
  }
  const auto coords = header_row(csv, "coords", scorer.size());
  if (second.size() != scorer.size() || (!individuals.empty() && individuals.size() != scorer.size()))
    throw Error(ErrorKind::data, csv.where() + ": the header rows differ in length", {}, kExpected);
  std::set<std::array<std::string, 3>> seen;
  for (auto i = header.index_columns; i < scorer.size(); ++i) {
    if (coords[i] != "x" && coords[i] != "y")
      throw Error(ErrorKind::data, csv.where() + ": a column is no coordinate", coords[i], "x and y",
                  "a file with likelihood is a network's predictions; labels are in labeled-data/");
    const auto individual = individuals.empty() ? "" : individuals[i];
    if (!seen.insert({individual, second[i], coords[i]}).second)
      throw Error(ErrorKind::data, csv.where() + ": a column stands there twice",
                  individual + " " + second[i] + " " + coords[i], "each coordinate of a body part once");
    header.columns.push_back({individual, second[i], coords[i] == "x"});
  }
  return header;
}

class Reader {
 public:
  explicit Reader(const fs::path& data) : data_(data) {
    labels_.format = "DeepLabCut";
    const auto folder = folder_of(data);
    labels_.root = folder;
    // From a video's folder, or a file in it, up to the project: that is what the paths count from.
    if (folder.parent_path().filename() == "labeled-data") labels_.root = folder.parent_path().parent_path();
    labels_.category = "animal";
  }

  LabelSet read() {
    read_project_file();
    const auto files = csv_files();
    for (const auto& file : files) read_header_names(file);
    check_keypoint_count(labels_.keypoints.size(), files.front().string());
    add_skeleton();
    for (const auto& file : files) read_rows(file);
    return std::move(labels_);
  }

 private:
  // Only for what is nice to have; DeepLabCut's own reader is more patient than ours.
  void read_project_file() {
    const auto file = labels_.root / "config.yaml";
    std::error_code failed;
    if (!fs::is_regular_file(file, failed)) return;
    try {
      project_ = parse_simple_yaml(read_label_text(file), file.filename().string());
    } catch (const Error& error) {
      labels_.notes.push_back("no skeleton: " + error.summary());
    }
  }

  [[nodiscard]] std::string project_scorer() const {
    if (!project_.is_object() || !project_.contains("scorer") || !project_["scorer"].is_string()) return {};
    return project_["scorer"].get<std::string>();
  }

  std::vector<fs::path> csv_files() const {
    std::error_code failed;
    if (!fs::is_directory(data_, failed)) return {fs::canonical(data_)};
    std::map<fs::path, std::vector<fs::path>> by_folder;
    const auto start = folder_of(data_);
    for (const auto& file :
         files_below(fs::is_directory(start / "labeled-data", failed) ? start / "labeled-data" : start)) {
      const auto name = file.filename().string();
      if (name.starts_with("CollectedData_") && name.ends_with(".csv"))
        by_folder[file.parent_path()].push_back(file);
    }
    std::vector<fs::path> chosen;
    for (const auto& [folder, files] : by_folder) chosen.push_back(only_one(files));
    if (chosen.empty())
      throw Error(
          ErrorKind::data, data_.string() + ": no labels of DeepLabCut", "no CollectedData_*.csv", kExpected,
          "a project's folder; its .h5 files alone are not read: deeplabcut.convert2csv makes the others");
    return chosen;
  }

  [[nodiscard]] fs::path only_one(const std::vector<fs::path>& files) const {
    if (files.size() == 1) return files.front();
    const auto wanted = "CollectedData_" + project_scorer() + ".csv";
    for (const auto& file : files) {
      if (file.filename() == wanted) return file;
    }
    throw Error(ErrorKind::data, files[0].parent_path().string() + ": labels of several people",
                files[0].filename().string() + ", " + files[1].filename().string(),
                "one, or the scorer of config.yaml", "name one of the files, or move the others away");
  }

  // Names in the order in which they come first. "single" holds points that no animal has.
  void read_header_names(const fs::path& file) {
    const auto text = read_label_text(file);
    CsvReader csv(text, file.string());
    const auto header = read_header(csv);
    for (const auto& column : header.columns) {
      if (column.individual == "single" && has_animals(header)) continue;
      if (std::find(labels_.keypoints.begin(), labels_.keypoints.end(), column.part) ==
          labels_.keypoints.end())
        labels_.keypoints.push_back(column.part);
      if (labels_.keypoints.size() > max_keypoints)
        check_keypoint_count(labels_.keypoints.size(), file.string());
    }
  }

  static bool has_animals(const Header& header) {
    return std::any_of(header.columns.begin(), header.columns.end(),
                       [](const auto& c) { return c.individual != "single"; });
  }

  void add_skeleton() {
    if (!project_.is_object() || !project_.contains("skeleton") || !project_["skeleton"].is_array()) return;
    const auto index = [&](const Json& name) {
      const auto at = name.is_string() ? std::find(labels_.keypoints.begin(), labels_.keypoints.end(),
                                                   name.get<std::string>())
                                       : labels_.keypoints.end();
      return static_cast<int>(at - labels_.keypoints.begin());
    };
    for (const auto& line : project_["skeleton"]) {
      const int none = static_cast<int>(labels_.keypoints.size());
      if (!line.is_array() || line.size() < 2) continue;
      for (std::size_t i = 1; i < line.size(); ++i) {
        const int a = index(line[i - 1]), b = index(line[i]);
        if (a != none && b != none && a != b)
          labels_.skeleton.emplace_back(a, b);
        else
          labels_.left_out.add("lines of the skeleton with an unknown end", line.dump());
      }
    }
  }

  void read_rows(const fs::path& file) {
    const auto text = read_label_text(file);
    CsvReader csv(text, file.string());
    const auto header = read_header(csv);
    const auto folder = path_below(labels_.root, file.parent_path()).value_or("");
    std::vector<std::string> row;
    while (csv.next(row)) {
      if (row.size() != header.index_columns + header.columns.size()) {
        throw Error(ErrorKind::data, csv.where() + ": the row has another length than the header",
                    std::to_string(row.size()) + " cells",
                    std::to_string(header.index_columns + header.columns.size()),
                    "copy the file again: it may have been cut short");
      }
      std::string name = row[0];
      for (std::size_t i = 1; i < header.index_columns; ++i) name += "/" + row[i];
      std::string why;
      const auto found = finder().find(name, {"", folder}, why);
      std::string ignored;
      const auto own = found ? found : finder().find(fs::path(name).filename().string(), {folder}, ignored);
      if (!own) {
        labels_.left_out.add(why, name);
      } else if (!seen_.insert(*own).second) {
        labels_.left_out.add("further rows for a picture", *own);
      } else {
        add_row(header, row, *own);
      }
    }
  }

  void add_row(const Header& header, const std::vector<std::string>& row, const std::string& image) {
    labels_.images.push_back({image, 0, 0, {}});
    std::map<std::string, std::vector<LabelledPoint>> by_individual;
    const bool animals = has_animals(header);
    for (std::size_t i = 0; i < header.columns.size(); ++i) {
      const auto& column = header.columns[i];
      const double value = number_in(row[header.index_columns + i]);
      if (std::isnan(value)) continue;
      if (column.individual == "single" && animals) {
        if (column.is_x) labels_.left_out.add("points of no animal (\"single\")", image + ", " + column.part);
        continue;
      }
      auto& points = by_individual[column.individual];
      points.resize(labels_.keypoints.size());
      const auto k = static_cast<std::size_t>(
          std::find(labels_.keypoints.begin(), labels_.keypoints.end(), column.part) -
          labels_.keypoints.begin());
      (column.is_x ? points[k].x : points[k].y) = value;
      points[k].v += 1;  // both coordinates make it 2
    }
    for (auto& [individual, points] : by_individual) {
      for (auto& point : points) {
        if (point.v == 1) labels_.left_out.add("points with one coordinate", image);
        if (point.v != 2) point = {};
      }
      labels_.objects.push_back({labels_.images.size() - 1, std::move(points), std::nullopt, std::nullopt});
    }
  }

  ImageFinder& finder() {
    if (!finder_) finder_.emplace(labels_.root);
    return *finder_;
  }

  fs::path data_;
  LabelSet labels_;
  Json project_;
  std::optional<ImageFinder> finder_;
  std::set<std::string> seen_;
};

}  // namespace

LabelSet read_deeplabcut(const fs::path& data) { return Reader(data).read(); }

}  // namespace ph
