// SPDX-License-Identifier: Apache-2.0
#include "report/image.h"

#include <png.h>
#include <turbojpeg.h>

#include <algorithm>
#include <cmath>
#include <memory>

namespace pons::report {
namespace {

Error Broken(std::string text) { return MakeError(Fault::kRejected, std::move(text)); }

std::uint8_t Byte(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

const unsigned char* Data(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

Result<void> JudgeSize(std::uint64_t width, std::uint64_t height, const ImageLimits& limits) {
  if (width == 0 || height == 0) return Broken("the image has no pixels");
  if (width > limits.max_side || height > limits.max_side || width * height > limits.max_pixels) {
    return Broken("the image has more than " + std::to_string(limits.max_pixels / 1'000'000) +
                  " megapixels");
  }
  return Ok();
}

// ---- sizes

struct Size {
  int width = 0;
  int height = 0;
};

// The largest size of the same shape within the box; never larger than it is.
Size FitWithin(Size from, Size box) {
  const double scale = std::min({1.0, static_cast<double>(box.width) / from.width,
                                 static_cast<double>(box.height) / from.height});
  return {std::max(1, static_cast<int>(std::lround(from.width * scale))),
          std::max(1, static_cast<int>(std::lround(from.height * scale)))};
}

// Where the area average reads, for one axis: a target pixel covers `weights.size()` sources from
// `begin` on, those at its edges in part. Weights sum up to 1.
struct Span {
  std::size_t begin = 0;
  std::vector<float> weights;
};
std::vector<Span> Spans(int from, int to) {
  std::vector<Span> spans(static_cast<std::size_t>(to));
  const double step = static_cast<double>(from) / to;
  for (std::size_t i = 0; i < spans.size(); ++i) {
    const double low = static_cast<double>(i) * step;
    const double high = std::min(low + step, static_cast<double>(from));
    spans[i].begin = std::min(static_cast<std::size_t>(low), static_cast<std::size_t>(from) - 1);
    for (std::size_t at = spans[i].begin; at < static_cast<std::size_t>(from); ++at) {
      const auto edge = static_cast<double>(at);
      const double covered = std::min(edge + 1, high) - std::max(edge, low);
      if (covered <= 1e-9 && at > spans[i].begin) break;
      spans[i].weights.push_back(static_cast<float>(covered / step));
    }
  }
  return spans;
}

// ---- orientation

// Turned or mirrored so that the EXIF orientation becomes 1.
Pixels Upright(Pixels from, int orientation) {
  if (orientation <= 1 || orientation > 8) return from;
  const bool swapped = orientation >= 5;
  Pixels to;
  to.width = swapped ? from.height : from.width;
  to.height = swapped ? from.width : from.height;
  to.rgb.resize(from.rgb.size());
  const int last_x = from.width - 1;
  const int last_y = from.height - 1;
  for (int y = 0; y < to.height; ++y) {
    for (int x = 0; x < to.width; ++x) {
      int sx = swapped ? y : x;
      int sy = swapped ? x : y;
      if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8) {
        sx = last_x - sx;
      }
      if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7) {
        sy = last_y - sy;
      }
      const auto source = (static_cast<std::size_t>(sy) * static_cast<std::size_t>(from.width) +
                           static_cast<std::size_t>(sx)) *
                          3;
      const auto target = (static_cast<std::size_t>(y) * static_cast<std::size_t>(to.width) +
                           static_cast<std::size_t>(x)) *
                          3;
      std::copy_n(from.rgb.begin() + static_cast<std::ptrdiff_t>(source), 3,
                  to.rgb.begin() + static_cast<std::ptrdiff_t>(target));
    }
  }
  return to;
}

// A TIFF block as EXIF has it: reads within its bounds, in its byte order.
class Tiff {
 public:
  explicit Tiff(std::string_view bytes) : bytes_(bytes), little_(bytes.substr(0, 2) == "II") {}
  std::uint32_t Read(std::size_t at, std::size_t count) const {
    if (at > bytes_.size() || count > bytes_.size() - at) return 0;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      value = value << 8 | Byte(bytes_, at + (little_ ? count - 1 - i : i));
    }
    return value;
  }

