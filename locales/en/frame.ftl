# The frame around every page.
frame-skip = Skip to main content
frame-main = Main
frame-desk = Desk
frame-clients = Clients
frame-notifications = SMS
frame-reports = Reports
frame-saved-views = Saved views
frame-users = Users
frame-audit = Audit history
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
frame-show-them = Show them
frame-editing = { $who } is editing this ticket
frame-copied = Reference copied
frame-copy-refused = Copying is not allowed here
frame-leave = Leave this form? What you typed is lost.
