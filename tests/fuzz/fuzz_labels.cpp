// Text of other tools' label files: CSV, the YAML of data.yaml, and what becomes of such text in a page. The first byte chooses.
#include <nlohmann/json.hpp>

#include "import/csv.hpp"
#include "import/simple_yaml.hpp"
#include "open_file.hpp"
#include "plot/svg_plot.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text{reinterpret_cast<const char*>(data) + 1, size - 1};
  try {
    if (data[0] % 3 == 0) {
      ph::CsvReader csv(text, "fuzz.csv");
      std::size_t bytes = 0;
      for (std::vector<std::string> row; csv.next(row);) {
        for (const auto& cell : row) bytes += cell.size();
      }
      fuzz::must(bytes <= text.size(), "cells hold no more than the text");
    } else if (data[0] % 3 == 1) {
      const auto json = ph::parse_simple_yaml(text, "fuzz.yaml");
      (void)json.dump(-1, ' ', false, ph::Json::error_handler_t::replace);
    } else {
      const auto safe = ph::html_escape(text);
      fuzz::must(safe.find_first_of("<>\"'") == std::string::npos, "nothing that HTML obeys is left");
      fuzz::must(ph::html_escape(safe).size() >= safe.size(), "it is text itself");
    }
  } catch (const ph::Error& error) {
    fuzz::must(error.kind() == ph::ErrorKind::data, "bad labels are the data's fault");
  }
  return 0;
}
