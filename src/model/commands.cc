// SPDX-License-Identifier: Apache-2.0
#include "model/commands.h"

#include <array>

namespace pons::model {
namespace {

struct KindRow {
  CommandKind kind;
  std::string_view name;
  std::string_view words;
};

constexpr std::array<KindRow, kCommandKindCount> kKinds = {{
    {CommandKind::kCreatePatient, "create-patient", "add a patient"},
    {CommandKind::kUpdatePatient, "update-patient", "change a patient's details"},
    {CommandKind::kBookAppointment, "book-appointment", "book an appointment"},
    {CommandKind::kMoveAppointment, "move-appointment", "move an appointment"},
    {CommandKind::kCancelAppointment, "cancel-appointment", "cancel an appointment"},
    {CommandKind::kSetAppointmentStatus, "set-appointment-status",
     "mark an appointment as arrived or missed"},
    {CommandKind::kAttachDocument, "attach-document", "put a document into a patient's record"},
}};

}  // namespace

std::string_view CommandKindName(CommandKind kind) {
  return kKinds[static_cast<std::size_t>(kind)].name;
}

std::string_view CommandKindWords(CommandKind kind) {
  return kKinds[static_cast<std::size_t>(kind)].words;
}

std::optional<CommandKind> CommandKindNamed(std::string_view name) {
  for (const auto& row : kKinds) {
    if (row.name == name) return row.kind;
  }
  return std::nullopt;
}

CommandKind KindOf(const CommandBody& body) {
  static_assert(std::variant_size_v<CommandBody> == kCommandKindCount);
  return static_cast<CommandKind>(body.index());
}

VendorRef TargetOf(const CommandBody& body) {
  struct Visitor {
    VendorRef operator()(const CreatePatient&) const { return {}; }
    VendorRef operator()(const UpdatePatient& b) const { return b.ref; }
    VendorRef operator()(const BookAppointment&) const { return {}; }
    VendorRef operator()(const MoveAppointment& b) const { return b.ref; }
    VendorRef operator()(const CancelAppointment& b) const { return b.ref; }
    VendorRef operator()(const SetAppointmentStatus& b) const { return b.ref; }
    VendorRef operator()(const AttachDocument&) const { return {}; }
  };
  return std::visit(Visitor{}, body);
}

}  // namespace pons::model
