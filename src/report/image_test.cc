// SPDX-License-Identifier: Apache-2.0
#include "report/image.h"

#include <cairo.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <turbojpeg.h>

#include <chrono>

#include "report/sample.h"

namespace pons::report {
namespace {

using testing::HasSubstr;

constexpr char kRed = 'r', kGreen = 'g', kBlue = 'b', kWhite = 'w';

// Four quarters: red, green above; blue, white below.
Pixels Quarters(int width, int height) {
  Pixels pixels{width, height, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const bool right = x >= width / 2;
      const bool low = y >= height / 2;
      pixels.rgb.push_back(right == low ? (low ? 255 : 255) : 0);
      pixels.rgb.push_back(right ? 255 : 0);
      pixels.rgb.push_back(low ? 255 : 0);
    }
  }
  return pixels;
}

char ColourAt(const Pixels& pixels, double x, double y) {
  const auto column = static_cast<std::size_t>(pixels.width * x);
  const auto row = static_cast<std::size_t>(pixels.height * y);
  const auto* pixel =
      pixels.rgb.data() + (row * static_cast<std::size_t>(pixels.width) + column) * 3;
  const bool red = pixel[0] > 128;
  const bool green = pixel[1] > 128;
  const bool blue = pixel[2] > 128;
  if (red && green && blue) return kWhite;
  return red ? kRed : green ? kGreen : blue ? kBlue : '?';
}

std::string Corners(const Pixels& pixels) {
  return {ColourAt(pixels, 0.25, 0.25), ColourAt(pixels, 0.75, 0.25), ColourAt(pixels, 0.25, 0.75),
          ColourAt(pixels, 0.75, 0.75)};
}

std::string WithExif(const std::string& jpeg, int orientation, bool little = false) {
  std::string tiff = little ? std::string("II\x2A\0\x08\0\0\0\x01\0", 10)
                            : std::string("MM\0\x2A\0\0\0\x08\0\x01", 10);
  const auto value = static_cast<char>(orientation);
  if (little) {
    tiff += std::string("\x12\x01\x03\0\x01\0\0\0", 8) + value + std::string("\0\0\0", 3);
  } else {
    tiff += std::string("\x01\x12\0\x03\0\0\0\x01\0", 9) + value + std::string("\0\0", 2);
  }
  tiff += std::string(4, '\0');
  const std::string body = std::string("Exif\0\0", 6) + tiff;
  const auto length = static_cast<char>(body.size() + 2);
  return jpeg.substr(0, 2) + std::string("\xFF\xE1\0", 3) + length + body + jpeg.substr(2);
}

std::string Png(int width, int height, double alpha) {
  cairo_surface_t* surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height);
  cairo_t* cr = cairo_create(surface);
  cairo_set_source_rgba(cr, 1, 0, 0, alpha);
  cairo_paint(cr);
  std::string png;
  cairo_surface_write_to_png_stream(
      surface,
      [](void* out, const unsigned char* data, unsigned length) {
        static_cast<std::string*>(out)->append(reinterpret_cast<const char*>(data), length);
        return CAIRO_STATUS_SUCCESS;
      },
      &png);
  cairo_destroy(cr);
  cairo_surface_destroy(surface);
  return png;
}

std::string Failure(std::string_view bytes, const ImageLimits& limits = {}) {
  auto pixels = DecodeImage(bytes, 300, 300, limits);
  return pixels ? "" : pixels.error().summary;
}

TEST(Image, ShrinksToTheBoxAndKeepsItsShape) {
  const auto jpeg = EncodeJpeg(Quarters(800, 600), 90).value();
  const auto pixels = DecodeImage(jpeg, 200, 200).value();
  EXPECT_EQ(pixels.width, 200);
  EXPECT_EQ(pixels.height, 150);
  EXPECT_EQ(pixels.rgb.size(), 200U * 150 * 3);
  EXPECT_EQ(Corners(pixels), "rgbw");
}

