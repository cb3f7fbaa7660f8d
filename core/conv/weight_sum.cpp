#include "conv/weight_sum.hpp"

#include <ATen/Parallel.h>
#include <c10/core/CPUAllocator.h>

#include "conv/narrow_sum.hpp"
#include "conv/packed.hpp"
#include "system/limits.hpp"

namespace ph::conv {
#ifdef POSEHOST_AVX512
namespace {

// What a thread does at a time: some images, a block of channels of the image and one of the map.
template <class Element>
class Unit {
 public:
  Unit(const Operands<Element>& from, std::int64_t image_c, std::int64_t map_c, float* work)
      : from_{from}, s_{from.shape}, c0_{image_c}, m0_{map_c}, work_{work} {}

  void sum(Span images, float* out) {
    const auto bands = bands_of(s_, Element::band);
    bool add = false;
    for (auto n = images.begin; n < images.end; n += bands.images)
      for (std::int64_t y = 0; y < s_.map_h; y += bands.rows, add = true) {
        images_ = std::min(bands.images, images.end - n);
        band_ = {y, std::min(s_.map_h, y + bands.rows)};
        pack(n);
        for (std::int64_t ky = 0; ky < s_.kernel; ++ky)
          for (std::int64_t kx = 0; kx < s_.kernel; ++kx)
            tap(ky, kx, out + (ky * s_.kernel + kx) * s_.image_c, add);
      }
  }

 private:
  void pack(std::int64_t n) {
    const auto under = rows_under(s_, band_.begin, band_.end);
    top_ = under.begin;
    image_ = {work_, std::min(block, s_.image_c - c0_), s_.image_w, s_.stride, under.size()};
    map_ = {work_ + images_ * image_.size(), std::min(block, s_.map_c - m0_), s_.map_w, 1, band_.size()};
    for (std::int64_t i = 0; i < images_; ++i) {
      image_.fill(from_.image, s_, n + i, s_.image_h, top_, s_.image_c, c0_, i);
      map_.fill(from_.map, s_, n + i, s_.map_h, band_.begin, s_.map_c, m0_, i);
    }
  }

  // The sums of one weight of the kernel, all channels of the blocks.
  void tap(std::int64_t ky, std::int64_t kx, float* out, bool add) {
    const auto rows = common(inside(s_, ky, s_.image_h, s_.map_h), band_);
    const auto columns = inside(s_, kx, s_.image_w, s_.map_w);
    Places at;
    at.images = images_;
    at.rows = rows.size();
    at.pixels = at.rows > 0 ? columns.size() : 0;
    at.vector_pixel = image_.width();
    at.vector_row = s_.stride * image_.row();
    at.vector_image = image_.size();
    at.factor_pixel = map_.width();
    at.factor_row = map_.row();
    at.factor_image = map_.size();
    const float* factors = map_.words;
    at.vectors = image_.words;
    if (at.pixels > 0) {
      at.vectors = image_.pixel(rows.begin * s_.stride - s_.padding + ky - top_,
                                columns.begin * s_.stride - s_.padding + kx);
      factors = map_.pixel(rows.begin - band_.begin, columns.begin);
    }
    const auto step = s_.kernel * s_.kernel * s_.image_c;
    const auto vectors = static_cast<int>(image_.width() / lanes);
    const auto most = most_rows(vectors);
    for (std::int64_t m = 0; m < map_.channels; m += most) {
      at.factors = factors + m;
      const auto count = static_cast<int>(std::min<std::int64_t>(most, map_.channels - m));
      tile_of(Element::words, vectors, count)(
          at, {out + m * step, step, image_.channels - (vectors - 1) * lanes, add});
    }
  }

  const Operands<Element>& from_;
  const Shape& s_;
  std::int64_t c0_, m0_;
  float* work_;
  std::int64_t images_ = 0, top_ = 0;
  Span band_;
  Packed<Element> image_, map_;
};

template <class Element>
void sum(const Operands<Element>& from, float* out) {
  const auto& s = from.shape;
  const auto of_map = blocks(s.map_c), of_image = blocks(s.image_c), pairs = of_map * of_image;
  const auto images = from.images(), parts = parts_of(images, pairs);
  const auto work = work_size(s, bands_of(s, Element::band));
  const auto memory = allocate((parts - 1) * s.weights() + at::get_num_threads() * work);
  auto* const others = static_cast<float*>(memory.get());
  auto* const works = others + (parts - 1) * s.weights();
  at::parallel_for(0, parts * pairs, 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto u = begin; u < end; ++u) {
      const auto part = u / pairs, c = u / of_map % of_image * block, m = u % of_map * block;
      auto* const to = part == 0 ? out : others + (part - 1) * s.weights();
      Unit<Element>(from, c, m, works + at::get_thread_num() * work)
          .sum({images * part / parts, images * (part + 1) / parts},
               to + m * s.kernel * s.kernel * s.image_c + c);
    }
  });
  constexpr std::int64_t grain = 4096;
  if (parts == 1) return;
  at::parallel_for(0, s.weights(), grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t part = 1; part < parts; ++part) {
      const auto* const add = others + (part - 1) * s.weights();
      for (auto i = begin; i < end; ++i) out[i] += add[i];
    }
  });
}

template <class Element>
void sum_of(const Shape& shape, const void* image, const void* map, float* out) {
  using Stored = typename Element::Stored;
  const Operands<Element> from{shape, static_cast<const Stored*>(image), static_cast<const Stored*>(map)};
  if (is_narrow(shape)) {
    sum_narrow(from, out);
  } else {
    sum(from, out);
  }
}

}  // namespace

double use_of(int threads, const Shape& s, Words words) {
  const auto images = words == Words::floats ? s.images : (s.images + 1) / 2;
  const auto pairs = blocks(s.map_c) * (is_narrow(s) ? 1 : blocks(s.image_c));
  const auto units = pairs * parts_of(images, pairs), rounds = (units + threads - 1) / threads;
  return static_cast<double>(units) / static_cast<double>(rounds * threads);
}

bool can_sum(Words words) {
  return cpu_has_avx512() && (words == Words::floats || __builtin_cpu_supports("avx512bf16"));
}

void sum_weights(const Shape& shape, Words words, const void* image, const void* map, float* out) {
  if (words == Words::floats) {
    sum_of<Floats>(shape, image, map, out);
  } else {
    sum_of<Bf16Pairs>(shape, image, map, out);
  }
}

#else
bool can_sum(Words) { return false; }
double use_of(int, const Shape&, Words) { return 0; }
void sum_weights(const Shape&, Words, const void*, const void*, float*) {}
#endif

}  // namespace ph::conv
