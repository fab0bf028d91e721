# Logging a ticket: its form, and what stands beside it.
intake-title = New ticket
intake-client = Client
intake-client-hint = Name, phone number or account ID
intake-client-name = Client name
intake-clients = Clients
intake-found = { $count ->
    [0] No client found
    [one] 1 client found
   *[other] { $count } clients found
}
intake-key-choose = choose
intake-key-use = use
intake-key-close = close
intake-new-client = New client:
intake-new-client-hint = Type their number yourself
intake-change-client = Change
intake-phone = Mobile number
intake-account = Account ID
intake-email = Email
intake-optional = optional
intake-keep = Keep as a client
intake-keep-hint = for next time; needs an account ID
intake-keep-needs-account = Enter the account ID to keep this client.
intake-check = Check client and SMS
intake-matches = Clients that match
intake-issue-type = Issue type
intake-choose = Choose one
intake-what-happened = What happened?
intake-text-hint = Key fact first.
intake-text-hint-sms = Key fact first. The opening words go in the SMS.
intake-priority = Priority
intake-technician = Technician
intake-technician-and-starting-status = Technician and starting status
intake-technician-and-status = Technician and status
intake-nobody-yet = Nobody yet
intake-nobody = Nobody
intake-starting-status = Starting status
intake-status = Status
intake-changed-to = Changed meanwhile to:
intake-save = Log ticket
intake-send = Log ticket and send SMS
intake-cancel = Cancel
intake-logged = Ticket { $reference } logged
intake-sent-before = A ticket has been logged with this form already. Send it again to log another one.
intake-rail = What the client receives
intake-sms = SMS to the client
intake-sms-to = to { $number }
intake-no-sms = No SMS will be sent.
intake-no-sms-landline = This is a landline or another number that gets none. The ticket is logged all the same; a mobile number would get the SMS.
intake-no-sms-opted-out = This number has sent STOP. Call the client; a START sent from the number ends it.
intake-no-sms-gateway = No SMS gateway is set. Set sms.gateway in the settings.
intake-no-sms-abroad = The number's country is not among those of sms.countries in the settings.
intake-no-sms-by-sms = The settings tell clients of a new ticket in another way, or not at all.
intake-no-sms-number = { $why }
intake-segments = { $count ->
    [one] 1 segment
   *[other] { $count } segments
}
intake-units = { $used } of { $room }
intake-cut = { $count ->
    [one] Cut: the last character of what happened does not fit. It stays on the ticket.
   *[other] Cut: the last { $count } characters of what happened do not fit. They stay on the ticket.
}
intake-unicode = Sent as Unicode, 70 characters to a segment and not 160, because of “{ $character }”.
intake-sms-when = Sent as soon as the ticket is saved. #### becomes the ticket’s own code.
intake-sms-rule = The SMS gives the reference and the opening words of what happened, and says how to ask for news. A landline, or a number that has sent STOP, gets none. “Check client and SMS” shows how it will read.
intake-recent = Recent tickets
intake-open = { $count ->
    [one] This client already has 1 open ticket.
   *[other] This client already has { $count } open tickets.
}
intake-same-type = The issue type is the same.
intake-note-instead = Add a note there instead?