TEST(Image, NeverGrows) {
  const auto jpeg = EncodeJpeg(Quarters(80, 60), 90).value();
  const auto pixels = DecodeImage(jpeg, 2000, 2000).value();
  EXPECT_EQ(pixels.width, 80);
  EXPECT_EQ(pixels.height, 60);
}

TEST(Image, TurnsAsExifSays) {
  const auto jpeg = EncodeJpeg(Quarters(160, 96), 95).value();
  const char* const expected[] = {"rgbw", "rgbw", "grwb", "wbgr", "bwrg",
                                  "rbgw", "brwg", "wgbr", "gwrb"};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    for (const bool little : {false, true}) {
      const auto turned = WithExif(jpeg, orientation, little);
      EXPECT_EQ(ExifOrientation(turned), orientation);
      const auto pixels = DecodeImage(turned, 80, 80).value();
      EXPECT_EQ(Corners(pixels), expected[orientation]) << orientation;
      EXPECT_EQ(pixels.width, orientation < 5 ? 80 : 48) << orientation;
      EXPECT_EQ(pixels.height, orientation < 5 ? 48 : 80) << orientation;
    }
  }
}

TEST(Image, ExifThatLiesIsNoExif) {
  const auto jpeg = EncodeJpeg(Quarters(32, 32), 90).value();
  EXPECT_EQ(ExifOrientation(WithExif(jpeg, 9)), 1);
  EXPECT_EQ(ExifOrientation(jpeg), 1);
  const auto turned = WithExif(jpeg, 6);
  for (std::size_t length = 0; length < 60; ++length) {
    const int orientation = ExifOrientation(std::string_view(turned).substr(0, length));
    EXPECT_TRUE(orientation == 1 || orientation == 6);
  }
}

TEST(Image, TransparentPngStandsOnWhite) {
  const auto clear = DecodeImage(Png(40, 40, 0), 40, 40).value();
  EXPECT_EQ(ColourAt(clear, 0.5, 0.5), kWhite);
  const auto solid = DecodeImage(Png(400, 200, 1), 100, 100).value();
  EXPECT_EQ(ColourAt(solid, 0.5, 0.5), kRed);
  EXPECT_EQ(solid.width, 100);
  EXPECT_EQ(solid.height, 50);
}

TEST(Image, GreyAndCmykJpegs) {
  const std::vector<unsigned char> grey(64 * 64, 200);
  // Inverted inks, as Adobe writes them: 255 is none. All cyan and yellow makes green.
  std::vector<unsigned char> inks;
  for (int i = 0; i < 64 * 64; ++i) inks.insert(inks.end(), {0, 255, 0, 255});
  const auto encode = [](const std::vector<unsigned char>& from, int format, int sampling) {
    const tjhandle turbo = tjInitCompress();
    unsigned char* out = nullptr;
    unsigned long size = 0;
    EXPECT_EQ(tjCompress2(turbo, from.data(), 64, 0, 64, format, &out, &size, sampling, 95, 0), 0);
    std::string jpeg(reinterpret_cast<char*>(out), size);
    tjFree(out);
    tjDestroy(turbo);
    return jpeg;
  };
  const auto plain = DecodeImage(encode(grey, TJPF_GRAY, TJSAMP_GRAY), 64, 64).value();
  EXPECT_NEAR(plain.rgb[0], 200, 3);
  EXPECT_NEAR(plain.rgb[2], 200, 3);
  const auto printed = DecodeImage(encode(inks, TJPF_CMYK, TJSAMP_444), 64, 64).value();
  EXPECT_EQ(ColourAt(printed, 0.5, 0.5), kGreen);
}

