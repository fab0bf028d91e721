# One change of many tickets.
bulk-back = Back to the list
bulk-cancel = Cancel
bulk-nothing = Nothing to change
bulk-change-ask = { $count ->
    [one] Change { $count } ticket?
   *[other] Change { $count } tickets?
}
bulk-change-do = { $count ->
    [one] Change { $count } ticket
   *[other] Change { $count } tickets
}
bulk-fix-ask = { $count ->
    [one] Mark { $count } ticket fixed?
   *[other] Mark { $count } tickets fixed?
}
bulk-fix-do = { $count ->
    [one] Mark { $count } ticket fixed
   *[other] Mark { $count } tickets fixed
}
bulk-close-ask = { $count ->
    [one] Close { $count } ticket?
   *[other] Close { $count } tickets?
}
bulk-close-do = { $count ->
    [one] Close { $count } ticket
   *[other] Close { $count } tickets
}
bulk-to-status = Status becomes { $status }
bulk-to-priority = Priority becomes { $priority }
bulk-to-technician = { $name } becomes the technician
bulk-to-nobody = The technician is taken off
bulk-to-unknown = The technician is no longer available
bulk-more = Only the first { $count } tickets are changed in one step. Do the rest afterwards.
bulk-sms = { $count ->
    [one] { $count } SMS will go out
   *[other] { $count } SMS will go out
}
bulk-sms-each = Each with its own reference
bulk-segments = { $count ->
    [one] { $count } segment
   *[other] { $count } segments
}
bulk-undo-hint = { $count ->
    [one] They wait { $count } second, and can be undone until then.
   *[other] They wait { $count } seconds, and can be undone until then.
}
bulk-no-sms = { $count ->
    [one] { $count } client gets no SMS:
   *[other] { $count } clients get no SMS:
}
bulk-will-change = { $count ->
    [one] { $count } ticket changes
   *[other] { $count } tickets change
}
bulk-changed = { $count ->
    [one] { $count } ticket changed
   *[other] { $count } tickets changed
}
bulk-overtaken = { $count ->
    [one] { $count } was changed by somebody else meanwhile, so it was left alone
   *[other] { $count } were changed by somebody else meanwhile, so they were left alone
}
bulk-skip-not-fixed = { $count ->
    [one] { $count } is not Fixed, so it stays as it is
   *[other] { $count } are not Fixed, so they stay as they are
}
bulk-skip-new = { $count ->
    [one] { $count } stays as it is: a ticket is New only when it is logged
   *[other] { $count } stay as they are: a ticket is New only when it is logged
}
bulk-skip-reopen = { $count ->
    [one] { $count } is Fixed or Closed: reopen it first
   *[other] { $count } are Fixed or Closed: reopen them first
}
bulk-skip-needs-technician = { $count ->
    [one] { $count } has no technician, which Dispatched needs
   *[other] { $count } have no technician, which Dispatched needs
}
bulk-skip-keeps-technician = { $count ->
    [one] { $count } is Dispatched and keeps its technician
   *[other] { $count } are Dispatched and keep their technician
}
bulk-skip-technician-gone = { $count ->
    [one] { $count } cannot be given to a technician who is no longer available
   *[other] { $count } cannot be given to a technician who is no longer available
}
bulk-same = { $count ->
    [one] { $count } is so already
   *[other] { $count } are so already
}
bulk-gone = { $count ->
    [one] { $count } was not found
   *[other] { $count } were not found
}
bulk-done = { $count } of { $total } tickets changed
bulk-sms-queued = { $count ->
    [one] { $count } SMS is on its way.
   *[other] { $count } SMS are on their way.
}
bulk-again = Look at those again
bulk-undone = { $count ->
    [one] Undone. { $count } ticket is again what it was and no SMS goes out.
   *[other] Undone. { $count } tickets are again what they were and no SMS goes out.
}
bulk-undo-late = { $count ->
    [one] For { $count } ticket the time for undoing is over.
   *[other] For { $count } tickets the time for undoing is over.
}

# What is wrong with what was asked for
bulk-bad-status = Choose one of the six statuses.
bulk-bad-priority = Choose one of the four priorities.
bulk-bad-technician = Choose an enabled technician, or nobody.
bulk-bad-nothing = Choose what to do with the tickets.
bulk-bad-list = The list that the tickets are of cannot be read any more. Open it again.
bulk-none = Choose some tickets of the list first.
bulk-look-again = Look at the tickets again first.
bulk-too-many = Change at most { $count } tickets at once.
bulk-sent-before = This form has been sent before, with other tickets. Look at them again first.
