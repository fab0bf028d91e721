# Links by which a password is chosen.
links-choose = Choose a password
links-invitation-text = You were invited to this desk. Choose the password that you will sign in with.
links-reset-text = Choose the password that you will sign in with from now on. You are signed out everywhere.
links-renewal-text = Somebody else chose the password that you have just signed in with. Choose one that only you know.
links-chosen = Password set. Sign in with it.
links-spent = This link cannot be used
links-spent-text = It was used already, or its time is over. Ask an admin for another one.
links-forgot = Forgot your password?
links-forgot-text = Enter your e-mail address. If it is a user’s, a link to choose another password goes there.
links-send = Send link
links-sent = Look into your mailbox
links-sent-text = If the address is a user’s, a link to choose another password is on its way. It works once, and not for long. If nothing comes, ask an admin.

# For admins.
links-made = Link made
links-new = A link to choose a password.
links-new-text = It works once. Copy it now: it is not shown again.
links-mailed = It was sent by e-mail as well.
links-hand-on = Hand it on by a way that only they read.
links-about = A link lets them choose a password that nobody else knows. The one before stops working.
links-invited = They have chosen no password yet.
links-invite = New invitation link
links-reset = Link to reset the password
links-change-first = Somebody else chose this password. Sign in with it on the page once, and replace it there.
