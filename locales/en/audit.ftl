# The audit history.
audit-heading = Audit history
audit-when = When
audit-who = Who
audit-what = What
audit-about = About what
audit-none = Nothing yet
audit-none-before = There is nothing before this
audit-none-text = Here is written who did what, when, and from where.
audit-pages = Pages
audit-newest-first = Newest first
audit-newest = Newest
audit-older = Older
audit-export-began = Export of tickets began
audit-export-ended = { $count ->
    [one] Export of tickets ended after { $count } ticket
   *[other] Export of tickets ended after { $count } tickets
}
audit-export-broken = { $count ->
    [one] Export of tickets was broken off after { $count } ticket
   *[other] Export of tickets was broken off after { $count } tickets
}
audit-all-tickets = All tickets
audit-filters = { $filters }
audit-filter = { $name }: { $value }

# Filters, in English as they stand in addresses.
audit-filter-q = q
audit-filter-status = status
audit-filter-priority = priority
audit-filter-issue = issueType
audit-filter-technician = assignedTo
audit-filter-from = createdFrom
audit-filter-to = createdTo
audit-filter-sort = sort
audit-filter-order = order

# The wording of messages.
audit-template-saved = The wording of a message was changed
audit-template-reset = The built-in wording of a message is used again
audit-template-tried = A test SMS was sent
audit-template-not-taken = A test SMS was not sent
audit-template = { $kind }, { $channel }, { $language }
audit-template-version = { $template }: version { $version }
audit-template-to = { $template }: to a number that ends in { $to }
audit-template-at = { $template }: to an address { $to }

# Gateways, and what clients want.
audit-gateway-tried = A trial was sent
audit-gateway-not-taken = A trial was not sent
audit-gateway = { $channel }, { $gateway }
audit-gateway-to = { $channel }, { $gateway }: to a number that ends in { $to }
audit-opted-out = A client who wants no more messages was noted
audit-opted-in = A client who wants messages again was noted
audit-number = The number that ends in { $number }

# The keys that data is sealed with.
audit-key-activated = A new data key came into use
audit-key-forgotten = A data key was taken out
audit-key = Key { $key }
audit-unknown = Something this version does not know
audit-unknown-about = Recorded by a newer version
audit-unreadable = Cannot be opened
audit-unreadable-about = Row { $row }: it was changed, or the keys are others

# Who was let in, and whom admins changed.
audit-signed-in = Signed in
audit-signed-in-api = Signed in over the API
audit-sign-in-refused = A wrong password was given
audit-from = From { $from }
audit-from-unknown = From an address that is not known
audit-of-from = For { $name }. { $from }
audit-of-what = { $name }: { $what }
audit-user-added = A user was added
audit-user-changed = A user was changed
audit-password-set = A password was set
audit-token-made = An API token was made
audit-token-revoked = An API token was revoked
audit-session-ended = A session was ended
audit-enabled = may sign in again
audit-owner = is an owner now
audit-no-owner = is no owner any more
audit-disabled = may sign in no more
audit-no-password = has no password any more
audit-link-made = A link to choose a password was made
audit-link-invitation = invitation
audit-link-reset = reset

# Second factors.
audit-factor-added = A second factor was added
audit-factor-removed = A second factor was removed
audit-codes-made = New recovery codes were made
audit-codes-ten = Those before are worthless
audit-code-used = A recovery code was used
audit-codes-left = { $count ->
    [one] { $count } is left
   *[other] { $count } are left
}
audit-factors-reset = A user’s second factors were taken away
audit-factor-required = It was changed who needs a second factor
audit-factor-refused = A wrong second factor was given

# Single sign-on.
audit-signed-in-provider = Signed in by single sign-on
audit-provider-refused = Single sign-on was refused
audit-identity-linked = An account of single sign-on was tied to a user
audit-provider-signed-out = Single sign-on signed a user out
audit-why-from = { $why }. { $from }
audit-why-no-role = No role was given
audit-why-disabled = The user is disabled
audit-why-taken = The e-mail address is another user’s
audit-why-last-admin = The last admin would have lost the role
audit-why-nameless = Name or e-mail address was missing
audit-why-unknown = Nobody is known by the account

# Personal data of clients.
audit-person-exported = { $count ->
    [one] All data of a client was exported, with { $count } ticket
   *[other] All data of a client was exported, with { $count } tickets
}
audit-erasure-began = Erasing a client began
audit-erased = { $count ->
    [one] A client was erased, from { $count } ticket
   *[other] A client was erased, from { $count } tickets
}
audit-hold-placed = A legal hold was placed
audit-hold-ended = A legal hold was ended
audit-purged = { $count ->
    [one] { $count } record has gone by its age
   *[other] { $count } records have gone by their age
}
audit-rule = By the setting { $rule }
audit-whom-client = Client { $id }
audit-whom-ticket = Ticket { $reference }
audit-whom-account = The account that ticket { $reference } names
audit-whom-why = { $whom }: { $why }
audit-redacted = Export of tickets
audit-redacted-person = All data of a client was exported
audit-redacted-about = Its filter or its reason named a client who was erased since
audit-redacted-read-about = Its address or its filter named a client who was erased since
# What is shown, and who saw what.
audit-read = What is personal was seen
audit-exported = The audit history was taken along as a file
audit-all = All of it
audit-file = Export
audit-export-title = Export the audit history
audit-filter-form = Filter
audit-anybody = Anybody
audit-from-day = From
audit-to-day = To
audit-show = Show
audit-bad-parameter = This cannot be asked for: who, kind, from, to and before are, as the documentation says.
audit-group-changes = All but reading
audit-group-access = Signing in
audit-group-users = Users and second factors
audit-group-clients = Clients and imports
audit-group-exports = Exports
audit-group-reads = Reading
audit-group-messages = Messages
audit-group-other = Other
audit-group-all = All
audit-signed-out = Signed out
audit-signed-out-api = Signed out over the API
audit-sign-in-held = Signing in was held up after wrong tries
audit-staff-bound = What lets somebody in was bound to the keys, as it stood
audit-staff-bound-users = { $count ->
    [one] one user
   *[other] { $count } users
}
audit-vouched = accepted after a change past Redress
audit-nobody = nobody we know
audit-held-from = For { $name }, by { $minutes ->
    [one] one minute
   *[other] { $minutes } minutes
}. { $from }

# Clients, and files that bring them or tickets.
audit-client-added = A client was added
audit-client-changed = A client was changed
audit-clients-import-began = An import of clients began
audit-clients-imported = Clients were imported
audit-tickets-import-began = An import of tickets began
audit-tickets-imported = Tickets were imported
audit-import-rows = { $count ->
    [one] { $count } row
   *[other] { $count } rows
}
audit-import-counts = { $added } added, { $changed } changed, { $refused } refused