TEST(Image, WhatIsCutOffIsNoImage) {
  const auto jpeg = SampleImage(1, 400, 300, false);
  const auto png = Png(300, 300, 0.5);
  EXPECT_THAT(Failure(jpeg.substr(0, jpeg.size() / 2)), HasSubstr("damaged or incomplete"));
  EXPECT_THAT(Failure(jpeg.substr(0, 40)), HasSubstr("damaged"));
  EXPECT_THAT(Failure(png.substr(0, png.size() / 2)), HasSubstr("PNG"));
  EXPECT_EQ(Failure(jpeg), "");
  EXPECT_EQ(Failure(png), "");
}

TEST(Image, BytesBetweenSegmentsDoNoHarm) {
  // Some cameras pad; the decoder skips it with a warning.
  auto jpeg = SampleImage(2, 200, 150, false);
  const auto quantisation = jpeg.find("\xFF\xDB");
  ASSERT_NE(quantisation, std::string::npos);
  jpeg.insert(quantisation, std::string("\0\0\0\0", 4));
  EXPECT_EQ(Failure(jpeg), "");
}

TEST(Image, OthersAreNamed) {
  EXPECT_THAT(Failure(""), HasSubstr("empty"));
  EXPECT_THAT(Failure("GIF89a..............."), HasSubstr("neither JPEG nor PNG"));
  EXPECT_THAT(Failure("<svg/>"), HasSubstr("neither JPEG nor PNG"));
  EXPECT_THAT(Failure(std::string_view("\0\0\0\x18"
                                       "ftypheic",
                                       12)),
              HasSubstr("neither JPEG nor PNG"));
}

TEST(Image, BombsAreRefusedByTheirHeader) {
  // A small file that says it is 8,000 by 8,000.
  auto jpeg = EncodeJpeg(Quarters(64, 64), 80).value();
  const auto frame = jpeg.find("\xFF\xC0");
  ASSERT_NE(frame, std::string::npos);
  jpeg.replace(frame + 5, 4, std::string("\x1F\x40\x1F\x40", 4));
  auto png = Png(64, 64, 1);
  png.replace(16, 8, std::string("\0\0\x1F\x40\0\0\x1F\x40", 8));
  // libpng checks the header's sum: this is the one of 8,000 by 8,000, eight bits, RGBA.
  png.replace(29, 4, "\xD5\x2F\xA0\x26");
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_THAT(Failure(jpeg), HasSubstr("more than 50 megapixels"));
  EXPECT_NE(Failure(png), "");
  EXPECT_THAT(Failure(std::string("\xFF\xD8\xFF") + std::string((20 << 20) + 1, 'x')),
              HasSubstr("larger than 20 MiB"));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(2));
  ImageLimits small;
  small.max_pixels = 64 * 64 - 1;
  EXPECT_THAT(Failure(Png(64, 64, 1), small), HasSubstr("megapixels"));
}

TEST(Image, ManyScansAreRefused) {
  // Each scan is a pass over all pixels for a few bytes of file.
  auto jpeg = EncodeJpeg(Quarters(64, 64), 80).value();
  const auto scan = jpeg.find("\xFF\xDA");
  ASSERT_NE(scan, std::string::npos);
  const auto piece = jpeg.substr(scan, jpeg.size() - 2 - scan);
  for (int i = 0; i < 70; ++i) jpeg.insert(scan, piece);
  EXPECT_THAT(Failure(jpeg), HasSubstr("too many scans"));
}

TEST(Image, ShrinkAverages) {
  Pixels checks{4, 4, {}};
  for (int i = 0; i < 16; ++i) {
    const auto value = static_cast<std::uint8_t>((i + i / 4) % 2 == 0 ? 0 : 200);
    checks.rgb.insert(checks.rgb.end(), {value, value, value});
  }
  for (const auto& one : Shrink(checks, 2, 2).rgb) EXPECT_EQ(one, 100);
  const auto odd = Shrink(checks, 3, 3);
  EXPECT_EQ(odd.rgb.size(), 27U);
  for (const auto& one : odd.rgb) EXPECT_NEAR(one, 100, 45);
}

}  // namespace
}  // namespace pons::report
