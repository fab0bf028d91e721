# What a ticket's own rules say.
rules-no-such-move = A ticket that is { $from } cannot become { $to }. It can become: { $allowed }.
rules-dispatched-keeps = A dispatched ticket cannot lose its technician. Assign another, or move it on in the same request.
rules-dispatched-needs = Dispatched needs a technician. Assign one, before or in the same request.
rules-choose = Choose one of: { $choices }.
