# What is wrong with the filters of a list, with its search, or with an address.
filter-unknown = There is no such parameter. Use any of: { $names }.
filter-unknown-here = This call has no such parameter. Leave it out.
filter-once = Send this parameter once.
filter-number = Send a whole number from 1 to { $most }.
filter-user = a user's id, or none
filter-days-swapped = createdTo is before createdFrom. Swap them.
filter-no-day = Send a date such as 2026-11-23, or an instant such as 2026-11-23T09:00:00Z.
filter-page-or-cursor = Send either page or cursor.
filter-cursor-of-another = This cursor is not one of this list. Take nextCursor of the page before, with the same filters.
filter-cursor-damaged = This cursor is damaged.
filter-whole-file = The file holds every row. Leave this out.
filter-search-too-long = { $count ->
    [one] Shorten the search to { $count } character.
   *[other] Shorten the search to { $count } characters or fewer.
}
filter-search-too-many = Search for fewer words.

# The search box: names of fields, and what may stand behind them, are typed in English.
filter-term-status = After status: write any of { $choices }.
filter-term-priority = After priority: write any of { $choices }.
filter-term-type = After type: write a word of any of { $choices }.
filter-term-day = After { $field }: write a day such as 2026-11-01.
filter-term-days = After { $field }: write a day such as 2026-11-01, or two as in 2026-11-01..2026-11-07.
filter-term-phone = After phone: write its last 4 digits or more.
filter-term-tech = No technician has the name after tech:. There are { $names }.
filter-term-tech-none = No technician has the name after tech:. There is none yet.

# Parameters, as a line about one of them names it.
filter-name-status = status
filter-name-issue = issueType
filter-name-priority = priority
filter-name-technician = assignedTo
filter-name-from = createdFrom
filter-name-to = createdTo
filter-name-search = q
filter-name-sort = sort
filter-name-order = order
filter-name-page = page
filter-name-rows = pageSize
filter-name-cursor = cursor
