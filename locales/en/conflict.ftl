# The page on which two versions of a ticket stand side by side.
conflict-title = Two versions of { $reference }
conflict-heading = Somebody changed this ticket at the same time
conflict-summary = { $count ->
    [0] Nothing differs any more. Save once again
    [one] Nothing is saved yet: choose between the two versions
   *[other] Nothing is saved yet: choose between the two versions of { $count } fields
}
conflict-by = { $who } changed it,
conflict-by-you = You changed it in another window,
conflict-mine = Keep mine
conflict-theirs = Take theirs
conflict-typed = What you typed
conflict-nothing = empty
conflict-nobody = nobody
conflict-note = Your note, which is added whatever you choose
conflict-also-mine = Saved with it, as nobody else touched it: { $fields }
conflict-also-theirs = Changed by others, and kept: { $fields }
conflict-save = Save these choices
conflict-again = Back to the form
conflict-cancel = Leave the ticket as it is now
conflict-merged = Saved. What { $who } changed at the same time is kept too
conflict-client-name = Client name
conflict-client-phone = Mobile number
conflict-client-email = Email
conflict-client-account = Account ID
conflict-issue-type = Issue type
conflict-description = What happened
conflict-priority = Priority
conflict-technician = Technician
conflict-status = Status
conflict-lost = This form has lost track of the ticket. Check every field, then save again.
