# What a ticket's own rules say.
rules-no-such-move = A ticket that is { $from } cannot become { $to }. It can become: { $allowed }.
rules-dispatched-keeps = A dispatched ticket cannot lose its technician. Assign another, or move it on in the same request.
rules-dispatched-needs = Dispatched needs a technician. Assign one, before or in the same request.
rules-choose = Choose one of: { $choices }.
rules-choose-any = Choose any of: { $choices }.
rules-choose-or-omit = Choose one, or leave the field out.
rules-starts-as = A new ticket starts as { $new } or { $open }.
rules-say-what-happened = Say what happened.
rules-choose-issue = Choose what the complaint is about.
rules-write-note = Write the note.
rules-no-notes-to-clients = The settings send no notes to clients: set notify.note first.
rules-technician = Choose an enabled technician.
rules-technician-id = Give the id of an enabled technician.
rules-same-moment = Somebody changed this ticket at the same moment. Try again.
rules-nothing-to-undo = This ticket was not just set to Fixed, so there is nothing to undo.
rules-undo-late = The time for undoing is over: the SMS goes, or has gone. Reopen the ticket instead.
rules-undo-dispatched = The ticket was Dispatched and has no technician any more, so Fixed cannot be undone. Reopen it instead.
