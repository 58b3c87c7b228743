// SPDX-License-Identifier: Apache-2.0
// What every answer of the portal says to the browser about itself.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "net/http.h"

namespace pons::portal {

// For pages: only this server's own scripts, styles and data; `nonce` allows the style element that
// the component library writes at run time. `frames` are origins that may be shown inside.
std::string ContentSecurityPolicy(std::string_view nonce, std::span<const std::string> frames);
// For data: nothing may be loaded because of it, nothing may show it.
inline constexpr std::string_view kDataPolicy = "default-src 'none'; frame-ancestors 'none'";

// nosniff, Referrer-Policy, Permissions-Policy, no framing by others, and over TLS
// Strict-Transport- Security; to which the policy above is added.
void AddSecurityHeaders(net::Headers& headers, bool https, std::string policy);

// Where this server is reached: `public_url` where it is set, otherwise as the Host header says, if
// that is a plain name. Nothing that is sent to somebody else may be made from it unless the caller
// is signed in: whoever asks chooses the header.
std::string BaseAddress(std::string_view public_url, bool https, const net::Headers& headers);

// Of "a=1; b=2"; empty where there is none. More than one of that name: the first.
std::string_view CookieValue(std::string_view cookies, std::string_view name);

}  // namespace pons::portal
