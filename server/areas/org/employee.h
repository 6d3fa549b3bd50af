/* A person who logs in, drives, or both. */
#pragma once

#include "server/entity/entity.h"

struct employee {
    int64_t branch_id;
    const char *code; /* staff number */
    const char *name;
    const char *login;
    const char *password; /* as typed in check and load, its hash from in_tx on; never read back */
    struct instant password_at;
    bool must_change_password;
    struct text_set roles;
    const char *job_title;
    const char *state;
    struct text_set work_days;
    const char *work_from, *work_to; /* hh:mm of the branch's day */
    const char *extension;
    int64_t party_id; /* the third party he works for; NIL: one of ours */
    const char *phone;
    const char *email;
    const char *licence_class, *licence_number;
    struct day licence_until;
    const char *sex;
    struct day birth_on;
    const char *id_number;
    const char *address;
    const char *education;
    struct day hired_on, left_on, contract_until;
    const char *emergency_contact, *emergency_phone;
    const char *bank_name, *bank_account;
    const char *remarks;
    int64_t failed_logins;
    struct instant locked_until, last_login_at;
};

extern const struct entity employee_entity;
