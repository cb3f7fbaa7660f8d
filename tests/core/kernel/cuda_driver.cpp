// Kernels started through the driver: the calls, watched by tests/fixtures/plugins/fake_cuda.c. No GPU runs here.
#include "kernel/cuda_driver.hpp"

#include <dlfcn.h>

#include <vector>

#include "core/plugin/plugin_fixtures.hpp"
#include "plugin/host_table.hpp"
#include "service/services.hpp"
#include "support/catch.hpp"

namespace {

template <class T>
T* of_fake(const char* name) {
  static void* library = dlopen(test::fixture("fake_cuda").c_str(), RTLD_NOW);
  REQUIRE(library != nullptr);
  return reinterpret_cast<T*>(dlsym(library, name));
}

constexpr ph_str name(const char* text, std::int64_t len) { return {text, len}; }
constexpr char image[] = "good image";

}  // namespace

TEST_CASE("A kernel is found in an image and started with its sizes and arguments", "[kernel][cuda]") {
  const auto driver = ph::CudaDriver::open(test::fixture("fake_cuda"));
  REQUIRE(driver);
  const auto& service = *driver->service();
  void* function = nullptr;
  REQUIRE(service.load(service.ctx, image, sizeof image, name("add", 3), &function) == PH_OK);
  unsigned argument = 77;
  void* params[] = {&argument};
  const std::uint32_t grid[] = {5, 2, 1}, block[] = {256, 1, 2};
  auto* stream = reinterpret_cast<void*>(0x5a);
  REQUIRE(service.launch(service.ctx, function, grid, block, 64, stream, params) == PH_OK);
  const auto* seen = of_fake<unsigned>("fake_cuda_launch");
  CHECK(std::vector<unsigned>(seen, seen + 8) == std::vector<unsigned>{5, 2, 1, 256, 1, 2, 64, 77});
  CHECK(*of_fake<void*>("fake_cuda_stream") == stream);
}

TEST_CASE("Images, kernels and sizes that are wrong are refused, and nothing stays loaded",
          "[kernel][cuda][error]") {
  const auto driver = ph::CudaDriver::open(test::fixture("fake_cuda"));
  REQUIRE(driver);
  const auto& service = *driver->service();
  void* function = nullptr;
  const int before = of_fake<int()>("fake_cuda_loaded")();
  const auto load = [&](const void* what, std::int64_t size, ph_str kernel) {
    return service.load(service.ctx, what, size, kernel, &function);
  };
  CHECK(load("bad image", 10, name("add", 3)) == PH_ERR_UNSUPPORTED);
  CHECK(load(image, sizeof image, name("sub", 3)) == PH_ERR_NOT_FOUND);
  CHECK(load(image, 0, name("add", 3)) == PH_ERR_INVALID_ARGUMENT);
  CHECK(load(nullptr, 10, name("add", 3)) == PH_ERR_INVALID_ARGUMENT);
  CHECK(load(image, sizeof image, name("", 0)) == PH_ERR_INVALID_ARGUMENT);
  CHECK(of_fake<int()>("fake_cuda_loaded")() == before);
  // The name ends where its length says.
  REQUIRE(load(image, sizeof image, name("address", 3)) == PH_OK);
  unsigned argument = 0;
  void* params[] = {&argument};
  const auto launch = [&](std::uint32_t blocks, std::uint32_t threads, void* stream) {
    const std::uint32_t grid[] = {blocks, 1, 1}, block[] = {threads, 1, 1};
    return service.launch(service.ctx, function, grid, block, 0, stream, params);
  };
  CHECK(launch(0, 32, nullptr) == PH_ERR_INVALID_ARGUMENT);
  CHECK(launch(1, 2048, nullptr) == PH_ERR_INVALID_ARGUMENT);
  CHECK(launch(1, 32, reinterpret_cast<void*>(13)) == PH_ERR_FAILED);
}

TEST_CASE("Without a driver, or with an old one, there is no service", "[kernel][cuda]") {
  CHECK(!ph::CudaDriver::open("libno-such-driver.so.1"));
  CHECK(!ph::CudaDriver::open(test::fixture("fake_cuda_old")));
  CHECK(!ph::CudaDriver::open(test::fixture("good")));  // a library, but no driver
  const ph::HostTable host{"test"};
  const auto asked = name(PH_SERVICE_CUDA_LAUNCH, sizeof PH_SERVICE_CUDA_LAUNCH - 1);
  CHECK(host.get()->get_service(host.get()->ctx, asked) == nullptr);

  const auto driver = ph::CudaDriver::open(test::fixture("fake_cuda"));
  const auto before = ph::services();
  auto with = before;
  with.cuda_launch = driver->service();
  ph::set_services(with);
  CHECK(host.get()->get_service(host.get()->ctx, asked) == driver->service());
  ph::set_services(before);
}
