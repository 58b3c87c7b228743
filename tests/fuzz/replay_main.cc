// SPDX-License-Identifier: Apache-2.0
// Replays a corpus through a fuzz target without libFuzzer: every file of the folders named, each
// prefix of it, and each file with single bytes changed (the same ones on every run). Fails when a
// folder is missing or empty, since then nothing was tested.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fuzz.h"

namespace {

void Run(const std::string& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

// Long inputs are cut and changed at a bounded number of places.
constexpr std::size_t kPlaces = 400;

void RunVariants(const std::string& bytes) {
  Run(bytes);
  const std::size_t step = std::max<std::size_t>(1, bytes.size() / kPlaces);
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    Run(bytes.substr(0, at));
    std::string changed = bytes;
    for (const unsigned mask : {0x01u, 0x20u, 0x80u, 0xFFu}) {
      changed[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ mask);
      Run(changed);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t files = 0;
  for (int i = 1; i < argc; ++i) {
    std::error_code error;
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(argv[i], error)) {
      if (entry.is_regular_file()) paths.push_back(entry.path());
    }
    std::sort(paths.begin(), paths.end());
    for (const auto& path : paths) {
      std::ifstream in(path, std::ios::binary);
      RunVariants(std::string(std::istreambuf_iterator<char>(in), {}));
      ++files;
    }
  }
  std::printf("%zu inputs replayed with their variants\n", files);
  return files == 0 ? 1 : 0;
}
