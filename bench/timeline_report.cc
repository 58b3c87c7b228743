// SPDX-License-Identifier: Apache-2.0
// A timeline report of 12 and of 40 photographs of twelve megapixels: how long drawing takes, and
// how large the PDF is. Beside it, the same photographs decoded at full size and thrown away, which
// is what drawing at less than the decoder's own scale must beat.
//
//   bench-timeline-report
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include "crypto/crypto.h"
#include "json/value.h"
#include "report/image.h"
#include "report/render.h"
#include "report/sample.h"

namespace pons {
namespace {

using std::chrono::steady_clock;

constexpr int kWidth = 4000;
constexpr int kHeight = 3000;
constexpr double kMostMs12 = 2000;
constexpr double kMostMs40 = 5000;
constexpr std::size_t kMostBytes = 5'000'000;

double MsSince(steady_clock::time_point begun) {
  return std::chrono::duration<double, std::milli>(steady_clock::now() - begun).count();
}

struct Figures {
  double ms = 0;
  std::size_t bytes = 0;
  int pages = 0;
  bool complete = false;
};

Figures Measure(std::size_t images, const std::vector<std::string>& photographs) {
  report::SampleOptions options;
  options.images = images;
  options.spots = std::max<std::size_t>(4, images / 4);
  options.image_width = 8;
  options.image_height = 6;
  options.binaries = true;
  const auto bundle = json::Parse(report::MakeSample(options).bundle);
  Figures figures;
  if (!bundle) return figures;
  std::size_t asked = 0;
  report::RenderOptions given{PracticeZone::Named("Australia/Sydney").value()};
  given.binary = [&](std::string_view) -> Result<std::string> {
    return photographs[asked++ % photographs.size()];
  };
  std::vector<double> times;
  for (int i = 0; i < 3; ++i) {
    const auto begun = steady_clock::now();
    auto timeline = report::ReadTimeline(*bundle);
    if (!timeline) return figures;
    const auto rendered = report::RenderTimeline(std::move(*timeline), given);
    times.push_back(MsSince(begun));
    if (!rendered) return figures;
    figures.bytes = rendered->pdf.size();
    figures.pages = rendered->pages;
    figures.complete = rendered->images == images && rendered->warnings.empty();
  }
  std::sort(times.begin(), times.end());
  figures.ms = times[times.size() / 2];
  return figures;
}

int Run() {
  crypto::InitCrypto();
  std::vector<std::string> photographs;
  std::size_t photograph_bytes = 0;
  for (std::uint32_t i = 0; i < 8; ++i) {
    photographs.push_back(report::SampleImage(i, kWidth, kHeight, i % 2 == 1));
    photograph_bytes += photographs.back().size();
  }
  const auto twelve = Measure(12, photographs);
  const auto forty = Measure(40, photographs);
  const auto begun = steady_clock::now();
  for (std::size_t i = 0; i < 40; ++i) {
    if (!report::DecodeImage(photographs[i % photographs.size()], kWidth, kHeight)) return 1;
  }
  const double full_ms = MsSince(begun);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const bool met = twelve.complete && forty.complete && twelve.ms <= kMostMs12 &&
                   forty.ms <= kMostMs40 && forty.bytes <= kMostBytes && twelve.bytes <= kMostBytes;
  std::printf(
      "{\"bench\":\"timeline-report\",\"photograph_bytes\":%zu,\"ms_12\":%.0f,\"bytes_12\":%zu,"
      "\"pages_12\":%d,\"ms_40\":%.0f,\"bytes_40\":%zu,\"pages_40\":%d,\"decode_40_in_full_ms\":%."
      "0f,"
      "\"peak_mib\":%.0f,\"target\":{\"ms_12\":%.0f,\"ms_40\":%.0f,\"bytes\":%zu},\"met\":%s}\n",
      photograph_bytes / photographs.size(), twelve.ms, twelve.bytes, twelve.pages, forty.ms,
      forty.bytes, forty.pages, full_ms, static_cast<double>(usage.ru_maxrss) / 1024, kMostMs12,
      kMostMs40, kMostBytes, met ? "true" : "false");
  return met ? 0 : 1;
}

}  // namespace
}  // namespace pons

int main() { return pons::Run(); }
