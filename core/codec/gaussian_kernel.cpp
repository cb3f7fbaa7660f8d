#include "codec/gaussian_kernel.hpp"

#include <opencv2/imgproc.hpp>

namespace ph {

std::vector<float> gaussian_kernel(std::int64_t size) {
  const cv::Mat weights = cv::getGaussianKernel(static_cast<int>(size), 0, CV_32F);
  return {weights.begin<float>(), weights.end<float>()};
}

}  // namespace ph
