// SPDX-License-Identifier: Apache-2.0
// A text as a QR code, drawn as SVG; over libqrencode.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace pons::accounts {

// One <svg> element of one path, dark on light with the quiet border that scanners need, in any
// theme; sized by its page (viewBox only). Errors: kInternal where the text is too long for a code.
Result<std::string> QrSvg(std::string_view text);

}  // namespace pons::accounts
