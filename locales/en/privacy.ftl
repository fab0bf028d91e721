# What clients may ask of their data, and how long it is kept.
privacy-heading = Privacy
privacy-of-client = Privacy
privacy-who = Somebody’s data
privacy-find = Account ID, reference or phone number
privacy-find-hint = A client is found with all tickets of theirs, a reference with that ticket alone, a number with everything that has it.
privacy-find-missing = Enter an account ID, a reference or a phone number.
privacy-find-none = Nothing is kept under this. Check how it is written.
privacy-show = Show
privacy-kept = What is kept
privacy-tickets = { $count ->
    [0] No tickets
    [one] { $count } ticket, with its notes, history and messages
   *[other] { $count } tickets, with their notes, history and messages
}
privacy-open = { $count ->
    [one] { $count } of them is open
   *[other] { $count } of them are open
}
privacy-more = { $count ->
    [one] and { $count } older one
   *[other] and { $count } older ones
}
privacy-export = Export
privacy-export-text = Everything that is kept of them in one JSON file, without names of the staff. Read it before you hand it out: notes may name others.
privacy-export-do = Export and download
privacy-reason = Reason
privacy-reason-hint = For the audit history, which stays: name nobody here.
privacy-reason-missing = Say why, such as the number of the request.
privacy-holds = Legal holds
privacy-holds-none = No hold is in force.
privacy-hold-text = What is held cannot be erased, and nothing of it goes by its age, until the hold ends.
privacy-hold-of = On
privacy-hold-client = A client
privacy-hold-by = Placed by
privacy-hold-place = Place hold
privacy-hold-placed = Hold placed
privacy-hold-end = End hold
privacy-hold-ended = Hold ended
privacy-hold-number = A number has no record that can be held. Place the hold on the client or the ticket.
privacy-hold-account = No client has this account. Place the hold on its tickets.
privacy-held = { $count ->
    [one] A legal hold keeps this from being erased: { $reason }. End it first.
   *[other] { $count } legal holds keep this from being erased, the first one since: { $reason }. End them first.
}
privacy-until = Until
privacy-until-ended = Until it is ended
privacy-until-wrong = Enter a day from today on, such as 2027-12-31.
privacy-name-one = Name one of accountId, ticket and phone.
privacy-erase = Erase
privacy-erase-text = For ever: names, numbers, addresses, descriptions, notes and the texts of messages. Tickets stay with reference, type, status and times. Nobody can undo this.
privacy-erase-open = { $count ->
    [one] { $count } ticket is still open. Without its client nobody can be reached about it.
   *[other] { $count } tickets are still open. Without their client nobody can be reached about them.
}
privacy-erase-held = A legal hold is in force, so that nothing can be erased. End it first.
privacy-erase-do = Erase for ever
privacy-erased = Erased: { $tickets ->
    [one] { $tickets } ticket
   *[other] { $tickets } tickets
} and { $messages ->
    [one] { $messages } message
   *[other] { $messages } messages
} stay without anything personal
privacy-confirm = Confirm
privacy-confirm-client = Type the account ID { $account } or the client’s name.
privacy-confirm-ticket = Type the reference { $reference }.
privacy-confirm-number = Type the number once more.
privacy-confirm-missing = Type what is asked for.
privacy-confirm-other = This is something else. Type exactly what is asked for.
privacy-retention = What goes by its age
privacy-retention-text = Once an hour, by the settings. Nothing has gone yet of what is counted here.
privacy-rule = What
privacy-rule-tickets = All that is personal in closed tickets
privacy-rule-messages = Text and receiver of messages
privacy-rule-inbound = What clients wrote on tickets that are closed
privacy-rule-audit = The audit history
privacy-after = After
privacy-after-months = { $count ->
    [one] { $count } month
   *[other] { $count } months
}
privacy-after-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
privacy-after-years = { $count ->
    [one] { $count } year
   *[other] { $count } years
}
privacy-for-ever = Kept for ever
privacy-due = Due
privacy-span = Oldest and newest
privacy-held-count = { $count ->
    [one] ({ $count } held)
   *[other] ({ $count } held)
}
privacy-ticket-erased = The personal data of this ticket was erased.
privacy-nobody = Erased
