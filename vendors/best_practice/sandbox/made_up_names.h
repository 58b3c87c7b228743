// SPDX-License-Identifier: Apache-2.0
// What made-up practices are made of: names by community, suburbs with their postcode, streets,
// conditions with their SNOMED CT codes. Common names, put together at random.
#pragma once

#include <array>
#include <span>
#include <string_view>

namespace pons::best_practice::sandbox::made_up {

using Words = std::span<const std::string_view>;

struct Community {
  int weight;                  // of 1000 families
  std::string_view ethnicity;  // a word of the sandbox's ETHNICITY table
  Words families, women, men;
};

inline constexpr std::string_view kBritishFamilies[] = {
    "Smith",      "Jones",        "Williams",        "Brown",     "Wilson",       "Taylor",
    "Anderson",   "Thompson",     "White",           "Martin",    "Walker",       "Harris",
    "Robinson",   "Campbell",     "Mitchell",        "Clarke",    "Stewart",      "Hughes",
    "Bennett",    "Fraser",       "MacDonald",       "McKenzie",  "Davies",       "Lloyd",
    "Pritchard",  "Whitlam-Shaw", "Barrington-Hale", "Ashworth",  "Featherstone", "Holloway",
    "Lambert",    "Marsh",        "Pemberton",       "Radcliffe", "Sinclair",     "Thornton",
    "Wainwright", "Hargreaves",   "Cartwright",      "St John"};
inline constexpr std::string_view kIrishFamilies[] = {
    "O'Brien", "O'Connor",   "O'Neill",  "O'Sullivan", "Murphy",  "Kelly",        "Ryan",
    "Walsh",   "Byrne",      "Doyle",    "Gallagher",  "Doherty", "Kennedy",      "Quinn",
    "Nolan",   "Fitzgerald", "McCarthy", "Brennan",    "D'Arcy",  "O'Shaughnessy"};
inline constexpr std::string_view kAngloWomen[] = {
    "Olivia",   "Charlotte", "Amelia",  "Isla",    "Mia",      "Grace",    "Chloe",     "Emily",
    "Sophie",   "Jessica",   "Sarah",   "Rebecca", "Michelle", "Karen",    "Susan",     "Margaret",
    "Patricia", "Dorothy",   "Heather", "Joan",    "Siobhán",  "Aoife",    "Bridget",   "Kathleen",
    "Zoë",      "Renée",     "Lauren",  "Hannah",  "Georgia",  "Matilda",  "Harriet",   "Imogen",
    "Jodie",    "Kylie",     "Tracey",  "Leanne",  "Wendy",    "Beverley", "Mary-Anne", "Jo-Anne"};
inline constexpr std::string_view kAngloMen[] = {
    "Oliver", "Noah",  "Jack",   "William", "Henry",   "Lachlan", "Thomas", "James",
    "Cooper", "Angus", "Ethan",  "Joshua",  "Daniel",  "Matthew", "Andrew", "Michael",
    "David",  "Peter", "John",   "Robert",  "Ian",     "Graham",  "Keith",  "Raymond",
    "Kevin",  "Bruce", "Darren", "Shane",   "Craig",   "Liam",    "Seán",   "Declan",
    "Rory",   "Finn",  "Hamish", "Callum",  "Patrick", "Brendan", "Gavin",  "Stuart"};
inline constexpr std::string_view kChineseFamilies[] = {
    "Chen", "Wang", "Li",  "Zhang",  "Liu",   "Huang", "Wu", "Zhao", "Zhou", "Lin",
    "Chan", "Wong", "Lam", "Cheung", "Leung", "Ng",    "Ho", "Tan",  "Xu",   "Ouyang"};
inline constexpr std::string_view kChineseWomen[] = {
    "Wei",    "Mei-Ling", "Xiu Ying", "Yan",      "Jing",    "Li Na", "Hui",
    "Fang",   "Grace",    "Vivian",   "Jennifer", "Amy",     "Cindy", "Wing Yan",
    "Ka Man", "Yuxuan",   "Zihan",    "Xinyi",    "Shu-Fen", "Lihua"};
inline constexpr std::string_view kChineseMen[] = {
    "Jian",   "Wei",    "Ming",     "Jun",  "Lei",     "Hao",     "Yi",
    "Zhiwei", "Kevin",  "Jason",    "Alan", "Vincent", "Kam Wah", "Chi Keung",
    "Haoran", "Zixuan", "Guoqiang", "Bo",   "Eric",    "Tony"};
inline constexpr std::string_view kVietnameseFamilies[] = {
    "Nguyen", "Tran", "Le",   "Pham", "Huynh", "Hoang",  "Phan",
    "Vu",     "Vo",   "Dang", "Bui",  "Do",    "Nguyễn", "Trần"};
inline constexpr std::string_view kVietnameseWomen[] = {
    "Linh", "Thuy",   "Thu Trang", "Ngoc Anh",  "Hong", "Mai",     "Kim Chi",
    "Lan",  "Phuong", "Tuyet",     "Bich Ngoc", "Hanh", "My Linh", "Quynh"};
inline constexpr std::string_view kVietnameseMen[] = {
    "Minh", "Van Hung", "Duc",  "Quang",   "Tuan", "Thanh", "Dinh Phuc",
    "Hai",  "Long",     "Khoa", "Van Nam", "Bao",  "Son",   "Anh Tuan"};
inline constexpr std::string_view kIndianFamilies[] = {
    "Patel",  "Singh", "Sharma",       "Kumar",       "Gupta",   "Reddy",    "Nair",
    "Iyer",   "Kaur",  "Mehta",        "Desai",       "Joshi",   "Banerjee", "Mukherjee",
    "Pillai", "Menon", "Venkataraman", "Subramaniam", "D'Souza", "Fernandes"};
inline constexpr std::string_view kIndianWomen[] = {
    "Priya", "Anjali", "Kavita",   "Sunita", "Deepa",  "Lakshmi", "Meera",  "Neha",
    "Pooja", "Divya",  "Harpreet", "Simran", "Ananya", "Aarohi",  "Shreya", "Rekha"};
inline constexpr std::string_view kIndianMen[] = {
    "Raj",  "Amit",     "Sanjay", "Vikram", "Arjun",  "Rahul",   "Suresh", "Ravi",
    "Anil", "Gurpreet", "Harjit", "Aarav",  "Vihaan", "Karthik", "Manoj",  "Deepak"};
inline constexpr std::string_view kGreekFamilies[] = {
    "Papadopoulos", "Nikolaidis", "Georgiou", "Dimitriadis", "Karagiannis",  "Pappas",
    "Vlahos",       "Stavrou",    "Economou", "Hatzis",      "Konstantinou", "Papanikolaou"};
inline constexpr std::string_view kGreekWomen[] = {"Maria",   "Eleni",    "Sofia",     "Vasiliki",
                                                   "Despina", "Katerina", "Anastasia", "Toula",
                                                   "Effie",   "Georgina"};
inline constexpr std::string_view kGreekMen[] = {"George", "Dimitri", "Con", "Nick",   "Spiros",
                                                 "Theo",   "Stavros", "Jim", "Arthur", "Yianni"};
inline constexpr std::string_view kItalianFamilies[] = {
    "Rossi",      "Russo",     "Ferrari", "Esposito",    "Bianchi",  "Romano", "De Luca",
    "Di Stefano", "Marchetti", "Caruso",  "Dell'Aquila", "D'Angelo", "La Rosa"};
inline constexpr std::string_view kItalianWomen[] = {"Maria",  "Giulia",  "Francesca", "Rosa",
                                                     "Lucia",  "Carmela", "Angela",    "Teresa",
                                                     "Bianca", "Concetta"};
inline constexpr std::string_view kItalianMen[] = {"Giuseppe", "Antonio",   "Marco", "Luca",
                                                   "Domenic",  "Salvatore", "Vince", "Frank",
                                                   "Pasquale", "Alessandro"};
inline constexpr std::string_view kArabicFamilies[] = {
    "Khoury", "Haddad",  "El-Masri", "Al-Hassan", "Hussein", "Saad",         "Nasser",
    "Abboud", "Tannous", "El Sayed", "Karam",     "Mansour", "Abdel-Rahman", "Chahine"};
inline constexpr std::string_view kArabicWomen[] = {"Fatima", "Layla", "Mariam", "Nadia",  "Rania",
                                                    "Zeinab", "Hala",  "Samira", "Yasmin", "Noor"};
inline constexpr std::string_view kArabicMen[] = {"Mohammed", "Ahmad",   "Ali",   "Omar",  "Khaled",
                                                  "Youssef",  "Charbel", "Elias", "Bilal", "Tarek"};
inline constexpr std::string_view kFilipinoFamilies[] = {
    "Santos",    "Reyes", "Cruz",       "Bautista", "Garcia", "Mendoza",
    "Dela Cruz", "Ramos", "Villanueva", "Aquino",   "Peña",   "Ibañez"};
inline constexpr std::string_view kFilipinoWomen[] = {
    "Maria Luisa", "Jasmine", "Angelica", "Rosario",  "Cristina",
    "Marites",     "Joy",     "Lourdes",  "Princess", "Analyn"};
inline constexpr std::string_view kFilipinoMen[] = {"Jose",      "Mark Anthony", "Ramon", "Eduardo",
                                                    "Jerome",    "Rodel",        "Paolo", "Angelo",
                                                    "Ferdinand", "Jun-Jun"};
inline constexpr std::string_view kFirstNationsFamilies[] = {
    "Williams", "Simpson",  "Donovan", "Roberts", "Dixon", "Saunders", "Moran", "Bloxsome",
    "Murray",   "Ridgeway", "Carroll", "Widders", "Nona",  "Mosby",    "Tabuai"};
inline constexpr std::string_view kFirstNationsWomen[] = {"Tahlia", "Jedda",   "Kirra",  "Shanice",
                                                          "Marlee", "Lowanna", "Evelyn", "Rhonda",
                                                          "Latoya", "Talara",  "Patsy"};
inline constexpr std::string_view kFirstNationsMen[] = {"Jarrah",  "Kyah",   "Trent",  "Bailey",
                                                        "Preston", "Lionel", "Darcy",  "Tyrone",
                                                        "Koa",     "Jirra",  "Clarrie"};

inline constexpr Community kCommunities[] = {
    {330, "Non Aboriginal/Torres Strait Islander", kBritishFamilies, kAngloWomen, kAngloMen},
    {90, "English", kBritishFamilies, kAngloWomen, kAngloMen},
    {130, "Australian", kIrishFamilies, kAngloWomen, kAngloMen},
    {30, "New Zealander", kBritishFamilies, kAngloWomen, kAngloMen},
    {110, "Chinese", kChineseFamilies, kChineseWomen, kChineseMen},
    {60, "Vietnamese", kVietnameseFamilies, kVietnameseWomen, kVietnameseMen},
    {80, "Indian", kIndianFamilies, kIndianWomen, kIndianMen},
    {40, "Greek", kGreekFamilies, kGreekWomen, kGreekMen},
    {40, "Italian", kItalianFamilies, kItalianWomen, kItalianMen},
    {40, "Lebanese", kArabicFamilies, kArabicWomen, kArabicMen},
    {20, "Not provided", kFilipinoFamilies, kFilipinoWomen, kFilipinoMen},
    {22, "Aboriginal", kFirstNationsFamilies, kFirstNationsWomen, kFirstNationsMen},
    {4, "Torres Strait Islander", kFirstNationsFamilies, kFirstNationsWomen, kFirstNationsMen},
    {4, "Aboriginal/Torres Strait Islander", kFirstNationsFamilies, kFirstNationsWomen,
     kFirstNationsMen},
};

struct Suburb {
  std::string_view city, postcode, area_code;
};
inline constexpr Suburb kHomeSuburbs[] = {
    // around the practice
    {"Marrickville", "2204", "02"}, {"Newtown", "2042", "02"},     {"Dulwich Hill", "2203", "02"},
    {"Enmore", "2042", "02"},       {"Petersham", "2049", "02"},   {"Stanmore", "2048", "02"},
    {"Leichhardt", "2040", "02"},   {"Ashfield", "2131", "02"},    {"Summer Hill", "2130", "02"},
    {"Earlwood", "2206", "02"},     {"Canterbury", "2193", "02"},  {"Campsie", "2194", "02"},
    {"Hurstville", "2220", "02"},   {"Rockdale", "2216", "02"},    {"Coogee", "2034", "02"},
    {"Randwick", "2031", "02"},     {"Maroubra", "2035", "02"},    {"Bondi", "2026", "02"},
    {"Redfern", "2016", "02"},      {"Surry Hills", "2010", "02"}, {"Glebe", "2037", "02"},
    {"Balmain", "2041", "02"},      {"Strathfield", "2135", "02"}, {"Burwood", "2134", "02"},
    {"Lakemba", "2195", "02"},      {"Bankstown", "2200", "02"},   {"Cabramatta", "2166", "02"},
    {"Parramatta", "2150", "02"},   {"Penrith", "2750", "02"},     {"Cronulla", "2230", "02"},
};
inline constexpr Suburb kFarSuburbs[] = {
    // students, travellers, people who moved
    {"Wollongong", "2500", "02"},     {"Newcastle", "2300", "02"},
    {"Byron Bay", "2481", "02"},      {"Dubbo", "2830", "02"},
    {"Paddington", "4064", "07"},     {"West End", "4101", "07"},
    {"Toowoomba City", "4350", "07"}, {"Surfers Paradise", "4217", "07"},
    {"Noosa Heads", "4567", "07"},    {"Cairns City", "4870", "07"},
    {"Fitzroy", "3065", "03"},        {"Footscray", "3011", "03"},
    {"Brunswick", "3056", "03"},      {"St Kilda", "3182", "03"},
    {"Geelong", "3220", "03"},        {"Bendigo", "3550", "03"},
};
inline constexpr std::string_view kStreets[] = {
    "Banksia",     "Wattle",    "Victoria",  "Church",    "Station",   "King",
    "Queen",       "Albert",    "George",    "Railway",   "Park",      "Beach",
    "Cook",        "Macquarie", "Boronia",   "Acacia",    "Jacaranda", "Grevillea",
    "Livingstone", "Illawarra", "Wardell",   "Addison",   "Crystal",   "Australia",
    "Palmerston",  "Waratah",   "Kurrajong", "Currawong", "Lyrebird",  "Ocean"};
inline constexpr std::string_view kStreetKinds[] = {
    "Street", "Street", "Street", "Road", "Road", "Avenue", "Lane", "Parade", "Crescent", "Place"};

// Mobile numbers that the regulator keeps for fiction; nobody is ever called by them.
inline constexpr std::string_view kMobiles[] = {
    "0491 570 006", "0491 570 156", "0491 570 157", "0491 570 158", "0491 570 159", "0491 570 110",
    "0491 570 313", "0491 570 737", "0491 571 266", "0491 571 491", "0491 571 804", "0491 572 549",
    "0491 572 665", "0491 572 983", "0491 573 770", "0491 573 087", "0491 574 118", "0491 574 632",
    "0491 575 254", "0491 575 789", "0491 576 398", "0491 576 801", "0491 577 426", "0491 577 644",
    "0491 578 957", "0491 578 148", "0491 578 888", "0491 579 212", "0491 579 760", "0491 579 455"};
inline constexpr std::string_view kMailDomains[] = {"example.com", "example.org", "example.net",
                                                    "mail.example", "post.example"};

struct Condition {
  std::string_view text, snomed;
  std::string_view sex;  // "Female", "Male", or empty: anybody
  int from_age;
  int per_mille;  // of those who are of age
  bool stays;     // still active once there
};
inline constexpr Condition kConditions[] = {
    // Cancers, skin first: the practice has skin doctors and sees more of them than most.
    {"Basal cell carcinoma of skin", "254701007", "", 40, 110, false},
    {"Squamous cell carcinoma of skin", "254651007", "", 50, 70, false},
    {"Malignant melanoma of skin", "93655004", "", 30, 30, false},
    {"Malignant neoplasm of breast", "254837009", "Female", 40, 35, false},
    {"Carcinoma of prostate", "254900004", "Male", 55, 45, true},
    {"Malignant tumour of colon", "363406005", "", 50, 14, false},
    {"Malignant tumour of lung", "363358000", "", 55, 7, true},
    {"Non-Hodgkin's lymphoma", "118601006", "", 35, 4, false},
    // Others.
    {"Asthma", "195967001", "", 4, 110, true},
    {"Atopic dermatitis", "24079001", "", 1, 70, true},
    {"Acne vulgaris", "88616000", "", 13, 40, false},
    {"Psoriasis", "9014002", "", 18, 30, true},
    {"Actinic keratosis", "201101007", "", 45, 120, true},
    {"Rosacea", "398909004", "", 30, 30, true},
    {"Hypertension", "38341003", "", 40, 260, true},
    {"Type 2 diabetes mellitus", "44054006", "", 40, 90, true},
    {"Hyperlipidaemia", "55822004", "", 40, 180, true},
    {"Depression", "35489007", "", 16, 90, true},
    {"Migraine", "37796009", "", 15, 60, true},
    {"Osteoarthritis", "396275006", "", 55, 200, true},
    {"Gastro-oesophageal reflux disease", "235595009", "", 25, 80, true},
    {"Hypothyroidism", "40930008", "", 30, 30, true},
    {"Osteoporosis", "64859006", "Female", 60, 120, true},
    {"Atrial fibrillation", "49436004", "", 65, 70, true},
};

}  // namespace pons::best_practice::sandbox::made_up
