#pragma once
#include <filesystem>
#include <string>

#include "plot/figure.hpp"

namespace ph {

enum class PictureFormat { png, svg, pdf };

/// The format that the suffix of `file` asks for. Throws Error(usage) for another suffix.
[[nodiscard]] PictureFormat picture_format(const std::filesystem::path& file);

/// Draws `figure` into `file`, which appears whole or stays as it was. gnuplot draws: a child process, no
/// shell. Throws Error(environment): gnuplot is not installed or fails, the file cannot be written.
void write_plot(const Figure& figure, const std::filesystem::path& file);

/// What gnuplot is told, all but where to draw.
[[nodiscard]] std::string gnuplot_script(const Figure& figure);

}  // namespace ph
