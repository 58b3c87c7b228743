// SPDX-License-Identifier: Apache-2.0
// The bytes of the built pages; a file of its own because it is large.
#include "portal/static_data.h"

namespace pons::portal {

#if __has_include("portal_files.inc")
namespace {
constexpr EmbeddedFile kFiles[] = {
#include "portal_files.inc"
};
}  // namespace
std::span<const EmbeddedFile> EmbeddedFiles() { return kFiles; }
#else
std::span<const EmbeddedFile> EmbeddedFiles() { return {}; }
#endif

}  // namespace pons::portal
