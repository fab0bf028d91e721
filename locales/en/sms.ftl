# What clients are told by SMS. STATUS, STOP, START and HELP are what they type, in every language.
# A message takes at most one segment of 160 characters, or two of 67 where a character is outside GSM 7 bit; the name of
# the provider has up to 40 of them. Of the issue as much is put in as then fits.
sms-created = { $isp }: ticket { $reference } logged. { $issue } Reply STATUS { $reference } for news.
sms-created-nameless = Ticket { $reference } logged. { $issue } Reply STATUS { $reference } for news.
sms-fixed = { $isp }: ticket { $reference } is resolved: the issue is fixed. If not, please tell us.
sms-fixed-nameless = Ticket { $reference } is resolved: the issue is fixed. If not, please tell us.

# To a technician, and to clients of a ticket that is open again. A note is followed by what the desk writes.
sms-assigned = Ticket { $reference } is yours: { $issue }.
sms-reopened = Ticket { $reference } is open again. We are looking into it.
sms-note = About ticket { $reference }:

# Answers to what clients write.
sms-from = { $isp }: { $sentence }
sms-status = Ticket { $reference }: { $status }.
sms-unknown-reference = We have no ticket with that reference for your number. Please reply STATUS and the reference in our SMS.
sms-several = You have several open tickets: { $references }. Reply STATUS and the reference of one.
sms-received = Thank you. Your message is with ticket { $reference }.
sms-stopped = You will get no more SMS from us. Reply START to get them again.
sms-started = You will get SMS about your tickets. Reply STOP to end them.
sms-help = Reply STATUS and your ticket reference for news of it, STOP to get no more SMS.
sms-trial = This is a trial. There is nothing to do.
