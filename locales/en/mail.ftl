# Mails to the staff.
mail-hello = Hello { $name },
mail-invitation-subject = { $isp }: your invitation to Redress
mail-invitation = You were invited to the complaint desk of { $isp }. Choose a password by this link, then sign in with { $email }:
mail-reset-subject = { $isp }: choose a new password
mail-reset = By this link you choose a new password for { $email } at the complaint desk of { $isp }:
mail-reset-unasked = If you did not ask for it, do nothing: your password stays as it is.
mail-link-until = It works once, until { $until }.
mail-password-subject = { $isp }: your password was changed
mail-password = The password that you sign in with at the complaint desk of { $isp } was changed.
mail-not-you = If that was not you, tell an admin of the desk at once.
mail-browser-subject = { $isp }: signed in from another browser
mail-browser = Somebody signed in as you at the complaint desk of { $isp } on { $at }, from a browser that you had not signed in from before:
mail-token-subject = { $isp }: an API token ends soon
mail-token = Your API token { $name } at the complaint desk of { $isp } ends on { $at }. Programs that use it stop working then: make another one on your account page.
