#include <algorithm>
#include <cmath>
#include <cstdio>

#include "plot/write_plot.hpp"

namespace ph {
namespace {

// Enough for any width of paper; more only makes SVG and PDF large.
constexpr std::size_t kPoints = 8000;

// Colours that people with a colour deficiency tell apart (Okabe and Ito).
constexpr const char* kColours[] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                    "#E69F00", "#56B4E9", "#000000", "#999999"};

// Single quotes: gnuplot runs what stands in backquotes within double ones. Control characters, which
// could end the line, become blanks.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'')
      out += "''";
    else
      out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  }
  return out + "'";
}

void append_number(std::string& out, double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", value);
  out += std::isfinite(value) ? text : "NaN";
}

std::string data_block(const std::string& name, const Curve& curve) {
  std::string out = name + " << EOD\n";
  const auto thin = thin_out(curve, kPoints);
  for (std::size_t i = 0; i < thin.x.size(); ++i) {
    append_number(out, thin.x[i]);
    out += ' ';
    append_number(out, thin.y[i]);
    out += '\n';
  }
  return out + "EOD\n";
}

// A single point, or points between gaps, would be invisible as a line.
bool needs_dots(const Curve& curve) { return curve.x.size() < 60; }

std::string plot_command(const Panel& panel, std::size_t number) {
  std::string out = "plot ";
  for (std::size_t i = 0; i < panel.curves.size(); ++i) {
    const auto& curve = panel.curves[i];
    out += (i ? ", " : "") + ("$p" + std::to_string(number)) + "_" + std::to_string(i) + " using 1:2 with " +
           (needs_dots(curve) ? "linespoints pt 7 ps 0.4" : "lines") + " lw 1.6 lc rgb '" +
           kColours[i % std::size(kColours)] + "'" + (curve.dashed ? " dt 2" : "") + " title " +
           quoted(curve.label);
  }
  return out + "\n";
}

std::string styling(const FigureStyle& style) {
  std::string out =
      "set border 3\nset tics nomirror out\nset key outside below center noenhanced\n"
      "set lmargin 12\nset rmargin 4\nset format x '%.10g'\n";
  if (style.shaded)
    out += "set object 1 rectangle from graph 0,0 to graph 1,1 behind fc rgb '#EAEAF2' fs noborder\n";
  if (style.grid)
    out += std::string("set grid lc rgb '") + (style.shaded ? "#FFFFFF" : "#CCCCCC") + "' lt 1\n";
  return out;
}

// Few enough that six digits fit: gnuplot's own choice lets them overlap.
double tick_distance(const Figure& figure) {
  double low = 0, high = 0;
  for (const auto& panel : figure.panels) {
    for (const auto& curve : panel.curves) {
      if (curve.x.empty()) continue;
      low = std::min(low, curve.x.front());
      high = std::max(high, curve.x.back());
    }
  }
  const double least = (high - low) / 8;
  if (!(least > 0)) return 1;
  const double power = std::pow(10.0, std::floor(std::log10(least)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= least) return factor * power;
  }
  return 10 * power;
}

}  // namespace

std::string gnuplot_script(const Figure& figure) {
  std::string out = "set encoding utf8\n" + styling(figure.style);
  for (std::size_t p = 0; p < figure.panels.size(); ++p) {
    for (std::size_t i = 0; i < figure.panels[p].curves.size(); ++i)
      out += data_block("$p" + std::to_string(p) + "_" + std::to_string(i), figure.panels[p].curves[i]);
  }
  out += "set xtics ";
  append_number(out, tick_distance(figure));
  const auto n = figure.panels.size();
  out += "\nset multiplot layout " + std::to_string(n) + ",1\n";
  for (std::size_t p = 0; p < n; ++p) {
    out += p == 0 ? "set title " + quoted(figure.title) + " noenhanced\n" : "unset title\n";
    out += p + 1 == n ? "set xlabel " + quoted(figure.x_label) + " noenhanced\n" : "unset xlabel\n";
    out += "set ylabel " + quoted(figure.panels[p].y_label) + " noenhanced\n";
    out += plot_command(figure.panels[p], p);
  }
  return out + "unset multiplot\n";
}

}  // namespace ph