 private:
  std::string_view bytes_;
  bool little_;
};

int OrientationInTiff(std::string_view block) {
  const Tiff tiff(block);
  if (tiff.Read(2, 2) != 42) return 1;
  const std::size_t directory = tiff.Read(4, 4);
  const std::uint32_t fields = tiff.Read(directory, 2);
  for (std::uint32_t i = 0; i < fields; ++i) {
    const std::size_t field = directory + 2 + std::size_t{12} * i;
    if (field + 12 > block.size()) return 1;
    if (tiff.Read(field, 2) != 0x0112) continue;
    const auto value = tiff.Read(field + 8, 2);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

// ---- JPEG

struct TurboFree {
  void operator()(void* handle) const { tjDestroy(handle); }
};
using Turbo = std::unique_ptr<void, TurboFree>;

// Cameras leave stray bytes between segments, which harm nothing; whatever else the decoder
// complains of means that part of the picture is not the picture.
bool Harmless(tjhandle handle) {
  return tjGetErrorCode(handle) == TJERR_WARNING &&
         std::string_view(tjGetErrorStr2(handle)).find("extraneous bytes") !=
             std::string_view::npos;
}

// Cameras write one scan and progressive pictures about ten. Each costs a pass over all pixels, and
// may be a few bytes long.
constexpr std::size_t kMostScans = 64;

bool TooManyScans(std::string_view jpeg) {
  std::size_t scans = 0;
  for (auto at = jpeg.find("\xFF\xDA"); at != std::string_view::npos;
       at = jpeg.find("\xFF\xDA", at + 2)) {
    if (++scans > kMostScans) return true;
  }
  return false;
}

// The smallest of the decoder's own scales that is still at least `wanted`.
Size DecoderScale(Size from, Size wanted) {
  int count = 0;
  const tjscalingfactor* factors = tjGetScalingFactors(&count);
  Size best = from;
  for (int i = 0; i < count; ++i) {
    const Size scaled{TJSCALED(from.width, factors[i]), TJSCALED(from.height, factors[i])};
    if (scaled.width >= wanted.width && scaled.height >= wanted.height &&
        scaled.width < best.width) {
      best = scaled;
    }
  }
  return best;
}

// Photographs for print come as inverted CMYK, as Adobe writes it.
void CmykToRgb(const std::vector<std::uint8_t>& cmyk, std::vector<std::uint8_t>& rgb) {
  for (std::size_t i = 0; i < cmyk.size() / 4; ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      rgb[i * 3 + c] = static_cast<std::uint8_t>(cmyk[i * 4 + c] * cmyk[i * 4 + 3] / 255);
    }
  }
}

Result<Pixels> DecodeJpeg(std::string_view bytes, Size box, const ImageLimits& limits) {
  const Turbo turbo(tjInitDecompress());
  if (turbo == nullptr) return MakeError(Fault::kInternal, "the JPEG decoder did not start");
  const auto size = static_cast<unsigned long>(bytes.size());
  Size full;
  int subsampling = 0;
  int colours = 0;
  if (tjDecompressHeader3(turbo.get(), Data(bytes), size, &full.width, &full.height, &subsampling,
                          &colours) != 0 &&
      !Harmless(turbo.get())) {
    return Broken("the JPEG image is damaged");
  }
  if (full.width <= 0 || full.height <= 0) return Broken("the JPEG image is damaged");
  PONS_TRY(JudgeSize(static_cast<std::uint64_t>(full.width),
                     static_cast<std::uint64_t>(full.height), limits));
  if (TooManyScans(bytes)) return Broken("the JPEG image has too many scans");
  const int orientation = ExifOrientation(bytes);
  if (orientation >= 5) std::swap(box.width, box.height);
  const Size wanted = FitWithin(full, box);
  const Size decoded = DecoderScale(full, wanted);
  const bool cmyk = colours == TJCS_CMYK || colours == TJCS_YCCK;
  const std::size_t count =
      static_cast<std::size_t>(decoded.width) * static_cast<std::size_t>(decoded.height);
  Pixels pixels{decoded.width, decoded.height, std::vector<std::uint8_t>(count * 3)};
  std::vector<std::uint8_t> inks(cmyk ? count * 4 : 0);
  if (tjDecompress2(turbo.get(), Data(bytes), size, cmyk ? inks.data() : pixels.rgb.data(),
                    decoded.width, 0, decoded.height, cmyk ? TJPF_CMYK : TJPF_RGB,
                    TJFLAG_LIMITSCANS | TJFLAG_ACCURATEDCT) != 0 &&
      !Harmless(turbo.get())) {
    return Broken("the JPEG image is damaged or incomplete");
  }
  if (cmyk) CmykToRgb(inks, pixels.rgb);
  if (decoded.width != wanted.width || decoded.height != wanted.height) {
    pixels = Shrink(pixels, wanted.width, wanted.height);
  }
  return Upright(std::move(pixels), orientation);
}

// ---- PNG

struct PngImage {
  png_image image{};
  PngImage() { image.version = PNG_IMAGE_VERSION; }
  ~PngImage() { png_image_free(&image); }
  PngImage(const PngImage&) = delete;
  PngImage& operator=(const PngImage&) = delete;
};

Result<Pixels> DecodePng(std::string_view bytes, Size box, const ImageLimits& limits) {
  PngImage png;
  if (png_image_begin_read_from_memory(&png.image, bytes.data(), bytes.size()) == 0) {
    return Broken("the PNG image is damaged");
  }
  PONS_TRY(JudgeSize(png.image.width, png.image.height, limits));
  png.image.format = PNG_FORMAT_RGB;
  const Size full{static_cast<int>(png.image.width), static_cast<int>(png.image.height)};
  Pixels pixels{full.width, full.height, std::vector<std::uint8_t>(PNG_IMAGE_SIZE(png.image))};
  const png_color white{255, 255, 255};
  if (png_image_finish_read(&png.image, &white, pixels.rgb.data(), 0, nullptr) == 0) {
    return Broken("the PNG image is damaged or incomplete");
  }
  const Size wanted = FitWithin(full, box);
  if (wanted.width == full.width && wanted.height == full.height) return pixels;
  return Shrink(pixels, wanted.width, wanted.height);
}

}  // namespace

int ExifOrientation(std::string_view jpeg) {
  // Segments: FF, marker, length of two bytes that counts itself.
  std::size_t at = 2;
  while (at + 4 <= jpeg.size() && Byte(jpeg, at) == 0xFF) {
    const std::uint8_t marker = Byte(jpeg, at + 1);
    if (marker == 0xFF) {
      ++at;
      continue;
    }
    if (marker == 0xDA || marker == 0xD9) return 1;  // the picture itself begins, or ends
    const std::size_t length =
        static_cast<std::size_t>(Byte(jpeg, at + 2)) << 8 | Byte(jpeg, at + 3);
    if (length < 2 || at + 2 + length > jpeg.size()) return 1;
    const std::string_view body = jpeg.substr(at + 4, length - 2);
    if (marker == 0xE1 && body.substr(0, 6) == std::string_view("Exif\0\0", 6)) {
      return OrientationInTiff(body.substr(6));
    }
    at += 2 + length;
  }
  return 1;
}

Pixels Shrink(const Pixels& from, int width, int height) {
  Pixels to{width, height, {}};
  to.rgb.reserve(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  const auto columns = Spans(from.width, width);
  const auto rows = Spans(from.height, height);
  const std::size_t stride = static_cast<std::size_t>(from.width) * 3;
  std::vector<float> tall(stride);  // the sources of one target row, averaged downwards
  for (const Span& row : rows) {
    std::fill(tall.begin(), tall.end(), 0.0F);
    for (std::size_t i = 0; i < row.weights.size(); ++i) {
      const std::uint8_t* source = from.rgb.data() + (row.begin + i) * stride;
      for (std::size_t x = 0; x < stride; ++x) {
        tall[x] += row.weights[i] * static_cast<float>(source[x]);
      }
    }
    for (const Span& column : columns) {
      float sum[3] = {0.5F, 0.5F, 0.5F};  // rounds
      const float* pixel = tall.data() + column.begin * 3;
      for (const float weight : column.weights) {
        for (float& one : sum) one += weight * *pixel++;
      }
      for (const float one : sum) {
        to.rgb.push_back(static_cast<std::uint8_t>(std::clamp(one, 0.0F, 255.0F)));
      }
    }
  }
  return to;
}

Result<Pixels> DecodeImage(std::string_view bytes, int width, int height,
                           const ImageLimits& limits) {
  if (bytes.empty()) return Broken("the image is empty");
  if (bytes.size() > limits.max_bytes) {
    return Broken("the image is larger than " + std::to_string(limits.max_bytes >> 20) + " MiB");
  }
  const Size box{std::max(1, width), std::max(1, height)};
  if (bytes.starts_with("\xFF\xD8\xFF")) return DecodeJpeg(bytes, box, limits);
  if (bytes.starts_with("\x89PNG\r\n\x1A\n")) return DecodePng(bytes, box, limits);
  return Broken("the image is neither JPEG nor PNG");
}

Result<std::string> EncodeJpeg(const Pixels& pixels, int quality) {
  PONS_CHECK(pixels.width > 0 && pixels.height > 0);
  const Turbo turbo(tjInitCompress());
  if (turbo == nullptr) return MakeError(Fault::kInternal, "the JPEG encoder did not start");
  unsigned char* out = nullptr;
  unsigned long size = 0;
  // Colours are what dermoscopy is read by: they are thinned out only where room is short.
  const int sampling = quality >= 85 ? TJSAMP_444 : TJSAMP_420;
  const int failed =
      tjCompress2(turbo.get(), pixels.rgb.data(), pixels.width, 0, pixels.height, TJPF_RGB, &out,
                  &size, sampling, std::clamp(quality, 1, 100), TJFLAG_ACCURATEDCT);
  std::string jpeg;
  if (failed == 0) jpeg.assign(reinterpret_cast<const char*>(out), size);
  tjFree(out);
  if (failed != 0) return MakeError(Fault::kInternal, "the JPEG encoder failed");
  return jpeg;
}

}  // namespace pons::report
