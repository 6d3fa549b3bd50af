/*
 * The gateways: what leaves the house through the outbox (text messages, mail), and the hooks by which other servers tell us what became of
 * it. One thread with a loop of its own sends; another answers the hooks. Any number of servers may run them on one database: a claim
 * in the outbox decides who sends what.
 */
#pragma once

/* Texts are copied. NULL: not set up; then what is for that gateway waits. */
struct gateway_options {
    const char *conninfo; /* of yizhan_tail */
    const char *server;   /* name of this one in claims */
    const char *sms_url;  /* Kannel's sendsms: http://127.0.0.1:13013/cgi-bin/sendsms */
    const char *sms_user, *sms_password;
    const char *sms_sender;     /* number or name shown at the other end */
    const char *gammu_database; /* conninfo of a gammu-smsd's PostgreSQL database, in place of sms_url */
    const char *mail_url;   /* smtp://host:25, smtps://host */
    const char *mail_user, *mail_password;
    const char *mail_from;   /* address */
    const char *hook_listen; /* HOST:PORT for reports and replies; NULL: no hooks */
    const char *hook_token;  /* who calls a hook must know it */
};

/* Starts both threads. 0, or negative when the hooks' address cannot be had (logged). */
int gateway_start(const struct gateway_options *options);
void gateway_stop(void);
