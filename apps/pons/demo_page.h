// SPDX-License-Identifier: Apache-2.0
// The one page that the demo opens: the practice on one side, the app on the other.
#pragma once

#include <string>

namespace pons {

struct DemoPage {
  std::string practice_url;
  std::string app_url;  // empty: the example app does not run; the page says how to start it
  std::string api_url;
  std::string shared;  // "skin appointments of all practitioners, at both locations"
};

std::string RenderDemoPage(const DemoPage& page);

}  // namespace pons
