#pragma once
// What deformable convolution does at one place, for the CPU and, compiled by nvcc, for CUDA: the same text runs on both,
// so that tests of the one are tests of the other's arithmetic. No header of LibTorch or CUDA is needed.
#ifdef __CUDACC__
#define POSEHOST_DEVICE __host__ __device__
#else
#define POSEHOST_DEVICE
#endif

namespace ph::deform {

/// Sizes of a deformable convolution. A sample's "columns" are [channels * kernel_h * kernel_w, out_h * out_w]: what each
/// weight is multiplied with at each place of the output.
struct Geometry {
  int channels, height, width;  ///< of the input
  int kernel_h, kernel_w, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w;
  int groups;  ///< of offsets: so many sets for equal shares of the channels
  int out_h, out_w;
  [[nodiscard]] POSEHOST_DEVICE int taps() const { return kernel_h * kernel_w; }
  [[nodiscard]] POSEHOST_DEVICE int places() const { return out_h * out_w; }
  [[nodiscard]] POSEHOST_DEVICE int group_channels() const { return channels / groups; }
};

/// A place between four pixels, with their weights; pixels outside have none.
template <class T>
struct Corners {
  int at[4];      ///< offsets in the plane: upper left, upper right, lower left, lower right
  bool in[4];     ///< whether that pixel is there
  T down, right;  ///< how far below the upper and right of the left pixels, 0 to 1
};

template <class T>
POSEHOST_DEVICE inline int floor_of(T value) {
  const int cut = static_cast<int>(value);
  return static_cast<T>(cut) > value ? cut - 1 : cut;
}

template <class T>
POSEHOST_DEVICE inline Corners<T> corners_of(T y, T x, int height, int width) {
  Corners<T> c{};
  // Offsets that went astray must not overflow an int; beyond a pixel outside nothing is read.
  if (!(y > -1 && y < height && x > -1 && x < width)) return c;
  const int top = floor_of(y), left = floor_of(x);
  c.down = y - static_cast<T>(top);
  c.right = x - static_cast<T>(left);
  for (int i = 0; i < 4; ++i) {
    const int row = top + i / 2, column = left + i % 2;
    c.in[i] = row >= 0 && row < height && column >= 0 && column < width;
    c.at[i] = row * width + column;
  }
  return c;
}

template <class T>
POSEHOST_DEVICE inline T weight_of(const Corners<T>& c, int i) {
  return (i / 2 ? c.down : 1 - c.down) * (i % 2 ? c.right : 1 - c.right);
}

template <class T>
POSEHOST_DEVICE inline T value_at(const T* plane, const Corners<T>& c) {
  T sum = 0;
  for (int i = 0; i < 4; ++i) {
    if (c.in[i]) sum += weight_of(c, i) * plane[c.at[i]];
  }
  return sum;
}

/// How value_at() changes with y and x.
template <class T>
POSEHOST_DEVICE inline void slope_at(const T* plane, const Corners<T>& c, T* by_y, T* by_x) {
  T v[4];
  for (int i = 0; i < 4; ++i) v[i] = c.in[i] ? plane[c.at[i]] : 0;
  *by_y = (1 - c.right) * (v[2] - v[0]) + c.right * (v[3] - v[1]);
  *by_x = (1 - c.down) * (v[1] - v[0]) + c.down * (v[3] - v[2]);
}

/// Where tap `tap` of offset group `group` reads for output place `place`. `offset` is a sample's:
/// [groups * taps * 2, places], y before x.
template <class T>
POSEHOST_DEVICE inline Corners<T> corners_for(const Geometry& g, const T* offset, int group, int tap,
                                              int place) {
  const int row = (group * g.taps() + tap) * 2;
  const T dy = offset[row * g.places() + place], dx = offset[(row + 1) * g.places() + place];
  const int y = place / g.out_w * g.stride_h - g.pad_h + tap / g.kernel_w * g.dilation_h;
  const int x = place % g.out_w * g.stride_w - g.pad_w + tap % g.kernel_w * g.dilation_w;
  return corners_of(static_cast<T>(y) + dy, static_cast<T>(x) + dx, g.height, g.width);
}

/// The factor of DCNv2; `mask` [groups * taps, places] may be null, then 1.
template <class T>
POSEHOST_DEVICE inline T mask_for(const Geometry& g, const T* mask, int group, int tap, int place) {
  return mask ? mask[(group * g.taps() + tap) * g.places() + place] : T(1);
}

/// One element of a sample's columns.
template <class T>
POSEHOST_DEVICE inline void fill_column(const Geometry& g, const T* input, const T* offset, const T* mask,
                                        int channel, int tap, int place, T* columns) {
  const int group = channel / g.group_channels();
  const auto corners = corners_for(g, offset, group, tap, place);
  columns[(channel * g.taps() + tap) * g.places() + place] =
      mask_for(g, mask, group, tap, place) * value_at(input + channel * g.height * g.width, corners);
}

/// Gradients of one tap's offset and mask at one place, summed over the group's channels. `grad` are those of the columns.
template <class T>
POSEHOST_DEVICE inline void offset_gradient(const Geometry& g, const T* grad, const T* input, const T* offset,
                                            const T* mask, int group, int tap, int place, T* grad_offset,
                                            T* grad_mask) {
  const auto corners = corners_for(g, offset, group, tap, place);
  T sum_y = 0, sum_x = 0, sum_mask = 0;
  for (int i = 0; i < g.group_channels(); ++i) {
    const int channel = group * g.group_channels() + i;
    const T* plane = input + channel * g.height * g.width;
    const T upper = grad[(channel * g.taps() + tap) * g.places() + place];
    T by_y, by_x;
    slope_at(plane, corners, &by_y, &by_x);
    sum_y += upper * by_y;
    sum_x += upper * by_x;
    if (mask) sum_mask += upper * value_at(plane, corners);
  }
  const T factor = mask_for(g, mask, group, tap, place);
  const int row = group * g.taps() + tap;
  grad_offset[2 * row * g.places() + place] = factor * sum_y;
  grad_offset[(2 * row + 1) * g.places() + place] = factor * sum_x;
  if (mask) grad_mask[row * g.places() + place] = sum_mask;
}

}  // namespace ph::deform
