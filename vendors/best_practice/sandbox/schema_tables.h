// SPDX-License-Identifier: Apache-2.0
// The tables and views as data: names and column types from best-practice sheet §3, §4 and §7.
// i int, d datetime, cN CHAR(N), vN VARCHAR(N), t text, b image. A first column marked `key` is an
// identity.
#pragma once

#include <string_view>

namespace pons::best_practice::sandbox {

struct TableSpec {
  std::string_view name;
  std::string_view columns;
};

struct ViewSpec {
  std::string_view name;
  std::string_view columns;
  std::string_view query;  // SQLite; empty: the view has no rows
};

struct IndexSpec {
  std::string_view name;
  std::string_view on;
};

struct CodeSpec {
  std::string_view table;
  std::string_view rows;  // SQLite VALUES
};

inline constexpr TableSpec kTables[] = {
    {"PATIENTS",
     "INTERNALID i key, RECORDSTATUS i, EXTERNALID c12, IHI c16, IHISTATUS i, IHIRECORDSTATUS i, "
     "PATIENTSTATUS i, DATEOFDEATH d, TITLECODE i, FIRSTNAME c40, MIDDLENAME c30, SURNAME c40, "
     "PREFERREDNAME c30, ADDRESS1 c40, ADDRESS2 c40, CITY c40, POSTCODE c4, POSTALADDRESS c40, "
     "POSTALCITY c40, POSTALPOSTCODE c4, DOB d, SEXCODE i, ETHNICCODE i, HOMEPHONE c14, "
     "WORKPHONE c14, MOBILEPHONE c14, MEDICARENO c13, MEDICARELINENO c1, MEDICAREEXPIRY c10, "
     "PENSIONCODE i, PENSIONNO c14, PENSIONSTART d, PENSIONEXPIRY d, DVACODE i, DVANO c14, "
     "RECORDNO c10, HEALTHFUNDNO c20, HEALTHFUNDNAME v100, HEADOFFAMILYID i, NEXTOFKINID i, "
     "EMERGENCYID i, USERID i, CONSENTSMSREMINDER i, COUNTRY c60, CREATED d, CREATEDBY i, "
     "UPDATED d, UPDATEDBY i"},
    {"EMAIL",
     "RECORDID i key, INTERNALID i, EMAILCODE i, EMAIL v250, RECORDSTATUS i, CREATED d, "
     "CREATEDBY i, UPDATED d, UPDATEDBY i"},
    {"APPOINTMENTS",
     "RECORDID i key, INTERNALID i, RECORDSTATUS i, USERID i, LOCATIONID i, VISITID i, "
     "APPOINTMENTDATE d, APPOINTMENTTIME i, APPOINTMENTLENGTH i, APPOINTMENTCODE i, "
     "APPOINTMENTTYPE i, URGENT i, REASON v500, ARRIVALTIME i, CONSULTATIONTIME i, VISITLENGTH i, "
     "ROOMID i, BOOKEDBY i, ITEMLIST v2000, COMMENT v500, ATTENDANCECONFIRMED i, CREATED d, "
     "CREATEDBY i, UPDATED d, UPDATEDBY i, VIDEOURL v2000"},
    {"CANCELLEDAPPOINTMENTS",
     "RECORDID i key, APPOINTMENTID i, CANCELLEDBY i, CANCELLEDDATE d, CANCELLEDTIME i, REASON "
     "v100"},
    {"APPOINTMENTTYPES",
     "APPOINTMENTCODE i key, RECORDSTATUS i, LISTORDER i, ICONINDEX i, APPOINTMENTLENGTH i, "
     "DESCRIPTION c250"},
    {"APPOINTMENTCODES", "APPOINTMENTCODE i key, DESCRIPTION c20"},
    {"USERS",
     "USERID i key, RECORDSTATUS i, USERSTATUS i, LOCATIONID i, HPII c16, GROUPCODE i, TITLECODE "
     "i, "
     "SURNAME c100, FIRSTNAME c30, REGISTRATIONNO c20, PRESCRIBERNO c7, PROVIDERNO c8, "
     "HOMEPHONE c14, MOBILEPHONE c14, EMAIL v250, APPOINTMENTS i, CREATED d, CREATEDBY i, "
     "UPDATED d, UPDATEDBY i"},
    {"USERGROUPS", "GROUPCODE i key, GROUPNAME c60"},
    {"PROVIDER_LOCATION", "RECORDID i key, USERID i, LOCATIONID i, PROVIDERNUMBER c8"},
    {"LOCATIONS",
     "LOCATIONID i key, LOCATIONNAME v100, ADDRESS1 c50, ADDRESS2 c50, CITY c40, POSTCODE c4, "
     "HPIO c16, PHONE c14, AHPHONE c14, FAX c14, EMAIL v250, ABN c14, RECORDSTATUS i, CREATED d, "
     "UPDATED d"},
    {"PRACTICE", "PRACTICEID i key, PRACTICENAME v100, HPIO c16, ABN c14, SERIALNUMBER c12"},
    {"SESSIONS",
     "SESSIONID i key, USERID i, LOCATIONID i, DAYOFWEEK i, STARTTIME i, ENDTIME i, LENGTH i, "
     "SPECIAL i, LABEL c30, STARTDATE d, ENDDATE d, WEEKS i, CYCLEWEEK i, CYCLEDATE d, "
     "RECORDSTATUS i"},
    {"EXTRASESSIONS",
     "RECORDID i key, USERID i, LOCATIONID i, SESSIONDATE d, STARTTIME i, ENDTIME i, LENGTH i"},
    {"DAYSAWAY", "RECORDID i key, USERID i, STARTDATE d, FINISHDATE d, AWAYREASON c100"},
    {"RESERVEDAPPOINTMENTS", "RECORDID i key, USERID i, DAYOFWEEK i, APPOINTMENTTIME i"},
    {"INTERNETAPPOINTMENTS", "RECORDID i key, USERID i, DAYOFWEEK i, APPOINTMENTTIME i"},
    {"APPOINTMENTLOCKS",
     "RECORDID i key, APPOINTMENTDATE d, APPOINTMENTTIME i, USERID i, COMPUTER c15"},
    // INFERRED: LOCATION holds the LOCATIONID; the sheet names the column without its type.
    {"VISITS",
     "VISITID i key, INTERNALID i, USERID i, RECORDSTATUS i, VISITCODE i, DRNAME v100, VISITDATE "
     "d, "
     "RECORDEDDATE d, STARTTIME i, ENDTIME i, DURATION i, LOCATION i, VISITNOTES t, CREATED d, "
     "CREATEDBY i, UPDATED d, UPDATEDBY i"},
    {"VISITLOCK", "RECORDID i key, VISITID i, USERID i, COMPUTER c15"},
    {"VISITREASON", "RECORDID i key, VISITID i, INTERNALID i, REASON v250, RECORDSTATUS i"},
    // INFERRED: the table behind BPS_History; its columns are the view's.
    {"PASTHISTORY",
     "RECORDID i key, INTERNALID i, RECORDSTATUS i, DAY i, MONTH i, YEAR i, CONDITION v250, "
     "CONDITIONID i, STATUSCODE i, SIDE c10, SEVERITY c20, ACUTE i, SUMMARY i, FRACTURE i, "
     "DETAILS t, SNOMED c20, CREATED d, CREATEDBY i, UPDATED d, UPDATEDBY i"},
    {"CORRESPONDENCEIN",
     "DOCUMENTID i key, STORED i, ORIGIN i, INTERNALID i, USERID i, CORRESPONDENCEDATE d, "
     "CONTACTID i, CONTACTNAME c60, CATEGORY c40, SUBJECT c61, DETAIL v1000, CONFIDENTIALFLAG i, "
     "USERREFERENCE c25, CHECKDATE d, CHECKEDBY i, NOTATION i, ACTION i, COMMENT v1000, "
     "CLINICALIMAGE i, LOCATIONID i, CREATED d, UPDATED d"},
    {"INVESTIGATIONS",
     "REPORTID i key, INTERNALID i, USERID i, IMPORTDATE d, REQUESTID i, PROVIDERREFERENCE c20, "
     "PROVIDERNAME v100, COLLECTIONDATE d, TESTNAME c80, REPORTDATE d, REPORTTIME i, NORMALFLAG i, "
     "COMPLETIONFLAG i, CHECKDATE d, CHECKEDBY i, STORED i, CREATED d, UPDATED d"},
    // INFERRED: INTERNALID and USERID, whom Bp found the report to be about and for; 0: nobody.
    {"INCOMINGREPORTS",
     "REPORTID i key, SURNAME c30, FIRSTNAME c30, DOB d, SEX c1, ADDRESS c40, CITY c40, POSTCODE "
     "c4, "
     "HOMEPHONE c14, WORKPHONE c14, MOBILEPHONE c14, EMAIL v250, MEDICARENO c13, MEDICARELINENO "
     "c1, "
     "IHI c16, DVANO c14, RECORDNO c10, ADDRESSEDTO c40, PROVIDERNO c8, HPII c16, REQUESTBY c40, "
     "REQUESTID c20, REQUESTDATE d, PROVIDERNAME c60, PROVIDERREFERENCE c20, HPIO c16, TESTNAME "
     "c80, "
     "TESTCODE c18, SERVICECODE c18, COLLECTIONDATE d, REPORTDATE d, REPORTTIME i, COMPLETIONFLAG "
     "i, "
     "NORMALFLAG i, CONFIDENTIALFLAG i, REPORTHEADER t, REPORTBODY t, CATEGORY c25, SUBJECT c60, "
     "CONTACTNAME c60, INTERNALID i, USERID i, CREATED d, UPDATED d"},
    {"INCOMINGVALUES",
     "RECORDID i key, REPORTID i, RESULTNAME c32, RESULTVALUE c20, UNITS c20, RANGE c20, "
     "ABNORMALFLAG c3, LOINCCODE c32"},
    {"REPORTPATHS",
     "RECORDID i key, COMPUTER c15, REPORTPATH v1024, RECORDSTATUS i, INVALIDACCESSATTEMPTS i"},
    {"REPORTEXTENSIONS", "RECORDID i key, EXTENSION c15"},
    {"REPORTOPTIONS",
     "RECORDID i key, OPTIONNAME c30, OPTIONVALUE i, OPTIONTEXT v1024, COMPUTER c15"},
    {"LogResultFiles",
     "RECORDID i key, FILENAME c255, COMPUTER c15, PROCESSDATE d, PROCESSCODE i, REPORTCOUNT i"},
    // INFERRED: the columns; the sheet knows that there is one row per report.
    {"LogReports",
     "RECORDID i key, LOGFILEID i, REPORTID i, SURNAME c30, FIRSTNAME c30, DOB d, PROVIDERNAME "
     "c60, "
     "PROVIDERREFERENCE c20, TESTNAME c80, PROCESSDATE d"},
    // INFERRED: where BP_SetNextOfKin, BP_SetEmergencyContact and BP_AddMessage keep what they are
    // given; the sheet knows their parameters alone.
    {"CONTACTPERSONS",
     "RECORDID i key, INTERNALID i, TITLECODE i, SURNAME c60, FIRSTNAME c30, ADDRESS c60, CITY "
     "c40, "
     "POSTCODE c4, CONTACTPHONE c14, RELATIONSHIP c30, CONTACTPHONE2 c14, CREATED d, UPDATED d"},
    {"MESSAGES",
     "RECORDID i key, USERID i, SUBJECT v100, MESSAGE t, INTERNALID i, RECORDSTATUS i, CREATED d, "
     "CREATEDBY i"},
    {"ACKNOWLEDGEMENTS", "RECORDID i key, FACILITY c100, ACKNOWLEDGE i, ACKPATH v2000"},
    {"SEX", "SEXCODE i key, SEX c10"},
    {"TITLES", "TITLECODE i key, TITLE c30"},
    {"ETHNICITY", "ETHNICCODE i key, ETHNICTYPE c50"},
    {"PENSIONTYPE", "PENSIONCODE i key, PENSIONTYPE c40"},
    {"DVATYPE", "DVACODE i key, DVATYPE c20"},
    {"PATIENTSTATUS", "STATUSCODE i key, STATUSTEXT c12"},
    {"VISITTYPE", "VISITCODE i key, VISITTYPE c20"},
    {"CATEGORIES", "RECORDID i key, CATEGORY c40"},
    {"DAYOFWEEK", "DAYCODE i key, DAY c20"},
    {"CANCELLATIONREASONS", "REASONCODE i key, REASON v100"},
};

inline constexpr CodeSpec kCodes[] = {
    {"SEX", "(0,''),(1,'Female'),(2,'Male'),(3,'Other')"},
    {"TITLES",
     "(0,''),(1,'Mr.'),(2,'Mrs.'),(3,'Ms.'),(4,'Miss'),(5,'Mast.'),(6,'Dr.'),(7,'Prof.')"},
    {"ETHNICITY",
     "(0,''),(1,'Aboriginal'),(2,'Torres Strait Islander'),(3,'Aboriginal/Torres Strait Islander'),"
     "(999,'Non Aboriginal/Torres Strait Islander'),(1013,'Australian'),(1036,'Chinese'),"
     "(1050,'English'),(1066,'Greek'),(1077,'Indian'),(1089,'Italian'),(1100,'Lebanese'),"
     "(1125,'New Zealander'),(1194,'Vietnamese'),(9999,'Not provided')"},
    {"PENSIONTYPE",
     "(0,''),(1,'Pensioner Concession Card'),(3,'Health Care Card'),"
     "(4,'Commonwealth Seniors Health Card')"},
    {"DVATYPE", "(0,''),(1,'Gold'),(2,'White'),(4,'Orange')"},
    {"PATIENTSTATUS", "(1,'Active'),(2,'Inactive'),(3,'Deceased'),(4,'Archived')"},
    {"VISITTYPE",
     "(1,'Surgery'),(2,'Home'),(3,'Hospital'),(4,'RACF'),(5,'Telephone'),(6,'SMS'),(7,'Email'),"
     "(8,'Locum Service'),(9,'Out of Office'),(10,'Other'),(11,'Hostel'),(12,'Non Visit'),"
     "(13,'Telehealth')"},
    // INFERRED: 3 to 6; the sheet knows 1, 2 and 10 and the texts of the rest.
    {"APPOINTMENTCODES",
     "(1,'Booked'),(2,'Waiting'),(3,'With doctor'),(4,'At billing'),(5,'Invoiced'),(6,'Completed'),"
     "(10,'DNA')"},
    {"DAYOFWEEK",
     "(1,'Sunday'),(2,'Monday'),(3,'Tuesday'),(4,'Wednesday'),(5,'Thursday'),(6,'Friday'),"
     "(7,'Saturday')"},
    {"CANCELLATIONREASONS", "(1,'Patient request'),(2,'Doctor unavailable'),(3,'Booked in error')"},
    {"USERGROUPS",
     "(1,'Principal doctor'),(2,'Doctor'),(3,'Nurse'),(4,'Receptionist'),(5,'Practice manager'),"
     "(6,'General practitioner'),(7,'Dermatologist')"},
    {"REPORTEXTENSIONS", "(1,'.hl7'),(2,'.oru'),(3,'.pit')"},
};

inline constexpr IndexSpec kIndexes[] = {
    {"PATIENTS_EXTERNALID", "PATIENTS(EXTERNALID)"},
    {"PATIENTS_FIRSTNAME", "PATIENTS(FIRSTNAME)"},
    {"PATIENTS_SURNAME", "PATIENTS(SURNAME)"},
    {"PATIENTS_MEDICARENO", "PATIENTS(MEDICARENO)"},
    {"PATIENTS_RECORDNO", "PATIENTS(RECORDNO)"},
    {"PATIENTS_UPDATED", "PATIENTS(UPDATED)"},
    {"PATIENTS_CREATED", "PATIENTS(CREATED)"},
    {"PATIENTS_CHANGED", "PATIENTS(coalesce(UPDATED, CREATED))"},
    {"EMAIL_INTERNALID", "EMAIL(INTERNALID)"},
    {"EMAIL_UPDATED", "EMAIL(UPDATED)"},
    {"EMAIL_CHANGED", "EMAIL(coalesce(UPDATED, CREATED))"},
    {"APPOINTMENTS_UPDATED", "APPOINTMENTS(UPDATED)"},
    {"APPOINTMENTS_CREATED", "APPOINTMENTS(CREATED)"},
    {"APPOINTMENTS_CHANGED", "APPOINTMENTS(coalesce(UPDATED, CREATED))"},
    {"APPOINTMENTS_PATIENT", "APPOINTMENTS(INTERNALID, APPOINTMENTDATE)"},
    {"APPOINTMENTS_BOOK", "APPOINTMENTS(APPOINTMENTDATE, USERID)"},
    {"VISITS_UPDATED", "VISITS(UPDATED)"},
    {"VISITS_CREATED", "VISITS(CREATED)"},
    {"VISITS_CHANGED", "VISITS(coalesce(UPDATED, CREATED))"},
    {"VISITS_PATIENT", "VISITS(INTERNALID)"},
    {"VISITS_DATE", "VISITS(VISITDATE)"},
    {"VISITLOCK_VISIT", "VISITLOCK(VISITID)"},
    {"PASTHISTORY_PATIENT", "PASTHISTORY(INTERNALID)"},
    {"PASTHISTORY_UPDATED", "PASTHISTORY(UPDATED)"},
    {"PASTHISTORY_CHANGED", "PASTHISTORY(coalesce(UPDATED, CREATED))"},
    {"CANCELLEDAPPOINTMENTS_ID", "CANCELLEDAPPOINTMENTS(APPOINTMENTID)"},
    {"INCOMINGREPORTS_REFERENCE", "INCOMINGREPORTS(PROVIDERREFERENCE)"},
    {"LOGRESULTFILES_FILENAME", "LogResultFiles(FILENAME)"},
    {"CORRESPONDENCEIN_PATIENT", "CORRESPONDENCEIN(INTERNALID)"},
    {"PROVIDER_LOCATION_USER", "PROVIDER_LOCATION(USERID)"},
};

// "Dr. Priya Raman", as the views show a doctor.
#define PONS_BP_DOCTOR(u)                                                                      \
  "rtrim(coalesce((SELECT TITLE FROM TITLES WHERE TITLECODE=" u ".TITLECODE),'') || ' ' || " u \
  ".FIRSTNAME || ' ' || " u ".SURNAME)"

inline constexpr ViewSpec kViews[] = {
    {"BPS_Patients",
     "InternalID i, ExternalID c12, StatusText c12, Title c30, Firstname c40, Middlename c30, "
     "Surname c40, Preferredname c30, Address1 c40, Address2 c40, City c40, Postcode c4, "
     "PostalAddress c40, PostalCity c40, PostalPostcode c4, DOB d, Sex c10, Ethnicity c50, "
     "HomePhone c14, WorkPhone c14, MobilePhone c14, Email v250, MedicareNo c13, MedicareLineNo "
     "c1, "
     "MedicareExpiry c10, PensionNo c14, PensionStart d, PensionExpiry d, PensionType c40, DVANo "
     "c14, "
     "SafetyNetNo c14, RecordNo c10, HCHTier c12, HCHStart d, Religion c20, HealthFundName v100, "
     "HealthFundNo c20, IHI c16, UsualDoctor v162",
     "SELECT P.INTERNALID, P.EXTERNALID, S.STATUSTEXT, T.TITLE, P.FIRSTNAME, P.MIDDLENAME, "
     "P.SURNAME, "
     "P.PREFERREDNAME, P.ADDRESS1, P.ADDRESS2, P.CITY, P.POSTCODE, P.POSTALADDRESS, P.POSTALCITY, "
     "P.POSTALPOSTCODE, P.DOB, X.SEX, E.ETHNICTYPE, P.HOMEPHONE, P.WORKPHONE, P.MOBILEPHONE, "
     "(SELECT M.EMAIL FROM EMAIL M WHERE M.INTERNALID=P.INTERNALID AND M.RECORDSTATUS=1 ORDER BY "
     "M.RECORDID LIMIT 1), P.MEDICARENO, P.MEDICARELINENO, P.MEDICAREEXPIRY, P.PENSIONNO, "
     "P.PENSIONSTART, P.PENSIONEXPIRY, N.PENSIONTYPE, P.DVANO, '', P.RECORDNO, '', NULL, '', "
     "P.HEALTHFUNDNAME, P.HEALTHFUNDNO, P.IHI, " PONS_BP_DOCTOR(
         "U") " FROM PATIENTS P "
              "LEFT JOIN PATIENTSTATUS S ON S.STATUSCODE=P.PATIENTSTATUS "
              "LEFT JOIN TITLES T ON T.TITLECODE=P.TITLECODE LEFT JOIN SEX X ON "
              "X.SEXCODE=P.SEXCODE "
              "LEFT JOIN ETHNICITY E ON E.ETHNICCODE=P.ETHNICCODE "
              "LEFT JOIN PENSIONTYPE N ON N.PENSIONCODE=P.PENSIONCODE "
              "LEFT JOIN USERS U ON U.USERID=P.USERID WHERE P.RECORDSTATUS=1"},
    {"BPS_Appointments",
     "Patient v81, InternalID i, AppointmentDate d, AppointmentTime i, AppointmentLength i, "
     "Provider v162, Urgent c5, AppointmentType c250, Status c20, ArrivalTime i, ConsultationTime "
     "i, "
     "BookedBy v131",
     "SELECT rtrim(P.FIRSTNAME || ' ' || P.SURNAME), A.INTERNALID, A.APPOINTMENTDATE, "
     "A.APPOINTMENTTIME, A.APPOINTMENTLENGTH, " PONS_BP_DOCTOR(
         "U") ", iif(A.URGENT=1,'Yes','No'), "
              "Y.DESCRIPTION, C.DESCRIPTION, A.ARRIVALTIME, A.CONSULTATIONTIME, "
              "rtrim(B.FIRSTNAME || ' ' || B.SURNAME) FROM APPOINTMENTS A "
              "LEFT JOIN PATIENTS P ON P.INTERNALID=A.INTERNALID LEFT JOIN USERS U ON "
              "U.USERID=A.USERID "
              "LEFT JOIN APPOINTMENTTYPES Y ON Y.APPOINTMENTCODE=A.APPOINTMENTTYPE "
              "LEFT JOIN APPOINTMENTCODES C ON C.APPOINTMENTCODE=A.APPOINTMENTCODE "
              "LEFT JOIN USERS B ON B.USERID=A.BOOKEDBY WHERE A.RECORDSTATUS=1"},
    {"BPS_Users",
     "UserID i, Surname c100, Firstname c30, RegistrationNo c20, ProviderNo c8, PrescriberNo c7, "
     "HomePhone c14, MobilePhone c14, Email v250, Pager c14, ABN c14, Title c30, GroupName c60, "
     "LocationName v100",
     "SELECT U.USERID, U.SURNAME, U.FIRSTNAME, U.REGISTRATIONNO, U.PROVIDERNO, U.PRESCRIBERNO, "
     "U.HOMEPHONE, U.MOBILEPHONE, U.EMAIL, '', '', T.TITLE, G.GROUPNAME, L.LOCATIONNAME FROM USERS "
     "U "
     "LEFT JOIN TITLES T ON T.TITLECODE=U.TITLECODE LEFT JOIN USERGROUPS G ON "
     "G.GROUPCODE=U.GROUPCODE "
     "LEFT JOIN LOCATIONS L ON L.LOCATIONID=U.LOCATIONID "
     "WHERE U.RECORDSTATUS=1 AND U.USERSTATUS IN (1,2,3)"},
    {"BPS_PracticeLocations",
     "LocationID i, LocationName v100, Address1 c50, Address2 c50, City c40, PostCode c4, Phone "
     "c14, "
     "AHPhone c14, Fax c14, Email v250",
     "SELECT LOCATIONID, LOCATIONNAME, ADDRESS1, ADDRESS2, CITY, POSTCODE, PHONE, AHPHONE, FAX, "
     "EMAIL "
     "FROM LOCATIONS WHERE RECORDSTATUS=1"},
    {"BPS_Sessions",
     "Day c20, StartTime i, EndTime i, Length i, StartDate d, EndDate d, Provider v162",
     "SELECT D.DAY, S.STARTTIME, S.ENDTIME, S.LENGTH, S.STARTDATE, S.ENDDATE, " PONS_BP_DOCTOR(
         "U") " FROM SESSIONS S LEFT JOIN DAYOFWEEK D ON D.DAYCODE=S.DAYOFWEEK "
              "LEFT JOIN USERS U ON U.USERID=S.USERID WHERE S.RECORDSTATUS=1"},
    {"BPS_DaysAway", "StartDate d, FinishDate d, Reason c100, Provider v162",
     "SELECT D.STARTDATE, D.FINISHDATE, D.AWAYREASON, " PONS_BP_DOCTOR(
         "U") " FROM DAYSAWAY D LEFT JOIN USERS U ON U.USERID=D.USERID"},
    {"BPS_ExtraSessions", "SessionDate d, StartTime i, EndTime i, Length i, Provider v162",
     "SELECT S.SESSIONDATE, S.STARTTIME, S.ENDTIME, S.LENGTH, " PONS_BP_DOCTOR(
         "U") " FROM EXTRASESSIONS S LEFT JOIN USERS U ON U.USERID=S.USERID"},
    {"BPS_Visits",
     "InternalID i, VisitID i, UserID i, VisitCode i, VisitType c20, Confidential c5, DrName v100, "
     "VisitDate d, StartTime i, EndTime i, Duration i, ReviewDate d, VisitNotes t, Created d",
     "SELECT V.INTERNALID, V.VISITID, V.USERID, V.VISITCODE, T.VISITTYPE, 'No', V.DRNAME, "
     "V.VISITDATE, "
     "V.STARTTIME, V.ENDTIME, V.DURATION, NULL, V.VISITNOTES, V.CREATED FROM VISITS V "
     "LEFT JOIN VISITTYPE T ON T.VISITCODE=V.VISITCODE WHERE V.RECORDSTATUS=1"},
    {"BPS_VisitReason", "InternalID i, VisitID i, Provider v162, VisitDate d, Reason v250",
     "SELECT R.INTERNALID, R.VISITID, V.DRNAME, V.VISITDATE, R.REASON FROM VISITREASON R "
     "JOIN VISITS V ON V.VISITID=R.VISITID WHERE R.RECORDSTATUS=1"},
    {"BPS_History",
     "InternalID i, RECORDID i, Day i, Month i, Year i, Condition v250, ConditionID i, Status c20, "
     "Side c10, Severity c20, Acute c5, Summary c5, Fracture c5, Details t, SNOMED c20, Created d",
     "SELECT INTERNALID, RECORDID, DAY, MONTH, YEAR, CONDITION, CONDITIONID, "
     "iif(STATUSCODE=1,'Active','Inactive'), SIDE, SEVERITY, iif(ACUTE=1,'Yes','No'), "
     "iif(SUMMARY=1,'Yes','No'), iif(FRACTURE=1,'Yes','No'), DETAILS, SNOMED, CREATED "
     "FROM PASTHISTORY WHERE RECORDSTATUS=1"},
    {"BPS_All_History",
     "InternalID i, RECORDID i, Day i, Month i, Year i, Condition v250, ConditionID i, Status c20, "
     "Side c10, Severity c20, Acute c5, Summary c5, Fracture c5, Details t, SNOMED c20, Created d, "
     "RECORDSTATUS i",
     "SELECT INTERNALID, RECORDID, DAY, MONTH, YEAR, CONDITION, CONDITIONID, "
     "iif(STATUSCODE=1,'Active','Inactive'), SIDE, SEVERITY, iif(ACUTE=1,'Yes','No'), "
     "iif(SUMMARY=1,'Yes','No'), iif(FRACTURE=1,'Yes','No'), DETAILS, SNOMED, CREATED, "
     "RECORDSTATUS "
     "FROM PASTHISTORY"},
    {"BPS_CorrespondenceIn",
     "InternalID i, DocumentID i, Stored i, CorrespondenceDate d, ContactName c60, Category c40, "
     "Subject c61, Detail v1000, Comment v1000, Confidential c5, UserReference c25, Provider v162, "
     "Created d",
     "SELECT C.INTERNALID, C.DOCUMENTID, C.STORED, C.CORRESPONDENCEDATE, C.CONTACTNAME, "
     "C.CATEGORY, "
     "C.SUBJECT, C.DETAIL, C.COMMENT, iif(C.CONFIDENTIALFLAG=1,'Yes','No'), "
     "C.USERREFERENCE, " PONS_BP_DOCTOR(
         "U") ", C.CREATED FROM CORRESPONDENCEIN C LEFT JOIN USERS U ON U.USERID=C.USERID WHERE "
              "C.CLINICALIMAGE=0"},
    {"BPS_ClinicalImages",
     "InternalID i, DocumentID i, Stored i, CorrespondenceDate d, Category c40, Subject c61, "
     "Detail v1000, Comment v1000, UserReference c25, Provider v162, Created d",
     "SELECT C.INTERNALID, C.DOCUMENTID, C.STORED, C.CORRESPONDENCEDATE, C.CATEGORY, C.SUBJECT, "
     "C.DETAIL, C.COMMENT, C.USERREFERENCE, " PONS_BP_DOCTOR(
         "U") ", C.CREATED FROM CORRESPONDENCEIN C LEFT JOIN USERS U ON U.USERID=C.USERID WHERE "
              "C.CLINICALIMAGE=1"},
    {"BPS_Investigations",
     "InternalID i, ProviderName v100, Collected d, TestName c80, Reported d, ReportTime i, Normal "
     "c5, "
     "Completed c5, Confidential c5, Checked d, CheckedBy v162, Comment v1000, Provider v162, "
     "ReportID i, Stored i, Created d",
     "SELECT I.INTERNALID, I.PROVIDERNAME, I.COLLECTIONDATE, I.TESTNAME, I.REPORTDATE, "
     "I.REPORTTIME, iif(I.NORMALFLAG=1,'Yes','No'), iif(I.COMPLETIONFLAG=1,'Yes','No'), 'No', "
     "I.CHECKDATE, " PONS_BP_DOCTOR("K") ", '', " PONS_BP_DOCTOR(
         "U") ", I.REPORTID, I.STORED, I.CREATED FROM INVESTIGATIONS I LEFT JOIN USERS U ON "
              "U.USERID=I.USERID LEFT JOIN USERS K ON K.USERID=I.CHECKEDBY"},
};

#undef PONS_BP_DOCTOR

}  // namespace pons::best_practice::sandbox
