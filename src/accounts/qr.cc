// SPDX-License-Identifier: Apache-2.0
#include "accounts/qr.h"

#include <qrencode.h>

#include <memory>

namespace pons::accounts {

Result<std::string> QrSvg(std::string_view text) {
  constexpr int kBorder = 4;  // modules, as ISO/IEC 18004 asks
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeString8bit(std::string(text).c_str(), 0, QR_ECLEVEL_M), QRcode_free);
  if (!code) return MakeError(Fault::kInternal, "this text is too long for a QR code");
  const int width = code->width;
  const std::string side = std::to_string(width + 2 * kBorder);
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + side + " " + side +
                    "\" shape-rendering=\"crispEdges\" role=\"img\" aria-label=\"QR code\">"
                    "<path fill=\"#fff\" d=\"M0 0h" +
                    side + "v" + side + "H0z\"/><path fill=\"#000\" d=\"";
  const auto dark = [&code, width](int x, int y) {
    return (code->data[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                       static_cast<std::size_t>(x)] &
            1) != 0;
  };
  for (int y = 0; y < width; ++y) {
    for (int x = 0; x < width; ++x) {
      if (!dark(x, y)) continue;
      const int start = x;
      while (x + 1 < width && dark(x + 1, y)) ++x;
      const std::string run = std::to_string(x + 1 - start);
      out += "M" + std::to_string(start + kBorder) + " " + std::to_string(y + kBorder) + "h" + run +
             "v1h-" + run + "z";
    }
  }
  return out + "\"/></svg>";
}

}  // namespace pons::accounts
