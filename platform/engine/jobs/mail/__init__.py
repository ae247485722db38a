"""Mail: letters posted in the transaction that wants them, sent through outbound accounts at least once.

`post` writes a row with a Message-ID that never changes; one job at a time for each account delivers what is due.
What the server says of each address is kept, and what comes back is found by its Message-ID. Where the site has no
account, letters land in a folder. No password is ever told: not in errors, logs, events or history.
"""

from hanok.engine.jobs.mail import bounces, deciding, delivering, following, posting
from hanok.engine.jobs.mail.accounts import Account, Pause, account_of, accounts, mode_of, pause_of, primary, resume
from hanok.engine.jobs.mail.checking import Checked, check_account
from hanok.engine.jobs.mail.deciding import cancel, mails, retry
from hanok.engine.jobs.mail.inbound import fetching
from hanok.engine.jobs.mail.letter import Attachment, Letter
from hanok.engine.jobs.mail.posting import call, post
from hanok.engine.jobs.mail.rows import STATES, Mail, mail_of

KINDS = (*delivering.KINDS, *deciding.KINDS, *following.KINDS, *fetching.KINDS)
SCHEDULES = (*deciding.SCHEDULES, *fetching.SCHEDULES)
SUBSCRIBERS = (*posting.SUBSCRIBERS, *following.SUBSCRIBERS)

__all__ = [
    "KINDS", "SCHEDULES", "STATES", "SUBSCRIBERS", "Account", "Attachment", "Checked", "Letter", "Mail", "Pause",
    "account_of", "accounts", "bounces", "call", "cancel", "check_account", "mail_of", "mails", "mode_of",
    "pause_of", "post", "primary", "resume", "retry",
]  # fmt: skip
