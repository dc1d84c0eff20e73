// Nanoseconds per match, by the number of routes.
#include <benchmark/benchmark.h>

#include <algorithm>

#include <random>
#include <string>
#include <vector>

#include "app/router.h"

namespace {

using namespace usquic::app;

bool take(Route& route, std::span<const std::string_view> values) {
  benchmark::DoNotOptimize(&route);
  benchmark::DoNotOptimize(values.data());
  return true;
}

void match_one_of(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  Router router;
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string base = "/api/v" + std::to_string(i % 10) + "/resource" + std::to_string(i);
    router.add("GET", base + "/:id/details", {});
    paths.push_back(base + "/12345/details");
  }
  std::mt19937 random(1);
  std::shuffle(paths.begin(), paths.end(), random);
  std::size_t at = 0;
  while (state.KeepRunning()) {
    benchmark::DoNotOptimize(router.match("GET", paths[at], take));
    if (++at == paths.size()) at = 0;
  }
}
BENCHMARK(match_one_of)->Arg(10)->Arg(100)->Arg(1000)->Arg(10'000);

}  // namespace
