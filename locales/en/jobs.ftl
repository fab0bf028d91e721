# Technicians: the tickets that are assigned to them.
jobs-title = My jobs
jobs-job = Job { $reference }
jobs-none = Nothing is assigned to you
jobs-none-text = A ticket that the desk assigns to you shows here.
jobs-more = More jobs
jobs-started = Work started
jobs-fixed = Fixed
jobs-moves-hint = “Fixed” tells the client at once.
jobs-desk-moves = Only the desk changes this job's status now. Write a note if it should.
jobs-no-move = Only the desk can change a ticket that is { $from }.
