# The page of SMS.
notifications-title = SMS
notifications-which = Which SMS
notifications-count = { $count } SMS
notifications-all = All
notifications-waiting = Waiting
notifications-state-queued = Queued
notifications-state-sending = Sending
notifications-state-sent = Sent
notifications-state-delivered = Delivered
notifications-state-failed = Failed
notifications-state-unknown = Unknown
notifications-state-suppressed = Not sent
notifications-state-cancelled = Cancelled
notifications-kind-created = Ticket logged
notifications-kind-fixed = Ticket fixed
notifications-reason-stop = the number has sent STOP
notifications-reason-number = the number gets no SMS
notifications-reason-gateway = no SMS gateway is set
notifications-reason-worker-lost = the worker was lost while sending
notifications-reason-expired = validity of 24 hours ended
notifications-reason-unreadable = its number or text cannot be opened
notifications-reason-unreported = no report within 72 hours
notifications-reason-undeliverable = reported undeliverable
notifications-reason-undone = undone
notifications-reason-unreachable = the gateway cannot be reached
notifications-reason-no-answer = the gateway did not answer in time
notifications-reason-cut = the connection was cut before the answer
notifications-reason-log-in = the gateway refuses our log-in
notifications-reason-unread = the gateway's refusal could not be read
notifications-reason-not-routable = not routable
notifications-reason-denied = the gateway's lists deny the number
notifications-reason-refused = the gateway refused it
notifications-reason-not-kannel = not an answer of Kannel's
notifications-reason-faulty = the gateway has a fault
notifications-reason-code = { $reason } ({ $code })
notifications-days = Queued
notifications-from-to = { $from } – { $to }
notifications-all-days = Show all days
notifications-ticket = Ticket
notifications-state = State
notifications-to = To
notifications-text = SMS
notifications-queued-at = Queued
notifications-actions = Actions
notifications-attempts = { $count } tries
notifications-again = Send again
notifications-again-all = Send all failed again
notifications-again-title = Send failed SMS again
notifications-again-none = No SMS has failed on these days.
notifications-again-ask = { $count ->
    [one] { $count } SMS has failed. It goes to the number that its ticket has now.
   *[other] { $count } SMS have failed. Each goes to the number that its ticket has now.
}
notifications-again-most = The newest { $most } are sent; do it again for more.
notifications-again-help = SMS to numbers that sent STOP or get no SMS stay unsent.
notifications-again-do = Send { $count } SMS again
notifications-again-done = The SMS is queued again
notifications-again-barred = The SMS still cannot be sent
notifications-again-changed = The SMS has changed meanwhile and was left alone
notifications-again-all-done = { $queued } SMS queued again, { $barred } cannot be sent
notifications-back = Back to failed SMS
notifications-pages = Pages
notifications-newest-first = Newest first
notifications-newest = Newest
notifications-older = Older
notifications-none = No SMS yet
notifications-none-help = When a ticket is logged or fixed, the client gets an SMS. Each one is listed here with what became of it.
notifications-none-here = No SMS here
notifications-none-here-help = No SMS is in this state on these days.
notifications-calls = To call
notifications-calls-title = Not delivered: call the client
notifications-calls-count = { $count } to call
notifications-calls-help = These clients do not know what their SMS says. Call them, then press Called: it is noted on the ticket.
notifications-calls-none = Nobody has to be called
notifications-calls-none-help = A client whose SMS fails, gets lost or cannot be sent is listed here until somebody has called.
notifications-called = Called
notifications-called-done = Noted on the ticket that the client was called
notifications-called-already = Already off the list
notifications-called-note = Called the client, since an SMS did not arrive ({ $kind }).
notifications-longest-first = Longest waiting first
notifications-first = First
notifications-next = Next

# Why no SMS goes out, and what helps.
notifications-none-to-landline = No SMS goes out: this is a landline or another number that gets none. Edit the ticket if the client has a mobile number.
notifications-none-after-stop = No SMS goes out: this number has sent STOP. Call the client; a START sent from the number ends it.
notifications-none-without-gateway = No SMS goes out: no SMS gateway is set. Set sms.gateway in the settings.

# Why an SMS is not sent again.
notifications-undone = This SMS was undone with its change, so it cannot be sent.
notifications-waiting-already = This SMS is already waiting to be sent.
notifications-just-changed = This SMS has just changed. Look at it again.

# Since when the gateway fails, within the warning of every page.
notifications-since-today = { $time }
notifications-since-day = { $date } { $time }
