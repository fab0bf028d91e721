# Who is editing a ticket, as pages tell it by themselves.
editing-bad-tab = Send a whole number below 2³².
