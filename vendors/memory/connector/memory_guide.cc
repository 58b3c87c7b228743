// SPDX-License-Identifier: Apache-2.0
// What a person is told who connects a made-up practice.
#include "connector/guide.h"
#include "vendors/memory/connector/memory.h"

namespace pons::memory {
namespace {

constexpr std::string_view kBefore[] = {
    "Nothing: this is a made-up practice inside Pons, for trying things out.",
};
constexpr GuideStep kSteps[] = {
    {.title = "Choose the practice",
     .text = "The practice called demo is always there. Its password is demo too."},
};
constexpr SettingWords kSettings[] = {
    {.key = "practice", .label = "Practice", .usual = true},
    {.key = "user_name", .label = "User", .usual = true},
    {.key = "password", .label = "Password", .usual = true},
    {.key = "documents", .label = "Documents may be sent", .choices = "yes no"},
};
constexpr Guide kGuide = {
    .standing = "usable",
    .before = kBefore,
    .steps = kSteps,
    .settings = kSettings,
    .refused = "It is the password of the user that Pons signs in as, not your own.",
    .made_up = true,
};

}  // namespace

const Guide* MemoryConnector::guide() const { return &kGuide; }

}  // namespace pons::memory
