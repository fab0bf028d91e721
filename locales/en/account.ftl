# One's own account.
account-heading = Account
account-sign-out = Sign out
account-you = You
account-new-token = Your new token.
account-new-token-text = Copy it now: it is not shown again.

# Preferences, kept in this browser.
account-preferences = Preferences
account-preferences-save = Save preferences
account-preferences-saved = Preferences saved
account-choose = Choose one of these.
account-theme = Theme
account-theme-system = Follow the system
account-theme-light = Light
account-theme-dark = Dark
account-density = Rows of lists
account-density-roomy = Two lines
account-density-compact = One line
account-language = Language
account-language-browser = Follow the browser
account-keys = Single-letter shortcuts
account-keys-hint = Such as N for a new ticket. Shortcuts with Ctrl always work.
account-keys-on = On
account-keys-off = Off

# Password.
account-current-password = Current password
account-change-password = Change password
account-password-text = Changing it signs you out everywhere else. Your { $tokens } stay: revoke those that others may know.
account-password-changed = Password changed
account-wrong-password = This is not your password as it is now.

# Sessions.
account-sessions = Sessions
account-browser = Browser
account-unknown = Unknown
account-signed-in = Signed in
account-last-seen = Last seen
account-this-one = This one
account-end = End
account-end-one = End session of { $when }
account-session-ended = Session ended

# Tokens for programs.
account-tokens = API tokens
account-tokens-text = A token lets a program do what you may do, or a part of it. It is shown once, when it is made.
account-created = Created
account-ends = Ends
account-never = Never
account-token-ended = Has ended
account-last-used = Last used
account-not-yet = Not yet
account-log-in-token = Log-in over the API
account-revoke = Revoke
account-revoke-one = Revoke { $name }
account-token-name-hint = What will use it
account-token-scope = Good for
account-token-scope-hint = Give it no more than its program needs
account-scope-tickets-read = Reading tickets
account-scope-tickets-write = Reading and changing tickets
account-scope-admin = All that its user may do
account-token-days = Days until it ends
account-token-days-hint = Empty for a token without an end
account-create-token = Create token
account-token-used = This form has made a token before, which was revoked or has ended. Send it once more to make another one.
account-token-created = Token created
account-token-revoked = Token revoked
account-preferences-about = They are kept in this browser, for whoever uses it.
