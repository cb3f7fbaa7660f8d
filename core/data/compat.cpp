#include "data/compat.hpp"

#include <array>

namespace ph {
namespace {

// Sources: mmpose v0.13.0, v0.29.0 and v1.3.2. Columns as in the header.
//            version  drop_last  -1    shifted  w^2    swapped  once   normal <=     @0.11  2nd mask
//            offset  mirrored
const std::array<Compat, 3> rows{{
    {"0.13", true, true, true, true, true, true, true, true, true, true, true, true},
    {"0.29", false, false, true, true, true, false, true, true, false, true, true, true},
    {"1.x", false, false, false, false, true, false, false, false, false, false, false, false},
}};

}  // namespace

const Compat& default_compat() { return rows[1]; }

const Compat& compat_for(const Node& version) {
  if (version.is_null()) return default_compat();
  const std::string wanted = version.string();
  std::vector<std::string> known;
  for (const Compat& row : rows) {
    if (row.version == wanted) return row;
    known.push_back(row.version);
  }
  throw version.error("there is no compat row \"" + wanted + "\"", "\"0.13\", \"0.29\" (default) or \"1.x\"",
                      did_you_mean(wanted, known));
}

}  // namespace ph
