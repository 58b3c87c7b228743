// SPDX-License-Identifier: Apache-2.0
// A stand-in for the partners' way of reading a document, whose name is not public (best-practice
// sheet §5 "Documents"): SANDBOX_ReadDocument gives the bytes as hexadecimal digits.
#include "base/text.h"
#include "vendors/best_practice/sandbox/made_up_clinical.h"
#include "vendors/best_practice/sandbox/procedures.h"

namespace pons::best_practice::sandbox {
namespace {

void ReadDocument(ProcedureCall& call) {
  const auto document =
      ReadClinicalDocument(call.connection, call.Text("@KIND"), call.Integer("@INTERNALID"),
                           call.Integer("@DOCUMENTID"));
  if (!document) {
    call.error = SqlError{50000, 16, document.error().summary};
    return;
  }
  Variables content;
  content["@CONTENT"] = {{TypeKind::kText, 0}, "0x" + Hex(document->content)};
  if (!call.engine.RunText(call.connection, "SELECT @content AS Content", content, call.sink)) {
    call.result = 1;
  }
}

}  // namespace

void AddDocumentProcedures(ProcedureTable& table) {
  table.Add({"SANDBOX_ReadDocument",
             {{"@InternalID", kIntType, false},
              {"@DocumentID", kIntType, false},
              {"@Kind", VarcharOf(20), false}},
             false,
             "",
             ReadDocument});
}

}  // namespace pons::best_practice::sandbox
