// SPDX-License-Identifier: Apache-2.0
// Pictures from outside, made small and safe: JPEG and PNG in, upright pixels of the size wanted
// out, and back to JPEG. The only place that includes the image libraries (libturbojpeg, libpng).
//
// Promises: the header is judged before anything is allocated; nothing above the limits is decoded;
// a picture that ends too early is an error and not half a picture. At most about 350 MiB are held
// while one picture at the limits is decoded (a progressive JPEG; others less).
// Threads: any; no shared state. Errors: kRejected, with words for a person.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pons::report {

struct ImageLimits {
  std::size_t max_bytes = 20 << 20;
  std::uint64_t max_pixels = 50'000'000;
  std::uint32_t max_side = 30'000;
};

struct Pixels {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgb;  // three bytes a pixel, rows from the top, no gaps
};

// The picture upright (EXIF orientation applied), as large as it can be within width × height but
// never larger than it was; transparency becomes white.
Result<Pixels> DecodeImage(std::string_view bytes, int width, int height,
                           const ImageLimits& limits = {});

// `quality` 1 to 100. Requires pixels that are there.
Result<std::string> EncodeJpeg(const Pixels& pixels, int quality);

// Area average; for making pictures smaller.
Pixels Shrink(const Pixels& from, int width, int height);

// EXIF orientation of a JPEG, 1 to 8; 1 where it says none.
int ExifOrientation(std::string_view jpeg);

}  // namespace pons::report
