// SPDX-License-Identifier: Apache-2.0
// The clinic of the reference vendor: a practice in this process, on a clock that stands still.
#pragma once

#include <functional>

#include "tests/conformance/suite.h"
#include "vendors/memory/connector/memory.h"

namespace pons::conformance {

// Makes the connector under test over a world of practices.
using MakeConnector = std::function<std::unique_ptr<Connector>(const memory::MemoryWorld& world)>;

// The reference vendor itself, or what `make` puts in its place.
Subject MemorySubject(MakeConnector make = {});

}  // namespace pons::conformance
