# The sheet of keyboard shortcuts.
keys-title = Keyboard shortcuts
keys-find = Find a ticket
keys-new = New ticket
keys-move = Next, previous ticket
keys-open = Open row
keys-pick = Select row
keys-range = Select range
keys-filter = Filter
keys-note = Add note
keys-status = Change status
keys-priority = Change priority
keys-assign = Assign technician
keys-copy = Copy reference
keys-save = Save this form
keys-close = Close, clear
keys-letters = Single-letter shortcuts can be switched off in your preferences
keys-shut = Close
