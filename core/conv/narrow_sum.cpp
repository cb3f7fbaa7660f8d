#include "conv/narrow_sum.hpp"

#include <ATen/Parallel.h>

#ifdef POSEHOST_AVX512
namespace ph::conv {
namespace {

// Rows of the image with its padding on both sides, so that a row of the kernel is whole everywhere.
template <class Element>
struct PaddedRows {
  const Shape& s;
  float* words;
  [[nodiscard]] std::int64_t row() const { return ((s.map_w - 1) * s.stride + s.kernel) * s.image_c; }

  void fill(const typename Element::Stored* from, std::int64_t n, Span rows, std::int64_t to_row) const {
    const auto wide = s.image_w * s.image_c, before = s.padding * s.image_c;
    const auto used = std::min(wide, row() - before);
    const auto image = s.image_h * wide;
    const auto* first = from + n * Element::images * image + rows.begin * wide;
    const bool alone = n * Element::images + 1 >= s.images;
    auto* to = words + to_row * row();
    for (auto y = rows.begin; y < rows.end; ++y, first += wide, to += row()) {
      if constexpr (Element::images == 1) {
        pack(first, 1, 0, used, to + before);
      } else {
        pack(first, alone ? nullptr : first + image, 1, 0, used, to + before);
      }
      // After it: it writes whole vectors.
      std::fill(to, to + before, 0.0F);
      std::fill(to + before + used, to + row(), 0.0F);
    }
  }
};

template <class Element>
class NarrowUnit {
 public:
  NarrowUnit(const Operands<Element>& from, std::int64_t map_c, float* work)
      : from_{from}, s_{from.shape}, m0_{map_c}, work_{work} {}

  // To sums[ky][kx and channel of the image][channel of the map].
  void sum(Span images, float* sums) {
    const auto bands = bands_of(s_, Element::band);
    bool add = false;
    for (auto n = images.begin; n < images.end; ++n)
      for (std::int64_t y = 0; y < s_.map_h; y += bands.rows, add = true) {
        const Span band{y, std::min(s_.map_h, y + bands.rows)};
        const auto under = rows_under(s_, band.begin, band.end);
        const Packed<Element> map{work_, std::min(block, s_.map_c - m0_), s_.map_w, 1, band.size()};
        const PaddedRows<Element> image{s_, work_ + map.size()};
        map.fill(from_.map, s_, n, s_.map_h, band.begin, s_.map_c, m0_, 0);
        image.fill(from_.image, n, under, 0);
        for (std::int64_t ky = 0; ky < s_.kernel; ++ky) row(map, image, band, under.begin, ky, sums, add);
      }
  }

 private:
  void row(const Packed<Element>& map, const PaddedRows<Element>& image, Span band, std::int64_t top,
           std::int64_t ky, float* sums, bool add) const {
    const auto rows = common(inside(s_, ky, s_.image_h, s_.map_h), band);
    Places at;
    at.images = 1;
    at.rows = rows.size();
    at.pixels = s_.map_w;
    at.vector_pixel = map.width();
    at.vector_row = map.row();
    at.factor_pixel = s_.stride * s_.image_c;
    at.factor_row = s_.stride * image.row();
    at.vectors = at.rows > 0 ? map.pixel(rows.begin - band.begin, 0) : map.words;
    const auto* const factors =
        at.rows > 0 ? image.words + (rows.begin * s_.stride - s_.padding + ky - top) * image.row()
                    : image.words;
    const auto count = s_.kernel * s_.image_c;
    const auto vectors = static_cast<int>(map.width() / lanes);
    // Equal shares: 21 factors are 6, 5, 5, 5 and not 6, 6, 6, 3, which would keep too few sums busy.
    const auto tiles = (count + most_rows(vectors) - 1) / most_rows(vectors);
    for (std::int64_t t = 0; t < tiles; ++t) {
      const auto first = count * t / tiles, end = count * (t + 1) / tiles;
      at.factors = factors + first;
      tile_of(Element::words, vectors, static_cast<int>(end - first))(
          at, {sums + (ky * count + first) * block, block, lanes, add});
    }
  }

  const Operands<Element>& from_;
  const Shape& s_;
  std::int64_t m0_;
  float* work_;
};

}  // namespace

template <class Element>
void sum_narrow(const Operands<Element>& from, float* out) {
  const auto& s = from.shape;
  const auto of_map = blocks(s.map_c), images = from.images(), parts = parts_of(images, of_map);
  const auto taps = s.kernel * s.kernel * s.image_c, sums = taps * block;
  const auto bands = bands_of(s, Element::band);
  const PaddedRows<Element> padded{s, nullptr};
  const auto work =
      bands.rows * s.map_w * block + ((bands.rows - 1) * s.stride + s.kernel) * padded.row() + lanes;
  const auto memory = allocate(parts * of_map * sums + at::get_num_threads() * work);
  auto* const all = static_cast<float*>(memory.get());
  at::parallel_for(0, parts * of_map, 1, [&](std::int64_t begin, std::int64_t end) {
    auto* const mine = all + parts * of_map * sums + at::get_thread_num() * work;
    for (auto u = begin; u < end; ++u) {
      const auto part = u / of_map;
      NarrowUnit<Element>(from, u % of_map * block, mine)
          .sum({images * part / parts, images * (part + 1) / parts}, all + u * sums);
    }
  });
  for (std::int64_t tap = 0; tap < taps; ++tap)
    for (std::int64_t m = 0; m < s.map_c; ++m) {
      const auto* const first = all + m / block * sums + tap * block + m % block;
      auto sum = first[0];
      for (std::int64_t part = 1; part < parts; ++part) sum += first[part * of_map * sums];
      out[m * taps + tap] = sum;
    }
}

template void sum_narrow(const Operands<Floats>&, float*);
template void sum_narrow(const Operands<Bf16Pairs>&, float*);

}  // namespace ph::conv
#endif
