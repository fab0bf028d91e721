# What is told by e-mail. The subject begins with the provider's name; the text is put together of these sentences.
email-subject = { $isp }: { $about }
email-created-subject = Ticket { $reference } is logged
email-fixed-subject = Ticket { $reference } is resolved
email-assigned-subject = Ticket { $reference } is yours
email-reopened-subject = Ticket { $reference } is open again
email-note-subject = About ticket { $reference }
email-hello = Hello,
email-created = Your complaint is logged. We are looking into it.
email-fixed = The issue is fixed, and your ticket is resolved. If it is not, please tell us.
email-assigned = This ticket is assigned to you. You find everything else about it at the desk.
email-reopened = Your ticket is open again. We are looking into it.
email-note = We have a message for you:
email-reference = Reference: { $reference }
email-issue = Issue: { $value }
email-status = Status: { $value }
email-registered = Registered: { $value }
email-closing = Please give the reference whenever you write or call about it.
