// SPDX-License-Identifier: Apache-2.0
// The clinical views (best-practice sheet §3) and the tables behind them. INFERRED: the tables; of
// CURRENTRX, CORRESPONDENCEOUT and EPCREPORTS the names are public, of the others nothing is, and
// all columns are the views'. INFERRED: InternalID as the first column of every view.
#pragma once

#include "vendors/best_practice/sandbox/schema_tables.h"

namespace pons::best_practice::sandbox {

inline constexpr TableSpec kClinicalTables[] = {
    {"CURRENTRX",
     "RECORDID i key, INTERNALID i, RECORDSTATUS i, DRUGNAME v150, DOSE c20, FREQUENCY c20, FOOD "
     "c30, OTHERDETAIL c50, PRN i, INSTRUCTIONS v300, ROUTE i, QUANTITY i, PRODUCTUNIT v50, "
     "REPEATS i, INDICATION v250, FIRSTDATE d, LASTDATE d, PRODUCTID i, CREATED d"},
    {"REACTIONS",
     "RECORDID i key, INTERNALID i, RECORDSTATUS i, ITEMNAME c50, REACTION c50, SEVERITY c20, "
     "COMMENT v1000, CREATED d"},
    {"OBSERVATIONS",
     "RECORDID i key, INTERNALID i, RECORDSTATUS i, USERID i, OBSERVATIONDATE d, OBSERVATIONTIME "
     "i, OBSERVATIONNAME v25, OBSERVATIONCODE i, OBSERVATIONVALUE c12, CREATED d"},
    {"CLINICAL",
     "RECORDID i key, INTERNALID i, RECORDSTATUS i, KNOWNALLERGIES c12, SMOKINGSTATUS c12, "
     "BLOODGROUP v15, MARITALSTATUSNAME c15, SOCIALHISTORY v1000, RECREATION v1000, "
     "ACCOMODATIONTEXT c20, LIVESWITHTEXT c12, HASCARER c5, ISCARER c5, CREATED d"},
    {"TOBACCO",
     "RECORDID i key, INTERNALID i, RECORDSTATUS i, SMOKINGSTATUS c12, SMOKESPERDAY i, YEARSTARTED "
     "i, CREATED d"},
    {"ALCOHOL",
     "RECORDID i key, INTERNALID i, RECORDSTATUS i, NONDRINKER i, DAYSPERWEEK i, DRINKSPERDAY i, "
     "CREATED d"},
    {"FAMILYHISTORY",
     "RECORDID i key, INTERNALID i, RECORDSTATUS i, UNKNOWN i, FATHERALIVE c12, FATHERSAGEATDEATH "
     "i, FATHERSCAUSEOFDEATH c60, MOTHERALIVE c12, MOTHERSAGEATDEATH i, MOTHERSCAUSEOFDEATH c60, "
     "COMMENT v1000, CREATED d"},
    {"FAMILYHISTORYDETAIL",
     "RECORDID i key, INTERNALID i, RECORDSTATUS i, RELATIONNAME c20, CONDITION c60, DISEASECODE "
     "i, COMMENT v1000, CREATED d"},
    {"CORRESPONDENCEOUT",
     "RECORDID i key, INTERNALID i, RECORDSTATUS i, USERID i, CORRESPONDENCEDATE d, CONTACTNAME "
     "c90, SUBJECT c100, STORED i, COMMENT v1000, CONFIDENTIALFLAG i, DRAFT i, CREATED d"},
    {"EPCREPORTS",
     "REPORTID i key, INTERNALID i, RECORDSTATUS i, USERID i, REPORTDATE d, REPORTTYPE c100, "
     "STORED i, FINALISED i, CREATED d"},
};

inline constexpr IndexSpec kClinicalIndexes[] = {
    {"CURRENTRX_PATIENT", "CURRENTRX(INTERNALID)"},
    {"REACTIONS_PATIENT", "REACTIONS(INTERNALID)"},
    {"OBSERVATIONS_PATIENT", "OBSERVATIONS(INTERNALID)"},
    {"CLINICAL_PATIENT", "CLINICAL(INTERNALID)"},
    {"TOBACCO_PATIENT", "TOBACCO(INTERNALID)"},
    {"ALCOHOL_PATIENT", "ALCOHOL(INTERNALID)"},
    {"FAMILYHISTORY_PATIENT", "FAMILYHISTORY(INTERNALID)"},
    {"FAMILYHISTORYDETAIL_PATIENT", "FAMILYHISTORYDETAIL(INTERNALID)"},
    {"CORRESPONDENCEOUT_PATIENT", "CORRESPONDENCEOUT(INTERNALID)"},
    {"EPCREPORTS_PATIENT", "EPCREPORTS(INTERNALID)"},
    {"INVESTIGATIONS_PATIENT", "INVESTIGATIONS(INTERNALID)"},
};

inline constexpr ViewSpec kClinicalViews[] = {
    {"BPS_CurrentRx",
     "InternalID i, RECORDID i, DrugName v150, Dose c20, Frequency c20, Food c30, OtherDetail c50, "
     "PRN c5, Instructions v300, Route i, Quantity i, ProductUnit v50, Repeats i, Indication v250, "
     "FirstDate d, LastDate d, ProductID i, SCID c20, SCIDNO i, Created d",
     "SELECT INTERNALID, RECORDID, DRUGNAME, DOSE, FREQUENCY, FOOD, OTHERDETAIL, "
     "iif(PRN=1,'Yes','No'), INSTRUCTIONS, ROUTE, QUANTITY, PRODUCTUNIT, REPEATS, INDICATION, "
     "FIRSTDATE, LASTDATE, PRODUCTID, '', 0, CREATED FROM CURRENTRX WHERE RECORDSTATUS=1"},
    {"BPS_Reactions",
     "InternalID i, ItemName c50, Reaction c50, Severity c20, Comment v1000, Created d",
     "SELECT INTERNALID, ITEMNAME, REACTION, SEVERITY, COMMENT, CREATED FROM REACTIONS WHERE "
     "RECORDSTATUS=1"},
    {"BPS_Observations",
     "InternalID i, UserID i, ObservationDate d, RECORDID i, ObservationTime i, ObservationName "
     "v25, ObservationCode i, ObservationValue c12, Description i, Provider v162, Created d",
     "SELECT O.INTERNALID, O.USERID, O.OBSERVATIONDATE, O.RECORDID, O.OBSERVATIONTIME, "
     "O.OBSERVATIONNAME, O.OBSERVATIONCODE, O.OBSERVATIONVALUE, 0, rtrim(coalesce(U.FIRSTNAME,'') "
     "|| ' ' || coalesce(U.SURNAME,'')), O.CREATED FROM OBSERVATIONS O LEFT JOIN USERS U ON "
     "U.USERID=O.USERID WHERE O.RECORDSTATUS=1"},
    {"BPS_Clinical",
     "InternalID i, KnownAllergies c12, SmokingStatus c12, BloodGroup v15, MaritalStatusName c15, "
     "SocialHistory v1000, Recreation v1000, AccomodationText c20, LivesWithText c12, HasCarer c5, "
     "IsCarer c5",
     "SELECT INTERNALID, KNOWNALLERGIES, SMOKINGSTATUS, BLOODGROUP, MARITALSTATUSNAME, "
     "SOCIALHISTORY, RECREATION, ACCOMODATIONTEXT, LIVESWITHTEXT, HASCARER, ISCARER FROM CLINICAL "
     "WHERE RECORDSTATUS=1"},
    {"BPS_Tobacco", "InternalID i, SmokingStatus c12, SmokesPerDay i, YearStarted i",
     "SELECT INTERNALID, SMOKINGSTATUS, SMOKESPERDAY, YEARSTARTED FROM TOBACCO WHERE "
     "RECORDSTATUS=1"},
    {"BPS_Alcohol", "InternalID i, NonDrinker c5, DaysPerweek i, DrinksPerday i",
     "SELECT INTERNALID, iif(NONDRINKER=1,'Yes','No'), DAYSPERWEEK, DRINKSPERDAY FROM ALCOHOL "
     "WHERE RECORDSTATUS=1"},
    {"BPS_FamilyHistory",
     "InternalID i, Unknown c5, FatherAlive c12, FathersAgeAtDeath i, FathersCauseOfDeath c60, "
     "MotherAlive c12, MothersAgeAtDeath i, MothersCauseOfDeath c60, Comment v1000",
     "SELECT INTERNALID, iif(UNKNOWN=1,'Yes','No'), FATHERALIVE, FATHERSAGEATDEATH, "
     "FATHERSCAUSEOFDEATH, MOTHERALIVE, MOTHERSAGEATDEATH, MOTHERSCAUSEOFDEATH, COMMENT FROM "
     "FAMILYHISTORY WHERE RECORDSTATUS=1"},
    {"BPS_FamilyHistoryDetail",
     "InternalID i, RelationName c20, Condition c60, DiseaseCode i, Comment v1000",
     "SELECT INTERNALID, RELATIONNAME, CONDITION, DISEASECODE, COMMENT FROM FAMILYHISTORYDETAIL "
     "WHERE RECORDSTATUS=1"},
    {"BPS_CorrespondenceOut",
     "InternalID i, CorrespondenceDate d, ContactName c90, Subject c100, RecordID i, Stored i, "
     "Comment v1000, Confidential c5, Draft c5, Provider v162, Created d",
     "SELECT C.INTERNALID, C.CORRESPONDENCEDATE, C.CONTACTNAME, C.SUBJECT, C.RECORDID, C.STORED, "
     "C.COMMENT, iif(C.CONFIDENTIALFLAG=1,'Yes','No'), iif(C.DRAFT=1,'Yes','No'), "
     "rtrim(coalesce(U.FIRSTNAME,'') || ' ' || coalesce(U.SURNAME,'')), C.CREATED FROM "
     "CORRESPONDENCEOUT C LEFT JOIN USERS U ON U.USERID=C.USERID WHERE C.RECORDSTATUS=1"},
    {"BPS_EPCReports",
     "ReportID i, InternalID i, ReportDate d, ReportType c100, Stored i, Finalised c5, Provider "
     "v162, Created d",
     "SELECT E.REPORTID, E.INTERNALID, E.REPORTDATE, E.REPORTTYPE, E.STORED, "
     "iif(E.FINALISED=1,'Yes','No'), rtrim(coalesce(U.FIRSTNAME,'') || ' ' || "
     "coalesce(U.SURNAME,'')), E.CREATED FROM EPCREPORTS E LEFT JOIN USERS U ON U.USERID=E.USERID "
     "WHERE E.RECORDSTATUS=1"},
};

}  // namespace pons::best_practice::sandbox
