"""The settings of a site: one tuple says all there are, as (name, default, help).

A value comes from the environment (`HANOK_PORT`), else from the site's `site.yaml` (`port: 8000`), else it is the
default, whose type it has. Whatever belongs to the application itself is metadata and not here.
"""

from __future__ import annotations

SETTINGS: tuple[tuple[str, str | int | bool, str], ...] = (
    ("database", "", "Address of the database, like postgresql://user:password@host/name; empty: the file hanok.db."),
    ("host", "127.0.0.1", "Address to listen on; 0.0.0.0 is every address of this machine."),
    ("port", 8000, "Port to listen on."),
    ("threads", 8, "Requests that one process serves at a time."),
    ("worker", True, "Whether `hanok serve` also runs the jobs of the site; no where `hanok worker` processes do."),
    ("worker_threads", 2, "Jobs that one process runs at a time."),
    ("jobs_days", 14, "Days after which jobs that are done, and mails that were sent, are forgotten."),
    ("mail", "auto", "How mail leaves: auto (through the outbound accounts; where there are none, letters land in the "
     "folder mail of the site), folder (always there: for a copy of a site), smtp (never there)."),
    ("https", False, "Whether people come by https: cookies are then sent that way only."),
    ("proxies", 0, "How many proxies stand in front and tell the address of the browser (X-Forwarded-For)."),
    ("address", "", "Where people find the site, like https://crm.example.com: links in mails begin so. Without it "
     "nobody can be sent a link to set a password."),
    ("password_length", 8, "How many characters a new password has at least; never fewer than 8."),
    ("password_common", True, "Whether the passwords that most people use, and names with a little around them, are "
     "refused."),
    ("password_stolen", "", "Service that is asked whether a new password was stolen elsewhere, like "
     "https://api.pwnedpasswords.com/range/; it learns five signs of a hash. Empty: nobody is asked."),
    ("second_factor", "none", "Who must have a second factor (an authenticator app or a passkey) to get in: none, "
     "administrators or everyone."),
    ("logins_days", 180, "Days after which attempts to log in are forgotten."),
    ("undo_days", 90, "Days after which imports and changes of many records are forgotten, and not taken back."),
    ("runs_days", 180, "Days after which runs of workflows that ended are forgotten with their traces; those whose "
     "condition did not hold after 14."),
    ("api_per_minute", 600, "How many requests of one API token are answered within a minute; each process counts for "
     "itself."),
    ("audit_days", 0, "Days after which entries of the audit are forgotten; 0: they are kept for ever."),
    ("oidc_insecure", False, "Whether login providers may stand on this very machine, and be asked over http there: "
     "for trying things out, never for a site that people use."),
    ("session_days", 14, "Days after which somebody has to log in again."),
    ("encryption_keys", "", "Keys of encrypted fields, the newest first, commas between them; "
     "empty: those of the site's file encryption-keys.txt."),
    ("files", "", "Where uploaded files are kept: a folder, or an address of fsspec like s3://bucket/folder; "
     "empty: the folder files of the site."),
    ("upload_mb", 25, "How large an uploaded file may be, in megabytes."),
    ("log", "text", "Form of the log: text, or json with one object a line."),
    ("log_level", "info", "What the log has: debug, info, warning or error, and what is more urgent."),
    ("metrics", "", "Who may read figures for Prometheus at /metrics: none (empty), local (programs of this machine), "
     "or whoever brings this token of at least 16 signs (Authorization: Bearer …)."),
    ("webhook_secret", "", "What requests to other systems are signed with (Hanok-Signature); empty: they are not."),
    ("webhook_secrets", "", "Secrets that addresses and headers of such requests name as $secret.crm, like "
     "crm=abc, erp=def."),
    ("webhook_allow", "", "Hosts and networks that may be called although they are private, like "
     "erp.internal, 10.1.0.0/16; empty: only public ones."),
    ("messenger", "folder", "What carries short messages: folder (files in the folder messages of the site), or one "
     "that a package brings."),
    ("secret_key", "", "What cookies are signed with; empty: a random one kept in the database."),
)
