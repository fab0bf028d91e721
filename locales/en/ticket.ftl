# The page of a ticket, and the pages of what is done to it.
ticket-copy = Copy reference { $reference }
ticket-in-list = In the list
ticket-place = { $number } of { $total }
ticket-previous = Previous ticket
ticket-next = Next ticket
ticket-assign = Assign
ticket-reassign = Reassign
ticket-edit = Edit
ticket-change = Change
ticket-other-statuses = Other statuses
ticket-change-status = Status: { $status }. Change status
ticket-change-priority = Priority: { $priority }. Change priority
ticket-logged = Logged { $when } by { $who }
ticket-updated = Updated { $when }
ticket-before = Reference before: { $reference }
ticket-description = What happened
ticket-note = Internal note
ticket-note-example = Add an internal note
ticket-note-hint = Only your team sees notes
ticket-note-short = Note
ticket-add-note = Add note
ticket-note-tell = Send it to the client too
ticket-optional = optional
ticket-call = Call
ticket-close = Close ticket
ticket-reopen = Reopen
ticket-fix = Mark fixed
ticket-fix-sms = Mark fixed and send
ticket-fix-ask = Mark fixed?
ticket-fix-ask-sms = Mark fixed and send the SMS?
ticket-keep-open = Keep open
ticket-status-menu = Change status
ticket-priority-menu = Change priority
ticket-technician-menu = Assign technician
ticket-sends-sms = Sends the client an SMS
ticket-asks-technician = Asks for a technician
ticket-dispatch-at-once = Dispatch at once
ticket-keeps-technician = A dispatched ticket keeps its technician
ticket-only-when-logged = Only when it is logged
ticket-only-after-fixed = Only after Fixed
ticket-reopen-first = Reopen the ticket first
ticket-facts = Client and ticket facts
ticket-client = Client
ticket-phone = Phone
ticket-email = Email
ticket-account = Account
ticket-not-given = Not given
ticket-assigned = Assigned { $when } by { $who }
ticket-nobody-yet = Nobody yet
ticket-choose-one = Choose one
ticket-dispatch = Dispatch
ticket-dispatch-ask = Dispatch a technician
ticket-sends-below = Sends the client the SMS below
ticket-needs-below = Needs a technician, chosen below

# What toasts say
ticket-fixed = Marked fixed
ticket-fixed-waits = { $count ->
    [one] Marked fixed. The SMS goes in { $count } second
   *[other] Marked fixed. The SMS goes in { $count } seconds
}
ticket-already = Already { $status }
ticket-nothing-changed = Nothing changed
ticket-now-status = Status is now { $status }
ticket-now-assigned = Technician assigned
ticket-now-unassigned = Technician removed
ticket-now-priority = Priority is now { $priority }
ticket-saved = Saved
ticket-note-added = Note added
ticket-undone = Undone. Status is { $status } again and no SMS goes out
ticket-queued-again = The message is queued again
ticket-still-not = The SMS still cannot be sent

# The history: who did what
ticket-history = History
ticket-show = Show in history
ticket-show-all = All
ticket-show-notes = Notes
ticket-show-changes = Changes
ticket-event = { $who } { $what }
ticket-and = and
ticket-did-log = logged this ticket as { $status }
ticket-did-move = changed status from { $from } to { $to }
ticket-did-set = set { $to }
ticket-did-undo = took Fixed back: it is { $status } again
ticket-did-assign = assigned { $to }
ticket-did-reassign = assigned { $to } instead of { $from }
ticket-did-take = took the ticket from { $from }
ticket-did-technician = changed the technician
ticket-did-edit = changed the { $field } from { $from } to { $to }
ticket-did-rewrite = rewrote what happened
ticket-field-name = client name
ticket-field-phone = phone number
ticket-field-email = e-mail address
ticket-field-account = account ID
ticket-field-issue = issue type
ticket-field-priority = priority
ticket-field-other = other data
ticket-empty = empty
ticket-said-before = What it said before
ticket-noted = { $who } added a note
ticket-no-notes = No notes yet.
ticket-no-sms-yet = No SMS yet.
ticket-nothing-yet = Nothing yet.

# The SMS of the history
ticket-sms-to = { $what } to { $to }
ticket-sms-queued = SMS queued
ticket-sms-sending = SMS being sent
ticket-sms-sent = SMS sent
ticket-sms-delivered = SMS delivered
ticket-sms-failed = SMS not delivered
ticket-sms-unknown = SMS perhaps not delivered
ticket-sms-suppressed = SMS not sent
ticket-sms-cancelled = SMS cancelled
ticket-by-queued = { $channel } queued
ticket-by-sending = { $channel } being sent
ticket-by-sent = { $channel } sent
ticket-by-delivered = { $channel } delivered
ticket-by-failed = { $channel } not delivered
ticket-by-unknown = { $channel } perhaps not delivered
ticket-by-suppressed = { $channel } not sent
ticket-by-cancelled = { $channel } cancelled
ticket-state-queued = Queued
ticket-state-sending = Sending
ticket-state-sent = Sent
ticket-state-delivered = Delivered
ticket-state-failed = Failed
ticket-state-unknown = Unknown
ticket-state-suppressed = Not sent
ticket-state-cancelled = Cancelled
ticket-segments = { $count ->
    [one] { $count } segment
   *[other] { $count } segments
}
ticket-send-again = Send again
ticket-sms-recipient = To { $to }
ticket-problems = { $count ->
    [one] There is a problem
   *[other] There are { $count } problems
}
ticket-sent-before = This form has been sent before, with other words. Look at the history, then send it again if that is still needed.

# Titles, and the form of all fields
ticket-title = { $reference } { $issue }
ticket-ask-title = { $heading } { $reference }
ticket-edit-title = Edit { $reference }
ticket-edit-heading = Edit ticket
ticket-edit-sms = SMS when you choose Fixed
ticket-edit-sms-only = No other change on this form sends an SMS.
ticket-now-empty = (empty)
ticket-technician-gone = { $name } (no longer available)
ticket-refused = { $status } ({ $why })
ticket-no-such-field = This form has no such field.
ticket-gets = Gets them.
ticket-stop = Client wants none
ticket-start = Client wants them again
ticket-stopped = Wants no messages, since { $when }.
ticket-stop-done = Noted: this number gets no messages
ticket-start-done = Noted: this number gets messages again
ticket-messages = Messages
