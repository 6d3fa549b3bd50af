#include "server/areas/org/employee_fields.h"

static const struct choice states[] = {
    {"probation", N_("On probation")},
    {"active", N_("Active")},
    {"leave", N_("On leave"), .side = true},
    {"left", N_("Left"), .side = true},
    {NULL},
};

static const struct choice days[] = {
    {"1", N_("Monday")}, {"2", N_("Tuesday")},  {"3", N_("Wednesday")}, {"4", N_("Thursday")},
    {"5", N_("Friday")}, {"6", N_("Saturday")}, {"7", N_("Sunday")},    {NULL},
};

static const struct choice sexes[] = {
    {"female", N_("Female")},
    {"male", N_("Male")},
    {NULL},
};

const struct field employee_fields[EMPLOYEE_NFIELDS] = {
    FIELD(employee, code, .type = FIELD_CODE, .label = N_("Staff number"), .max = 24, .required = true,
          .unique = true, .search = true, .sortable = true, .width = 10,
          .help = N_("The number on the badge.")),
    FIELD(employee, name, .label = N_("Name"), .max = 60, .required = true, .search = true, .sortable = true,
          .width = 14, .help = N_("As on the identity card. Found by pinyin and initials too.")),
    FIELD(employee, branch_id, .type = FIELD_REF, .ref = "branch", .label = N_("Branch"), .required = true,
          .width = 14, .help = N_("Where the person works. What they may see follows from it.")),
    FIELD(employee, login, .label = N_("User name"), .max = 64, .required = true, .unique = true,
          .search = true, .sortable = true, .width = 14,
          .help = N_("Typed at log-in: lower-case letters, digits, full stop, underline and hyphen.")),
    FIELD(employee, password, .label = N_("First password"), .max = 128, .secret = true, .create_only = true,
          .column = "password_hash",
          .help =
              N_("At least 10 characters. The person must change it at the first log-in. Without one nobody "
                 "can log in as this person.")),
    FIELD(employee, must_change_password, .label = N_("Must change password"), .readonly = true, .width = 3,
          .help = N_("Asked for a new password at the next log-in.")),
    FIELD(employee, roles, .type = FIELD_SET, .base = "role", .label = N_("Roles"), .max = 20, .width = 20,
          .help = N_("What the person may do is what any of these roles grants. Nobody changes their own.")),
    FIELD(employee, job_title, .label = N_("Title"), .max = 40, .width = 12,
          .help = N_("As on the name card. It grants nothing.")),
    FIELD(employee, state, .type = FIELD_CHOICE, .label = N_("Employment"), .choices = states,
          .required = true, .init = "active", .width = 10,
          .help = N_("Who has left cannot log in; sessions under way end at once.")),
    FIELD(employee, work_days, .type = FIELD_SET, .label = N_("Working days"), .choices = days,
          .init = "1,2,3,4,5", .help = N_("The days of the week the person is on shift.")),
    FIELD(employee, work_from, .label = N_("Works from"), .max = 8, .required = true, .init = "09:00",
          .help = N_("hh:mm in the branch's time.")),
    FIELD(employee, work_to, .label = N_("Works until"), .max = 8, .required = true, .init = "18:00",
          .help =
              N_("hh:mm in the branch's time. Earlier than “works from”: into the next day; the same: around "
                 "the clock.")),
    FIELD(employee, extension, .label = N_("Extension"), .max = 16, .unique = true, .width = 6,
          .help = N_("Telephone extension at the branch. A call to it opens the caller's record on this "
                     "person's screen.")),
    FIELD(employee, party_id, .type = FIELD_REF, .ref = "customer", .label = N_("Works for"), .width = 14,
          .help =
              N_("A third party whose own person this is: what is theirs is all such a person sees. Empty: "
                 "one of us.")),
    FIELD(employee, phone, .type = FIELD_PHONE, .label = N_("Phone"), .max = 32, .search = true, .pii = true,
          .width = 14, .help = N_("Mobile number; drivers get their jobs on it.")),
    FIELD(employee, email, .label = N_("E-mail"), .max = 120, .pii = true, .help = N_("Address at work.")),
    FIELD(employee, licence_class, .label = N_("Licence class"), .max = 8, .width = 6,
          .help =
              N_("Of the driving licence, for example A2, B1 or C1. Who has one can be a vehicle's driver.")),
    FIELD(employee, licence_number, .label = N_("Licence number"), .max = 32, .pii = true,
          .help = N_("Of the driving licence.")),
    FIELD(employee, licence_until, .label = N_("Licence valid until"),
          .help = N_("After this day the person is not offered as a driver.")),
    FIELD(employee, sex, .type = FIELD_CHOICE, .label = N_("Sex"), .choices = sexes,
          .help = N_("As on the identity card.")),
    FIELD(employee, birth_on, .label = N_("Born on"), .pii = true, .help = N_("Date of birth.")),
    FIELD(employee, id_number, .label = N_("Identity number"), .max = 32, .pii = true,
          .help = N_("Of the identity card or passport.")),
    FIELD(employee, address, .label = N_("Home address"), .max = 200, .pii = true,
          .help = N_("Where post reaches the person.")),
    FIELD(employee, education, .label = N_("Education"), .max = 60, .help = N_("Highest degree and school.")),
    FIELD(employee, hired_on, .label = N_("Hired on"), .help = N_("First day of work here.")),
    FIELD(employee, left_on, .label = N_("Left on"), .help = N_("Last day of work here.")),
    FIELD(employee, contract_until, .label = N_("Contract until"),
          .help = N_("Last day of the present contract; empty for one without end.")),
    FIELD(employee, emergency_contact, .label = N_("Emergency contact"), .max = 60, .pii = true,
          .help = N_("Whom to call when something happens to the person.")),
    FIELD(employee, emergency_phone, .type = FIELD_PHONE, .label = N_("Emergency phone"), .max = 32,
          .pii = true, .help = N_("Number of the emergency contact.")),
    FIELD(employee, bank_name, .label = N_("Bank"), .max = 80, .help = N_("Where pay goes.")),
    FIELD(employee, bank_account, .label = N_("Bank account"), .max = 40, .pii = true,
          .help = N_("Account that pay goes to.")),
    FIELD(employee, remarks, .type = FIELD_NOTE, .label = N_("Remarks"), .max = 2000,
          .help = N_("Anything else worth keeping.")),
    FIELD(employee, password_at, .label = N_("Password set"), .readonly = true,
          .help = N_("When the present password was set.")),
    FIELD(employee, failed_logins, .filled = true, .label = N_("Wrong passwords"), .readonly = true,
          .width = 5, .help = N_("Tries since the last good log-in.")),
    FIELD(employee, locked_until, .label = N_("Locked until"), .readonly = true,
          .help = N_("After too many wrong passwords nobody can log in as this person before then.")),
    FIELD(employee, last_login_at, .label = N_("Last log-in"), .readonly = true,
          .help = N_("When the person last logged in.")),
};
_Static_assert(array_len(employee_fields) == EMPLOYEE_NFIELDS, "the count in the header");

static const char *const main_tab[] = {"code",      "name",      "branch_id", "login",    "password",
                                       "roles",     "job_title", "state",     "phone",    "extension",
                                       "work_days", "work_from", "work_to",   "party_id", NULL};
static const char *const driver_tab[] = {"licence_class", "licence_number", "licence_until", NULL};
static const char *const more_tab[] = {"sex",
                                       "birth_on",
                                       "id_number",
                                       "email",
                                       "address",
                                       "education",
                                       "hired_on",
                                       "contract_until",
                                       "left_on",
                                       "emergency_contact",
                                       "emergency_phone",
                                       "bank_name",
                                       "bank_account",
                                       "remarks",
                                       NULL};
static const char *const access_tab[] = {"must_change_password", "password_at",   "failed_logins",
                                         "locked_until",         "last_login_at", NULL};
const struct tab employee_tabs[] = {
    {N_("Employee"), main_tab},
    {N_("Driving"), driver_tab},
    {N_("More options"), more_tab},
    {N_("Log-in"), access_tab},
    {NULL},
};
