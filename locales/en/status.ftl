# Statuses, priorities and issue types, wherever they stand.
status-new = New
status-open = Open
status-progress = In Progress
status-dispatched = Dispatched
status-fixed = Fixed
status-closed = Closed
status-low = Low
status-medium = Medium
status-high = High
status-urgent = Urgent
status-incorrect-bill = Incorrect Bill
status-payment-missing = Payment Not Reflected
status-suspension = Service Suspension
status-other = Other
