# Open pages that stay true, and two people at one ticket.
live-on = Live
live-off = Reconnecting
live-new = { $count ->
    [one] { $count } new ticket. Show it
   *[other] { $count } new tickets. Show them
}
live-new-or-changed = { $count ->
    [one] { $count } new or changed ticket. Show it
   *[other] { $count } new or changed tickets. Show them
}
live-editing-two = { $name } and { $other } are editing this ticket
live-editing-many = { $name } and { $count } others are editing this ticket
live-stale = This ticket has changed while you have this form open. Nothing that you typed is lost: saving keeps both changes, and asks where they differ.
