# The frame around every page.
frame-skip = Skip to main content
frame-main = Main
frame-desk = Desk
frame-clients = Clients
frame-notifications = Messages
frame-reports = Reports
frame-saved-views = Saved views
frame-users = Users
frame-audit = Audit history
frame-privacy = Privacy
frame-shortcuts = Shortcuts
frame-menu = Menu
frame-find = Find a ticket
frame-find-example = Phone, reference or name
frame-new-ticket = New ticket
frame-undo = Undo
frame-dismiss = Dismiss
frame-error-title = Error: { $title }
frame-new-tickets = { $count ->
    [one] { $count } new ticket
   *[other] { $count } new tickets
}
frame-editing = { $who } is editing this ticket
frame-copied = Reference copied
frame-copy-refused = Copying is not allowed here
frame-leave = Leave this form? What you typed is lost.
frame-to-call = Clients to call
frame-see-sms = See the messages
frame-no-gateway = No SMS gateway is set up, so clients get no SMS. Set sms.gateway in the settings.
frame-log-in-refused = The SMS gateway has refused our log-in since { $since }: { $waiting ->
    [one] { $waiting } SMS waits
   *[other] { $waiting } SMS wait
}. Correct its user name and password.
frame-gateway-failing = The SMS gateway has been failing since { $since } ({ $reason }): { $waiting ->
    [one] { $waiting } SMS waits and is tried again
   *[other] { $waiting } SMS wait and are tried again
}.
frame-channel-refused = { $channel }: the gateway has refused our log-in since { $since }, and { $waiting ->
    [one] { $waiting } message waits
   *[other] { $waiting } messages wait
}. Correct its settings.
frame-channel-failing = { $channel } has been failing since { $since } ({ $reason }): { $waiting ->
    [one] { $waiting } message waits and is tried again
   *[other] { $waiting } messages wait and are tried again
}.
frame-day-spent = As many SMS as a day may have (sms.per_day) have been sent since { $since }: { $waiting ->
    [one] { $waiting } message waits for tomorrow
   *[other] { $waiting } messages wait for tomorrow
}.
frame-webhook-off = Since { $since } nothing is sent by the webhook any more: { $reason }. Correct its settings, or turn it on by redress webhook on.

# The views of the side bar.
frame-views = Views
frame-my-views = My views
frame-shared-views = Shared
frame-view-open = Open queue
frame-view-unassigned = Unassigned
frame-view-urgent = Urgent
frame-view-fixed = Fixed, to close
frame-view-all = All tickets
