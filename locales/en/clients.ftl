# Clients: the list, a client's page, the form, the options of the form that logs a ticket.
clients-heading = Clients
clients-count = { $count ->
    [one] { $shown } client
   *[other] { $shown } clients
}
clients-add = Add client
clients-edit = Edit client
clients-edit-short = Edit
clients-save = Save changes
clients-cancel = Cancel
clients-added = Client added
clients-saved = Client saved
clients-find = Find a client
clients-find-example = Name, phone number or account ID
clients-search = Search
clients-clear = Clear
clients-all = All clients
clients-pages = Pages
clients-previous = Previous
clients-next = Next
clients-range = { $from }–{ $to } of { $total }
clients-actions = Actions
clients-none = No clients yet
clients-none-text = Import them from your billing system, or add one by hand.
clients-not-found = No client matches “{ $q }”
clients-not-found-text = Looked for the start of any word of the name, the phone number or its last 4 digits, the account ID and the email address. Every word must match.
clients-beyond = There is nothing on this page
clients-beyond-text = The list ends before it.
clients-first-page = Go to the first page
clients-name = Name
clients-phone = Mobile number
clients-phone-hint = Where SMS go
clients-account = Account ID
clients-account-hint = As in your billing system
clients-email = Email
clients-plan = Plan
clients-address = Address
clients-optional = optional
clients-not-given = Not given
clients-kept-since = Here since
clients-updated = Updated
clients-facts = Client
clients-new-ticket = New ticket for this client
clients-call = Call
clients-open = Open tickets
clients-open-none = No open tickets
clients-open-count = { $count } open
clients-history = Earlier tickets
clients-history-none = No earlier tickets
clients-history-more = Only the latest 200 tickets are listed.
clients-reference = Reference
clients-issue = Issue
clients-status = Status
clients-logged = Logged
clients-from-tickets = From earlier tickets
clients-problems = { $count ->
    [one] There is a problem
   *[other] There are { $count } problems
}
clients-changed-since = Somebody has changed this client since you opened the form. What you typed is kept, and what they wrote is shown beside it. Save again to keep yours.
clients-sent-before = This form has added a client already. Send it again to add another one.
clients-now = It is now: { $value }
clients-now-empty = It is now empty

# What is wrong with what was sent
clients-name-missing = Enter the client's name.
clients-phone-missing = Enter the client's phone number.
clients-account-missing = Enter the account ID.
clients-account-taken = Another client has this account ID.
clients-new-needs = A new client needs this.
clients-stale = Somebody has changed this client since.
clients-stale-version = The client is not as in the version you sent in If-Match. Look at it as it is now and try again.
clients-same-moment = Somebody changed this client at the same moment. Try again.
clients-erased-before = This client was erased on request. Who is a client again is added by hand, on the page of clients.
