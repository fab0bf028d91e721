# Second factors: authenticator apps, passkeys, recovery codes.
factor-heading = Second factor
factor-text = Beside your password: the codes of an app on your phone, or a passkey. Whoever learns your password still does not get in.
factor-manage = Manage second factors
factor-yours = Your second factors
factor-needed = You need a second factor to go on. Set one up here; it takes a minute.
factor-needed-api = A second factor is required for this account, and it has none yet. Sign in with a browser and set one up there.
factor-none = There is no second factor.
factor-too-many = { $count ->
    [one] { $count } is the most. Remove it first.
   *[other] { $count } are the most. Remove some first.
}
factor-kind = Kind
factor-app = Authenticator app
factor-passkey = Passkey
factor-name = Name
factor-name-hint = So that you know it again, such as the name of your phone
factor-name-missing = Enter a name for it.
factor-remove = Remove
factor-remove-one = Remove { $name }
factor-removed = Second factor removed
factor-no-passkeys = Passkeys need an address of this server with a name and https: ask whoever runs it to set public_url.

# An authenticator app.
factor-add-app = Add an authenticator app
factor-app-scan = Scan this picture with an authenticator app.
factor-app-picture = QR code with the key for your app
factor-app-type = Or type this key into it:
factor-app-code = Code from the app
factor-app-code-hint = The six digits that it shows now
factor-code-wrong = This is not the code that the app shows now. Check that the clock of your phone is right, and enter the next one.
factor-app-added = Authenticator app added

# A passkey.
factor-add-passkey = Add a passkey
factor-passkey-text = Your device keeps the passkey, and asks for your finger, your face or its PIN when you sign in. Then you need no password.
factor-passkey-script = Passkeys need JavaScript, which is off in this browser.
factor-passkey-failed = The browser did not give a passkey. Try again, or choose another way.
factor-passkey-wrong = This passkey could not be added: it is used already, or what was asked for has ended. Try again.
factor-passkey-added = Passkey added
factor-use-passkey = Use a passkey
factor-passkey-nobody = This passkey is not known here. Use another one, or your password.

# Recovery codes.
factor-codes = Recovery codes
factor-codes-text = For when your phone or your passkey is lost: each code works once in place of a second factor. New ones make the old ones worthless.
factor-codes-left = { $count ->
    [0] None is left.
    [one] { $count } is left.
   *[other] { $count } are left.
}
factor-make-codes = Make new codes
factor-codes-made = New recovery codes made
factor-new-codes = Your recovery codes.
factor-new-codes-text = Print them or write them down now, and keep them apart from your phone: they are not shown again.

# The second step of signing in.
factor-step = Second factor
factor-code = Code
factor-code-hint = Six digits from your authenticator app, or a recovery code
factor-code-missing = Enter a code.
factor-wrong = This code or passkey is wrong, or was used before. Enter the next one.
factor-other-account = Sign in with another account
factor-code-needed-api = This account has a second factor: send its code as “code”.

# Proving anew who one is.
factor-confirm-heading = Confirm that it is you
factor-confirm-text = What you are about to do could do harm in wrong hands. Prove once more who you are; that holds for ten minutes.
factor-confirm = Confirm
factor-confirm-provider = What you are about to do could do harm in wrong hands. Prove once more, where you sign in, who you are; that holds for ten minutes.
factor-confirm-elsewhere = You sign in elsewhere. Sign out and in again, and go on within ten minutes.
factor-confirm-api = This session was opened too long ago for that. Confirm at /account/confirm who you are, or use an API token.

# For admins.
factor-required = Who needs a second factor
factor-required-text = Whoever needs one and has none is led to setting it up, and sees nothing else before.
factor-required-nobody = Nobody
factor-required-admins = Everybody but technicians
factor-required-everybody = Everybody
factor-required-save = Save
factor-required-saved = Saved who needs a second factor
factor-required-own = Set up a second factor of your own first: you would lock yourself out of this page.
factor-has = Second factor
factor-has-yes = Yes
factor-has-no = No
factor-reset = Take second factors away
factor-reset-text = For somebody who has lost phone, passkey and recovery codes. Be sure that it is they who ask. They are signed out everywhere and then sign in with their password alone.
factor-reset-done = Second factors taken away
factor-has-none = This user has no second factor.
