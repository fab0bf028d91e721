# The list of tickets.
list-all = All tickets
list-tickets = Tickets
list-search = Search
list-count = { $count ->
    [one] { $shown } ticket
   *[other] { $shown } tickets
}
list-export = Export CSV
list-export-title = Export tickets
list-export-reason = What is the file for?
list-export-reason-hint = It stays in the audit history, with your name
list-export-reason-missing = Say what the file is for.
list-save-view = Save view
list-save-this-view = Save this view
list-save = Save
list-update-view = Update “{ $name }”
list-gone = This view asks for { $what } “{ $value }”, which is no longer known. It is shown without that.
list-the-status = the status
list-the-issue = the issue type
list-the-priority = the priority
list-the-technician = the technician
list-the-date = the date
list-the-search = the search
list-the-sort = the sort

# Columns, filters and sorts
list-reference = Reference
list-client = Client
list-issue = Issue
list-issue-type = Issue type
list-status = Status
list-priority = Priority
list-technician = Technician
list-created = Created
list-created-from = Created from
list-created-to = Created to
list-updated = Updated
list-sorted-by = Sorted by
list-rows = Rows
list-ascending = ascending
list-unassigned = Unassigned
list-nobody = Nobody
list-somebody = Somebody else
list-chosen = { $count } chosen
list-span = { $from } to { $to }
list-span-from = from { $from }
list-span-to = to { $to }
list-filter = Filter tickets
list-clear-filter = Clear filter: { $name }
list-clear = Clear
list-apply = Apply
list-today = Today
list-last-7 = Last 7 days
list-last-30 = Last 30 days
list-range-hint = Or a range, both days included
list-from = From
list-to = To
list-sort = Sort: { $sort }
list-sort-by = Sort by
list-sort-updated = Last updated
list-sort-created = Created
list-sort-reference = Reference
list-sort-status = Status
list-sort-priority = Priority
list-order = Order
list-newest = Newest first
list-oldest = Oldest first
list-closed-first = Closed first
list-new-first = New first
list-urgent-first = Urgent first
list-low-first = Low first
list-density = Row height
list-roomy = Two lines
list-compact = One line

# Pages
list-pages = Pages
list-page = Page { $number }
list-range = { $from }–{ $to } of { $total }
list-stretch = { $count } of { $total }
list-previous = Previous
list-next = Next
list-first-short = First

# Selection and what is done to it
list-pick = Select { $reference }
list-pick-all = { $count ->
    [one] Select the ticket on this page
   *[other] Select all { $count } on this page
}
list-picked = { $count ->
    [one] { $count } ticket selected
   *[other] { $count } tickets selected
}
list-picked-none = No ticket selected
list-selected = selected
list-every = All { $count } that match
list-first = The first { $count } that match
list-bulk = Selected tickets
list-assign = Assign
list-close-fixed = Close fixed
list-others = { $count } on other pages
list-others-more = and { $count } more
list-most = At most { $count } at once
list-clear-others = Clear those on other pages
list-clear-selection = Clear selection
list-set-status = Set the status
list-set-priority = Set the priority
list-set-technician = Give to
list-fixed-hint = Sends each client an SMS
list-narrow-technicians = Find a technician
list-no-technician = There is no technician to send. Add or enable one:

# Nothing to show
list-past-end = There is nothing on this page
list-past-end-text = The list ends before it.
list-first-page = Go to the first page
list-empty = No tickets yet
list-empty-text = Log the first one when a client calls.
list-new = New ticket
list-no-match = No ticket matches these filters
list-no-match-text = Take a filter away to see more.
list-none-for = No ticket for { $search }
list-searched = Searched names, phone numbers, references, e-mail addresses, accounts, descriptions and notes. Every word must match. Fields narrow a search: { $example }.
list-searched-filtered = Searched names, phone numbers, references, e-mail addresses, accounts, descriptions and notes, among the tickets that the filters let through. Every word must match. Fields narrow a search: { $example }.
list-search-all = Search every ticket
list-log-number = Log a ticket for this number
list-log-client = Log a ticket for this client

# Under the search box
list-matches = Matching tickets
list-find-choose = choose
list-find-all = all results
list-found = { $count ->
    [one] { $count } ticket found
   *[other] { $count } tickets found
}
