// SPDX-License-Identifier: Apache-2.0
// Documents on their way into a patient's record: from POST DocumentReference, and from operations
// that make one.
//
// Threads: the pool for writes.
#pragma once

#include <string>

#include "api/writes.h"
#include "fhir/decode.h"

namespace pons::api {

constexpr std::size_t kMostDocumentBytes = 20u << 20;

void PostDocument(Service& service, const CallPtr& call);

// What PostDocument does from resolving references on: `write` has begun (Write::Begin with the key
// required), `request.data` holds the bytes. Answers the call.
void CreateDocument(Write& write, fhir::DocumentRequest request);

}  // namespace pons::api
