// SPDX-License-Identifier: Apache-2.0
// Pictures from outside: any bytes give upright pixels within the box, or an error, with bounded
// memory and time.
#include "fuzz.h"
#include "report/image.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  using namespace pons::report;
  const int width = 1 + data[0];
  const int height = 1 + data[1];
  const auto bytes = pons::AsText(data + 2, size - 2);
  ImageLimits limits;
  limits.max_pixels = 300'000;
  const int orientation = ExifOrientation(bytes);
  PONS_CHECK(orientation >= 1 && orientation <= 8);
  const auto pixels = DecodeImage(bytes, width, height, limits);
  if (!pixels) {
    PONS_CHECK(!pixels.error().summary.empty());
    return 0;
  }
  PONS_CHECK(pixels->width >= 1 && pixels->width <= width);
  PONS_CHECK(pixels->height >= 1 && pixels->height <= height);
  PONS_CHECK(pixels->rgb.size() == static_cast<std::size_t>(pixels->width) *
                                       static_cast<std::size_t>(pixels->height) * 3);
  const auto jpeg = EncodeJpeg(*pixels, 50);
  PONS_CHECK(jpeg.has_value());
  const auto again = DecodeImage(*jpeg, width, height, limits);
  PONS_CHECK(again.has_value() && again->width == pixels->width && again->height == pixels->height);
  return 0;
}
