# The staff: log-in, set-up, users, and what is wrong with their forms.
staff-sign-in = Sign in
staff-signed-out = Signed out
staff-set-up = Make the first admin
staff-set-up-intro = There is no user yet. This one can add the others.
staff-welcome = Welcome to Redress
staff-users = Users
staff-add-user = Add user
staff-edit-user = Edit user
staff-save = Save changes
staff-cancel = Cancel
staff-optional = optional
staff-actions = Actions
staff-none = None
staff-you = you
staff-problems = { $count ->
    [one] There is a problem
   *[other] There are { $count } problems
}

# Fields and their hints.
staff-name = Name
staff-email = E-mail address
staff-email-hint = They sign in with it
staff-own-email-hint = You sign in with it
staff-phone = Phone number
staff-phone-short = Phone
staff-role = Role
staff-role-hint = Admins run the desk; tickets are assigned to technicians; auditors see everything and change nothing
staff-role-admin = Admin
staff-role-technician = Technician
staff-role-auditor = Auditor
staff-role-owner = Owner
staff-owner = Owner
staff-owner-hint = An owner is an admin who also looks after users, settings, keys and the audit history. It counts for admins only.
staff-owner-yes = Yes
staff-owner-no = No
staff-password = Password
staff-password-hint = 8 characters or more
staff-first-password-hint = Leave it empty, and they choose one by a link. One that you choose they have to replace when they first sign in.
staff-new-password = New password
staff-set-password = Set password
staff-set-password-hint = 8 characters or more. It signs them out everywhere, and they have to replace it when they next sign in.
staff-password-text = A new password signs them out everywhere and ends all of their API tokens.
staff-code = Set-up code
staff-code-hint = In the server's log, after “setup code:”

# Who may sign in.
staff-access = Access
staff-enabled = Enabled
staff-disabled = Disabled
staff-altered = Changed past Redress: cannot sign in
staff-enable = Enable
staff-disable = Disable
staff-enable-one = Enable { $name }
staff-disable-one = Disable { $name }
staff-enable-user = Enable user
staff-disable-user = Disable user
staff-disable-text = A disabled user is signed out everywhere, loses all API tokens, and cannot sign in. Records keep the name.
staff-disabled-text = This user is disabled and cannot sign in.

# What was done.
staff-user-added = User added
staff-user-saved = User saved
staff-user-enabled = User enabled
staff-user-disabled = User disabled
staff-password-set = Password set

# What is wrong and what to do.
staff-name-missing = Enter the name.
staff-email-missing = Enter the e-mail address.
staff-email-taken = Another user has this e-mail address. Use one of their own.
staff-password-missing = Enter a password.
staff-password-short = Use { $count } characters or more. A sentence is easy to remember.
staff-password-common = This password is one of the commonest, which are tried first. Choose another, such as three or four words.
staff-password-own = Your own password is changed on the account page, which asks for the present one.
staff-password-known = Choose a password that is neither the name nor the e-mail address.
staff-role-missing = Choose a role.
staff-name-admin = admin
staff-name-technician = technician
staff-name-auditor = auditor
staff-own-email-missing = Enter your e-mail address.
staff-own-password-missing = Enter your password.
staff-current-password-missing = Enter your password as it is now.
staff-token-name-missing = Name what will use the token.
staff-token-days = Enter a number of days from 1 to { $most }, or leave this empty.
staff-wrong-log-in = The e-mail address or the password is not right.
staff-nobody = There is no enabled user with this e-mail address and password.
staff-code-missing = Enter the set-up code from the server's log.
staff-code-wrong = This is not the code. Copy it from the newest start in the server's log.
staff-not-oneself = You cannot disable yourself. Ask another admin to do it.
staff-last-admin = This is the last enabled admin. Make another user an admin first.
staff-last-owner = This is the last enabled owner. Make another admin an owner first.
staff-not-genuine = Somebody changed this user in the database, past Redress, so nobody gets in by it. Find out who did. If what it says is right, accept it with redress user vouch { $email }, on the server.

# Single sign-on.
staff-or = or
staff-sso = Sign in by single sign-on
staff-sso-by = Sign in with { $name }
staff-sso-unreachable = The provider of single sign-on does not answer. Try again in a minute, or sign in with your password if you have one.
staff-sso-declined = You were not signed in at the provider. Try again; if it happens again, ask whoever runs the provider.
staff-sso-stale = This sign-in was begun in another browser or too long ago, or has been used already. Begin again.
staff-sso-unproven = What came back from the provider does not prove who you are. Begin again; if it happens again, an admin finds the reason in the server’s log.
staff-sso-too-weak = The provider has not checked you strongly or recently enough. Sign out there, then begin again.
staff-sso-no-role = The provider gives you no role at this desk. Ask whoever runs the provider for one.
staff-sso-unknown = Nobody at this desk is known by this account of yours. Ask an admin.
staff-sso-taken = A user with your e-mail address is there already and is not tied to this account. Ask an admin.
staff-sso-nameless = The provider does not give your name and a valid e-mail address. Ask whoever runs the provider.
staff-sso-disabled = Your user is disabled. Ask an admin.
staff-sso-last-admin = The provider makes you no admin any more, but you are the last one here. Let it make somebody else an admin first.
staff-local-closed = Passwords are not taken here. Sign in with the button, which leads to single sign-on.
staff-signing-out-on = You are being led on to the provider, to sign out there as well.
staff-sign-out-on = Sign out at the provider
staff-email-own = A token does not change the address of its own user, as links for passwords go there: do it on the page Users.
staff-token-scope = Choose what the token is good for.
