// SPDX-License-Identifier: Apache-2.0
// A wrong word on the command line suggests the right one.
#pragma once

#include <string>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's own
class App;
}

namespace pons {

// The sentence about the first word or option that no command knows, with what may have been meant;
// empty where every word is known.
std::string UnknownWord(const CLI::App& app, int argc, const char* const* argv);

}  // namespace pons
