/* The line tables of a party: contacts and cars. */
#include "server/areas/party/party.h"

static const struct field contact_fields[] = {
    FIELD(party_contact, position, .filled = true, .label = N_("Line"), .readonly = true, .width = 3,
          .help = N_("Place in the list; the first is asked first.")),
    FIELD(party_contact, name, .label = N_("Name"), .max = 60, .required = true, .search = true, .width = 14,
          .help = N_("Whom to ask for.")),
    FIELD(party_contact, job_title, .label = N_("Title"), .max = 40, .width = 12,
          .help = N_("What they do there.")),
    FIELD(party_contact, phone, .type = FIELD_PHONE, .label = N_("Phone"), .max = 32, .search = true,
          .pii = true, .width = 14, .help = N_("Where they are reached.")),
    FIELD(party_contact, email, .label = N_("E-mail"), .max = 120, .pii = true, .width = 20,
          .help = N_("Where statements and confirmations go.")),
    FIELD(party_contact, remarks, .label = N_("Remarks"), .max = 200, .width = 20,
          .help = N_("Hours, language, what they decide.")),
};

static const char *const contact_columns[] = {"name", "job_title", "phone", "email", "remarks", NULL};

const struct entity party_contact_entity = {
    .name = "party_contact",
    .area = "party",
    .table = "party_contact",
    .label = N_("Contact"),
    .plural = N_("Contacts"),
    .help = N_("The people at a customer or supplier."),
    .size = sizeof(struct party_contact),
    .scope = SCOPE_COMPANY,
    .fields = contact_fields,
    .nfields = array_len(contact_fields),
    .title = "name",
    .columns = contact_columns,
    .sort = "position",
    .flags = ENTITY_HIDDEN,
    .parent = "party_id",
};

static const struct field plate_fields[] = {
    FIELD(party_plate, position, .filled = true, .label = N_("Line"), .readonly = true, .width = 3,
          .help = N_("Place in the list; the first is offered first.")),
    FIELD(party_plate, plate, .type = FIELD_PLATE, .label = N_("Plate"), .max = 16, .required = true,
          .search = true, .unique = true, .width = 10,
          .help = N_("In any form; 粤A·12345 and 粵a12345 are one.")),
    FIELD(party_plate, car_model, .type = FIELD_CHOICE, .base = "car_model", .label = N_("Car model"),
          .width = 12, .help = N_("What sort of car it is: it decides which of our vehicles can help.")),
    FIELD(party_plate, colour, .label = N_("Colour"), .max = 20, .width = 8,
          .help = N_("To find it at the roadside.")),
    FIELD(party_plate, vin, .type = FIELD_CODE, .label = N_("VIN"), .max = 17, .width = 17,
          .help = N_("Vehicle identification number, 17 characters.")),
    FIELD(party_plate, remarks, .label = N_("Remarks"), .max = 200, .width = 20,
          .help = N_("What a driver should know of the car.")),
};

static const char *const plate_columns[] = {"plate", "car_model", "colour", "vin", "remarks", NULL};

const struct entity party_plate_entity = {
    .name = "party_plate",
    .area = "party",
    .table = "party_plate",
    .label = N_("Car"),
    .plural = N_("Cars"),
    .help = N_("The cars of a customer, by plate."),
    .size = sizeof(struct party_plate),
    .scope = SCOPE_COMPANY,
    .fields = plate_fields,
    .nfields = array_len(plate_fields),
    .title = "plate",
    .columns = plate_columns,
    .sort = "position",
    .flags = ENTITY_HIDDEN,
    .parent = "party_id",
};
