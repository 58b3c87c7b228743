// SPDX-License-Identifier: Apache-2.0
// The checks, by the letter of their id. suite.cc lists them with what each proves.
#pragma once

#include "tests/conformance/bench.h"

namespace pons::conformance {

void DescriptorIsComplete(Bench& bench);  // D1
void SampleIsUsable(Bench& bench);        // D2
void FacetsAreAsDeclared(Bench& bench);   // D3

void GoodSettingsProbe(Bench& bench);  // O1
void WrongCredentials(Bench& bench);   // O2
void NobodyThere(Bench& bench);        // O3
void MissingRight(Bench& bench);       // O4
void TokenRunsOut(Bench& bench);       // O5

void EverythingFromTheBeginning(Bench& bench);  // P1
void PageSizesAgree(Bench& bench);              // P2
void EveryCursorLeadsToTheEnd(Bench& bench);    // P3
void CaughtUpStaysCaughtUp(Bench& bench);       // P4
void OneEditOneChange(Bench& bench);            // P5
void EditsWhilePaging(Bench& bench);            // P6
void DeletionsAsDeclared(Bench& bench);         // P7
void BrokenSweepProvesNothing(Bench& bench);    // P8
void JunkCursorsExpire(Bench& bench);           // P9
void CursorFromTheFuture(Bench& bench);         // P10
void OddRows(Bench& bench);                     // P11
void NamesComeUnchanged(Bench& bench);          // P12
void TimesAroundTheClockChange(Bench& bench);   // P13
void TipStandsAtTheEnd(Bench& bench);           // P14

void RecordsReadSingly(Bench& bench);         // R1
void MissingRecordsReadSingly(Bench& bench);  // R2

void SlotsAreFree(Bench& bench);        // S1
void BookedIsNotOffered(Bench& bench);  // S2

void EveryClinicalKindIsRead(Bench& bench);       // C1
void ClinicalDataIsThePatients(Bench& bench);     // C2
void OddClinicalRows(Bench& bench);               // C3
void ClinicalReadingWritesNothing(Bench& bench);  // C4

void CommandsTakeEffect(Bench& bench);        // W1
void TwiceIsOnce(Bench& bench);               // W2
void LostAnswers(Bench& bench);               // W3
void LostRequests(Bench& bench);              // W4
void TakenMeanwhile(Bench& bench);            // W5
void VendorsRules(Bench& bench);              // W6
void VersionsMoveOn(Bench& bench);            // W7
void UndeclaredCommands(Bench& bench);        // W8
void DocumentsComeIdentical(Bench& bench);    // W9
void ReadBackIsTheNextPull(Bench& bench);     // W10
void NobodyTwice(Bench& bench);               // W11
void PracticeLeadsAfterAVisit(Bench& bench);  // W12

void SlowDown(Bench& bench);                // F1
void RateIsKept(Bench& bench);              // F2
void CancelReturnsAtOnce(Bench& bench);     // F3
void DamagedAnswers(Bench& bench);          // F4
void DripEndsAtTheDeadline(Bench& bench);   // F5
void NothingSensitiveIsSaid(Bench& bench);  // F6
void OnlyDeclaredHosts(Bench& bench);       // F7
void PracticesStayApart(Bench& bench);      // F8

}  // namespace pons::conformance
